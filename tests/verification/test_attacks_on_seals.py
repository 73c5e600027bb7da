"""Swapped proofs and entries, and evidence of something else: each with its own code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from carbonseal.findings import Verdict
from carbonseal.ledger import Evidence
from carbonseal.log.checkpoints import Checkpoint, sign_checkpoint
from carbonseal.log.entries import EvidenceDigest, ForeignAnchor, Heartbeat, RecordEntry
from carbonseal.log.notes import NoteSigner
from carbonseal.passport.passports import Passport
from carbonseal.passport.seals import Head, Seal, SealedAnchor
from tests.verification.tampering import (
    Json,
    every_head,
    rejected,
    root_seal,
    undetermined,
    with_heads,
    with_seal,
)
from tests.world import (
    AT,
    CHAIN,
    ORIGIN,
    OTHER_ORIGIN,
    MemoryLog,
    World,
    chain_evidence,
    codes,
    key,
)

OTHER = f"tlog:{OTHER_ORIGIN}"


class TestProofs:
    """Paths that lead elsewhere, or nowhere."""

    def swapped(self, world: World, **changes: Any) -> Passport:
        passport = world.passport()
        return with_heads(passport, replace(root_seal(passport).heads[0], **changes))

    def test_of_another_entry(self) -> None:
        world = World()
        passport = world.passport()
        one, two, *_ = passport.seals
        swapped = {
            one: replace(passport.seals[one], heads=passport.seals[two].heads),
            two: replace(passport.seals[two], heads=passport.seals[one].heads),
        }
        report = world.verify(replace(passport, seals={**passport.seals, **swapped}))
        rejected(report, "inclusion.root-differs")

    @pytest.mark.parametrize(
        ("index", "code"),
        [(3, "inclusion.root-differs"), (4, "inclusion.index-beyond-size"), (2**53 - 1, "inclusion.index-beyond-size")],
    )
    def test_at_another_index(self, index: int, code: str) -> None:
        world = World()
        passport = world.passport()
        seal = root_seal(passport)
        assert (seal.index, world.log.size) == (2, 4)
        rejected(world.verify(with_seal(passport, replace(seal, index=index))), code)

    def test_in_a_tree_of_another_size(self) -> None:
        world = World()
        passport = world.passport()
        honest = root_seal(passport).heads[0].checkpoint
        rejected(
            world.verify(
                every_head(passport, lambda head: replace(head, checkpoint=honest.replace(b"\n4\n", b"\n8\n")))
            ),
            "note.signature-fails",
        )

    def test_in_another_tree(self) -> None:
        world, elsewhere = World(), World()
        elsewhere.record("in another log")
        entry = root_seal(elsewhere.passport())
        rejected(world.verify(self.swapped(world, inclusion=entry.heads[0].inclusion[:2])), "inclusion.root-differs")

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (lambda path: path[1:], "inclusion.too-short"),
            (lambda path: (*path, bytes(32)), "inclusion.too-long"),
            (lambda path: path[::-1], "inclusion.root-differs"),
            (lambda path: (), "inclusion.too-short"),
        ],
    )
    def test_of_another_length(self, change: Callable[[Any], Any], code: str) -> None:
        world = World()
        inclusion = root_seal(world.passport()).heads[0].inclusion
        world = World()
        rejected(world.verify(self.swapped(world, inclusion=change(inclusion))), code)

    def test_a_leaf_taken_for_a_node(self) -> None:
        """An entry that is two hashes, as an inner node is: the kinds and the hash prefixes keep the two apart."""
        world = World()
        passport = world.passport()
        seal = root_seal(passport)
        left, right = bytes([1]) + bytes(31), seal.heads[0].inclusion[0]
        as_node = replace(
            seal,
            entry=left + right,
            index=seal.index // 2,
            heads=(replace(seal.heads[0], inclusion=seal.heads[0].inclusion[1:]),),
        )
        rejected(world.verify(with_seal(passport, as_node)), "entry.wrong-length")

    def test_of_a_log_without_entries(self) -> None:
        world = World()
        empty = sign_checkpoint(Checkpoint(ORIGIN, 0, bytes(32)), world.log.signer)
        rejected(world.verify(self.swapped(world, checkpoint=empty)), "checkpoint.empty")


class TestEntries:
    """What the log holds at the index, and for whom a seal is."""

    def sealed(self, world: World, entry: bytes) -> Passport:
        """A passport whose root is sealed, properly, as that entry."""
        passport = world.passport()
        world.log.encoded.append(entry)
        index, size = world.log.size - 1, world.log.size
        return with_seal(passport, Seal(entry, index, (world.anchored_head(index, size),)))

    @pytest.mark.parametrize(
        ("entry", "verdict", "code"),
        [
            (b"\x02" + bytes(32), undetermined, "entry.reserved-kind"),
            (b"\x04" + bytes(32), undetermined, "entry.reserved-kind"),
            (b"\x07" + bytes(32), undetermined, "entry.unknown-kind"),
            (b"\xff", undetermined, "entry.unknown-kind"),
            (b"", rejected, "entry.empty"),
            (b"\x01" + bytes(31), rejected, "entry.wrong-length"),
            (b"\x00{}", rejected, "genesis.malformed"),
            (RecordEntry(bytes(32)).encode(), rejected, "seal.other-entry"),
            (EvidenceDigest(bytes(32)).encode(), rejected, "seal.other-entry"),
            (Heartbeat(1).encode(), rejected, "seal.other-entry"),
            (ForeignAnchor(MemoryLog("x").checkpoint(1).statement()).encode(), rejected, "seal.other-entry"),
        ],
    )
    def test_of_another_kind(self, entry: bytes, verdict: Callable[..., None], code: str) -> None:
        world = World()
        verdict(world.verify(self.sealed(world, entry)), code)

    def test_a_seal_of_another_commitment(self) -> None:
        world = World()
        passport = world.passport()
        record = next(iter(passport.records))
        rejected(world.verify(with_seal(passport, passport.seals[record])), "seal.other-entry")

    def test_another_sealed_record_in_place_of_the_listed_one(self) -> None:
        world = World()
        passport = world.passport()
        other = world.record("a smaller footprint")
        seals = {**passport.seals, **world.seals([other.commitment()])}
        rejected(world.verify(replace(passport, records={other.commitment(): other}, seals=seals)), "passport.uncited")

    def test_another_sealed_record_under_the_listed_commitment(self) -> None:
        world = World()
        passport = world.passport()
        listed = next(iter(passport.records))
        other = world.record("a smaller footprint")
        rejected(world.verify(replace(passport, records={listed: other})), "passport.wrong-key")
        with_its_seal = with_seal(passport, world.seals([other.commitment()])[other.commitment()], listed)
        rejected(world.verify(with_its_seal), "seal.other-entry")

    def test_a_record_of_another_profile(self) -> None:
        world = World()

        def relabel(draft: Json) -> None:
            draft["credentialSubject"]["records"][0]["profile"] = "pact/3.0"

        rejected(world.verify(world.passport(change=relabel)), "record.other-profile")


class TestEvidence:
    """Evidence that is of something else."""

    def anchored(self, world: World, ledger: str, evidence: Evidence) -> Passport:
        """Every head with that evidence in place of its own on that ledger."""

        def change(head: Head) -> Head:
            kept = tuple(anchor for anchor in head.anchors if anchor.ledger != ledger)
            return replace(head, anchors=(*kept, SealedAnchor(ledger, evidence)))

        return every_head(world.passport(), change)

    @pytest.mark.parametrize(("ledger", "code"), [(CHAIN, "ethereum.proof-strays"), (OTHER, "tlog.not-included")])
    def test_of_another_checkpoint(self, ledger: str, code: str) -> None:
        """Sound evidence of an earlier head of the same log, anchored as well, in the place of the head's own."""
        world = World()
        earlier, later = world.passport(), world.passport(name="another")
        assert [world.verify(one).verdict for one in (earlier, later)] == [Verdict.VERIFIED] * 2
        heads = [head for seal in earlier.seals.values() for head in seal.heads]
        evidence = next(anchor.evidence for anchor in heads[0].anchors if anchor.ledger == ledger)

        def change(head: Head) -> Head:
            kept = tuple(anchor for anchor in head.anchors if anchor.ledger != ledger)
            return replace(head, anchors=(*kept, SealedAnchor(ledger, evidence)))

        rejected(world.verify(every_head(later, change)), code)

    def test_of_another_root_at_the_same_size(self) -> None:
        world = World()
        honest = world.passport().seals
        size = 4
        assert all(b"\n4\n" in seal.heads[0].checkpoint for seal in honest.values())
        statement = replace(world.log.checkpoint(size).statement(), root=bytes(32))
        evidence = chain_evidence(statement)
        world.trusted = evidence.trust(CHAIN)
        rejected(world.verify(self.anchored(World(), CHAIN, evidence.evidence)), "ethereum.other-digest")

    def test_of_another_chain(self) -> None:
        """The same contract at the same address, in a block that this chain does not have."""
        world = World()
        passport = world.passport()
        statement = world.log.checkpoint(4).statement()
        elsewhere = chain_evidence(statement, timestamp=1_600_000_000).evidence
        undetermined(
            world.verify(
                every_head(
                    passport,
                    lambda head: replace(head, anchors=(SealedAnchor(CHAIN, elsewhere), *head.anchors[1:])),
                )
            ),
            "ethereum.block-differs",
        )

    def test_a_contract_that_looks_alike(self) -> None:
        world = World()
        passport = world.passport()
        elsewhere = chain_evidence(world.log.checkpoint(4).statement(), registry=b"\x23" * 20).evidence
        undetermined(
            world.verify(
                every_head(
                    passport,
                    lambda head: replace(head, anchors=(SealedAnchor(CHAIN, elsewhere), *head.anchors[1:])),
                )
            ),
            "ethereum.registry-differs",
        )

    def test_a_contract_with_other_code(self) -> None:
        world = World()
        passport = world.passport()
        code = world.options["code"]
        chain = world.lines()["chain"].replace(code, "0x" + "ab" * 32)
        undetermined(world.verify(passport, chain=chain), "ethereum.code-differs")

    def test_one_ledgers_evidence_under_the_name_of_another(self) -> None:
        world = World()
        evidence = world.in_other_log(world.log.checkpoint(1).statement())
        undetermined(
            world.verify(self.anchored(world, CHAIN, evidence)), "ethereum.evidence-unknown", "ledger-quorum.unmet"
        )
        undetermined(world.verify(_renamed(world.passport(), OTHER, "tlog:elsewhere.example")), "ledger.not-listed")

    @pytest.mark.parametrize("changes", [{"version": 2}, {"type": "ethereum-receipt"}])
    def test_of_an_unknown_version_or_type(self, changes: dict[str, Any]) -> None:
        world = World()

        def change(head: Head) -> Head:
            chain, *others = head.anchors
            return replace(head, anchors=(replace(chain, evidence=replace(chain.evidence, **changes)), *others))

        undetermined(world.verify(every_head(world.passport(), change)), "ethereum.evidence-unknown")

    @pytest.mark.parametrize("data", [b"", b"\xc0", b"\xff" * 9, bytes(1000), b"\xf9\xff\xff"])
    def test_noise(self, data: bytes) -> None:
        world = World()
        evidence = Evidence("ethereum-storage", 1, data)
        report = world.verify(self.anchored(world, CHAIN, evidence))
        assert report.verdict is Verdict.REJECTED
        assert codes(report) & {"ethereum.rlp-malformed", "ethereum.evidence-malformed"}
        rejected(world.verify(self.anchored(World(), OTHER, Evidence("tlog-proof", 1, data))), "tlog.malformed")

    def test_wrong_evidence_beside_a_satisfied_quorum(self) -> None:
        """Anchors beyond the quorum lower nothing, unless they are wrong."""
        world = World()
        wrong = self.anchored(world, OTHER, Evidence("tlog-proof", 1, b"nonsense"))
        rejected(world.verify(wrong, both="", anchors="require anchors by=chain"), "tlog.malformed")

    @pytest.mark.parametrize("number", range(3))
    def test_a_seal_without_the_anchors_that_others_have_under_its_head(self, number: int) -> None:
        world = World()
        passport = world.passport()
        commitment, seal = [*passport.seals.items()][number]
        bare = replace(seal, heads=tuple(replace(head, anchors=head.anchors[:1]) for head in seal.heads))
        report = world.verify(replace(passport, seals={**passport.seals, commitment: bare}))
        undetermined(report, "ledger-quorum.unmet", "ledger.absent")

    def test_one_ledger_counted_twice(self) -> None:
        """Two anchors on one ledger, each with evidence of its own, do not make two ledgers."""
        world = World()

        def change(head: Head) -> Head:
            other = next(anchor for anchor in head.anchors if anchor.ledger == OTHER)
            index = int(other.evidence.data.split(b"index ")[1].split(b"\n")[0])
            again = world.other_proof(index)
            assert again != other.evidence
            return replace(head, anchors=(other, SealedAnchor(OTHER, again)))

        passport = world.passport()
        world.other.append(Heartbeat(1))
        report = world.verify(every_head(passport, change), time="")
        undetermined(report, "ledger-quorum.unmet")
        any_two = world.verify(every_head(passport, change), both="group both 2 chain other")
        undetermined(any_two, "ledger-quorum.unmet")

    def test_a_log_that_is_its_own_ledger(self) -> None:
        world = World()
        second = NoteSigner(ORIGIN, key("another key of the log"))
        line = f"ledger own tlog:{ORIGIN} key={second.verifier.encode()}"
        statement = world.log.checkpoint(1).statement()
        evidence = World().in_other_log(statement)
        passport = every_head(
            world.passport(),
            lambda head: replace(head, anchors=(*head.anchors, SealedAnchor(f"tlog:{ORIGIN}", evidence))),
        )
        ordered = every_head(
            passport, lambda head: replace(head, anchors=tuple(sorted(head.anchors, key=lambda one: one.ledger)))
        )
        lines = f"{world.lines()['other']}\n{line}"
        report = world.verify(ordered, other=lines, anchors="require anchors by=own")
        undetermined(report, "tlog.own-log", "ledger-quorum.unmet")

    @pytest.mark.parametrize("timestamp", [253_402_300_800, 2**62, 2**64 - 1])
    def test_a_time_that_is_no_date(self, timestamp: int) -> None:
        world = World()
        passport = world.passport()
        made = chain_evidence(world.log.checkpoint(4).statement(), timestamp=timestamp)
        world.trusted = made.trust(CHAIN)
        dated = every_head(
            passport, lambda head: replace(head, anchors=(SealedAnchor(CHAIN, made.evidence), *head.anchors[1:]))
        )
        undetermined(world.verify(dated), "time.no-date", "time-quorum.unmet")
        assert world.verify(dated, time="").verdict is Verdict.VERIFIED


def _renamed(passport: Passport, ledger: str, name: str) -> Passport:
    return every_head(
        passport,
        lambda head: replace(
            head,
            anchors=tuple(replace(one, ledger=name) if one.ledger == ledger else one for one in head.anchors),
        ),
    )


def test_a_record_that_is_younger_than_the_instant_asked_about() -> None:
    world = World()
    passport = world.passport()
    record = passport.credential.records[0].commitment
    world.log.append(Heartbeat(1))
    statement = world.log.checkpoint(world.log.size).statement()
    made = chain_evidence(statement, timestamp=int(AT.timestamp()) + 1)
    world.trusted += made.trust(CHAIN)
    index = passport.seals[record].index
    anchors = (SealedAnchor(CHAIN, made.evidence), SealedAnchor(OTHER, world.in_other_log(statement)))
    younger = Head(world.log.head(world.log.size), world.log.inclusion(index, world.log.size), None, anchors)
    changed = with_seal(passport, replace(passport.seals[record], heads=(younger,)), record)
    undetermined(world.verify(changed), "time.after-instant")
    assert world.verify(changed, at=AT + timedelta(seconds=1)).verdict is Verdict.VERIFIED
