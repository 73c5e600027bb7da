"""What a holder may do with a passport without changing its verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from carbonseal.findings import Verdict
from carbonseal.ledger import Evidence
from carbonseal.log.entries import Heartbeat
from carbonseal.log.notes import Signature
from carbonseal.passport.passports import Passport
from carbonseal.passport.seals import Head, SealedAnchor
from carbonseal.verification.verify import Report
from tests.verification.tampering import every_head, root_seal, with_heads
from tests.world import AT, BLOCK_TIME, World, codes


def _with_checkpoint(checkpoint: bytes, head: Head) -> Head:
    return replace(head, checkpoint=checkpoint)


class TestFreedoms:
    def verified(self, world: World, passport: Passport, *, at: datetime = AT, **policy: str) -> Report:
        report = world.verify(passport, at, **policy)
        assert report.verdict is Verdict.VERIFIED, [str(finding) for finding in report.findings]
        assert report.existed_by == BLOCK_TIME
        return report

    def test_to_withhold_a_record(self) -> None:
        world = World()
        report = self.verified(world, replace(world.passport(), records={}))
        assert "record.withheld" in codes(report)

    def test_to_leave_out_an_anchor_beyond_the_quorum(self) -> None:
        world = World()
        fewer = every_head(world.passport(), lambda head: replace(head, anchors=head.anchors[:1]))
        report = self.verified(world, fewer, both="group both any chain other")
        met = [finding for finding in report.findings if finding.code.name == "ledger-quorum.met"]
        assert {finding.facts["ledgers"] for finding in met} == {"chain"}

    def test_to_add_an_anchor_on_a_ledger_that_counts_for_nothing(self) -> None:
        world = World()
        extra = SealedAnchor("zz:1", Evidence("anything", 9, b"at all"))
        report = self.verified(
            world, every_head(world.passport(), lambda head: replace(head, anchors=(*head.anchors, extra)))
        )
        assert "ledger.not-listed" in codes(report)

    def test_to_add_signatures_of_keys_that_nobody_knows(self) -> None:
        """C2SP's notes are made so that others may sign them, and are read so that unknown signers are passed over."""
        world = World()
        line = Signature("someone.example", b"abcd", b"anything").encode().encode()
        self.verified(
            world, every_head(world.passport(), lambda head: replace(head, checkpoint=head.checkpoint + line))
        )

    def test_to_add_a_cosignature_that_is_there_already(self) -> None:
        """Whoever gathers cosignatures may gather one twice, or a later one by the same witness: C2SP forbids neither."""
        world = World()
        watcher = f"witness watcher {world.witness.verifier.encode()}\nquorum watcher"
        passport = world.passport()
        for times in ((1, 1), (2, 1), (1,) * 31):
            head_again = world.log.head(world.log.size, *((world.witness, time) for time in times))
            several = every_head(passport, partial(_with_checkpoint, head_again))
            report = self.verified(world, several, quorum=watcher)
            met = [finding for finding in report.findings if finding.code.name == "witness-quorum.met"]
            assert {finding.facts["witnesses"] for finding in met} == {"watcher"}

    def test_to_add_a_head_and_to_take_it_away(self) -> None:
        world = World()
        passport = world.passport()
        world.log.append(Heartbeat(1))
        seal = root_seal(passport)
        later = Head(world.log.head(world.log.size), world.log.inclusion(seal.index, world.log.size), None, ())
        report = self.verified(world, with_heads(passport, *seal.heads, later))
        assert "seal.unlinked" in codes(report)
