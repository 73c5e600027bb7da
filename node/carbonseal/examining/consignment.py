"""A consignment, as it was handed in: the tables of a declaration and its packing list, read and matched to passports.

1. `read_consignment` reads both tables before any passport is verified. What is wrong with a cell is refused with its name.
2. `Consignment.rows` gives what the lines present of lots, as observations.
3. `Consignment.results` gives the result of each line, with what was presented in earlier runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from carbonseal.examining.files.tables import read_table
from carbonseal.findings import Finding, Refused
from carbonseal.tables.codes import TABLE_TOO_LARGE
from carbonseal.tables.reading import Table
from carbonseal.tables.rows import Kind, Row
from carbonseal.values import dataclass
from carbonseal.verification.consignment.columns import DECLARATION, PACKING, has_numbers
from carbonseal.verification.consignment.declaration import (
    MOST_SERIALS,
    DeclaredLine,
    PackedLine,
    declaration_columns,
    latest,
    packing_columns,
    read_declared,
    read_packed,
)
from carbonseal.verification.consignment.delivered import Delivered
from carbonseal.verification.consignment.matching import LineResult, match, over_presented
from carbonseal.verification.observing.observations import Source, lot_lines
from carbonseal.verification.observing.presented import CLEAR, OfficeKey, presented_balances, presented_rows

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Consignment:
    """The lines of a declaration that count, and its packing list. `unused` are columns that mean nothing here."""

    name: str
    source: str  # SHA-256 of the declaration, in hex
    lines: tuple[DeclaredLine, ...]
    packing: tuple[PackedLine, ...]
    unused: tuple[str, ...]
    key: OfficeKey

    @property
    def stray(self) -> int:
        """How many lines of the packing list belong to no goods item of the declaration."""
        items = {(line.mrn, line.item) for line in self.lines}
        return sum((one.mrn, one.item) not in items for one in self.packing)

    def rows(self, passports: Sequence[Delivered]) -> Mapping[bytes, bytes]:
        """What the lines present of the lots of these passports, as observations."""
        source = Source(self.source, "" if self.key.secret else self.name)
        found: dict[bytes, str] = {}
        for result in match(self.lines, self.packing, passports):
            if result.is_known:
                found |= presented_rows(result.line.name, result.line.version, result.presented, self.key)
        return lot_lines(found, source)

    def results(self, passports: Sequence[Delivered], observed: Iterable[bytes]) -> Iterator[LineResult]:
        """The result of each line. `observed` are the sorted lines of all observations, those of this run among them. Raises
        Refused."""
        balances = presented_balances(observed)
        return over_presented(match(self.lines, self.packing, passports), balances, self.key)


def read_consignment(declaration: Path, packing: Path | None = None, key: OfficeKey = CLEAR) -> Consignment:
    """The consignment in a declaration and its packing list. Raises Refused (`table.*`, `consignment.*`), OSError."""
    table = read_table(declaration, _kind)
    columns = _under(table, lambda: declaration_columns(table.header))
    declared = [_cell(table, row, lambda cells: read_declared(columns, cells)) for row in table.rows]
    lines = _under(table, lambda: tuple(latest(declared)))
    packed: list[PackedLine] = []
    if packing is not None:
        listed = read_table(packing, lambda header: _kind(header, PACKING))
        of_list = _under(listed, lambda: packing_columns(listed.header))
        for row in listed.rows:
            packed += _cell(listed, row, lambda cells: read_packed(of_list, cells))
            if len(packed) > MOST_SERIALS:
                facts = {"what": "lines and serial numbers", "size": f"{len(packed):,}", "limit": f"{MOST_SERIALS:,}"}
                raise Refused(TABLE_TOO_LARGE(listed.name, **facts))
    return Consignment(table.name, table.sha256, lines, tuple(packed), columns.unused, key)


def _kind(header: str, known: Mapping[str, tuple[str, ...]] = DECLARATION) -> Kind:
    return Kind.NUMBER if has_numbers(header, known) else Kind.TEXT


def _under(table: Table, read: Callable[[], T]) -> T:
    try:
        return read()
    except Refused as refused:
        raise refused.under(table.name) from refused


def _cell(table: Table, row: Row, read: Callable[[Mapping[str, str]], T]) -> T:
    """What a line says. Raises Refused with the cell's name in the place of its column's."""
    try:
        return read(row.values)
    except Refused as refused:
        (column,) = refused.finding.place
        raise Refused(
            Finding(refused.finding.code, (table.name, row.where(column)), refused.finding.facts)
        ) from refused
