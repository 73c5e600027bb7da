"""Merging and refreshing: they add, and take nothing away that anything rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal.findings import Verdict
from carbonseal.ledger import Evidence
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.entries import Heartbeat
from carbonseal.log.notes import Note
from carbonseal.log.tree import verify_consistency
from carbonseal.passport.assembly import Link, merge_seals, refresh
from carbonseal.passport.passports import Passport, parse
from carbonseal.passport.seals import MAX_ANCHORS, MAX_HEADS, Head, Seal, SealedAnchor
from carbonseal.passport.status_lists import MAX_VERSIONS
from carbonseal.verification.verify import Report, verify
from tests.world import (
    AT,
    BLOCK_TIME,
    CHAIN,
    OTHER_ORIGIN,
    SIGNED,
    MemoryLog,
    World,
    chain_evidence,
    codes,
)

SIZES = range(3, 41)
INDEX = 2


@cache
def log() -> MemoryLog:
    made = MemoryLog("certifier.example/log")
    for time in range(1, SIZES.stop):
        made.append(Heartbeat(time))
    return made


def every_link(origin: str, old: int, new: int) -> tuple[bytes, ...] | None:
    return log().consistency(old, new)


def no_link(origin: str, old: int, new: int) -> tuple[bytes, ...] | None:
    return None


@cache
def head(size: int, anchors: tuple[int, ...] = ()) -> Head:
    made = tuple(SealedAnchor(f"x:{number}", Evidence("x", 1, b"")) for number in anchors)
    return Head(log().head(size), log().inclusion(INDEX, size), None, made)


@st.composite
def seals(draw: st.DrawFn, most: int = MAX_HEADS) -> Seal:
    sizes = sorted(draw(st.sets(st.sampled_from(SIZES), min_size=1, max_size=most)))
    heads = []
    for number, size in enumerate(sizes):
        linked = number and draw(st.booleans())
        consistency = log().consistency(sizes[number - 1], size) if linked else None
        anchors = tuple(sorted(draw(st.sets(st.integers(0, 24), max_size=MAX_ANCHORS))))
        heads.append(replace(head(size, anchors), consistency=consistency))
    return Seal(log().encoded[INDEX], INDEX, tuple(heads))


def checkpoint(one: Head) -> Checkpoint:
    return Checkpoint.parse(Note.parse(one.checkpoint).text)


def runs(seal: Seal) -> list[set[int]]:
    """The sizes of heads that are linked with each other."""
    found: list[set[int]] = []
    for one in seal.heads:
        if one.consistency is None:
            found.append(set())
        found[-1].add(checkpoint(one).size)
    return found


@given(seals(), seals(), st.sampled_from([every_link, no_link]))
def test_merging(first: Seal, second: Seal, link: Link) -> None:
    merged = merge_seals(first, second, link)
    heads = {checkpoint(one).size: one for one in merged.heads}
    # in order, within the limits, nothing invented
    assert list(heads) == sorted(heads)
    assert len(merged.heads) == len(heads) <= MAX_HEADS
    known = {checkpoint(one).size for seal in (first, second) for one in seal.heads}
    assert heads.keys() <= known
    # nothing of the first is lost: neither heads, nor anchors, nor links
    for one in first.heads:
        kept = heads[checkpoint(one).size]
        assert set(one.anchors) <= set(kept.anchors)
        assert len(kept.anchors) <= MAX_ANCHORS
    for run in runs(first):
        assert any(run <= other for other in runs(merged))
    # every proof that is there holds
    assert merged.heads[0].consistency is None
    for one, other in pairwise(merged.heads):
        if other.consistency is not None:
            old, new = checkpoint(one), checkpoint(other)
            verify_consistency(old.size, old.root, new.size, new.root, other.consistency)
        assert other.consistency is not None or link is no_link
    # again brings nothing more
    assert merge_seals(merged, second, link) == merged
    assert merge_seals(merged, first, link) == merged


@given(seals())
def test_merging_with_itself_changes_nothing(seal: Seal) -> None:
    assert merge_seals(seal, seal, no_link) == seal


def test_where_room_is_scarce_the_newest_come_first() -> None:
    entry = log().encoded[INDEX]
    first = Seal(entry, INDEX, tuple(map(head, range(3, 18))))
    merged = merge_seals(first, Seal(entry, INDEX, (head(20), head(30))), every_link)
    assert [checkpoint(one).size for one in merged.heads] == [*range(3, 18), 30]


def test_seals_of_other_entries_are_not_mixed() -> None:
    seal = Seal(log().encoded[INDEX], INDEX, (head(5),))
    later = (head(9),)
    assert merge_seals(seal, Seal(log().encoded[INDEX], INDEX + 1, later), every_link) == seal
    assert merge_seals(seal, Seal(log().encoded[INDEX + 1], INDEX, later), every_link) == seal


def test_heads_of_another_log_are_not_mixed_in() -> None:
    seal = Seal(log().encoded[INDEX], INDEX, (head(5),))
    elsewhere = MemoryLog("elsewhere.example")
    elsewhere.encoded = log().encoded
    other = Head(elsewhere.head(9), elsewhere.inclusion(INDEX, 9), None, ())
    assert merge_seals(seal, Seal(seal.entry, INDEX, (other,)), every_link) == seal


def test_a_head_gathers_signatures_and_never_two_of_one_key() -> None:
    world = World()
    passport = world.passport()
    commitment, seal = next(iter(passport.seals.items()))
    size = world.log.size
    plain, witnessed, again = (
        replace(seal, heads=(replace(seal.heads[0], checkpoint=world.log.head(size, *cosigners)),))
        for cosigners in ((), ((world.witness, 1),), ((world.witness, 2),))
    )
    assert merge_seals(plain, witnessed, no_link) == witnessed
    assert merge_seals(witnessed, plain, no_link) == witnessed
    assert merge_seals(witnessed, again, no_link) == witnessed
    assert commitment in passport.seals


# --- what the verifier makes of it ---------------------------------------------------------------------------------

OTHER = f"tlog:{OTHER_ORIGIN}"


HOURS = {4: 5, 5: 2, 6: 9, 7: 1, 8: 8, 9: 3, 10: 4}  # not in order, as blocks and heads are not bound to be


class Grown:
    """A passport of size 4, and a log that went on to size 10; every head can be anchored on both ledgers, the chain's
    blocks having the times that `HOURS` says."""

    def __init__(self) -> None:
        self.world = World()
        self.passport = self.world.passport()
        assert self.world.log.size == 4
        for time in range(6):
            self.world.log.append(Heartbeat(time))
        self.anchors = {size: self.anchored(size) for size in HOURS}
        self.policy = self.world.policy()

    def anchored(self, size: int) -> tuple[SealedAnchor, SealedAnchor]:
        world = self.world
        statement = world.log.checkpoint(size).statement()
        time = BLOCK_TIME + timedelta(hours=HOURS[size])
        made = chain_evidence(statement, timestamp=int(time.timestamp()))
        world.trusted = [item for item in world.trusted if item.value["number"] != made.number]
        world.trusted += made.trust(CHAIN)
        return SealedAnchor(CHAIN, made.evidence), SealedAnchor(OTHER, world.in_other_log(statement))

    def seal(self, commitment: bytes, sizes: list[int], on: list[int], linked: list[bool]) -> Seal:
        """A seal under heads of these sizes, each anchored on the chain (1), the other log (2) or both (3)."""
        world, known = self.world, self.passport.seals[commitment]
        heads = []
        for number, size in enumerate(sizes):
            anchors = tuple(anchor for bit, anchor in enumerate(self.anchors[size]) if on[number] >> bit & 1)
            proof = world.log.consistency(sizes[number - 1], size) if number and linked[number] else None
            heads.append(Head(world.log.head(size), world.log.inclusion(known.index, size), proof, anchors))
        return Seal(known.entry, known.index, tuple(heads))

    def with_seals(self, sizes: list[int], on: list[int], linked: list[bool]) -> Passport:
        seals = {commitment: self.seal(commitment, sizes, on, linked) for commitment in self.passport.seals}
        return replace(self.passport, seals=seals)

    def verify(self, passport: Passport) -> Report:
        return verify(passport.encode(), self.policy, self.world.trust(), at=AT)


@cache
def grown() -> Grown:
    return Grown()


HEADS = st.sets(st.sampled_from(sorted(HOURS)), min_size=1).map(sorted)
WAYS = st.lists(st.integers(0, 3), min_size=7, max_size=7)
LINKED = st.lists(st.booleans(), min_size=7, max_size=7)


@settings(max_examples=80)
@given(HEADS, WAYS, LINKED, HEADS, WAYS, LINKED, st.booleans())
def test_what_verified_still_does_and_since_no_later(
    sizes: list[int],
    on: list[int],
    linked: list[bool],
    more: list[int],
    more_on: list[int],
    more_linked: list[bool],
    own: bool,
) -> None:
    def link(origin: str, old: int, new: int) -> tuple[bytes, ...] | None:
        return grown().world.log.consistency(old, new) if own else None

    before = grown().with_seals(sizes, on, linked)
    seals = grown().with_seals(more, more_on, more_linked).seals
    after = refresh(before, seals=seals, status_lists=[], link=link)
    old, new = grown().verify(before), grown().verify(after)
    assert Verdict.REJECTED not in (old.verdict, new.verdict)
    if old.verdict is Verdict.VERIFIED:
        assert new.verdict is Verdict.VERIFIED
        assert since(new) <= since(old)
    assert refresh(after, seals=seals, status_lists=[], link=link) == after
    assert parse(after.encode()).encode() == after.encode()


def since(report: Report) -> datetime:
    assert report.existed_by is not None
    return report.existed_by


def no_links(origin: str, old: int, new: int) -> None:
    return None


class TestRefresh:
    def test_signed_things_stay(self) -> None:
        before = grown().passport
        seals = grown().with_seals([4, 7], [3, 3], [False, True]).seals
        after = refresh(before, seals=seals, status_lists=[], link=no_links)
        assert (after.root, after.credentials, after.records) == (before.root, before.credentials, before.records)
        assert after != before

    def test_a_head_between_two_that_are_linked_does_not_part_them(self) -> None:
        before = grown().with_seals([4, 8], [1, 2], [False, True])
        assert grown().verify(before).verdict is Verdict.VERIFIED
        seals = grown().with_seals([6], [3], [False]).seals
        assert refresh(before, seals=seals, status_lists=[], link=no_links) == before

    def test_a_newer_status_list_comes_to_the_old_one_once_it_is_sealed(self) -> None:
        world = World()
        passport = world.passport()
        newer = world.status_list(world.maker, valid_from=SIGNED + timedelta(days=1))
        kept = refresh(passport, seals={}, status_lists=[newer], link=no_links)
        assert kept == passport
        seals = world.seals([newer.commitment])
        renewed = refresh(passport, seals=seals, status_lists=[newer], link=no_links)
        assert set(renewed.status_lists) == {*passport.status_lists, newer.signed.digest}
        assert passport.seals.items() <= renewed.seals.items()
        assert world.verify(renewed).verdict is Verdict.VERIFIED

    def test_of_more_versions_than_may_be_carried_those_that_revoke_stay_and_then_the_latest(self) -> None:
        world = World()
        passport = world.passport(revoked=[7])
        (revoking,) = passport.status_lists
        made = [world.status_list(world.maker, valid_from=SIGNED + timedelta(days=n)) for n in range(1, 21)]
        seals = world.seals([one.commitment for one in made])
        after = refresh(passport, seals=seals, status_lists=made, link=no_links)
        assert set(after.status_lists) == {revoking, *(one.signed.digest for one in made[-MAX_VERSIONS + 1 :])}
        assert parse(after.encode()) == after
        assert "status.revoked" in codes(world.verify(after))

    def test_strangers_are_left_out(self) -> None:
        world = World()
        passport = world.passport()
        theirs = world.passport(world.supplier, "something else")
        after = refresh(passport, seals=theirs.seals, status_lists=theirs.status_lists.values(), link=no_links)
        assert after == passport
