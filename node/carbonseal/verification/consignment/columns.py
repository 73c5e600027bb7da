"""Columns of declarations and packing lists, by the numbers of the EU Customs Data Model (UCC delegated act, annex B) or in words.

A column may have words behind its number (``18 01 Net mass``), and the zeros of the long form (``18 09 056 000``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

from carbonseal.findings import Refused
from carbonseal.footprints.figures import Figure, read_decimal
from carbonseal.values import dataclass

from . import codes

# What a column has, and its names.
DECLARATION: Mapping[str, tuple[str, ...]] = {
    "mrn": ("mrn",),
    "item": ("item", "11 03", "goods item", "goods item number"),
    "version": ("version",),
    "status": ("status",),
    "procedure": ("procedure", "11 09"),
    "requested": ("11 09 001", "requested procedure"),
    "previous": ("11 09 002", "previous procedure"),
    "additional": ("11 10", "additional procedure"),
    "code": ("18 09", "commodity code"),
    "hs": ("18 09 056",),
    "cn": ("18 09 057",),
    "taric": ("18 09 058",),
    "year": ("nomenclature", "year of the nomenclature"),
    "mass": ("18 01", "18 01 001", "net mass"),
    "units": ("18 02", "18 02 001", "supplementary units"),
    "unit": ("unit", "supplementary unit"),
    "reference": ("12 03", "12 03 001", "document reference", "reference"),
}
PACKING: Mapping[str, tuple[str, ...]] = {
    "mrn": ("mrn",),
    "item": DECLARATION["item"],
    "lot": ("lot", "batch"),
    "serial": ("serial", "serial number"),
    "last": ("last serial", "last serial number"),
    "quantity": ("quantity",),
    "unit": ("unit",),
}
NUMBERS = frozenset({"item", "version", "year", "mass", "units", "quantity"})
_NUMBERED = re.compile(r"([0-9]{2} [0-9]{2}(?: [0-9]{3}){0,2})(?: .*)?")
_AMOUNT = re.compile(r"[0-9]{1,16}(?:\.[0-9]{1,6})?")
_COUNT = re.compile(r"[1-9][0-9]{0,4}")


def has_numbers(header: str, known: Mapping[str, tuple[str, ...]] = DECLARATION) -> bool:
    """Whether a column may have cells that are numbers, and not texts."""
    return _meaning(header, known) in NUMBERS


def _meaning(header: str, known: Mapping[str, tuple[str, ...]]) -> str | None:
    if numbered := _NUMBERED.fullmatch(header):
        header = numbered[1]
        while header.endswith(" 000"):
            header = header.removesuffix(" 000")
    return next((meaning for meaning, names in known.items() if header in names), None)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one table: by meaning, the header. `unused` are those that mean nothing here."""

    headers: Mapping[str, str]
    unused: tuple[str, ...]

    @staticmethod
    def of(header: Sequence[str], known: Mapping[str, tuple[str, ...]], needed: Sequence[tuple[str, ...]]) -> Columns:
        """The columns in a header of lower-case names. Of each of `needed`, one has to be there. Raises Refused
        (`consignment.column-*`)."""
        found: dict[str, str] = {}
        unused = []
        for name in header:
            meaning = _meaning(name, known)
            if meaning is None:
                unused.append(name)
            elif meaning in found:
                raise Refused(codes.CONSIGNMENT_COLUMN_TWICE(one=found[meaning], other=name, what=known[meaning][0]))
            else:
                found[meaning] = name
        for group in needed:
            if not found.keys() & {*group}:
                names = ", ".join(name for meaning in group for name in known[meaning])
                raise Refused(codes.CONSIGNMENT_COLUMN_MISSING(column=known[group[0]][0], names=names))
        return Columns(found, tuple(unused))

    def text(self, cells: Mapping[str, str], meaning: str) -> str:
        """What a line has there; empty where there is nothing."""
        return cells.get(self.headers.get(meaning, ""), "")

    def number(self, cells: Mapping[str, str], meaning: str, default: int | None = None) -> int:
        """A number from 1 to 99,999. Raises Refused."""
        text = self.text(cells, meaning)
        if not text and default is not None:
            return default
        if not _COUNT.fullmatch(text):
            raise self.malformed(meaning, text, "a number from 1 to 99999", "digits alone")
        return int(text)

    def amount(self, cells: Mapping[str, str], meaning: str) -> Figure | None:
        """A quantity; None where there is none, or 0. Raises Refused."""
        text = self.text(cells, meaning)
        if not text:
            return None
        if not _AMOUNT.fullmatch(text):
            raise self.malformed(meaning, text, "a quantity", "digits, and a decimal point where it needs one: 1250.5")
        figure = read_decimal(text)
        assert figure is not None or len(text) > 15
        if figure is None:
            raise self.malformed(meaning, text, "a quantity", "it is too large to be meant")
        return figure if figure.value > Fraction(0) else None

    def malformed(self, meaning: str, found: str, expected: str, remedy: str) -> Refused:
        """That a cell has another form. Its place is the column."""
        column = self.headers.get(meaning, meaning)
        return Refused(
            codes.CONSIGNMENT_MALFORMED(column, found=found or "an empty cell", expected=expected, remedy=remedy)
        )
