"""Profile ``activity/1``: activity data of one product, for who has no system that writes another format (docs/spec.md, section 3).

What was used in a period, line by line: energy, material, logistics, process. Each line has its emissions, which are its quantity
times its factor; the record's emissions are the sum. The format is carbonseal's own, and closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from carbonseal.findings import Refused
from carbonseal.footprints import units
from carbonseal.footprints.documents import Node
from carbonseal.footprints.figures import Figure
from carbonseal.footprints.model import Basis, Flow, Footprint, Part, Period, Sign, Sum, TransportLeg
from carbonseal.footprints.stages import MODULES, PRODUCTION, Stages, span
from carbonseal.records.profiles import codes
from carbonseal.records.profiles.schema import (
    ABOVE_ZERO,
    AT_LEAST_ZERO,
    DATE_TIME,
    DECIMAL,
    FILLED,
    Schema,
    list_of,
    members,
    named,
    set_of,
    text,
)
from carbonseal.records.profiles.schema import Part as SchemaPart

FORMAT = "activity/1"
KINDS = ("energy", "material", "logistics", "process")
_STAGES: dict[str, Stages] = {"A1-A3": PRODUCTION, **{module: span(module, module) for module in MODULES}}
_UNIT = named(*sorted(unit.name for unit in units.UNITS))
_TONNE_KILOMETRE = Fraction(1, 1000)  # of a kilogram kilometre


def _closed(required: SchemaPart, optional: SchemaPart) -> SchemaPart:
    return members(required, optional, additionalProperties=False)


_LINE = {"name": FILLED, "factor": DECIMAL, "emissions": DECIMAL}
_MEASURED = {**_LINE, "quantity": AT_LEAST_ZERO, "unit": _UNIT}
_SOURCE = {"source": FILLED}
_FORMS = {
    "energy": _closed(_MEASURED, _SOURCE),
    "material": _closed(_MEASURED, {**_SOURCE, "id": FILLED, "batch": FILLED, "footprint": FILLED}),
    "logistics": _closed({**_LINE, "distance": AT_LEAST_ZERO, "mass": AT_LEAST_ZERO}, _SOURCE),
    "process": _closed(_MEASURED, _SOURCE),
}
_SCHEMA = Schema(
    FORMAT,
    _closed(
        {
            "format": named(FORMAT),
            "id": FILLED,
            "organisation": FILLED,
            "product": _closed({"id": FILLED, "name": FILLED}, {"batch": FILLED}),
            "declared": _closed({"quantity": ABOVE_ZERO, "unit": _UNIT}, {"mass": AT_LEAST_ZERO}),
            "period": _closed({"start": DATE_TIME, "end": DATE_TIME}, {}),
            "emissions": DECIMAL,
        },
        {
            "country": text("^[A-Z]{2}$", title="an ISO 3166-1 code such as DE"),
            "stage": named(*_STAGES),
            "gwp": text("^AR[4-9]$", title="an IPCC assessment report such as AR6"),
            "replaces": set_of(FILLED),
            **{kind: list_of(form) for kind, form in _FORMS.items()},
        },
    ),
)


class Activity:
    """Activity data of one product."""

    id = FORMAT

    def recognises(self, value: Any) -> str:
        """``activity/1`` for a document that says so."""
        return FORMAT if Node(value)["format"].text() == FORMAT else ""

    def check(self, value: Any) -> None:
        """Raise Refused with a ``record.*`` code and the JSON pointer unless `value` has this form, at least one line, and a
        period that ends after it begins."""
        _SCHEMA.check(value)
        root = Node(value)
        if not any(root[kind] for kind in KINDS):
            raise Refused(codes.RECORD_MISSING("/energy", name=" or ".join(KINDS), format=FORMAT))
        start, end = root["period"]["start"].instant(), root["period"]["end"].instant()
        if start is None or end is None or start >= end:
            expected = f"an instant after {root['period']['start'].text()}"
            raise Refused(codes.RECORD_RANGE("/period/end", found=root["period"]["end"].text(), expected=expected))

    def footprint(self, value: Any) -> Footprint:
        """The figures: the record's sum, one sum a line, materials as flows, logistics as legs."""
        root = Node(value)
        lines = [(kind, line) for kind in KINDS for line in root[kind]]
        emissions = root["emissions"].figure()
        declared = root["declared"]
        word = declared["unit"].text()
        parts = tuple(Part(line["name"].text(), line["emissions"].figure(), Sign.EITHER) for _, line in lines)
        period = root["period"]
        return Footprint(
            profile=self.id,
            amount=declared["quantity"].figure(),
            unit=units.find(word),
            unit_word=word,
            mass=declared["mass"].figure(),
            basis=Basis.UNSTATED,
            total=emissions,
            sums=(*((Sum(emissions, parts, "emissions"),) if emissions else ()), *_line_sums(lines)),
            boundary=_STAGES.get(root["stage"].text() or "A1-A3"),
            period=Period(period["start"].instant(), period["end"].instant(), period["end"].pointer),
            geographies=root["country"].texts(),
            id=root["id"].text(),
            preceding=root["replaces"].texts(),
            product_ids=root["product"]["id"].texts(),
            product=root["product"]["name"].text(),
            company=root["organisation"].text(),
            gwp_sets=root["gwp"].texts(),
            flows=(*(_material(line) for line in root["material"]), _output(root)),
            legs=tuple(_leg(line) for line in root["logistics"]),
        )


PROFILE = Activity()


def _line_sums(lines: list[tuple[str, Node]]) -> Iterator[Sum]:
    """emissions = quantity x factor, of each line."""
    for kind, line in lines:
        emissions, factor = line["emissions"].figure(), line["factor"].figure()
        quantity = _activity(line) if kind == "logistics" else line["quantity"].figure()
        if emissions and factor and quantity:
            yield Sum(
                emissions, (Part("quantity x factor", _product(quantity, factor), Sign.EITHER),), line["name"].text()
            )


def _activity(line: Node) -> Figure | None:
    """Tonne kilometres."""
    distance, mass = line["distance"].figure(), line["mass"].figure()
    return _product(distance, mass).times(_TONNE_KILOMETRE) if distance and mass else None


def _product(one: Figure, other: Figure) -> Figure:
    """The product, with what the rounding of each can have done to it."""
    half = abs(one.value) * other.half + abs(other.value) * one.half
    return Figure(one.value * other.value, half, one.pointer)


def _material(line: Node) -> Flow:
    word = line["unit"].text()
    return Flow(
        id=line["id"].text() or line["name"].text(),
        quantity=line["quantity"].figure(),
        unit=units.find(word),
        unit_word=word,
        is_output=False,
        batch=line["batch"].text(),
        footprint_id=line["footprint"].text(),
    )


def _output(root: Node) -> Flow:
    declared, product = root["declared"], root["product"]
    word = declared["unit"].text()
    return Flow(
        product["id"].text(), declared["quantity"].figure(), units.find(word), word, True, product["batch"].text()
    )


def _leg(line: Node) -> TransportLeg:
    return TransportLeg(
        id=line["name"].text(),
        preceding=(),
        mass=line["mass"].figure(),
        distance=line["distance"].figure(),
        activity=_activity(line),
        emissions=line["emissions"].figure(),
        intensity=line["factor"].figure(),
        pointer=line.pointer,
    )
