"""Honest nodes, ledgers, holders and verifiers, whatever happens to them: no passport is rejected.

- The log grows, and signs heads again after a restart. Witnesses cosign by their own clocks, more than once.
- The chain writes an anchor again after a reorg, in another block; others anchor there too, in other contracts. The other log
  proves an anchor under a later head, or has another key.
- Status lists come in versions, some of them dated by a clock that was ahead; others' credentials are revoked, this one at most
  suspended.
- The passport is refreshed in any order, and its holder leaves out what it likes.
- The verifier's policy lists other keys, contracts, slots, quorums and windows, its trust has what some endpoints say, and it asks
  about any instant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache, lru_cache
from itertools import pairwise
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal.findings import Outcome, Verdict
from carbonseal.ledger import Evidence, Statement, TrustItem
from carbonseal.log.entries import ForeignAnchor, Heartbeat, RecordEntry
from carbonseal.log.notes import NoteSigner
from carbonseal.log.proofs import TlogProof
from carbonseal.passport.assembly import refresh
from carbonseal.passport.credentials import REVOCATION, SUSPENSION
from carbonseal.passport.multibase import encode_key
from carbonseal.passport.passports import Passport
from carbonseal.passport.seals import Head, Seal, SealedAnchor
from carbonseal.verification.trust import Trust
from carbonseal.verification.verify import Report, verify
from carbonseal_devnet.ethereum.evidence import Synthetic
from tests.programs.effort import examples
from tests.verification.tampering import every_head
from tests.world import AT, BLOCK_TIME, CHAIN, ORIGIN, OTHER_ORIGIN, SIGNED, World, chain_evidence, key, suspendable

T = TypeVar("T")

OTHER = f"tlog:{OTHER_ORIGIN}"
GROWTH = 6  # heads that the log signs after the passport was made
FORKS = {"first": 0, "after a reorg": 13}  # seconds by which the anchor's block is later
ELSEWHERE = {"publisher": b"\x77" * 20, "registry": b"\x78" * 20}
VERSIONS: tuple[tuple[Sequence[int], int, str], ...] = (  # of status lists: positions, days after the first, purpose
    ((), 1, REVOCATION),
    ((3, 4), 2, REVOCATION),
    ((), 90, REVOCATION),
    ((9,), 0, SUSPENSION),
    ((), 1, SUSPENSION),
)


@dataclass(frozen=True)
class Anchored:
    """A head as a node keeps it: how much the log had grown, its anchors, and when the witness cosigned it."""

    grown: int = 0
    chain: tuple[str, ...] = ("first",)  # which of FORKS
    elsewhere: tuple[str, ...] = ()  # anchors by another publisher, or in another contract
    other: tuple[int, ...] = (0,)  # how much the other log had grown
    cosigned: tuple[int, ...] = ()  # seconds
    newer: bool = False  # evidence of a kind that is not known here, the same for all heads


@dataclass(frozen=True)
class History:
    """What happened to a passport, and what its verifier brings."""

    kept: tuple[Anchored, ...] = (Anchored(),)
    refreshed: tuple[Anchored, ...] = ()
    linked: bool = True
    lists: frozenset[int] = frozenset()
    withheld: bool = False
    dropped: int = 0  # every so many anchors are left out
    trusted: frozenset[tuple[str, str]] = frozenset({("first", "made up")})  # forks, by source
    days: int = 0
    lines: Mapping[str, str] = field(default_factory=dict)


class Honest:
    """A passport, the log that grew since, and all that honest parties hold of both."""

    def __init__(self) -> None:
        world = self.world = World()
        part = world.passport(world.supplier, "cell")
        self.passport = world.passport(components=[part], change=suspendable)
        self.lists = [
            world.status_list(world.maker, positions, SIGNED + timedelta(days=days), purpose)
            for positions, days, purpose in VERSIONS
        ]
        self.start = world.log.size
        for time in range(GROWTH):
            world.log.append(Heartbeat(time))
        self.entered = [world.other.append(ForeignAnchor(self.statement(grown))) for grown in range(GROWTH + 1)]
        for time in range(GROWTH):
            world.other.append(Heartbeat(time))
        self.index = lru_cache(lambda commitment: world.log.encoded.index(RecordEntry(commitment).encode()))
        self.inclusion = lru_cache(world.log.inclusion)

    def statement(self, grown: int) -> Statement:
        return self.world.log.checkpoint(self.start + grown).statement()

    def block(self, grown: int, fork: str) -> Synthetic:
        """The chain's block with the anchor of a head."""
        time = BLOCK_TIME + timedelta(seconds=FORKS[fork])
        return chain_evidence(self.statement(grown), timestamp=int(time.timestamp()))

    def anchors(self, head: Anchored) -> tuple[SealedAnchor, ...]:
        world, index = self.world, self.entered[head.grown]
        found = [SealedAnchor(CHAIN, self.block(head.grown, fork).evidence) for fork in head.chain]
        for option in head.elsewhere:
            made = chain_evidence(self.statement(head.grown), **{option: ELSEWHERE[option]})
            found.append(SealedAnchor(CHAIN, made.evidence))
        for grown in head.other:
            size = self.entered[-1] + 1 + grown
            cosigners = [(world.witness, time) for time in head.cosigned]
            proof = TlogProof(index, world.other.inclusion(index, size), world.other.head(size, *cosigners))
            found.append(SealedAnchor(OTHER, Evidence("tlog-proof", 1, proof.encode())))
        if head.newer:
            found.append(SealedAnchor(CHAIN, Evidence("ethereum-storage", 2, b"of many heads")))
        return tuple(dict.fromkeys(found))

    def seals(self, heads: Sequence[Anchored], linked: bool) -> dict[bytes, Seal]:
        """The seals of everything, under these heads by ascending size."""
        by_size = {self.start + head.grown: head for head in sorted(heads, key=lambda head: head.grown)}
        sizes = list(by_size)
        log, found = self.world.log, {}
        notes = {
            size: log.head(size, *((self.world.witness, at) for at in head.cosigned)) for size, head in by_size.items()
        }
        links = [log.consistency(one, other) for one, other in pairwise(sizes)]
        proofs = [None, *(links if linked else [None] * len(links))]
        for commitment in (*self.passport.seals, *(one.commitment for one in self.lists)):
            index = self.index(commitment)
            made = tuple(
                Head(notes[size], self.inclusion(index, size), proof, self.anchors(by_size[size]))
                for size, proof in zip(sizes, proofs, strict=True)
            )
            found[commitment] = Seal(RecordEntry(commitment).encode(), index, made)
        return found

    def made(self, history: History) -> Passport:
        """The passport as its holder hands it on."""
        seals = self.seals(history.kept, history.linked)
        first = replace(self.passport, seals={key: seals[key] for key in self.passport.seals})
        lists = [self.lists[at] for at in sorted(history.lists)]
        whole = refresh(
            first,
            seals=self.seals(history.refreshed or history.kept, history.linked),
            status_lists=lists,
            link=lambda _, old, new: self.world.log.consistency(old, new) if history.linked else None,
        )
        if history.withheld:
            whole = replace(whole, records={})
        if history.dropped:
            whole = every_head(
                whole,
                lambda head: replace(
                    head, anchors=tuple(one for at, one in enumerate(head.anchors) if (at + 1) % history.dropped)
                ),
            )
        return whole

    def trust(self, history: History) -> Trust:
        """What these sources say of the blocks, each of one fork."""
        items: list[TrustItem] = []
        for fork, source in sorted(history.trusted):
            for grown in range(GROWTH + 1):
                items += (replace(item, source=source) for item in self.block(grown, fork).trust(CHAIN))
        return Trust(()).joined(items)

    def report(self, history: History) -> Report:
        passport = self.made(history)
        policy = self.world.policy(**{"log": self.log_line(), **history.lines})
        return verify(passport.encode(), policy, self.trust(history), at=AT + timedelta(days=history.days))

    def log_line(self) -> str:
        return f"{self.world.lines()['log']}\nwitness watcher {self.world.witness.verifier.encode()}"


@cache
def honest() -> Honest:
    return Honest()


@cache
def lines() -> dict[str, list[str]]:
    """Lines that a verifier may write in the place of the world's."""
    world, known = honest().world, honest().world.lines()
    stranger = NoteSigner(OTHER_ORIGIN, key("the peer's next")).verifier.encode()
    issuer = f"signer maker issuer {world.maker.id}"
    other_key = encode_key(key("the maker's next").public_key().public_bytes_raw())
    options = world.options
    eas = f"contract=eas genesis={options['genesis']} eas={options['registry']} code={options['code']} publisher=any"
    chain = known["chain"]
    swap = {name: chain.replace(f"{name}={value}", f"{name}={_other(value)}") for name, value in options.items()}
    return {
        "log": [f"log {NoteSigner(ORIGIN, key('another')).verifier.encode()}\nwitness watcher {_witness()}"],
        "quorum": ["quorum watcher"],
        "maker": [
            "",
            f"{issuer} {other_key}",
            f"{known['maker']} until=2026-11-20T12:00:05Z",
            f"{known['maker']} from=2026-11-20T10:00:00Z",
        ],
        "supplier": ["", f"{known['supplier']} products=urn:else:"],
        "chain": [*swap.values(), f"{chain} agree=2", *(f"ledger chain {CHAIN} {eas} slot={slot}" for slot in (2, 5))],
        "other": [
            f"ledger other {OTHER} key={stranger}",
            f"{known['other']} quorum=watcher",
            f"{known['other']}\nledger own tlog:{ORIGIN} key={NoteSigner(ORIGIN, key('third')).verifier.encode()}",
        ],
        "both": ["group both any chain other"],
        "time": ["", "require time by=both"],
        "status": ["", "require status within=400d"],
        "history": ["require history"],
        "disclosed": ["require disclosed role=footprint"],
    }


def _other(value: str) -> str:
    return value[:-4] + ("0000" if value[-4:] != "0000" else "1111")


def _witness() -> str:
    return honest().world.witness.verifier.encode()


def mostly(usual: T, *others: T) -> st.SearchStrategy[T]:
    """The usual in half of the cases: where everything goes wrong at once, little is looked at."""
    return st.sampled_from([usual] * len(others) + list(others))


HEADS = st.lists(
    st.builds(
        Anchored,
        grown=st.integers(0, GROWTH),
        chain=mostly(("first",), ("first", "after a reorg"), ("after a reorg",), ()),
        elsewhere=mostly((), ("publisher",), ("registry",)),
        other=mostly((0,), (GROWTH,), (0, GROWTH), ()),
        cosigned=mostly((1795176000,), (), (1, 1), (1795176060, 4102444800)),
        newer=mostly(False, True),
    ),
    min_size=1,
    max_size=3,
).map(tuple)
TRUSTED = mostly(
    frozenset({("first", "made up")}),
    frozenset({("first", "made up"), ("first", "another")}),
    frozenset({("first", "made up"), ("after a reorg", "another")}),
    frozenset({("after a reorg", "made up")}),
    frozenset(),
)


def policies() -> st.SearchStrategy[dict[str, str]]:
    """At most three lines of a policy in the place of the world's."""
    choices = [(name, line) for name, choice in lines().items() for line in choice]
    return st.lists(st.sampled_from(choices), max_size=3).map(dict)


@settings(max_examples=examples(100), deadline=None)
@given(st.data())
def test_no_honest_history_is_rejected(data: st.DataObject) -> None:
    history = History(
        kept=data.draw(HEADS, "kept"),
        refreshed=data.draw(HEADS, "refreshed"),
        linked=data.draw(mostly(True, False), "linked"),
        lists=data.draw(st.frozensets(st.integers(0, len(VERSIONS) - 1)), "lists") | {len(VERSIONS) - 1},
        withheld=data.draw(mostly(False, True), "withheld"),
        dropped=data.draw(mostly(0, 1, 2, 3), "dropped"),
        trusted=data.draw(TRUSTED, "trusted"),
        days=data.draw(mostly(0, -400, -1, 3, 60, 400), "days"),
        lines=data.draw(policies(), "lines"),
    )
    report = honest().report(history)
    assert [str(one) for one in report.findings if one.code.outcome is Outcome.REJECTED] == []
    assert report.verdict is not Verdict.REJECTED


def test_a_history_without_mishaps_is_verified() -> None:
    kept, later = Anchored(), Anchored(grown=3, other=(GROWTH,), cosigned=(1, 1))
    for history in (
        History(lists=frozenset({4})),
        History(kept=(kept,), refreshed=(kept, later), lists=frozenset({0, 4})),
    ):
        report = honest().report(history)
        assert report.verdict is Verdict.VERIFIED, [str(one) for one in report.findings]


def test_the_same_history_is_rejected_once_somebody_lies() -> None:
    """Else nothing would be shown by those that are not."""
    there = honest()
    passport = there.made(History())
    lied = every_head(passport, lambda head: replace(head, inclusion=head.inclusion[::-1]))
    report = verify(lied.encode(), there.world.policy(), there.trust(History()), at=AT)
    assert report.verdict is Verdict.REJECTED
