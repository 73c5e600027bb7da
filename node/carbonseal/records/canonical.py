"""JSON canonicalisation (RFC 8785): the one byte representation of a JSON value."""

from __future__ import annotations

from typing import Any

import rfc8785

from carbonseal.records.strict import RECORD_LIMITS, Limits, compact, read, sorted_form
from carbonseal.values import dataclass


@dataclass(frozen=True, slots=True)
class Canonical:
    """A document's value and its RFC 8785 bytes."""

    value: Any
    bytes: bytes


def canonicalise(raw: bytes, limits: Limits = RECORD_LIMITS) -> Canonical:
    """The value of a strict JSON document and its RFC 8785 bytes. Raises Refused as `strict.parse` does."""
    value, canonical = read(raw, limits)
    return Canonical(value, rfc8785.dumps(value) if canonical is None else canonical)


def jcs(value: Any) -> bytes:
    """The RFC 8785 bytes of a value made of dict, list, str, int, float, bool and None.

    Raises ValueError or TypeError on a value that has none: NaN, integers beyond 2^53 - 1, lone surrogates, other types.
    """
    out = sorted_form(value)
    # a null may have been NaN
    return rfc8785.dumps(value) if out is None or b"null" in out else out


def jcs_without_numbers(value: Any) -> bytes:
    """`jcs` of a value that is known to have no float and no null, and only names in ASCII, as all that a credential's schema
    holds for. Raises as `jcs`."""
    out = compact(value)
    return rfc8785.dumps(value) if out is None else out
