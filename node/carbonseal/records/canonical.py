"""RFC 8785: the one sequence of bytes that stands for a JSON value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
import rfc8785

from carbonseal.records.scanner import scan
from carbonseal.records.strict import RECORD_LIMITS, Limits, has_plain_numbers, quick


@dataclass(frozen=True, slots=True)
class Canonical:
    """A document's value and its RFC 8785 bytes."""

    value: Any
    bytes: bytes


def canonicalise(raw: bytes, limits: Limits = RECORD_LIMITS) -> Canonical:
    """Read strict JSON and write it as RFC 8785. Raises Refused as `strict.parse` does."""
    read = quick(raw, limits)
    if read is None:
        value = scan(raw, limits.max_depth)
        return Canonical(value, rfc8785.dumps(value))
    value, out = read
    return Canonical(value, out if _is_within_bmp(out) else rfc8785.dumps(value))


def jcs(value: Any) -> bytes:
    """The RFC 8785 bytes of a value made of dict, list, str, int, float, bool and None.

    Raises ValueError or TypeError on what has none: NaN, integers beyond 2^53 - 1, lone surrogates, other types.
    """
    try:
        out = orjson.dumps(value, option=_JCS)
    except TypeError:  # rfc8785 says what is wrong
        out = b""
    # orjson writes NaN as null
    if b"null" not in out and has_plain_numbers(out) and _is_within_bmp(out):
        return out
    return rfc8785.dumps(value)


_JCS = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
_ASTRAL = bytes.maketrans(b"\xf1\xf2\xf3\xf4", b"\xf0" * 4)


def _is_within_bmp(out: bytes) -> bool:
    """Whether no character is beyond U+FFFF. Those would sort by UTF-16 in RFC 8785, by code point in orjson."""
    return out.isascii() or b"\xf0" not in out.translate(_ASTRAL)
