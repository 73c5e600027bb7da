"""Reading figures out of a JSON document that its profile accepts: every value with the JSON pointer that it stood at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from .figures import Figure, read_decimal


class Node:
    """A JSON value and its place. Whatever is missing is an empty node, so that a path can be written in one line::

    Node(document)["pcf"]["declaredUnitAmount"].figure()

    What reads a value may be told the name of a member, which then needs no node of its own: formats have dozens of members, and
    most documents leave most of them out::

    pcf.figure("declaredUnitAmount")
    """

    __slots__ = ("_above", "_key", "_pointer", "value")

    def __init__(self, value: Any, key: str | int = "", above: Node | None = None) -> None:
        """A value at the JSON pointer `key`; or the member `key` of `above`, of which the pointer is made when it is asked for."""
        self.value = value
        self._above = above
        self._key = key
        self._pointer: str | None = None

    @property
    def pointer(self) -> str:
        """Its JSON pointer (RFC 6901), from the document."""
        if self._pointer is None:
            key, above = str(self._key), self._above
            self._pointer = key if above is None else above.place(key)
        return self._pointer

    def place(self, member: str) -> str:
        """The JSON pointer of a member."""
        return f"{self.pointer}/{_escaped(member)}"

    def __getitem__(self, key: str | int) -> Node:
        """The member of an object, or the item of a list; an empty node where there is none."""
        value, found = self.value, None
        if isinstance(value, dict):
            found = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            found = value[key]
        return Node(found, key, self)

    def __bool__(self) -> bool:
        """Whether there is a value, null aside."""
        return self.value is not None

    def __iter__(self) -> Iterator[Node]:
        """The items of a list; none of anything else."""
        return (self[n] for n in range(len(self.value) if isinstance(self.value, list) else 0))

    def text(self, member: str | None = None) -> str:
        """The string; empty where it is none."""
        value = self._read(member)
        return value if isinstance(value, str) else ""

    def texts(self, member: str | None = None) -> tuple[str, ...]:
        """The strings of a list, or the string itself."""
        value = self._read(member)
        if isinstance(value, list):
            return tuple([one for one in value if isinstance(one, str) and one])
        return (value,) if isinstance(value, str) else ()

    def flag(self, member: str | None = None) -> bool | None:
        """The truth value; None where it is none."""
        value = self._read(member)
        return value if isinstance(value, bool) else None

    def count(self, member: str | None = None) -> int:
        """The whole number; 0 where it is none."""
        value = self._read(member)
        return value if isinstance(value, int) else 0

    def figure(self, member: str | None = None) -> Figure | None:
        """The number, or the decimal in a string; None where it is neither, or means "no value"."""
        value = self._read(member)
        if value is None:
            return None
        return read_decimal(value, self.pointer if member is None else self.place(member))

    def instant(self, member: str | None = None) -> datetime | None:
        """The instant of an RFC 3339 date-time, or the start of a date's day in UTC; None where it is neither."""
        value = self._read(member)
        return read_instant(value) if isinstance(value, str) else None

    def _read(self, member: str | None) -> Any:
        """The value itself, or a member's; None where there is none."""
        value = self.value
        if member is None:
            return value
        return value.get(member) if isinstance(value, dict) else None


def _escaped(name: str) -> str:
    """A member's name in a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def sentinels(*nodes: Node) -> tuple[str, ...]:
    """A remark on each value that is there, is read as a figure, and means "no value": 1.8e308, an empty text, "n/a"."""
    return tuple(
        f"{node.pointer}: {repr(node.value)[:40]} counts as no value"
        for node in nodes
        if node and node.figure() is None
    )


@lru_cache(maxsize=1024)  # one month begins many periods
def read_instant(text: str) -> datetime | None:
    """The instant of RFC 3339's date-time, or of the first second of an ISO 8601 date (in UTC). A date-time without an offset
    is UTC; a leap second counts as the second after it. None for anything else."""
    text = text.upper()
    try:
        if text[17:19] == "60":
            found = datetime.fromisoformat(text[:17] + "59" + text[19:]) + timedelta(seconds=1)
        else:
            found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
