"""A battery's carbon footprint in EPCIS sensor reports (OpenEPCIS's extension `eubat`): kg CO2e for each kWh of service life."""

from __future__ import annotations

import re
from datetime import datetime
from fractions import Fraction

from carbonseal.footprints.documents import Node, sentinels
from carbonseal.footprints.figures import Figure
from carbonseal.footprints.model import Footprint, Part, Sign, StageFigure, Sum
from carbonseal.footprints.stages import DISTRIBUTION, END_OF_LIFE, Stages, span

from .events import Read

_TYPE = re.compile(
    r"(?:eubat:|https://ref[.]openepcis[.]io/extensions/eu/battery/)hasCarbonFootprint([A-Za-z]+)", re.ASCII
)
_STAGES: dict[str, Stages] = {
    "RawMaterialExtraction": span("A1", "A2"),
    "Production": span("A3", "A3"),
    "Distribution": DISTRIBUTION,
    "Recycling": END_OF_LIFE,
}


def footprint(read: Read, profile: str, *, created: datetime | None) -> Footprint:
    """The footprint that events report; their flows where they report none."""
    reporting = [(event, report) for event in read.events for report in _elements(event)]
    outputs = tuple(dict.fromkeys(flow.id for flow in read.flows if flow.is_output))
    if len(reporting) != 1:
        several = (f"{len(reporting)} sensor elements report a footprint: none is the total",) if reporting else ()
        return Footprint(
            profile=profile, created=created, product_ids=outputs, flows=read.flows, remarks=read.remarks + several
        )
    event, nodes = reporting[0]
    figures = {name: node.figure() for name, node in nodes.items()}
    total = figures.get("Total")
    parts = tuple(Part(f"hasCarbonFootprint{name}", figures.get(name), Sign.EITHER) for name in _STAGES)
    return Footprint(
        profile=profile,
        amount=Figure(Fraction(1), Fraction(0)),
        unit_word="kWh",
        functional_unit="kWh delivered over the service life",
        total=total,
        sums=(Sum(total, parts, "hasCarbonFootprintTotal"),) if total else (),
        boundary=frozenset().union(*_STAGES.values()),
        stages=tuple(
            StageFigure(stages, figure, name) for name, stages in _STAGES.items() if (figure := figures.get(name))
        ),
        created=created,
        product_ids=event["epcList"].texts() or outputs,
        flows=read.flows,
        remarks=read.remarks + sentinels(*nodes.values()),
    )


def _elements(event: Node) -> list[dict[str, Node]]:
    """The sensor elements of an event that report a total, each with its values by name."""
    found = []
    for element in event["sensorElementList"]:
        values: dict[str, Node] = {}
        for report in element["sensorReport"]:
            kind = _TYPE.fullmatch(report["type"].text())
            if kind and report["uom"].text() in ("KGM", ""):
                values[kind[1]] = report["value"]
        if "Total" in values:
            found.append(values)
    return found
