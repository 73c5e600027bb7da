"""The conformance kit passes sound adapters, and fails each broken one: every check is one that can fail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pytest

from carbonseal.ledger import (
    Ledger,
)
from carbonseal_adapters.conformance import CHECKS, Check, Subject
from tests.conformance.broken import BROKEN, Broken
from tests.conformance.memory import (
    MemoryLedger,
    StampLedger,
)
from tests.conformance.subjects import memory, stamp

if TYPE_CHECKING:
    from carbonseal_adapters.conformance.subject import GuardedLedger

    def _satisfies(one: MemoryLedger, other: StampLedger, third: GuardedLedger) -> Sequence[Ledger]:
        return one, other, third


@pytest.mark.parametrize("made", [memory, stamp])
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_sound_adapter_passes(check: Check, made: Callable[[], Subject]) -> None:
    asyncio.run(check(made()))


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: f"{broken.name}-{broken.found_by}")
def test_a_broken_adapter_is_found(broken: Broken) -> None:
    check = next(check for check in CHECKS if check.__name__ == broken.found_by)
    with pytest.raises(AssertionError):
        asyncio.run(check(broken.make()))


def test_every_check_can_fail() -> None:
    assert {check.__name__ for check in CHECKS} == {broken.found_by for broken in BROKEN}
