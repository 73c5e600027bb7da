"""A stream's bytes, cut where lines end: whole lines for one call, in memory for one unfinished line."""

from __future__ import annotations

from dataclasses import dataclass

MOST_LINES = 1024  # of one part: short ones, too, have results


@dataclass(frozen=True, slots=True)
class Part:
    """Whole lines of a stream, of which the first has the number `first`. `is_too_long`: it is one line, which was left out."""

    first: int
    data: bytes
    is_too_long: bool = False


class Cutter:
    """Cuts after the last line feed that came. A line of more than `most` bytes is dropped as it comes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._number = 1
        self._rest: list[bytes] = []  # of the unfinished line
        self._size = 0
        self._is_dropping = False

    def feed(self, data: bytes) -> list[Part]:
        """The parts that `data` completes."""
        parts: list[Part] = []
        if self._is_dropping:
            _, end, data = data.partition(b"\n")
            if not end:
                return []
            parts.append(self._dropped())
        while data.count(b"\n") > MOST_LINES:
            begin = data.split(b"\n", MOST_LINES)[:-1]
            whole = b"\n".join(begin)
            parts.append(self._whole(whole))
            data = data[len(whole) + 1 :]
        whole, end, rest = data.rpartition(b"\n")
        if end:
            parts.append(self._whole(whole))
        self._keep(rest)
        return parts

    def end(self) -> list[Part]:
        """The last line, where no line feed ended it."""
        if self._is_dropping:
            return [self._dropped()]
        return [self._whole(b"")] if self._size else []

    def _whole(self, data: bytes) -> Part:
        part = Part(self._number, b"".join((*self._rest, data)))
        self._number += part.data.count(b"\n") + 1
        self._rest.clear()
        self._size = 0
        return part

    def _dropped(self) -> Part:
        self._is_dropping = False
        self._number += 1
        return Part(self._number - 1, b"", is_too_long=True)

    def _keep(self, rest: bytes) -> None:
        self._size += len(rest)
        if self._size > self._most + 1:  # one more, for a carriage return
            self._is_dropping = True
            self._rest.clear()
            self._size = 0
        elif rest:
            self._rest.append(rest)
