"""What an adapter returned in another shape than the interface's is a defect of the adapter, and is stored nowhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from carbonseal.ledger import Attempt, AttemptStatus, Balance, Evidence, Observation, Statement
from carbonseal.node.anchoring.answers import (
    WrongAnswer,
    check_answer,
    check_attempt,
    check_balance,
    check_evidence,
    check_observation,
)

from .scene import LOG

STATEMENT = Statement(LOG, 7, bytes(32))
ATTEMPT = Attempt(STATEMENT, "id", "4", b"payload")
OTHER = replace(ATTEMPT, statement=Statement(LOG, 8, bytes(32)))
SEEN = Observation(AttemptStatus.INCLUDED, "id", {"block": 7}, stage="2 of 3", cost=9)
EVIDENCE = Evidence("sim", 1, b"proof")
BALANCE = Balance("ETH", 18, 10**30)
NO_TEXTS = (None, 7, b"bytes", "\ud800")
NO_BYTES = (None, "text", [1])
NO_NUMBERS = (None, 1.5, "7", -1, True)


def check_ours(found: object) -> None:
    check_attempt(found, STATEMENT, (ATTEMPT,))


WRONG: list[tuple[Callable[[Any], None], Any, str, tuple[object, ...]]] = [
    (check_ours, ATTEMPT, "statement", (None, OTHER.statement)),
    (check_ours, ATTEMPT, "id", (*NO_TEXTS, "")),
    (check_ours, ATTEMPT, "slot", NO_TEXTS),
    (check_ours, ATTEMPT, "payload", NO_BYTES),
    (check_ours, ATTEMPT, "answer", NO_BYTES),
    (check_observation, SEEN, "status", (None, "included")),
    (check_observation, SEEN, "attempt", NO_TEXTS),
    (check_observation, SEEN, "reason", NO_TEXTS),
    (check_observation, SEEN, "stage", NO_TEXTS),
    (check_observation, SEEN, "cost", NO_NUMBERS),
    (check_observation, SEEN, "irreversible", (None, 1)),
    (check_observation, SEEN, "facts", ([], "text", {"block": b"7"}, {"block": float("nan")}, {1: 2, "1": 2})),
    (check_evidence, EVIDENCE, "type", NO_TEXTS),
    (check_evidence, EVIDENCE, "version", NO_NUMBERS),
    (check_evidence, EVIDENCE, "data", NO_BYTES),
    (check_balance, BALANCE, "unit", NO_TEXTS),
    (check_balance, BALANCE, "decimals", NO_NUMBERS),
    (check_balance, BALANCE, "amount", NO_NUMBERS),
    (check_balance, BALANCE, "warning", NO_TEXTS),
    (check_balance, BALANCE, "empty", (None, 0)),
]


@pytest.mark.parametrize(("check", "sound", "member", "values"), WRONG, ids=lambda value: str(value)[:20])
def test_a_member_of_another_kind(
    check: Callable[[Any], None], sound: Any, member: str, values: tuple[object, ...]
) -> None:
    check(sound)
    for value in values:
        with pytest.raises(WrongAnswer, match=member):
            check(replace(sound, **{member: value}))


@pytest.mark.parametrize("check", [check_ours, check_answer, check_observation, check_evidence, check_balance])
def test_something_else(check: Callable[[Any], None]) -> None:
    with pytest.raises(WrongAnswer, match=r"expected .* found 7"):
        check(7)


def test_what_the_interface_allows() -> None:
    check_answer(b"")
    check_balance(None)
    check_observation(replace(SEEN, facts=None))
    check_attempt(replace(ATTEMPT, id="new"), STATEMENT, (OTHER,))


def test_an_id_of_another_anchors_attempt() -> None:
    with pytest.raises(WrongAnswer, match="of an attempt for another anchor"):
        check_attempt(ATTEMPT, STATEMENT, (OTHER,))
