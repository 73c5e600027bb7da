"""Instants as carbonseal writes them: RFC 3339 in UTC, to the second, `2026-11-22T08:30:00Z`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

_FORM = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\dZ", re.ASCII)


def parse_instant(text: str) -> datetime:
    """Raises ValueError on anything but one form: upper-case T and Z, no fraction, no offset, a day that exists."""
    if not _FORM.fullmatch(text):
        raise ValueError(f"{text!r} is not an instant such as 2026-11-22T08:30:00Z")
    return datetime.fromisoformat(text)


def format_instant(instant: datetime) -> str:
    """The inverse of `parse_instant`; fractions of a second are cut off."""
    utc = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    return utc.isoformat()[:19] + "Z"


def from_seconds(seconds: float) -> datetime:
    """Seconds since 1970 as an instant. Raises ValueError beyond the year 9999."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"{seconds} s since 1970 is not a date before the year 10000") from error


@lru_cache(maxsize=16)  # of what happens now, much happens in one second
def format_seconds(seconds: float) -> str:
    """Seconds since 1970 as carbonseal writes an instant. Raises ValueError beyond the year 9999."""
    return format_instant(from_seconds(seconds))
