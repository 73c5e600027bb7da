"""Two histories in one file, whichever part shows them; and what a policy requires of a statement by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from carbonseal.findings import Verdict
from carbonseal.ledger import Evidence
from carbonseal.log.entries import Heartbeat
from carbonseal.log.notes import NoteSigner
from carbonseal.log.proofs import TlogProof
from carbonseal.passport.seals import SealedAnchor
from carbonseal.verification.verify import verify_statement
from tests.passport.stated import POLICY, opinion
from tests.verification.conformity.scenes import NO_STATUS, Scene, commitments
from tests.verification.tampering import every_head, rejected
from tests.world import AT, ORIGIN, MemoryLog, World, codes, key


@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize("history", ["", "require history"])
def test_the_other_history_is_in_the_logs_own_evidence(second: bool, history: str) -> None:
    """One head of the log in all seals, one evidence with another head of that log: two roots of one size."""
    world = World()
    passport = world.passport()
    fork = MemoryLog(ORIGIN)
    fork.encoded = [*world.log.encoded[:-1], Heartbeat(1).encode()]
    peer = NoteSigner(ORIGIN, key("the log's second"))
    if second:
        fork.signer = peer
    proof = TlogProof(0, fork.inclusion(0, fork.size), fork.head(fork.size))
    own = SealedAnchor(f"tlog:{ORIGIN}", Evidence("tlog-proof", 1, proof.encode()))
    changed = every_head(passport, lambda head: replace(head, anchors=(head.anchors[0], own)))
    line = f"ledger peer tlog:{ORIGIN} key={peer.verifier.encode()}"
    asked = "require anchors by=chain"
    report = world.verify(changed, other=line, both="", anchors=asked, history=history)
    rejected(report, "log.equivocation")


@pytest.mark.parametrize("line", ["require from-the-future", "require from-the-future package=not-installed"])
def test_a_statement_by_itself_under_a_check_that_is_lacking(line: str) -> None:
    scene_ = Scene()
    file = scene_.stated.statement(opinion(commitments(scene_.chain.product("reader", "5"))))
    world = scene_.world
    policy = world.policy(**{**NO_STATUS, **POLICY, "more": line})
    assert verify_statement(file, policy, world.trust(), at=AT).verdict is Verdict.UNDETERMINED


def test_a_statement_by_itself_whose_heads_nothing_links() -> None:
    scene_ = Scene()
    file = scene_.stated.statement(opinion(commitments(scene_.chain.product("reader", "5"))))
    world = scene_.world
    world.log.append(Heartbeat(1))
    newer = world.seals(list(file.seals))
    seals = {one: replace(seal, heads=(*seal.heads, *newer[one].heads)) for one, seal in file.seals.items()}
    policy = world.policy(**{**NO_STATUS, **POLICY, "history": "require history"})
    report = verify_statement(replace(file, seals=seals), policy, world.trust(), at=AT)
    assert report.verdict is Verdict.UNDETERMINED
    assert "history.unlinked" in codes(report)
