"""Declarations and packing lists: lines, each of a version, of which the latest counts (docs/spec.md, section 28)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from carbonseal.findings import Refused
from carbonseal.footprints import units
from carbonseal.footprints.figures import Figure
from carbonseal.footprints.units import Unit
from carbonseal.goods.identifiers import parse_mrn
from carbonseal.goods.nomenclature import CN, DIGITS, HS, TARIC, CommodityCode, hs_edition
from carbonseal.goods.serials import SerialRange
from carbonseal.values import dataclass

from . import codes
from .columns import DECLARATION, PACKING, Columns
from .procedures import is_procedure

NEEDED = (("mrn",), ("item",), ("procedure", "requested"), ("code", "hs"), ("mass", "units"), ("reference",))
MOST_SERIALS = 100_000  # of one line, and of a packing list
NEEDED_OF_PACKING = (("mrn",), ("item",), ("lot", "serial"))
TARIC_UNITS = {"NAR": "piece", "p/st": "piece", "NPR": "pair", "pa": "pair"}  # beside those of UN/ECE
INVALIDATED = "invalidated"
STATUSES = ("", "accepted", INVALIDATED)
_YEAR = re.compile("(?:19|20)[0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredLine:
    """One goods item as a version of a declaration has it. Quantities are None where they are not stated."""

    mrn: str
    item: int
    version: int
    is_invalidated: bool
    procedure: str
    additional: tuple[str, ...]
    code: CommodityCode | None  # of HS, CN or TARIC; None of an invalidated line
    mass: Figure | None  # net, in kg
    units: Figure | None  # supplementary units
    unit: Unit | None  # of them; None where it is not named, or not known
    references: tuple[str, ...]  # of documents

    @property
    def name(self) -> str:
        """MRN and goods item, as they stand in findings and in observations."""
        return f"{self.mrn} {self.item}"

    def amount(self, dimension: str) -> Figure | None:
        """How much it declares, in the base unit of what is measured; None where it does not say."""
        if self.units is not None and self.unit is not None and self.unit.dimension == dimension:
            return self.units.times(self.unit.factor)
        return self.mass if dimension == units.MASS else None


@dataclass(frozen=True, slots=True)
class PackedLine:
    """One line of a packing list: so much of a lot, or a piece, belongs to a goods item. Texts are empty where nothing is said."""

    mrn: str
    item: int
    lot: str
    serial: str
    quantity: Figure | None
    unit: Unit | None


def declaration_columns(header: Sequence[str]) -> Columns:
    """The columns of a declaration. Raises Refused."""
    return Columns.of(header, DECLARATION, NEEDED)


def packing_columns(header: Sequence[str]) -> Columns:
    """The columns of a packing list. Raises Refused."""
    return Columns.of(header, PACKING, NEEDED_OF_PACKING)


def read_declared(columns: Columns, cells: Mapping[str, str]) -> DeclaredLine:
    """One line of a declaration. Raises Refused, whose place is the column."""
    mrn, status = _mrn(columns, cells), columns.text(cells, "status").lower()
    if status not in STATUSES:
        raise columns.malformed("status", status, "accepted or invalidated", "leave it empty where the line counts")
    procedure = columns.text(cells, "procedure")
    procedure = procedure or columns.text(cells, "requested") + columns.text(cells, "previous")
    if procedure and not is_procedure(procedure):
        which = "procedure" if "procedure" in columns.headers else "requested"
        raise columns.malformed(which, procedure, "a procedure", "four digits as 4000, or T1 and the like for transit")
    unit = columns.text(cells, "unit")
    return DeclaredLine(
        mrn=mrn,
        item=columns.number(cells, "item"),
        version=columns.number(cells, "version", default=1),
        is_invalidated=status == INVALIDATED,
        procedure=procedure,
        additional=tuple(columns.text(cells, "additional").split()),
        code=None if status == INVALIDATED else _code(columns, cells, mrn),
        mass=columns.amount(cells, "mass"),
        units=columns.amount(cells, "units"),
        unit=_unit(columns, unit) if unit else None,
        references=tuple(one.rstrip(";,") for one in columns.text(cells, "reference").split()),
    )


def read_packed(columns: Columns, cells: Mapping[str, str]) -> Sequence[PackedLine]:
    """What one line of a packing list says: of a range of serial numbers a line for each. Raises Refused, whose place is the
    column."""
    quantity, unit = columns.amount(cells, "quantity"), columns.text(cells, "unit")
    if quantity is not None and not unit:
        raise columns.malformed("unit", unit, "a unit", "name the unit of the quantity, as piece or kg")
    lot, serial = columns.text(cells, "lot"), columns.text(cells, "serial")
    if not lot and not serial:
        raise columns.malformed("lot", "", "a lot or a serial number", "leave out lines that name neither")
    mrn, item = _mrn(columns, cells), columns.number(cells, "item")
    in_unit = _unit(columns, unit) if unit else None
    if not (last := columns.text(cells, "last")):
        return [PackedLine(mrn, item, lot, serial, quantity, in_unit)]
    if quantity is not None:
        raise columns.malformed("quantity", "", "nothing", "each serial number of a range is one piece")
    return [PackedLine(mrn, item, lot, one, None, None) for one in _range(columns, serial, last)]


def _range(columns: Columns, first: str, last: str) -> SerialRange:
    """The serial numbers of one line. Raises Refused where they are no range, or too many."""
    try:
        found = SerialRange(first, last)
    except Refused as refused:
        raise columns.malformed("last", last, "the last of a range", refused.finding.message) from refused
    if found.count > MOST_SERIALS:
        raise columns.malformed("last", last, f"a range of at most {MOST_SERIALS:,}", "list fewer in one line")
    return found


def _mrn(columns: Columns, cells: Mapping[str, str]) -> str:
    text = columns.text(cells, "mrn")
    try:
        return parse_mrn(text)
    except Refused:
        raise columns.malformed("mrn", text, "an MRN", "18 characters, as 26DE27364916384836") from None


def _unit(columns: Columns, text: str) -> Unit:
    found = units.find(TARIC_UNITS.get(text, text))
    if found is None:
        raise columns.malformed("unit", text, "a unit", "piece, kg, NAR, KGM or another of docs/spec.md, section 12")
    return found


def _code(columns: Columns, cells: Mapping[str, str], mrn: str) -> CommodityCode:
    """The code, of the year that the line names, or else its MRN."""
    parts = [columns.text(cells, part) for part in ("hs", "cn", "taric")]
    joined = columns.text(cells, "code") or "".join(parts)
    which = "code" if "code" in columns.headers else "hs"
    nomenclature = {DIGITS[name]: name for name in (HS, CN, TARIC)}.get(len(joined))
    if nomenclature is None or not joined.isdigit() or not joined.isascii():
        remedy = "digits without blanks or points; where one is missing, a leading zero was lost: make the column text"
        raise columns.malformed(which, joined, "a commodity code of 6, 8 or 10 digits", remedy)
    year = columns.text(cells, "year") or f"20{mrn[:2]}"
    if not _YEAR.fullmatch(year) or int(year) < 1988:
        raise columns.malformed("year", year, "the year of a nomenclature", "four digits, as 2026")
    return CommodityCode(nomenclature, hs_edition(int(year)) if nomenclature == HS else year, joined)


def latest(lines: Iterable[DeclaredLine]) -> Iterator[DeclaredLine]:
    """Of each goods item the line of the highest version, in the order in which items were first met. Raises Refused
    (`consignment.line-twice`)."""
    found: dict[tuple[str, int], dict[int, DeclaredLine]] = {}
    for line in lines:
        versions = found.setdefault((line.mrn, line.item), {})
        if line.version in versions:
            facts = {"item": line.item, "mrn": line.mrn, "version": line.version}
            raise Refused(codes.CONSIGNMENT_LINE_TWICE(**facts))
        versions[line.version] = line
    for versions in found.values():
        yield versions[max(versions)]
