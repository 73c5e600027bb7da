"""The exact reader of strict JSON: slow, and able to say what is wrong and where.

It decides what carbonseal accepts; the fast path of :mod:`carbonseal.records.strict` only takes documents that this one
would read to the same value. Grammar: RFC 8259. Beyond that, as RFC 7493 (I-JSON) has it: no duplicate keys, no lone
surrogates, no number that RFC 8785 would write with another decimal value.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from carbonseal import findings
from carbonseal.findings import Code, Refused
from carbonseal.records.places import pointer, printable

MAX_INTEGER = (1 << 53) - 1
_PLAIN_BELOW = 1e21  # below it RFC 8785 writes whole numbers without an exponent

_SPACE = re.compile(r"[ \t\n\r]*")
# Possessive, for an unclosed string must not be tried in every partition.
_STRING_SO_FAR = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+')
_ESCAPE_SO_FAR = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?\Z")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_NUMBER_SO_FAR = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.|(?:\.[0-9]+)?[eE][+-]?))?\Z")
_NOT_A_NUMBER = re.compile(r"-?(?:NaN|Infinity)", re.IGNORECASE)
_WORDS = {"true": True, "false": False, "null": None}


def scan(raw: bytes, max_depth: int) -> Any:
    """Read one JSON document: dict, list, str, int, float, bool or None.

    Raises Refused with a ``json.*`` code, whose place is the JSON pointer (RFC 6901) of the value at fault.
    """
    if raw.startswith(b"\xef\xbb\xbf"):
        raise Refused(findings.JSON_BYTE_ORDER_MARK())
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Refused(findings.JSON_NOT_UTF8(offset=error.start)) from None
    return _Scanner(text, max_depth).document()


class Inexact(ValueError):
    """A number that a double cannot carry through RFC 8785: which code says so, and the double."""

    def __init__(self, code: Code, becomes: float) -> None:
        super().__init__(code.name)
        self.code = code
        self.becomes = becomes


def whole(literal: str) -> int:
    """An integer as JSON writes it. Raises Inexact beyond 2^53 - 1."""
    if len(literal) > 17 or abs(int(literal)) > MAX_INTEGER:
        raise Inexact(findings.JSON_INTEGER_TOO_LARGE, float(literal))
    return int(literal)


def fraction(literal: str) -> float:
    """A number with a point or an exponent. Raises Inexact unless its double has the same decimal value, and unless
    RFC 8785 would write that in a form that strict JSON reads back."""
    number = float(literal)
    try:
        same = Decimal(literal) == Decimal(repr(number))
    except InvalidOperation:  # an exponent beyond all reason
        same = False
    if not same:
        raise Inexact(findings.JSON_NUMBER_CHANGES, number)
    if MAX_INTEGER < abs(number) < _PLAIN_BELOW:
        raise Inexact(findings.JSON_INTEGER_TOO_LARGE, number)
    return number


class _Scanner:
    def __init__(self, text: str, max_depth: int) -> None:
        self.text = text
        self.at = 0
        self.max_depth = max_depth
        self.depth = 0
        self.path: list[str] = []

    def document(self) -> Any:
        value = self.value()
        self.skip_space()
        if self.at < len(self.text):
            self.refuse(findings.JSON_TRAILING)
        return value

    def value(self) -> Any:
        self.skip_space()
        match self.text[self.at : self.at + 1]:
            case "{":
                return self.nested(self.members)
            case "[":
                return self.nested(self.items)
            case '"':
                return self.string()
            case _:
                return self.number_or_word()

    def nested(self, read: Any) -> Any:
        if self.depth == self.max_depth:
            self.refuse(findings.JSON_TOO_DEEP, limit=self.max_depth)
        self.depth += 1
        self.at += 1
        value = read()
        self.at += 1
        self.depth -= 1
        return value

    def members(self) -> dict[str, Any]:
        result: dict[str, Any] = {}
        if self.next_is("}"):
            return result
        while True:
            self.skip_space()
            start = self.at
            if self.text[start : start + 1] != '"':
                self.unexpected("a key in quotes")
            key = self.string()
            self.path.append(key)
            if key in result:
                self.refuse(findings.JSON_DUPLICATE_KEY, start, key=printable(key))
            if not self.next_is(":"):
                self.unexpected("a colon")
            self.at += 1
            result[key] = self.value()
            self.path.pop()
            if self.next_is("}"):
                return result
            if not self.next_is(","):
                self.unexpected("a comma or }")
            self.at += 1

    def items(self) -> list[Any]:
        result: list[Any] = []
        if self.next_is("]"):
            return result
        while True:
            self.path.append(str(len(result)))
            result.append(self.value())
            self.path.pop()
            if self.next_is("]"):
                return result
            if not self.next_is(","):
                self.unexpected("a comma or ]")
            self.at += 1

    def string(self) -> str:
        match = _STRING_SO_FAR.match(self.text, self.at)
        assert match is not None  # callers have seen the quote
        if not self.text.startswith('"', match.end()):
            self.explain_string(match.end())
        value: str = match[0][1:]
        if "\\" in value:
            value = json.loads(match[0] + '"')
            if _SURROGATE.search(value):
                self.refuse(findings.JSON_LONE_SURROGATE)
        self.at = match.end() + 1
        return value

    def explain_string(self, end: int) -> NoReturn:
        self.at = end
        if self.at == len(self.text) or _ESCAPE_SO_FAR.match(self.text, self.at):
            self.at = len(self.text)
            self.unexpected("the end of a string")
        if self.text[self.at] == "\\":
            self.refuse(findings.JSON_BAD_ESCAPE, found=printable(self.text[self.at : self.at + 2]))
        self.refuse(findings.JSON_CONTROL_CHARACTER, found=printable(self.text[self.at]))

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
            self.refuse(findings.JSON_NOT_A_NUMBER, found=match[0])
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
            self.refuse(findings.JSON_TRUNCATED, expected=expected)
        self.refuse(findings.JSON_SYNTAX, expected=expected, found=printable(self.text[self.at : self.at + 12]))

    def refuse(self, code: Code, at: int | None = None, **facts: object) -> NoReturn:
        at = self.at if at is None else at
        line = self.text.count("\n", 0, at) + 1
        column = at - self.text.rfind("\n", 0, at)
        raise Refused(code(*pointer(self.path), line=line, column=column, **facts))
