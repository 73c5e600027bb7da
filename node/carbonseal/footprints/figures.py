"""Figures: exact numbers as a document prints them, each with the place that it came from.

A figure is a `Fraction` of the digits as written, never a float. JSON numbers count with their RFC 8785 digits (1.10 is 1.1).
The rounding that was done before printing is half a unit in the last printed place. A printed zero says "none" and was not
rounded: PACT's six zero parts would otherwise allow a difference of 3.0 in a total of 0.4.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Any

from carbonseal.values import dataclass

# Formats that demand a number have sentinels for "no value", such as -1.7976931348623157e308: whatever is this large is absent.
ABSENT_FROM = 10**15
_TINIEST = Fraction(1, 10**99)  # nobody means less: arithmetic on it would only cost time
_LEAST, _GREATEST = Fraction(1, 10**18), 10**18
_ZERO = Fraction(0)
_GROUP = 16  # addends that are brought to one denominator
_NOTHING = frozenset({"", "n/a"})
_DECIMAL = re.compile(r"[+-]?([0-9]{1,40})(?:[.]([0-9]{1,40}))?(?:[eE]([+-]?[0-9]{1,3}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a document: its exact value, its rounding, and the JSON pointer (RFC 6901) that it was read at.

    >>> read_decimal("45.20", "/pcf/total")
    Figure(value=Fraction(226, 5), half=Fraction(1, 200), pointer='/pcf/total', is_number=False)
    """

    value: Fraction
    half: Fraction  # half a unit in the last printed place; 0 for zero
    pointer: str = ""
    is_number: bool = False  # it was a JSON number, whose digits are the canonical form's and not the author's

    def times(self, factor: Fraction) -> "Figure":
        """The figure in another unit, of which one of this has `factor`."""
        if factor == 1:
            return self
        size = factor if factor.numerator > 0 else -factor
        return Figure(self.value * factor, self.half * size if self.half else _ZERO, self.pointer, self.is_number)

    def is_within(self, least: int, most: int) -> bool:
        """Whether it is at least `least` and at most `most`: in whole numbers, as a Fraction compares slowly."""
        numerator, denominator = self.value.numerator, self.value.denominator
        return least * denominator <= numerator <= most * denominator

    @property
    def is_negative(self) -> bool:
        """Whether it is below 0."""
        return self.value.numerator < 0

    @property
    def is_proper_fraction(self) -> bool:
        """Whether it is above 0 and below 1."""
        return 0 < self.value.numerator < self.value.denominator


def exact_sum(values: Iterable[Fraction]) -> Fraction:
    """The sum, by groups, and sums of groups: one by one, thousands of denominators that share no factor take minutes. A group is
    added up in whole numbers over one denominator, which for decimals is a power of ten.

    >>> exact_sum([Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)])
    Fraction(1, 1)
    """
    level = [*values]
    while len(level) > 1:
        level = [_sum(level[at : at + _GROUP]) for at in range(0, len(level), _GROUP)]
    return level[0] if level else _ZERO


def _sum(values: Sequence[Fraction]) -> Fraction:
    if len(values) == 1:
        return values[0]
    common = lcm(*[value.denominator for value in values])
    return Fraction(sum([value.numerator * (common // value.denominator) for value in values]), common)


def is_less(one: Fraction, other: Fraction) -> bool:
    """Whether one is below the other, in whole numbers: Fraction's own answer takes three times as long.

    >>> is_less(Fraction(1, 3), Fraction(1, 2)), is_less(Fraction(1, 2), Fraction(1, 2))
    (True, False)
    """
    return one.numerator * other.denominator < other.numerator * one.denominator


def exact_product(values: Iterable[Fraction]) -> Fraction:
    """The product, in whole numbers, which are brought to lowest terms once.

    >>> exact_product([Fraction(1, 2), Fraction(3), Fraction(4, 3)])
    Fraction(2, 1)
    """
    above = below = 1
    for value in values:
        above *= value.numerator
        below *= value.denominator
    return Fraction(above, below)


def read_decimal(value: Any, pointer: str = "") -> Figure | None:
    """The figure that a JSON value prints: a string of decimal digits, or a JSON number. None where it is none, or too large
    or too small to be meant (`ABSENT_FROM`)."""
    is_number = not isinstance(value, str)
    if is_number and (isinstance(value, bool) or not isinstance(value, (int, float))):
        return None
    read = _read(repr(value) if is_number else value, is_number)
    return None if read is None else Figure(read[0], read[1], pointer, is_number)


@lru_cache(maxsize=4096)
def _read(text: str, is_number: bool) -> tuple[Fraction, Fraction] | None:
    """The value and its rounding. Few digits come often: "0", "1", "100"."""
    found = _DECIMAL.fullmatch(text)
    if found is None:
        return None
    exact = Fraction(found[0])
    if abs(exact) >= ABSENT_FROM or (exact and abs(exact) < _TINIEST):
        return None
    digits = found[2] or ""
    places = len(digits.rstrip("0") if is_number else digits) - int(found[3] or 0)
    return exact, (Fraction(1, 2) / Fraction(10) ** places if exact else Fraction(0))


def means_nothing(value: Any) -> bool:
    """Whether a value that stands in a figure's place says that there is none: null, an empty text, "n/a", or a number that is
    too large to be meant.

    >>> means_nothing("n/a"), means_nothing(-1.7976931348623157e308), means_nothing("1,5"), means_nothing(0)
    (True, True, False, False)
    """
    if value is None or (isinstance(value, str) and value.strip().lower() in _NOTHING):
        return True
    is_number = isinstance(value, str | int | float) and not isinstance(value, bool)
    found = _DECIMAL.fullmatch(value if isinstance(value, str) else repr(value)) if is_number else None
    return found is not None and abs(Fraction(found[0])) >= ABSENT_FROM


def decimal_text(value: Fraction, digits: int = 6) -> str:
    """An exact value for people: plain digits without exponent; what follows the point is rounded so that at most `digits`
    significant ones are left. Values that nobody means, from 10^18 or below 10^-18, have an exponent.

    >>> decimal_text(Fraction(74200)), decimal_text(Fraction(1, 3)), decimal_text(Fraction(-17, 2000))
    ('74200', '0.333333', '-0.0085')
    """
    if not value:
        return "0"
    if not _LEAST <= abs(value) < _GREATEST:
        with localcontext(prec=digits):
            return f"{(Decimal(value.numerator) / Decimal(value.denominator)).normalize():E}"
    places = max(0, digits - len(str(abs(int(value)))) if abs(value) >= 1 else digits + _zeros(abs(value)))
    scaled = round(value * 10**places)
    sign, body = ("-" if scaled < 0 else ""), str(abs(scaled)).rjust(places + 1, "0")
    whole, part = (body[:-places], body[-places:].rstrip("0")) if places else (body, "")
    return f"{sign}{whole}.{part}" if part else f"{sign}{whole}"


def _zeros(value: Fraction) -> int:
    """How many zeros follow the point of a value below 1."""
    return len(str(value.denominator // value.numerator)) - 1
