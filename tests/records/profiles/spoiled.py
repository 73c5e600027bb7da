"""Documents that are almost what a profile takes: for every profile, extraction must read whatever its check accepts."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.records.profiles import lookup
from tests.records.documents import JSON_VALUES

ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, "", "0", "-0.0", "1e2", "+7", "9999-12-31T23:59:60Z", "0001-01-01T00:00:00+23:59", "n/a", -1.7976931348623157e308,
     1e15, 0, -1, True, [], {}, [None], [{}], "urn:a1:b", "AR5", "2026-01-01", "piece"]
)  # fmt: skip


def spoiled(document: Any) -> st.SearchStrategy[Any]:
    """The document with up to three of its values replaced, taken away or repeated."""
    changes = st.lists(st.tuples(st.integers(0, 10_000), ODD | JSON_VALUES, st.booleans()), max_size=3)
    return changes.map(lambda found: _changed(document, found))


def _changed(document: Any, changes: list[tuple[int, Any, bool]]) -> Any:
    changed = copy.deepcopy(document)
    for number, value, takes_away in changes:
        holders = list(_holders(changed))
        if not holders:
            return value
        holder, key = holders[number % len(holders)]
        if takes_away:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(value)  # a later change may be inside of it
    return changed


def _holders(value: Any) -> Any:
    """Every (container, key or index) inside of a value."""
    items = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    for key, inner in items:
        yield value, key
        yield from _holders(inner)


def is_read(profile_id: str, value: Any) -> bool:
    """Whether the profile takes `value`. It refuses with `Refused` alone, and reads without error whatever there is."""
    profile = lookup(profile_id)
    assert isinstance(profile.recognises(value), str)
    found = profile.footprint(value)
    assert found is None or found.profile == profile_id
    try:
        profile.check(value)
    except Refused:
        return False
    return True
