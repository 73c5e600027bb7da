"""The outbox: what it stores, what it does not, and what it gives back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from carbonseal.ledger import Attempt, Evidence, Statement
from carbonseal.node.anchoring.evidence import EvidenceStore
from carbonseal.node.anchoring.machine import Changes, begin
from carbonseal.node.anchoring.outbox import Outbox
from carbonseal.node.anchoring.tracked import State, TrackedAnchor
from carbonseal.storage.database import Database
from carbonseal.storage.schema import NODE

LEDGER, LOG, OTHER = "sim:1", b"\1" * 32, b"\2" * 32


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path / "node.db", NODE)) as database:
        yield database


@pytest.fixture
def outbox(database: Database) -> Outbox:
    return Outbox(database)


def due(outbox: Outbox, size: int, log: bytes = LOG, ledger: str = LEDGER) -> TrackedAnchor:
    """An anchor that is due, as it is stored."""
    assert outbox.store(begin((ledger, log, size), 0.0))
    return found(outbox, (ledger, log, size))


def found(outbox: Outbox, name: tuple[str, bytes, int]) -> TrackedAnchor:
    anchor = outbox.find(name)
    assert anchor is not None
    return anchor


def change(
    outbox: Outbox, anchor: TrackedAnchor, *, effects: dict[str, Any] | None = None, **fields: Any
) -> TrackedAnchor:
    """Store it with other fields: as it is then."""
    assert outbox.store(Changes(anchor, replace(anchor, **fields), **(effects or {})))
    return found(outbox, anchor.name)


def attempt(name: str, size: int = 7, log: bytes = LOG) -> Attempt:
    return Attempt(Statement(log, size, bytes(32)), name, "0", b"payload " + name.encode())


def test_what_is_stored_comes_back(outbox: Outbox) -> None:
    anchor = due(outbox, 7)
    fields = {
        "state": State.SENT,
        "due": 1.5,
        "since": 2.5,
        "next": 3.5,
        "tries": 4,
        "attempt": "a",
        "attempts": 5,
        "attempted": 6.5,
        "reason": "r",
        "remedy": "m",
        "stage": "s",
        "cost": 10**30,
    }
    assert change(outbox, anchor, **fields) == replace(anchor, **fields, version=1)  # type: ignore[arg-type]


def test_of_two_changes_to_one_anchor_the_second_is_not_stored(outbox: Outbox) -> None:
    anchor = due(outbox, 7)
    change(outbox, anchor, state=State.SIGNED)
    for late in (replace(anchor, state=State.FAILED), None):
        assert not outbox.store(Changes(anchor, late, attempt=attempt("late")))
    assert found(outbox, anchor.name).state is State.SIGNED
    assert outbox.attempts(anchor) == []


def test_an_anchor_begins_once(outbox: Outbox) -> None:
    anchor = change(outbox, due(outbox, 7), state=State.SENT)
    assert not outbox.store(begin(anchor.name, 9.0))
    assert found(outbox, anchor.name) == anchor


def test_what_comes_with_a_change_is_stored_only_with_it(outbox: Outbox) -> None:
    one, two, three = (due(outbox, size) for size in (1, 2, 3))
    stale = Changes(one, replace(one, state=State.SENT))
    change(outbox, one, state=State.SIGNED)
    others = [Changes(each, replace(each, state=State.FAILED)) for each in (two, three)]
    assert not outbox.store(stale, *others)
    assert {anchor.state for anchor in outbox.live(LEDGER)} == {State.SIGNED, State.DUE}
    assert outbox.store(others[0], stale, others[1])
    assert [anchor.state for anchor in outbox.live(LEDGER)] == [State.SIGNED, State.FAILED, State.FAILED]


def test_nothing_to_change_is_stored_with_what_comes_with_it(outbox: Outbox) -> None:
    one, two = due(outbox, 1), due(outbox, 2)
    assert outbox.store(Changes(one, one), Changes(two, None))
    assert outbox.live(LEDGER) == [one]


def test_an_attempt_signed_without_sight_of_another_is_not_stored(outbox: Outbox) -> None:
    one, two = due(outbox, 1), due(outbox, 2)

    def sign(anchor: TrackedAnchor, name: str, known: tuple[str, ...]) -> bool:
        signed = replace(anchor, state=State.SIGNED, attempt=name)
        return outbox.store(Changes(anchor, signed, attempt=attempt(name, anchor.size), known=known))

    assert not sign(one, "a", ("unheard of",))
    assert sign(one, "a", ())
    assert not sign(two, "b", ())
    assert found(outbox, two.name) == two
    assert sign(two, "b", ("a",))
    assert [each.id for each in outbox.open_attempts(LEDGER)] == ["a", "b"]
    assert outbox.open_attempts("sim:2") == []


def test_an_answer_is_stored_with_its_attempt(outbox: Outbox) -> None:
    anchor = change(outbox, due(outbox, 7), attempt="a", effects={"attempt": attempt("a")})
    anchor = change(outbox, anchor, attempt="b", effects={"attempt": attempt("b")})
    anchor = change(outbox, anchor, state=State.SENT, effects={"answer": b"receipt"})
    assert outbox.attempts(anchor) == [replace(attempt("b"), answer=b"receipt"), attempt("a")]
    anchor = change(outbox, anchor, state=State.SIGNED, effects={"answer": b""})
    assert outbox.attempts(anchor)[0].answer == b"receipt"  # an answer without bytes leaves it


def test_evidence_is_stored_and_dropped_with_the_change(outbox: Outbox, database: Database) -> None:
    store, one, two = EvidenceStore(database), Evidence("sim", 1, b"one"), Evidence("sim", 2, b"two")
    anchor, beside = due(outbox, 7), due(outbox, 7, ledger="sim:0")
    anchor = change(outbox, anchor, state=State.INCLUDED, effects={"evidence": one, "facts": {"block": 1}})
    change(outbox, beside, state=State.INCLUDED, effects={"evidence": two})
    assert store.at(LOG, 7) == [("sim:0", two), (LEDGER, one)]
    anchor = change(outbox, anchor, state=State.FINAL, effects={"evidence": two, "facts": {"block": 2}})
    assert store.at(LOG, 7) == [("sim:0", two), (LEDGER, two)]
    change(outbox, anchor, state=State.SENT, effects={"drop_evidence": True})
    assert store.at(LOG, 7) == [("sim:0", two)]
    assert store.at(LOG, 8) == store.at(OTHER, 7) == []


def test_what_is_closed_is_live_no_more_and_counts_for_ever(outbox: Outbox) -> None:
    """Its attempts block no others, its costs and what it covers stay in the totals."""
    for size, cost in ((5, 10**20), (3, 7)):
        anchor = change(outbox, due(outbox, size), effects={"attempt": attempt(f"a{size}", size)})
        change(outbox, anchor, state=State.FINAL, next=None, cost=cost)
    watched = change(outbox, due(outbox, 8), state=State.FINAL, next=9.0, cost=1, effects={"attempt": attempt("w", 8)})
    failed = change(outbox, due(outbox, 9), state=State.FAILED, next=None, cost=2)
    change(outbox, due(outbox, 2, OTHER), state=State.INCLUDED, cost=4)
    change(outbox, due(outbox, 90, ledger="sim:2"), state=State.FINAL, next=None, cost=100)
    assert outbox.live(LEDGER) == [found(outbox, (LEDGER, OTHER, 2)), watched, failed]
    assert [each.id for each in outbox.open_attempts(LEDGER)] == ["w"]
    totals = outbox.totals(LEDGER)
    assert totals.counts == {State.INCLUDED: 1, State.FINAL: 3, State.FAILED: 1}
    assert (totals.cost, totals.entries, totals.written) == (10**20 + 14, 8 + 2, 4)


def test_anchors_by_state_and_log(outbox: Outbox) -> None:
    for size in (1, 2, 3):
        change(outbox, due(outbox, size), state=State.FINAL if size < 3 else State.SENT)
    due(outbox, 4, OTHER)
    due(outbox, 5, ledger="sim:2")

    def sizes(*states: State, **more: Any) -> list[int]:
        return [anchor.size for anchor in outbox.anchors(LEDGER, *states, **more)]

    assert sizes() == [4, 3, 2, 1]
    assert sizes(State.FINAL, State.SENT) == [3, 2, 1]
    assert sizes(State.FINAL, limit=1) == [2]
    assert sizes(log=OTHER) == [4]


def test_the_earliest_anchor_that_covers_an_entry(outbox: Outbox) -> None:
    for size in (3, 5, 7):
        change(outbox, due(outbox, size), state=State.FINAL, next=None)
    change(outbox, due(outbox, 4), state=State.INCLUDED)
    change(outbox, due(outbox, 9, ledger="sim:2"), state=State.FINAL)
    change(outbox, due(outbox, 4, OTHER), state=State.FINAL)
    assert outbox.earliest(LOG, 2, State.FINAL) == {LEDGER: 3, "sim:2": 9}
    assert outbox.earliest(LOG, 3, State.FINAL) == {LEDGER: 5, "sim:2": 9}
    assert outbox.earliest(LOG, 7, State.FINAL) == {"sim:2": 9}
    assert outbox.earliest(LOG, 0, State.INCLUDED) == {LEDGER: 4}
    assert outbox.earliest(LOG, 9, State.FINAL) == {}
    assert outbox.newest(LEDGER, LOG) == found(outbox, (LEDGER, LOG, 7))
    assert outbox.newest("sim:3", LOG) is None
