"""BatteryPass's aspect model CarbonFootprint 1.2.0: kg CO2e for each kWh that the battery delivers over its service life.

Its generator prints what is not known as -1.8e308 (1.0.0: 0): such a value is absent.
"""

from __future__ import annotations

from fractions import Fraction

from carbonseal.footprints.documents import Node
from carbonseal.footprints.figures import Figure
from carbonseal.footprints.model import Basis, Footprint, Part, Sign, StageFigure, Sum
from carbonseal.footprints.stages import DISTRIBUTION, END_OF_LIFE, Stages, span
from carbonseal.records.profiles.schema import Schema, members, named, number, text

FUNCTIONAL_UNIT = "kWh delivered over the service life"
STAGES: dict[str, Stages] = {
    "RawMaterialExtraction": span("A1", "A2"),
    "MainProduction": span("A3", "A3"),
    "Distribution": DISTRIBUTION,
    "Recycling": END_OF_LIFE,
}
BOUNDARY: Stages = frozenset().union(*STAGES.values())
SCHEMA = Schema(
    "BatteryPass CarbonFootprint 1.2.0",
    members(
        {
            "batteryCarbonFootprint": number(),
            "carbonFootprintPerLifecycleStage": {
                "type": "array",
                "items": members({"lifecycleStage": named(*STAGES), "carbonFootprint": number()}, {}),
            },
            "carbonFootprintPerformanceClass": text(),
            "carbonFootprintStudy": text(format="uri"),
        },
        {"absoluteCarbonFootprint": number()},
    ),
)


def is_one(root: Node) -> bool:
    """Whether the document has this form."""
    return bool(root["carbonFootprintPerLifecycleStage"])


def footprint(root: Node, profile: str) -> Footprint:
    """The footprint of a document that the schema accepts."""
    total_at, absolute_at = root["batteryCarbonFootprint"], root["absoluteCarbonFootprint"]
    total, absolute = _above_zero(total_at), _above_zero(absolute_at)
    stages = [*root["carbonFootprintPerLifecycleStage"]]
    figures = [(one["lifecycleStage"].text(), _value(one["carbonFootprint"])) for one in stages]
    parts = tuple(Part(name, figure, Sign.EITHER) for name, figure in figures)
    absent = tuple(
        f"{node.pointer}: {node.value!r} counts as no value"
        for node, figure in (
            (total_at, total),
            (absolute_at, absolute),
            *((one["carbonFootprint"], figure) for one, (_, figure) in zip(stages, figures, strict=True)),
        )
        if node and figure is None
    )
    return Footprint(
        profile=profile,
        amount=Figure(Fraction(1), Fraction(0)),
        unit_word="kWh",
        functional_unit=FUNCTIONAL_UNIT,
        basis=Basis.UNSTATED,
        total=total,
        sums=(Sum(total, parts, "batteryCarbonFootprint"),) if total else (),
        absolute=absolute,
        boundary=BOUNDARY,
        stages=tuple(StageFigure(STAGES[name], figure, name) for name, figure in figures if figure and name in STAGES),
        performance_class=root["carbonFootprintPerformanceClass"].text(),
        study=root["carbonFootprintStudy"].text(),
        remarks=absent,
    )


def _value(node: Node) -> Figure | None:
    """The figure; None for -999, which some write for "no value"."""
    figure = node.figure()
    return None if figure and figure.value == -999 else figure


def _above_zero(node: Node) -> Figure | None:
    """The figure of a whole battery, which is never 0."""
    figure = _value(node)
    return figure if figure and figure.value else None
