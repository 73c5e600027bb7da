"""What an export gives, and numbers as it prints them."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from carbonseal.footprints.figures import Figure
from carbonseal.values import dataclass


@dataclass(frozen=True, slots=True)
class Exported:
    """A document in another format.

    `lost`: what the record states and the format has no place for. `assumed`: what the format demands and the record does not
    state, with what stands in its place. Both are sentences without a full stop.
    """

    document: dict[str, Any]
    lost: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


def exact_text(figure: Figure) -> str:
    """All digits of a figure, with as many places as were printed: no exponent, no sign but minus. Raises ValueError for a value
    without an end, such as a third.

    >>> from carbonseal.footprints.figures import read_decimal
    >>> [exact_text(one) for text in ("3.80", "+7", "1e2", "-0.5") if (one := read_decimal(text))]
    ['3.80', '7', '100', '-0.5']
    """
    places = 0
    while (figure.value * 10**places).denominator != 1:
        places += 1
        if places > 100:
            raise ValueError(f"{figure.value} has no exact decimal")
    if figure.half:
        printed = Fraction(1, 2) / figure.half
        places = max(places, len(str(int(printed))) - 1) if printed >= 1 else places
    scaled = figure.value * 10**places
    sign, digits = ("-" if scaled < 0 else ""), str(abs(scaled.numerator)).rjust(places + 1, "0")
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def json_number(value: Fraction) -> int | float:
    """The JSON number nearest to a value. `is_exact` says whether it is the value."""
    return int(value) if value.denominator == 1 and abs(value) < 1 << 53 else float(value)


def is_exact(value: Fraction) -> bool:
    """Whether a JSON number has this value: by the digits that RFC 8785 prints of it.

    >>> is_exact(Fraction(193, 50)), is_exact(Fraction(1, 3)), is_exact(Fraction(10**20 + 1))
    (True, False, False)
    """
    return Fraction(repr(json_number(value))) == value


def instant_text(at: datetime) -> str:
    """An instant as RFC 3339 has it: in UTC, but for one so early or late that UTC has no date for it."""
    try:
        return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return at.isoformat()
