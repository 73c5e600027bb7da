"""Tables of footprints among the paths that a command is given: their records, their problems, and issue requests of what was
sealed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from carbonseal.cli.issue_requests import read_component
from carbonseal.examining.files.tables import read_bytes
from carbonseal.findings import Finding, Place, Refused
from carbonseal.records.canonical import jcs
from carbonseal.records.places import printable
from carbonseal.records.sources import Source
from carbonseal.tables import codes, reading
from carbonseal.tables.footprints.columns import check_header, kind_of
from carbonseal.tables.footprints.marking import marked
from carbonseal.tables.footprints.rows import FOOTPRINT, Document, Filled, filled

SUFFIXES = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls")


def is_table(path: Path) -> bool:
    """Whether a path names a table, in gzip or not."""
    return path.name.lower().removesuffix(".gz").endswith(SUFFIXES)


@dataclass
class FilledTable:
    """One table: its bytes, and what its rows say."""

    name: str
    raw: bytes
    rows: list[Filled]

    @staticmethod
    def read(path: Path) -> FilledTable:
        """The table in a file. Raises Refused (`table.*`, `json.*`) where it cannot be read as one, OSError."""
        name, raw = printable(str(path), 1000), read_bytes(path)
        table = reading.read(name, raw, kind_of)
        try:
            check_header(table.header)
            return FilledTable(name, raw, [*filled(table.rows)])
        except Refused as refused:
            raise refused.under(name) from refused

    def problems(self) -> Iterator[Finding]:
        """All that is wrong with its rows."""
        return (one.finding.under(self.name) for row in self.rows for one in row.problems)

    def wrong(self) -> int:
        """How many rows have problems."""
        return sum(bool(row.problems) for row in self.rows)

    def marked(self) -> bytes:
        """The copy with its problems. Raises Refused."""
        return marked(self.raw, ((row.row, row.problems) for row in self.rows))

    def place(self, row: Filled, stage: int = 0) -> Place:
        """Where a record of a row comes from: the footprint, or one of its stages, counted from 1."""
        return (self.name, row.row.name, *([f"stage {stage}"] if stage else []))


@dataclass
class FilledTables:
    """All tables that a command seals, and the commitments of what was sealed."""

    tables: list[FilledTable]
    _commitments: dict[Place, str] = field(default_factory=dict)

    @staticmethod
    def read(paths: Iterable[Path], profile: str) -> FilledTables:
        """The tables in files, whose rows are records of `profile`. Raises as `FilledTable.read`, and Refused (`table.profile`)."""
        tables = []
        for path in paths:
            if profile != FOOTPRINT:
                raise Refused(codes.TABLE_PROFILE(str(path), wanted=FOOTPRINT, profile=profile))
            tables.append(FilledTable.read(path))
        return FilledTables(tables)

    def problems(self) -> Iterator[Finding]:
        """All that is wrong with their rows."""
        return (finding for table in self.tables for finding in table.problems())

    def wrong(self) -> int:
        """How many rows have problems."""
        return sum(table.wrong() for table in self.tables)

    def footprints(self) -> Iterator[Source]:
        """The footprints of rows without problems."""
        for table, row in self._good():
            yield Source(table.place(row), jcs(row.footprint))

    def stages(self) -> Iterator[Source]:
        """The stages of these rows whose footprints were sealed."""
        for table, row in self._good():
            for number, stage in enumerate(row.stages, start=1):
                if table.place(row) in self._commitments:
                    yield Source(table.place(row, number), jcs(stage.document))

    def keep(self, place: Place, commitment: bytes) -> None:
        """Note the commitment of a record that was sealed."""
        self._commitments[place] = commitment.hex()

    def requests(self, issuer: str, passports: Path | None) -> Iterator[bytes]:
        """An issue request, as a line of JSON, for each row all of whose records were sealed: with the passports of its components
        from the folder `passports`, or without one with their names. Raises `Failed` or Refused where one cannot be read."""
        for table, row in self._good():
            places = [table.place(row), *(table.place(row, number) for number in range(1, len(row.stages) + 1))]
            if all(place in self._commitments for place in places):
                request = _request(row, issuer, [self._commitments[place] for place in places])
                if passports is not None:
                    request = {**request, "components": _with_passports(request["components"], passports)}
                yield orjson.dumps(request) + b"\n"

    def _good(self) -> Iterator[tuple[FilledTable, Filled]]:
        return ((table, row) for table in self.tables for row in table.rows if not row.problems)


def _with_passports(components: Sequence[Document], folder: Path) -> list[Document]:
    """Components with the JSON values of their passports in the place of their names."""
    paths = [folder / one["passport"] for one in components]
    return [
        {**one, "passport": read_component(path, (str(path),))} for one, path in zip(components, paths, strict=True)
    ]


def _request(row: Filled, issuer: str, commitments: list[str]) -> Document:
    records: list[dict[str, Any]] = [{"role": "footprint", "commitment": commitments[0]}]
    for stage, commitment in zip(row.stages, commitments[1:], strict=True):
        said = {"stage": stage.module, "quantity": stage.quantity, "unit": stage.unit}
        records.append({"role": "stage", **said, "commitment": commitment})
    if not row.disclose:
        records = [{**record, "disclose": False} for record in records]
    return {"issuer": issuer, **row.request, "records": records}
