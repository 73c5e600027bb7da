"""Rows of the table of footprints as records, and what an issue request says beside them.

- A row is one record of ``pact/3.0``; each of its stages is one of ``activity/1``, whose emissions are exactly quantity
  times factor. Figures are the digits that the cells have.
- All that is wrong with a row is told, each problem with its column. A row with a problem gives no record.
- The same row gives the same records: an id that is not given is a UUID of version 8 (RFC 9562) of all that the row says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Context, Decimal
from typing import Any

from carbonseal.findings import Finding, Refused
from carbonseal.footprints import units
from carbonseal.records.canonical import jcs
from carbonseal.records.profiles import lookup
from carbonseal.tables import codes
from carbonseal.tables.rows import Problem, Row, Wrong

from .cells import QUANTITY, empty, instant, invalid, read_cell
from .columns import BY_MEMBER, COMPONENT, OWN, PERIODS, REQUEST, SINGLE, STAGE, Column, Form, Group

FOOTPRINT, ACTIVITY = "pact/3.0", "activity/1"  # profiles
SPEC_VERSION = "3.0.4"
_EXACT = Context(prec=120)  # more than the digits of two decimals together
_BATCH = {column.name: column for column in REQUEST if column.name.startswith("batch")}

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage beyond the gate: its record, and what the credential says of it."""

    document: Document
    module: str
    quantity: str
    unit: str


@dataclass(frozen=True, slots=True)
class Filled:
    """One row. Without problems it has a `footprint`, its `stages`, and the members of an issue request but `issuer` and
    `records`; `disclose` is a member of each of those."""

    row: Row
    problems: tuple[Problem, ...]
    footprint: Document = field(default_factory=dict)
    stages: tuple[Stage, ...] = ()
    request: Document = field(default_factory=dict)
    disclose: bool = True


def filled(rows: Iterable[Row]) -> Iterator[Filled]:
    """What each row says. Lines whose first cell begins with # are left out. Raises Refused (`table.too-wrong`)."""
    seen: dict[str, str] = {}
    wrong = Wrong()
    for row in rows:
        if row.values.get(row.header[0], "").startswith(OWN):
            continue
        found = _Reading(row).filled()
        twice = seen.setdefault(str(found.footprint.get("id", row.name)).lower(), row.name)
        if twice != row.name:
            finding = codes.TABLE_TWICE(row.where("footprint id"), line=twice)
            found = Filled(row, (Problem(finding, "footprint id"),))
        wrong.count(found.problems)
        yield found


class _Reading:
    """One row while it is read."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self._problems = list(row.problems)

    def filled(self) -> Filled:
        footprint = self._footprint()
        groups = [*self._groups(STAGE)]
        components = [self._component(*one, footprint["pcf"]) for one in self._groups(COMPONENT)]
        request = self._request(footprint, components)
        for first, last in PERIODS:
            self._in_order(first, last)
        if not self._problems:
            footprint.setdefault("id", _made_uuid(footprint))
            self._check(footprint, FOOTPRINT, BY_MEMBER.get)
        if self._problems:
            return self._refused()
        stages = tuple(self._stage(number, cells, footprint) for number, cells in groups)
        if self._problems:
            return self._refused()
        disclose = self._values((column, column.name) for column in REQUEST).get("disclose", True)
        return Filled(self._row, (), footprint, stages, request, disclose)

    def _refused(self) -> Filled:
        """The row with its problems, in the order of the columns."""
        order = {name: at for at, name in enumerate(self._row.header)}
        return Filled(self._row, tuple(sorted(self._problems, key=lambda one: order.get(one.column or "", len(order)))))

    def _footprint(self) -> dict[str, Any]:
        """The record, without an id where none is given; incomplete where something is wrong."""
        document: dict[str, Any] = {"specVersion": SPEC_VERSION, "status": "Active", "pcf": {}}
        values = self._values((column, column.name) for column in SINGLE if column.member)
        for column in SINGLE:
            if column.name not in values:
                continue
            *path, last = column.member.split(".")
            holder = document
            for name in path:
                holder = holder.setdefault(name, {})
            if column.form is Form.PLACE:
                holder.update(values[column.name])
            else:
                holder[last] = values[column.name]
        if "productNameCompany" in document:
            document.setdefault("productDescription", document["productNameCompany"])
        return document

    def _in_order(self, first: str, last: str) -> None:
        """The last day of a period does not come before its first."""
        values = self._values((column, column.name) for column in SINGLE if column.name in {first, last})
        if len(values) == 2 and datetime.fromisoformat(values[first]) >= datetime.fromisoformat(values[last]):
            self._add_invalid(next(column for column in SINGLE if column.name == last), last)

    def _groups(self, group: Group) -> Iterator[tuple[int, dict[str, Any]]]:
        """The numbers of a group's columns that are filled in, and their values by column."""
        taken = {*self._row.values, *(problem.column for problem in self._row.problems)}
        for number in range(1, group.most + 1):
            columns = [*group.numbered(number)]
            if taken.isdisjoint(name for _, name in columns):
                continue
            values = self._values(columns)
            yield number, {column.name: values[name] for column, name in columns if name in values}

    def _values(self, columns: Iterable[tuple[Column, str]]) -> dict[str, Any]:
        """What the cells of columns say, by the names in the header. What is wrong with them becomes problems."""
        found = {}
        for column, name in columns:
            text = self._row.values.get(name, "")
            if text:
                try:
                    found[name] = read_cell(column, text, self._row.where(name))
                except Refused as refused:
                    self._add(refused.finding, name)
            elif column.is_needed:
                self._add_empty(column, name)
        return found

    def _component(self, number: int, cells: Mapping[str, Any], pcf: Document) -> Document:
        self._check_quantity(COMPONENT, number, cells)
        per = {"amount": pcf.get("declaredUnitAmount"), "unit": pcf.get("declaredUnitOfMeasurement")}
        return {**cells, "per": per}

    def _request(self, footprint: Document, components: list[Document]) -> Document:
        values = self._values((column, column.name) for column in REQUEST)
        subject, *others = footprint.get("productIds") or [""]
        request = {"subject": subject, "name": footprint.get("productNameCompany")}
        if others:
            request["identifiers"] = others
        if given := {name: values[name] for name in _BATCH if name in values}:
            for name in _BATCH.keys() - given.keys():
                self._add_empty(_BATCH[name], name)
            if "batch quantity" in given and not _is_above_zero(given["batch quantity"]):
                self._add_invalid(_BATCH["batch quantity"], "batch quantity")
            if "batch unit" in given and units.find(given["batch unit"]) is None:
                self._add_invalid(_BATCH["batch unit"], "batch unit")
            names = {"number": "batch", "quantity": "batch quantity", "unit": "batch unit"}
            request["batch"] = {member: given.get(name) for member, name in names.items()}
        if "passport until" in values:
            request["validUntil"] = self._instant("passport until", values["passport until"])
        return {**request, "components": components}

    def _instant(self, name: str, text: str) -> str:
        try:
            return instant(text)
        except ValueError:
            self._add_invalid(next(column for column in REQUEST if column.name == name), name)
            return ""

    def _stage(self, number: int, cells: Mapping[str, Any], footprint: Document) -> Stage:
        self._check_quantity(STAGE, number, cells)
        pcf, name, quantity, unit = footprint["pcf"], cells["name"], cells["quantity"], cells["unit"]
        emissions = f"{_EXACT.multiply(Decimal(quantity), Decimal(cells['factor'])):f}"
        line = {"name": name, "quantity": quantity, "unit": unit, "factor": cells["factor"], "emissions": emissions}
        document: dict[str, Any] = {
            "format": ACTIVITY,
            "id": f"urn:uuid:{footprint['id']}#stage-{number}",
            "organisation": footprint["companyName"],
            "product": {"id": f"{footprint['productIds'][0]}#{cells['module']}", "name": name},
            "declared": {"quantity": quantity, "unit": unit},
            "period": {"start": pcf["referencePeriodStart"], "end": pcf["referencePeriodEnd"]},
            "stage": cells["module"],
            "emissions": emissions,
            "process": [line | ({"source": cells["source"]} if "source" in cells else {})],
        }
        if not self._problems:
            self._check(document, ACTIVITY, lambda _: None)
        return Stage(document, cells["module"], quantity, unit)

    def _check_quantity(self, group: Group, number: int, cells: Mapping[str, Any]) -> None:
        for column, name in group.numbered(number):
            value = cells.get(column.name)
            if value is None:
                continue
            if column.name == "quantity" and not _is_above_zero(value):
                self._add_invalid(column, name)
            if column.name == "unit" and units.find(value) is None:
                self._add_invalid(column, name)

    def _check(self, document: Document, profile: str, column_of: Callable[[str], Column | None]) -> None:
        """Has the profile look at a record. What it refuses is told at the column of the member, or else at the line."""
        try:
            lookup(profile).check(document)
        except Refused as refused:
            finding = refused.finding
            column = column_of(".".join(finding.place[0].split("/")[1:])) if finding.place else None
            if column is None:
                self._add(finding.under(self._row.name))
            elif column.name in self._row.values:
                self._add(Finding(finding.code, (self._row.where(column.name),), finding.facts), column.name)
            else:
                self._add_empty(column, column.name)

    def _add_empty(self, column: Column, name: str) -> None:
        """A cell is missing; one that could not be read is told as that."""
        if name not in {problem.column for problem in self._problems}:
            self._add(empty(column, self._row.where(name)), name)

    def _add_invalid(self, column: Column, name: str) -> None:
        self._add(invalid(column, self._row.values[name], self._row.where(name)), name)

    def _add(self, finding: Finding, column: str | None = None) -> None:
        if Problem(finding, column) not in self._problems:
            self._problems.append(Problem(finding, column))


def _is_above_zero(text: str) -> bool:
    return QUANTITY.fullmatch(text) is not None and Decimal(text) > 0


def _made_uuid(document: Document) -> str:
    digits = hashlib.sha256(b"carbonseal/table/v1\0" + jcs(document)).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"
