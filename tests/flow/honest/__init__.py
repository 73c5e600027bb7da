"""Honest chains: what decent suppliers do, one oddity each. No check may hold it against them.

They were made from the catalogue of false positives, and apart from the code of the checks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.flow.chains import Chain, Made

HOLDS, REMARK, UNCLEAR = "holds", "holds, with a remark", "not checkable"


@dataclass(frozen=True)
class Honest:
    """A chain, the check that it is made for, and one outcome that this check has to have."""

    make: Callable[[Chain], Made]
    check: str
    outcome: str

    def __str__(self) -> str:
        return self.make.__name__
