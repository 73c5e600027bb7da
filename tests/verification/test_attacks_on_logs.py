"""Heads out of order, unlinked, signed by others or twice, and logs that equivocate: each with its own code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from carbonseal.findings import Verdict
from carbonseal.log.entries import Heartbeat
from carbonseal.log.notes import Cosigner, Note, NoteSigner, Signature
from carbonseal.passport.passports import Passport
from carbonseal.passport.seals import Head, Seal, SealedAnchor
from tests.verification.tampering import (
    every_head,
    rejected,
    root_seal,
    undetermined,
    with_heads,
    with_seal,
)
from tests.world import (
    BLOCK_TIME,
    CHAIN,
    ORIGIN,
    OTHER_ORIGIN,
    MemoryLog,
    World,
    chain_evidence,
    key,
)

OTHER = f"tlog:{OTHER_ORIGIN}"


class TestHeads:
    """Who signed a head, in which order heads stand, and whether one continues the other."""

    def grown(self) -> tuple[World, Passport, int, int]:
        """A passport, and the log's sizes then and later."""
        world = World()
        passport = world.passport()
        size = world.log.size
        world.passport(name="something later")
        return world, passport, size, world.log.size

    def later(self, world: World, passport: Passport, new: int, consistency: Any) -> Head:
        index = root_seal(passport).index
        return replace(world.anchored_head(index, new), consistency=consistency)

    def test_the_same_head_twice(self) -> None:
        world, passport, old, _ = self.grown()
        head = root_seal(passport).heads[0]
        again = self.later(world, passport, old, ())
        rejected(world.verify(with_heads(passport, head, again)), "seal.heads-unsorted")

    def test_in_another_order(self) -> None:
        world, passport, old, new = self.grown()
        head = root_seal(passport).heads[0]
        later = self.later(world, passport, new, None)
        consistency = world.log.consistency(old, new)
        swapped = with_heads(passport, later, replace(head, consistency=consistency))
        rejected(world.verify(swapped), "seal.heads-unsorted")

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (lambda proof: proof[:-1], "consistency.too-short"),
            (lambda proof: (*proof, bytes(32)), "consistency.too-long"),
            (lambda proof: (), "consistency.too-short"),
            (lambda proof: tuple(bytes(32) for _ in proof), "consistency.new-root-differs"),
        ],
    )
    def test_a_failing_consistency_proof(self, change: Callable[[Any], Any], code: str) -> None:
        world, passport, old, new = self.grown()
        proof = world.log.consistency(old, new)
        heads = (root_seal(passport).heads[0], self.later(world, passport, new, change(proof)))
        rejected(world.verify(with_heads(passport, *heads)), code)

    def test_sides_that_nothing_links_do_not_add_up(self) -> None:
        """Each ledger has one head; without the proof between them neither side meets the quorum."""
        world, passport, old, new = self.grown()
        head = root_seal(passport).heads[0]
        later = self.later(world, passport, new, None)
        sides = (replace(head, anchors=head.anchors[:1]), replace(later, anchors=later.anchors[1:]))
        undetermined(world.verify(with_heads(passport, *sides)), "seal.unlinked", "ledger-quorum.unmet")
        linked = (sides[0], replace(sides[1], consistency=world.log.consistency(old, new)))
        assert world.verify(with_heads(passport, *linked)).verdict is Verdict.VERIFIED

    def test_a_later_side_does_not_move_the_time(self) -> None:
        """Two unlinked sides that both suffice: the earlier counts, however many heads the later one has."""
        world, passport, _, middle = self.grown()
        world.passport(name="later still")
        newest = world.log.size
        index = root_seal(passport).index
        heads = []
        for size, consistency in ((middle, None), (newest, world.log.consistency(middle, newest))):
            statement = world.log.checkpoint(size).statement()
            dated = chain_evidence(statement, timestamp=int(BLOCK_TIME.timestamp()) + 3600)
            world.trusted += dated.trust(CHAIN)
            anchors = (SealedAnchor(CHAIN, dated.evidence), SealedAnchor(OTHER, world.in_other_log(statement)))
            heads.append(Head(world.log.head(size), world.log.inclusion(index, size), consistency, anchors))
        report = world.verify(with_heads(passport, root_seal(passport).heads[0], *heads))
        assert report.verdict is Verdict.VERIFIED
        assert report.existed_by == BLOCK_TIME

    def test_of_two_logs(self) -> None:
        world = World()
        passport = world.passport()
        second = MemoryLog("second.example/log")
        for entry in world.log.encoded[1:]:
            second.encoded.append(entry)
        second.append(Heartbeat(1))
        index = root_seal(passport).index
        head = Head(second.head(second.size), second.inclusion(index, second.size), None, ())
        both_logs = f"{world.lines()['log']}\nlog {second.signer.verifier.encode()}"
        report = world.verify(with_heads(passport, root_seal(passport).heads[0], head), log=both_logs)
        rejected(report, "seal.two-logs")

    def test_signed_by_another_key_of_that_name(self) -> None:
        world = World()
        forger = NoteSigner(ORIGIN, key("forger"))
        passport = world.passport()
        text = Note.parse(root_seal(passport).heads[0].checkpoint).text
        note = Note(text, (forger.sign(text),)).encode()
        undetermined(
            world.verify(every_head(passport, lambda head: replace(head, checkpoint=note))),
            "head.unsigned",
            "seal.without-head",
        )

    def test_a_signature_that_only_claims_the_key(self) -> None:
        world = World()
        passport = world.passport()
        text = Note.parse(root_seal(passport).heads[0].checkpoint).text
        verifier = world.log.signer.verifier
        note = Note(text, (Signature(ORIGIN, verifier.key_id, bytes(64)),)).encode()
        rejected(
            world.verify(every_head(passport, lambda head: replace(head, checkpoint=note))), "note.signature-fails"
        )

    def test_a_cosignature_that_fails(self) -> None:
        world = World()
        watcher = f"witness watcher {world.witness.verifier.encode()}\nquorum watcher"
        passport = world.passport()
        text = Note.parse(root_seal(passport).heads[0].checkpoint).text
        line = Cosigner(world.witness.name, key("x")).sign(text, 1)
        claimed = replace(line, key_id=world.witness.verifier.key_id)
        forged = Note(text, (world.log.signer.sign(text), claimed)).encode()
        report = world.verify(every_head(passport, lambda head: replace(head, checkpoint=forged)), quorum=watcher)
        rejected(report, "note.signature-fails")

    def test_an_unreadable_head_breaks_the_chain_and_blames_nobody(self) -> None:
        """The third head continues the second, which this version cannot read; it is not held against the first."""
        world, passport, old, middle = self.grown()
        world.passport(name="later still")
        newest = world.log.size
        text = world.log.checkpoint(middle).encode() + "an extension\n"
        unknown = Note(text, (world.log.signer.sign(text),)).encode()
        heads = (
            root_seal(passport).heads[0],
            replace(self.later(world, passport, middle, world.log.consistency(old, middle)), checkpoint=unknown),
            self.later(world, passport, newest, world.log.consistency(middle, newest)),
        )
        undetermined(world.verify(with_heads(passport, *heads)), "checkpoint.extension")

    @pytest.mark.parametrize(
        ("note", "code"),
        [
            (b"", "note.without-signatures"),
            (b"text only\n", "note.without-signatures"),
            (b"a\n1\n\n\xe2\x80\x94 a AAAA\n", "note.signature-malformed"),
            (b"a\n1\n\n\xe2\x80\x94 a AAAAAAAA\n", "checkpoint.truncated"),
        ],
    )
    def test_noise(self, note: bytes, code: str) -> None:
        world = World()
        rejected(world.verify(every_head(world.passport(), lambda head: replace(head, checkpoint=note))), code)


class TestEquivocation:
    """Two histories, each validly signed."""

    def forked(self, world: World, passport: Passport) -> tuple[MemoryLog, int]:
        """A log with the same key and other entries, of the same size, with the passport's root in the same place."""
        fork = MemoryLog(ORIGIN)
        fork.encoded = list(world.log.encoded)
        fork.encoded[-1] = Heartbeat(1).encode()
        return fork, root_seal(passport).index

    def head(self, world: World, fork: MemoryLog, index: int) -> Head:
        return world.anchored_head(index, fork.size, log=fork)

    def test_in_one_seal(self) -> None:
        world = World()
        passport = world.passport()
        fork, index = self.forked(world, passport)
        honest = root_seal(passport).heads[0]
        one = replace(honest, anchors=honest.anchors[:1])
        dishonest = self.head(world, fork, index)
        two = replace(dishonest, anchors=dishonest.anchors[1:])
        rejected(world.verify(with_heads(passport, one, two)), "log.equivocation")
        rejected(
            world.verify(with_heads(passport, one, replace(two, consistency=()))),
            "log.equivocation",
            "consistency.fork",
        )

    def test_in_two_seals(self) -> None:
        world = World()
        passport = world.passport()
        fork, index = self.forked(world, passport)
        rejected(world.verify(with_heads(passport, self.head(world, fork, index))), "log.equivocation")

    def test_in_a_component(self) -> None:
        world = World()
        part = world.passport(name="cell")
        fork, index = self.forked(world, part)
        whole = world.passport(components=[part])
        seal = replace(root_seal(part), heads=(self.head(world, fork, index),))
        commitment = part.credentials[part.root].commitment
        rejected(world.verify(with_seal(whole, seal, commitment)), "log.equivocation")

    def test_at_different_sizes_by_different_entries_at_one_index(self) -> None:
        """No two heads have one size, and no consistency proof gives it away: one index, two entries."""
        world = World()
        passport = world.passport()
        record = passport.credential.records[0].commitment
        index = passport.seals[record].index
        fork = MemoryLog(ORIGIN)
        fork.encoded = list(world.log.encoded)
        root = root_seal(passport)
        fork.encoded[index], fork.encoded[root.index] = root.entry, passport.seals[record].entry
        fork.append(Heartbeat(1))
        head = world.anchored_head(index, fork.size, log=fork)
        rejected(world.verify(with_seal(passport, Seal(root.entry, index, (head,)))), "log.equivocation")

    def test_heads_that_the_log_did_not_sign_accuse_nobody(self) -> None:
        world = World()
        passport = world.passport()
        fork, index = self.forked(world, passport)
        fork.signer = NoteSigner(ORIGIN, key("forger"))
        report = world.verify(with_heads(passport, self.head(world, fork, index)))
        undetermined(report, "head.unsigned", "seal.without-head")
