"""Exact reader of strict JSON: slow, and able to say what is wrong and where.

It decides what carbonseal accepts; the quick readers of :mod:`carbonseal.records.strict` take only what this one reads to the
same value.

- Grammar: RFC 8259.
- Beyond it, after RFC 7493 (I-JSON): no duplicate keys, no lone surrogates, no number that RFC 8785 would write with another
  decimal value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from carbonseal.findings import Code, Refused
from carbonseal.records.places import pointer, printable

from . import codes

MAX_INTEGER = (1 << 53) - 1
_PLAIN_BELOW = 1e21  # below it RFC 8785 writes whole numbers without an exponent

_SPACE = re.compile(r"[ \t\n\r]*")
# A string's inside, so many parts at a time, because each takes memory until the match is over. A possessive quantifier would do
# without that, and Python 3.11.2 gets it wrong.
_TEXT = re.compile(r'(?:[^"\\\x00-\x1f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})){1,4096}')
_ESCAPE_SO_FAR = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?\Z")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_NUMBER_SO_FAR = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.|(?:\.[0-9]+)?[eE][+-]?))?\Z")
_NOT_A_NUMBER = re.compile(r"-?(?:NaN|Infinity)", re.IGNORECASE)
_WORDS = {"true": True, "false": False, "null": None}
_CLOSING = {dict: "}", list: "]"}

Container = dict[str, Any] | list[Any]


def decoded(raw: bytes) -> str:
    """The text of a document. Raises Refused where it is not UTF-8, begins with a byte order mark, or is XML."""
    if raw.startswith(b"\xef\xbb\xbf"):
        raise Refused(codes.JSON_BYTE_ORDER_MARK())
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw[:2]:
        raise Refused(codes.JSON_UTF_16())
    if raw[:256].lstrip().startswith(b"<"):
        raise Refused(codes.JSON_XML())
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise Refused(codes.JSON_NOT_UTF8(offset=error.start)) from None


def scan(text: str, max_depth: int, at: int = 0, opened: Sequence[Container] = ()) -> Any:
    """Read one JSON document: dict, list, str, int, float, bool or None.

    To read the rest of a document that was read up to a comma, `at` is where the rest begins and `opened` the containers that
    are open there, each in the one before it, with what was read of them.

    Raises Refused with a ``json.*`` code; its place is the JSON pointer (RFC 6901) of the value at fault.
    """
    return _Scanner(text, max_depth, at, opened).document()


class Inexact(ValueError):
    """A number that RFC 8785 would change: the code for it, and the double that it becomes."""

    def __init__(self, code: Code, becomes: float) -> None:
        super().__init__(code.name)
        self.code = code
        self.becomes = becomes


def whole(literal: str) -> int:
    """An integer as JSON writes it. Raises Inexact beyond 2^53 - 1."""
    if len(literal) > 17 or abs(value := int(literal)) > MAX_INTEGER:
        raise Inexact(codes.JSON_INTEGER_TOO_LARGE, float(literal))
    return value


def fraction(literal: str) -> float:
    """A number with a point or an exponent. Raises Inexact unless its double has the same decimal value, and RFC 8785 writes
    that in a form that strict JSON reads back."""
    number = float(literal)
    if len(literal) <= 16 and "e" not in literal and "E" not in literal:
        return number  # a double keeps 15 digits, whatever they are
    try:
        same = Decimal(literal) == Decimal(repr(number))
    except InvalidOperation:  # an exponent beyond all reason
        same = False
    if not same:
        raise Inexact(codes.JSON_NUMBER_CHANGES, number)
    if MAX_INTEGER < abs(number) < _PLAIN_BELOW:
        raise Inexact(codes.JSON_INTEGER_TOO_LARGE, number)
    return number


def _last(container: Container) -> str:
    """The reference token of the last thing in it."""
    return next(reversed(container)) if isinstance(container, dict) else str(len(container) - 1)


class _Scanner:
    def __init__(self, text: str, max_depth: int, at: int, opened: Sequence[Container]) -> None:
        self.text = text
        self.at = at
        self.max_depth = max_depth
        self.opened = [*opened]
        self.path = [_last(container) for container in opened[:-1]]

    def document(self) -> Any:
        value = self.rest() if self.opened else self.value()
        self.skip_space()
        if self.at < len(self.text):
            self.refuse(codes.JSON_TRAILING)
        return value

    def rest(self) -> Any:
        """What follows a comma in the innermost of the opened containers, to the end of the outermost."""
        self.members(self.opened[-1])
        while True:
            container = self.close()
            if not self.opened:
                return container
            self.path.pop()
            if self.goes_on(self.opened[-1]):
                self.members(self.opened[-1])

    def value(self) -> Any:
        self.skip_space()
        match self.text[self.at : self.at + 1]:
            case "{":
                return self.nested({})
            case "[":
                return self.nested([])
            case '"':
                return self.string()
            case _:
                return self.number_or_word()

    def nested(self, container: Container) -> Any:
        if len(self.opened) == self.max_depth:
            self.refuse(codes.JSON_TOO_DEEP, limit=self.max_depth)
        self.opened.append(container)
        self.at += 1
        if not self.next_is(_CLOSING[type(container)]):
            self.members(container)
        return self.close()

    def close(self) -> Container:
        self.at += 1
        return self.opened.pop()

    def members(self, container: Container) -> None:
        """Members or items up to the closing bracket, of which there is one at least."""
        while True:
            if isinstance(container, dict):
                self.member(container)
            else:
                self.path.append(str(len(container)))
                container.append(self.value())
            self.path.pop()
            if not self.goes_on(container):
                return

    def goes_on(self, container: Container) -> bool:
        """Whether a comma comes next, and not the closing bracket."""
        closing = _CLOSING[type(container)]
        if self.next_is(closing):
            return False
        if not self.next_is(","):
            self.unexpected(f"a comma or {closing}")
        self.at += 1
        return True

    def member(self, container: dict[str, Any]) -> None:
        self.skip_space()
        start = self.at
        if self.text[start : start + 1] != '"':
            self.unexpected("a key in quotes")
        key = self.string()
        self.path.append(key)
        if key in container:
            self.refuse(codes.JSON_DUPLICATE_KEY, start, key=printable(key))
        if not self.next_is(":"):
            self.unexpected("a colon")
        self.at += 1
        container[key] = self.value()

    def string(self) -> str:
        start = end = self.at + 1  # callers have seen the quote
        while part := _TEXT.match(self.text, end):
            end = part.end()
        if not self.text.startswith('"', end):
            self.explain_string(end)
        value = self.text[start:end]
        if "\\" in value:
            value = str(json.loads(f'"{value}"'))
            if _SURROGATE.search(value):
                self.refuse(codes.JSON_LONE_SURROGATE)
        self.at = end + 1
        return value

    def explain_string(self, end: int) -> NoReturn:
        self.at = end
        if self.at == len(self.text) or _ESCAPE_SO_FAR.match(self.text, self.at):
            self.at = len(self.text)
            self.unexpected("the end of a string")
        if self.text[self.at] == "\\":
            self.refuse(codes.JSON_BAD_ESCAPE, found=printable(self.text[self.at : self.at + 2]))
        self.refuse(codes.JSON_CONTROL_CHARACTER, found=printable(self.text[self.at]))

    def number_or_word(self) -> Any:
        if _NUMBER_SO_FAR.match(self.text, self.at):
            self.at = len(self.text)
            self.unexpected("a value")
        if match := _NUMBER.match(self.text, self.at):
            return self.number(match)
        for word, constant in _WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return constant
        if match := _NOT_A_NUMBER.match(self.text, self.at):
            self.refuse(codes.JSON_NOT_A_NUMBER, found=match[0])
        if any(word.startswith(self.text[self.at : self.at + 5]) for word in _WORDS):
            self.at = len(self.text)
        return self.unexpected("a value")

    def number(self, match: re.Match[str]) -> int | float:
        try:
            value = whole(match[0]) if match[1] is None and match[2] is None else fraction(match[0])
        except Inexact as error:
            self.refuse(error.code, found=printable(match[0]), becomes=error.becomes)
        self.at = match.end()
        return value

    def skip_space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def next_is(self, character: str) -> bool:
        self.skip_space()
        return self.text.startswith(character, self.at)

    def unexpected(self, expected: str) -> NoReturn:
        if self.at >= len(self.text):
            self.refuse(codes.JSON_TRUNCATED, expected=expected)
        self.refuse(codes.JSON_SYNTAX, expected=expected, found=printable(self.text[self.at : self.at + 12]))

    def refuse(self, code: Code, at: int | None = None, **facts: object) -> NoReturn:
        at = self.at if at is None else at
        line = self.text.count("\n", 0, at) + 1
        column = at - self.text.rfind("\n", 0, at)
        raise Refused(code(*pointer(self.path), line=line, column=column, **facts))
