"""Units of measure: one closed table, converted exactly.

Words are those of PACT ("kilogram"), of UN/ECE Recommendation 20 ("KGM"), of UCUM ("kg") and of Catena-X ("unit:kilogram"). Case
matters (UCUM's mg and Mg). A word that is not listed is no unit here: nothing is equal because it is spelled alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from carbonseal.values import dataclass

MASS, VOLUME, ENERGY, AREA, LENGTH, COUNT, TRANSPORT, TIME = (
    "mass", "volume", "energy", "area", "length", "count", "transport", "time",
)  # fmt: skip

_ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: what it measures, and how much of that dimension's base unit it is (kg, litre, MJ, m2, m, piece, tkm, second).

    An opaque unit, such as a set or a megabit second, is the one unit of its own dimension.

    >>> kwh, mj = find("kilowatt hour"), find("MJ")
    >>> kwh.to(mj)
    Fraction(18, 5)
    """

    name: str  # PACT's word where it has one
    dimension: str
    factor: Fraction

    def to(self, other: Unit) -> Fraction | None:
        """How many of `other` one of this is; None where they measure different things."""
        if self is other:
            return _ONE
        return self.factor / other.factor if self.dimension == other.dimension else None


def find(word: str) -> Unit | None:
    """The unit of this word, None where it is not in the table. A leading ``unit:`` (Catena-X) is taken off."""
    return _BY_WORD.get(word.removeprefix("unit:"))


# name and its other words; the factor to the base unit
_TABLE: Mapping[str, Mapping[str, str]] = {
    MASS: {
        "kilogram KGM kg": "1",
        "gram GRM g": "0.001",
        "tonne TNE t tonneMetricTon": "1000",
        "pound LBR [lb_av]": "0.45359237",
        "ounce ONZ [oz_av] ounceAvoirdupois": "0.028349523125",
        "short ton|STN|[ston_av]|tonUsOrShortTonUkorus": "907.18474",
        "milligram MGM mg": "0.000001",
    },
    VOLUME: {
        "liter LTR L l litre": "1",
        "milliliter MLT mL ml millilitre": "0.001",
        "hectoliter HLT hL hectolitre": "100",
        "cubic meter|MTQ|m3|cubicMetre|cbm": "1000",
        "cubic centimeter|CMQ|cm3|cubicCentimetre": "0.001",
        "cubic inch|INQ|[cin_i]|cubicInch": "0.016387064",
        "cubic foot|FTQ|[cft_i]|cubicFoot": "28.316846592",
        "cubic yard|YDQ|[cyd_i]|cubicYard": "764.554857984",
        "US gallon|GLL|[gal_us]": "3.785411784",
    },
    ENERGY: {
        "megajoule MJ": "1",
        "kilowatt hour|KWH|kW.h|kWh|kilowattHour": "3.6",
        "megawatt hour|MWH|MW.h|MWh|megawattHour": "3600",
        "gigajoule GV GJ": "1000",
        "joule JOU J": "0.000001",
    },
    AREA: {
        "square meter|MTK|m2|squareMetre|qm": "1",
        "square centimeter|CMK|cm2|squareCentimetre": "0.0001",
        "square inch|INK|[sin_i]|squareInch": "0.00064516",
        "square foot|FTK|[sft_i]|squareFoot": "0.09290304",
        "square yard|YDK|[syd_i]|squareYard": "0.83612736",
    },
    LENGTH: {
        "meter MTR m metre": "1",
        "centimeter CMT cm centimetre": "0.01",
        "kilometer KMT km kilometre": "1000",
        "inch INH [in_i]": "0.0254",
        "foot FOT [ft_i]": "0.3048",
        "yard YRD [yd_i]": "0.9144",
    },
    COUNT: {"piece H87 EA C62 NMB": "1", "pair PR": "2"},
    TRANSPORT: {
        "ton kilometer|TKM|t.km|tonneKilometre": "1",
        "kilogram kilometer|kgkm|kg.km": "0.001",
    },
    TIME: {"hour HUR h": "3600", "second SEC s": "1", "minute MIN min": "60", "day DAY d": "86400"},
}
_OPAQUE = ("megabit second", "set|SET", "case|CS", "box|BX", "package|PK")


def _words(line: str) -> list[str]:
    return line.split("|") if "|" in line else line.split(" ")


def _listed() -> Iterator[tuple[Sequence[str], Unit]]:
    """Each unit, and its words."""
    for dimension, lines in _TABLE.items():
        for line, factor in lines.items():
            words = _words(line)
            yield words, Unit(words[0], dimension, Fraction(factor))
    for line in _OPAQUE:
        words = line.split("|")
        yield words, Unit(words[0], words[0], _ONE)


_BY_WORD: Mapping[str, Unit] = {word: unit for words, unit in _listed() for word in words}
UNITS: frozenset[Unit] = frozenset(_BY_WORD.values())
KILOGRAM, PIECE = _BY_WORD["kilogram"], _BY_WORD["piece"]
