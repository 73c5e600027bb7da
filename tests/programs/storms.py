"""How large storms are: real processes that are killed while they anchor. CI has the small ones, `make storm` the full ones."""

from __future__ import annotations

import os

FULL = os.environ.get("STORM") == "full"


def anchors(full: int) -> int:
    """How many anchors a storm makes, of so many in a full one."""
    return full if FULL else full // 2


def lives(shortest: int, longest: int) -> tuple[int, int]:
    """How many failpoints a process passes before it is killed. It is killed as often in a small storm as in a full one."""
    return (shortest, longest) if FULL else (shortest // 2, longest // 2)
