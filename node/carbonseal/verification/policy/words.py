"""The text of a policy: octets, lines and words (C2SP tlog-policy, "Structure" and "Character set").

- Lines end with LF alone, words are separated by spaces and tabs alone. CR and other control characters are refused.
- Octets above 0x7F are opaque: names are compared as they are written, and need not be UTF-8.
- A line that is empty, or whose first word begins with `#`, says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

from carbonseal.findings import Code, Refused
from carbonseal.values import dataclass
from carbonseal.verification import codes

FIRST_LINE = "carbonseal-policy v1"
MAX_BYTES = 1 << 20
_WORD = re.compile(r"[^ \t]+")
# Control characters, and what no octet string holds. One class of all takes 4 ms to compile whenever a process starts.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|[\ud800-\udc7f\udd00-\udfff]")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a policy and its position: line and column in characters, from 1."""

    text: str
    line: int
    column: int

    @property
    def place(self) -> tuple[str, str]:
        """As findings have it."""
        return "policy", f"line {self.line}, column {self.column}"

    def refused(self, code: Code, **facts: object) -> Refused:
        """The refusal of this word."""
        return Refused(code(*self.place, **facts))

    @contextmanager
    def placing(self) -> Iterator[None]:
        """Give what is refused inside the place of this word."""
        try:
            yield
        except Refused as refused:
            raise refused.under(*self.place) from refused


@dataclass(frozen=True, slots=True)
class Option:
    """One `key=value` word."""

    word: Word
    value: str


def lines(raw: bytes | str) -> Iterator[Sequence[Word]]:
    """The words of each line that says something, after the first. Raises Refused (`policy.too-large`, `policy.text`,
    `policy.version`)."""
    if len(raw) > MAX_BYTES:
        raise Refused(codes.POLICY_TOO_LARGE("policy", limit=MAX_BYTES))
    text = raw.decode(errors="surrogateescape") if isinstance(raw, bytes) else raw
    stray = _CONTROL.search(text)
    if stray is not None:
        before = text[: stray.start()].split("\n")
        place = Word("", len(before), len(before[-1]) + 1)
        raise place.refused(codes.POLICY_TEXT, letter=f"U+{ord(stray.group()):04X}")
    first, *rest = text.split("\n")
    if first != FIRST_LINE:
        raise Word("", 1, 1).refused(codes.POLICY_VERSION)
    for number, line in enumerate(rest, start=2):
        words = [Word(found.group(), number, found.start() + 1) for found in _WORD.finditer(line)]
        if words and not words[0].text.startswith("#"):
            yield words


def options(words: Sequence[Word], known: Collection[str] | None, form: str) -> Mapping[str, Option]:
    """The `key=value` words, by key; None for `known`: any. Raises Refused (`policy.form`, which shows `form`;
    `policy.name-twice`)."""
    found: dict[str, Option] = {}
    for word in words:
        key, _, value = word.text.partition("=")
        if not key or not value or (known is not None and key not in known):
            raise word.refused(codes.POLICY_FORM, form=form)
        if key in found:
            raise word.refused(codes.POLICY_NAME_TWICE, name=key)
        found[key] = Option(word, value)
    return found
