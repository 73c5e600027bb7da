"""Strict JSON from bytes, for everything that comes from outside: records, passports, trust.

Two readers, one meaning: `quick` takes what orjson provably reads as the exact scanner would, and everything else,
refusals among it, goes to :mod:`carbonseal.records.scanner`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from carbonseal import findings
from carbonseal.findings import Refused
from carbonseal.records.scanner import scan


@dataclass(frozen=True, slots=True)
class Limits:
    """How large (bytes) and how deep (objects and lists inside each other) a document may be."""

    max_bytes: int
    max_depth: int = 64


RECORD_LIMITS = Limits(max_bytes=1 << 20)


def parse(raw: bytes, limits: Limits = RECORD_LIMITS) -> Any:
    """The value of one JSON document: dict, list, str, int, float, bool or None.

    Refuses, each with its own ``json.*`` code and the place: what exceeds `limits`, is not UTF-8, starts with a byte
    order mark, is not exactly one JSON text, repeats a key, holds half a surrogate pair, an integer beyond 2^53 - 1, or
    a number whose decimal value RFC 8785 would change.
    """
    read = quick(raw, limits)
    return scan(raw, limits.max_depth) if read is None else read[0]


def quick(raw: bytes, limits: Limits) -> tuple[Any, bytes] | None:
    """The value and orjson's sorted form of it, or None where only the scanner can tell.

    What comes back has no duplicate keys, no floats, no integer of 16 digits or more, and is no deeper than allowed.
    Raises Refused over the size limit.
    """
    if len(raw) > limits.max_bytes:
        raise Refused(findings.JSON_TOO_LARGE(limit=limits.max_bytes))
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    if raw.count(b"[") + raw.count(b"{") > limits.max_depth and not _within_depth(value, limits.max_depth):
        return None
    out = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    # orjson keeps the last of duplicate keys, so a colon goes missing. Only this escape could bring one back.
    if raw.count(b":") != out.count(b":") or b"\\u003a" in raw or b"\\u003A" in raw:
        return None
    return (value, out) if has_plain_numbers(out) else None


_SHAPES = bytes.maketrans(b"123456789[e", b"000000000,.")
_LONG = b"0" * 16


def has_plain_numbers(out: bytes) -> bool:
    """Whether every number in a compact JSON object or list is an integer of at most 15 digits.

    A number there follows `":`, a comma or a bracket. With digits made 0, brackets made commas, exponents made points
    and minus signs left out, the numbers that are not plain show. A string may look like one: False then, never
    wrongly True.
    """
    if out[:1] not in (b"{", b"["):
        return False
    shape = out.translate(_SHAPES, b"-")
    if _LONG in shape and (b'":' + _LONG in shape or b"," + _LONG in shape):
        return False
    bare = shape.replace(b"0", b"")
    return b'":.' not in bare and b",." not in bare


def _within_depth(value: Any, max_depth: int) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(max_depth):
        level = [
            child
            for parent in level
            for child in (parent.values() if type(parent) is dict else parent)
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return True
    return False
