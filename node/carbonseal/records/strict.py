"""Strict JSON (docs/spec.md, section 2) from bytes, for everything that comes from outside: records, passports, trust.

Three readers with one meaning, the quickest first:

- orjson, for documents that are shown to be unambiguous;
- the standard library with hooks, for documents that have floats or may have duplicate keys;
- :mod:`carbonseal.records.scanner` for the rest: it decides, and says what is wrong and where.

Of a long document the last two get single segments (:mod:`carbonseal.records.segments`).
"""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from carbonseal.findings import Refused
from carbonseal.records.counting import has_more_values
from carbonseal.values import dataclass

from . import codes


@dataclass(frozen=True, slots=True)
class Limits:
    """How many bytes and how many values a document may have, and how deep objects and lists may be nested in it."""

    max_bytes: int
    max_depth: int = 64
    max_values: int = 65_536  # names of members are not counted


RECORD_LIMITS = Limits(max_bytes=1 << 20)


def parse(raw: bytes, limits: Limits = RECORD_LIMITS) -> Any:
    """The value of one JSON document: dict, list, str, int, float, bool or None.

    Raises Refused with a ``json.*`` code and the place (an RFC 6901 pointer) on a document that

    - is over a limit (undetermined), is not UTF-8, or begins with a byte order mark;
    - is not exactly one JSON text (RFC 8259);
    - has a key twice, half a surrogate pair, an integer beyond 2^53 - 1, or a number whose decimal value RFC 8785 would change.
    """
    return read(raw, limits)[0]


def read(raw: bytes, limits: Limits) -> tuple[Any, bytes | None]:
    """What `parse` returns, and its RFC 8785 bytes where they are known without further work. Raises Refused as `parse` does."""
    if len(raw) > limits.max_bytes:
        raise Refused(codes.JSON_TOO_LARGE(limit=limits.max_bytes))
    if has_more_values(raw, limits.max_values):
        raise Refused(codes.JSON_TOO_MANY_VALUES(limit=limits.max_values))
    try:
        value, canonical = _plain(raw, limits.max_depth)
        if canonical is not None:
            return value, canonical
        from carbonseal.records.segments import SEGMENT

        if len(raw) <= SEGMENT:
            return _hooked(raw), None
    except ValueError:
        pass
    from carbonseal.records.segments import read_in_segments

    return read_in_segments(raw, limits.max_depth, _quick), None


def _quick(raw: bytes, max_depth: int) -> Any:
    """The value of a document. ValueError where it is not valid."""
    value, canonical = _plain(raw, max_depth)
    return _hooked(raw) if canonical is None else value


def _hooked(raw: bytes) -> Any:
    """The value of a document about which `_plain` is in doubt. ValueError where it is not valid."""
    from carbonseal.records.scanner import fraction, whole

    return json.loads(raw.decode(), parse_int=whole, parse_float=fraction, object_pairs_hook=_object)


def _plain(raw: bytes, max_depth: int) -> tuple[Any, bytes | None]:
    """A document's value and its RFC 8785 bytes. None for the bytes, and the value in doubt, where it has floats or may have
    duplicate keys. ValueError where it is not valid for another reason."""
    value = orjson.loads(raw)
    out = None if _has_float(value, max_depth) else compact(value)
    if out is None or not (out.isascii() or _is_in_order(out)):
        return value, None
    # orjson keeps the last of duplicate keys, and writes nothing longer than it was. So five bytes or more go missing: "":1,
    if len(raw) < len(out) + 5:
        return value, out
    # A colon goes missing, too. Only its escape in a string could make up for it.
    if raw.count(b":") == out.count(b":") and not (b"\\" in raw and _COLON_ESCAPED.search(raw)):
        return value, out
    return value, None


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(members)
    if len(value) != len(members):
        raise ValueError("duplicate keys")
    return value


def sorted_form(value: Any) -> bytes | None:
    """orjson's compact, sorted form of `value` where that is RFC 8785 to the byte; None where it may not be.

    The two differ in floats and in the order of keys beyond U+FFFF. orjson also writes NaN as null and takes more types than
    JSON has, so that the caller has to exclude both.

    In that form a number follows `":`, a comma or a bracket. With brackets made commas, exponents made points, digits and
    minus signs left out, floats show. A string may look like one: None then, but never wrongly the bytes. What few letters are
    left of is searched first, as it is short; what has them all, where a string in that looks like a float.
    """
    out = compact(value)
    if out is None:
        return None
    is_plain = out[:1] in (b"{", b"[") and (_has_no_float(out, _LETTERS_AND_NUMBERS) or _has_no_float(out, _NUMBERS))
    return out if is_plain else None


def compact(value: Any) -> bytes | None:
    """orjson's compact, sorted form; None where it has none: of an integer beyond 2^53 - 1, or no JSON value."""
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError:
        return None


def _has_no_float(out: bytes, left_out: bytes) -> bool:
    """Whether nothing in a sorted form looks like a float or a letter beyond U+FFFF, where some bytes are not looked at."""
    shape = out.translate(_SHAPES, left_out)
    return b'":.' not in shape and b",." not in shape and b"\xf0" not in shape


_COLON_ESCAPED = re.compile(rb"\\u003[aA]")
_OPTIONS = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
_NUMBERS = b"0123456789-"
# Not e of exponents, nor the first letters of true, false and null, nor d of did:web:example, which is `":.` without
_LETTERS_AND_NUMBERS = _NUMBERS + b"abcghijklmopqrsuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/="
_SHAPES = bytes.maketrans(b"[e\xf1\xf2\xf3\xf4", b",.\xf0\xf0\xf0\xf0")
_BEYOND = (b"\xf0", b"\xf1", b"\xf2", b"\xf3", b"\xf4")  # the first bytes of letters beyond U+FFFF


def _is_in_order(out: bytes) -> bool:
    """Whether a sorted form has no letter beyond U+FFFF, as RFC 8785 has keys with such in another order."""
    return not any(first in out for first in _BEYOND)


def _has_float(value: Any, max_depth: int) -> bool:
    """Whether a float is in what orjson read. ValueError where objects and lists are nested deeper than allowed."""
    level: list[Any] = [[value]]
    has_float = False
    for _ in range(max_depth + 1):
        below: list[Any] = []
        for parent in level:
            for child in parent.values() if type(parent) is dict else parent:
                kind = type(child)
                if kind is str:  # as most are
                    continue
                if kind is dict or kind is list:
                    below.append(child)
                elif kind is float:
                    has_float = True
        if not below:
            return has_float
        level = below
    raise ValueError("too deep")
