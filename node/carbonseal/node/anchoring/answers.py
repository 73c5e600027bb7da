"""What an adapter returned, compared with the interface before anything rests on it.

Anybody can write an adapter, and what the outbox stores is read for years: a cost that is not a number, or facts that are not
JSON, would be read again in every round. So a value of another shape is a defect of the adapter, as an error would be.

Each function returns nothing, and raises `WrongAnswer` with what is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from carbonseal.findings import CarbonsealError
from carbonseal.ledger import Attempt, AttemptStatus, Balance, Evidence, Observation, Statement


class WrongAnswer(CarbonsealError):
    """An adapter returned what the interface does not allow."""


def check_attempt(found: object, statement: Statement, known: Sequence[Attempt]) -> None:
    """Of `prepare`: an attempt to write `statement`, new or one of those that are `known`."""
    if not isinstance(found, Attempt):
        raise WrongAnswer(f"expected an Attempt, found {found!r}")
    _expect(found.statement == statement, "statement", found.statement)
    _expect(_is_text(found.id) and found.id != "", "id", found.id)
    _expect(_is_text(found.slot), "slot", found.slot)
    _expect(isinstance(found.payload, bytes), "payload", found.payload)
    _expect(isinstance(found.answer, bytes), "answer", found.answer)
    others = [one for one in known if one.id == found.id and one.statement != statement]
    _expect(not others, "id", f"{found.id!r}, of an attempt for another anchor")


def check_answer(found: object) -> None:
    """Of `send`: bytes."""
    if not isinstance(found, bytes):
        raise WrongAnswer(f"expected bytes, found {found!r}")


def check_observation(found: object) -> None:
    """Of `follow`."""
    if not isinstance(found, Observation):
        raise WrongAnswer(f"expected an Observation, found {found!r}")
    _expect(isinstance(found.status, AttemptStatus), "status", found.status)
    for name in ("attempt", "reason", "stage"):
        _expect(_is_text(getattr(found, name)), name, getattr(found, name))
    _expect(_is_number(found.cost), "cost", found.cost)
    _expect(isinstance(found.irreversible, bool), "irreversible", found.irreversible)
    _expect(found.facts is None or _is_json(found.facts), "facts", found.facts)


def check_evidence(found: object) -> None:
    """Of `evidence`."""
    if not isinstance(found, Evidence):
        raise WrongAnswer(f"expected Evidence, found {found!r}")
    _expect(_is_text(found.type), "type", found.type)
    _expect(_is_number(found.version), "version", found.version)
    _expect(isinstance(found.data, bytes), "data", found.data)


def check_balance(found: object) -> None:
    """Of `balance`: one, or None."""
    if found is None:
        return
    if not isinstance(found, Balance):
        raise WrongAnswer(f"expected a Balance or None, found {found!r}")
    _expect(_is_text(found.unit), "unit", found.unit)
    _expect(_is_number(found.decimals), "decimals", found.decimals)
    _expect(_is_number(found.amount), "amount", found.amount)
    _expect(_is_text(found.warning), "warning", found.warning)
    _expect(isinstance(found.empty, bool), "empty", found.empty)


def _expect(kept: bool, member: str, found: object) -> None:
    if not kept:
        raise WrongAnswer(f"{member} is not what the interface asks for: {found!r}")


def _is_text(value: object) -> bool:
    """Whether it is a text that UTF-8 can encode: databases keep no other."""
    return isinstance(value, str) and _encodes(value)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_json(value: object) -> bool:
    if not isinstance(value, Mapping):
        return False
    try:
        return _encodes(json.dumps(dict(value), sort_keys=True, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        return False
