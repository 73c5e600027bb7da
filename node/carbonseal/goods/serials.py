"""Serial numbers of a lot: a list of them and of ranges (docs/spec.md, section 12).

A range goes from one number to another that differs from it in the digits at its end alone, of which both have as many:
``SN-0001`` to ``SN-0500`` are 500. A number is in it if it is written like its ends.

>>> serials = Serials(("A7",), (SerialRange("SN-0001", "SN-0500"),))
>>> serials.count, "SN-0042" in serials, "SN-42" in serials, "A7" in serials
(501, True, False, True)
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

from carbonseal.values import dataclass

from .identifiers import malformed

RANGE = "a range of serial numbers"
MOST_DIGITS = 18
_ENDING = re.compile(rf"[0-9]{{1,{MOST_DIGITS}}}\Z", re.ASCII)

Written = tuple[str, int]  # what stands in front of the digits at the end, and how many these are


def _split(serial: str) -> tuple[Written, int] | None:
    """How a number is written, and the value of the digits at its end; None where it ends in none, or in too many."""
    ending = _ENDING.search(serial)
    if ending is None or serial[: ending.start()][-1:].isdecimal():
        return None
    return (serial[: ending.start()], len(ending.group())), int(ending.group())


@dataclass(frozen=True, slots=True)
class SerialRange:
    """The numbers from `first` to `last`, both included. Raises Refused (`goods.malformed`) where they are not written alike, or
    are the other way round."""

    first: str
    last: str

    def __post_init__(self) -> None:
        first, last = _split(self.first), _split(self.last)
        if first is None or last is None or first[0] != last[0] or first[1] > last[1]:
            problem = (
                f"expected two that differ in the digits at their end alone, at most {MOST_DIGITS}, the smaller first"
            )
            raise malformed(f"{self.first} to {self.last}", RANGE, problem)

    @property
    def written(self) -> Written:
        """How its numbers are written."""
        return self._ends[0]

    @property
    def bounds(self) -> tuple[int, int]:
        """The values of the digits at the end of both."""
        return self._ends[1:]

    @property
    def _ends(self) -> tuple[Written, int, int]:
        first, last = _split(self.first), _split(self.last)
        assert first is not None and last is not None  # or it would not have been made
        return first[0], first[1], last[1]

    @property
    def count(self) -> int:
        """How many numbers it has."""
        start, end = self.bounds
        return end - start + 1

    def __iter__(self) -> Iterator[str]:
        """Every number of it, in order."""
        (front, digits), (start, end) = self.written, self.bounds
        return (f"{front}{value:0{digits}}" for value in range(start, end + 1))


@dataclass(frozen=True)
class Serials:
    """Serial numbers: those that are listed, and ranges."""

    listed: tuple[str, ...] = ()
    ranges: tuple[SerialRange, ...] = ()

    @property
    def count(self) -> int:
        """How many numbers there are."""
        return len(self.listed) + sum(one.count for one in self.ranges)

    def __bool__(self) -> bool:
        return bool(self.listed or self.ranges)

    def __contains__(self, serial: object) -> bool:
        return isinstance(serial, str) and (serial in self._listed or self._is_ranged(serial))

    @property
    def first(self) -> str:
        """The first number. Raises IndexError where there is none."""
        return self.listed[0] if self.listed else self.ranges[0].first

    @cached_property
    def twice(self) -> str | None:
        """A number that is there twice; None where none is."""
        seen: set[str] = set()
        for serial in self.listed:
            if serial in seen or self._is_ranged(serial):
                return serial
            seen.add(serial)
        before: tuple[Written, int] | None = None
        for one in sorted(self.ranges, key=lambda one: (one.written, one.bounds)):
            if before is not None and before[0] == one.written and one.bounds[0] <= before[1]:
                return one.first
            before = one.written, one.bounds[1]
        return None

    @cached_property
    def _listed(self) -> frozenset[str]:
        return frozenset(self.listed)

    @cached_property
    def _bounds(self) -> dict[Written, list[tuple[int, int]]]:
        """The bounds of all ranges by how their numbers are written, in order."""
        found: dict[Written, list[tuple[int, int]]] = {}
        for one in self.ranges:
            found.setdefault(one.written, []).append(one.bounds)
        return {written: sorted(bounds) for written, bounds in found.items()}

    def _is_ranged(self, serial: str) -> bool:
        split = _split(serial)
        if split is None or split[0] not in self._bounds:
            return False
        bounds = self._bounds[split[0]]
        before = bisect_right(bounds, (split[1], 10**MOST_DIGITS))
        return before > 0 and bounds[before - 1][1] >= split[1]


NO_SERIALS = Serials()
