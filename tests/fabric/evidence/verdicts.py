"""What the verifier makes of a scene."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from carbonseal.findings import Code, Outcome
from carbonseal.ledger import Checked, Evidence, Statement
from carbonseal_adapters.fabric.checking.evidence import VERIFIER, FabricEvidence
from tests.fabric.scenes.channels import Channel
from tests.fabric.scenes.scene import Scene, scene

STATEMENT = Statement(b"\x01" * 32, 42, b"\x02" * 32)
SOUND = scene(STATEMENT)
BFT = scene(STATEMENT, Channel(bft=True))


def check(given: Scene, evidence: FabricEvidence | Evidence | None = None, **options: str) -> Checked:
    """The scene's evidence, or other evidence in its place, under the scene's policy and trust."""
    found = given.evidence() if evidence is None else evidence
    if isinstance(found, FabricEvidence):
        found = found.encode()
    pins = VERIFIER.pin(given.ledger, {**given.options, **options})
    return VERIFIER.check(found, given.call.statement, pins, [given.trust()])


def code_of(given: Scene, evidence: FabricEvidence | Evidence | None = None, **options: str) -> Code:
    """The code that the scene is refused with."""
    checked = check(given, evidence, **options)
    assert checked.proved is None
    *shown, last = checked.findings
    assert all(finding.code.outcome is Outcome.SHOWN for finding in shown)
    assert last.code.outcome in {Outcome.REJECTED, Outcome.NOTED}
    assert last.message
    assert str(last)
    return last.code


def called(given: Scene = SOUND, **changes: Any) -> Scene:
    """The scene with another call."""
    return replace(given, call=replace(given.call, **changes))


def signed(given: Scene = SOUND, **changes: Any) -> Scene:
    """The scene with other orderer signatures on its block."""
    return replace(given, signing=changes)


def answered(given: Scene = SOUND, at: int = 1, **changes: Any) -> Scene:
    """The scene with one attestation made otherwise."""
    peer = changes.pop("peer", given.channel.peer(at))
    answers = list(given.attestations())
    answers[at] = given.question(peer, **changes)
    return replace(given, answers=tuple(answers))
