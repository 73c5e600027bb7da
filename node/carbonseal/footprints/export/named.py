"""The figures of a footprint, each with a name and a unit: for formats that take any, and that have a list of them."""

from __future__ import annotations

from collections.abc import Iterator

from carbonseal.footprints import units
from carbonseal.footprints.figures import Figure
from carbonseal.footprints.model import Footprint
from carbonseal.footprints.stages import Stages
from carbonseal.values import dataclass

CO2E, PERCENT = "kg CO2e", "%"
CODES = {  # UN/ECE Recommendation 20
    "kilogram": "KGM", "gram": "GRM", "tonne": "TNE", "pound": "LBR", "liter": "LTR", "milliliter": "MLT",
    "cubic meter": "MTQ", "megajoule": "3B", "kilowatt hour": "KWH", "megawatt hour": "MWH", "gigajoule": "GV",
    "square meter": "MTK", "meter": "MTR", "kilometer": "KMT", "piece": "H87", "ton kilometer": "TKM", "hour": "HUR",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NamedFigure:
    """A figure and what it is. `metric` is the id of a metric that the record claims, and empty for others."""

    name: str
    figure: Figure
    unit: str  # as people write it: "kg CO2e", "%"
    is_per_amount: bool = True  # it is for the declared amount
    stages: Stages | None = None  # of the life cycle, where the record says which
    metric: str = ""


def named_figures(one: Footprint) -> Iterator[NamedFigure]:
    """All figures of a footprint, the total first."""
    total = f"carbon footprint, {one.basis}"
    for name, figure in (
        (total, one.total),
        ("carbon footprint, including biogenic uptake", one.including),
        ("biogenic CO2 uptake", one.uptake),
        ("packaging emissions, within the carbon footprint", one.packaging),
        ("outbound logistics emissions", one.outbound),
        ("carbon footprint of one piece", one.absolute),
    ):
        if figure is not None:
            yield NamedFigure(name, figure, CO2E, stages=one.boundary if figure is one.total else None)
    for found in one.sums:
        for part in found.parts:
            if part.figure is not None and part.figure not in (one.total, one.including, one.uptake):
                yield NamedFigure(f"{part.name}, part of {found.name}", part.figure, CO2E)
    for stage in one.stages:
        yield NamedFigure(stage.name or "stage", stage.figure, CO2E, stages=stage.stages)
    for metric in one.metrics:
        yield NamedFigure(metric.name or metric.id, metric.figure, metric.unit_word, False, metric=metric.id)
    for name, figure, unit in (
        ("mass", one.mass, "kg"),
        ("biogenic carbon content", one.biogenic_content, "kg C"),
        ("fossil carbon content", one.fossil_content, "kg C"),
        ("exempted emissions", one.exempted, PERCENT),
        ("primary data share", one.primary_data_share, PERCENT),
    ):
        if figure is not None:
            yield NamedFigure(name, figure, unit, unit != PERCENT)


def without_place(one: Footprint) -> Iterator[str]:
    """What a list of figures has no place for."""
    if one.ratings:
        yield "ratings of data quality"
    if one.verification is not None:
        yield "the verification that the record claims"
    if one.performance_class or one.study:
        yield "the performance class and the study of a battery"
    if one.flows:
        yield "quantities of what went in and came out"
    if one.legs:
        yield "legs of transport"
    methods = one.methods
    if methods.free_attribution or methods.mass_balancing or methods.substitution or methods.prospective:
        yield "how certificates, mass balance, credits and forecasts enter the figures"
    yield from (f"the remark: {remark}" for remark in one.remarks)
    yield "what else the record states, beyond its figures"


def declared_unit(one: Footprint) -> str:
    """The unit of the declared amount: the table's name for it, else as written."""
    return one.functional_unit or (one.unit.name if isinstance(one.unit, units.Unit) else one.unit_word)
