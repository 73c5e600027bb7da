"""Exports a footprint as JSON-LD 1.1 in the vocabulary of schema.org.

A `Product` has each figure as a `PropertyValue` in `additionalProperty`: its name, its value as printed, its unit; `valueReference`
is the declared amount that it is for. Where and when is said of the `Dataset` that the figures come from (`subjectOf`). The context
stands in the document: reading it asks nobody. Units have their codes of UN/ECE Recommendation 20, where it has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from carbonseal.footprints import units
from carbonseal.footprints.figures import Figure
from carbonseal.footprints.model import Footprint, Period
from carbonseal.footprints.stages import Stages, stages_text

from .exported import Exported, exact_text, instant_text

CONTEXT = {"@vocab": "https://schema.org/", "id": "@id", "type": "@type"}
CO2E = "kg CO2e"
_CODES = {  # UN/ECE Recommendation 20
    "kilogram": "KGM", "gram": "GRM", "tonne": "TNE", "pound": "LBR", "liter": "LTR", "milliliter": "MLT",
    "cubic meter": "MTQ", "megajoule": "3B", "kilowatt hour": "KWH", "megawatt hour": "MWH", "gigajoule": "GV",
    "square meter": "MTK", "meter": "MTR", "kilometer": "KMT", "piece": "H87", "ton kilometer": "TKM", "hour": "HUR",
}  # fmt: skip


def export(footprint: Footprint) -> Exported:
    """The footprint as JSON-LD. Nothing is assumed; what has no word in schema.org is lost."""
    one = footprint
    document = {
        "@context": CONTEXT,
        **_present(
            type="Product",
            name=one.product,
            identifier=list(one.product_ids),
            manufacturer=_present(type="Organization", name=one.company, identifier=list(one.company_ids)),
            additionalProperty=list(_properties(one)),
            subjectOf=_data_set(one),
        ),
    }
    return Exported(document, tuple(_lost(one)))


def _properties(one: Footprint) -> Iterator[dict[str, Any]]:
    per = _declared(one)
    total = f"carbon footprint, {one.basis}" if one.total is not None else ""
    for name, figure in (
        (total, one.total),
        ("carbon footprint, including biogenic uptake", one.including),
        ("biogenic CO2 uptake", one.uptake),
        ("packaging emissions, within the carbon footprint", one.packaging),
        ("outbound logistics emissions", one.outbound),
        ("carbon footprint of one piece", one.absolute),
    ):
        if figure is not None:
            yield _property(name, figure, CO2E, per, one.boundary if figure is one.total else None)
    for found in one.sums:
        for part in found.parts:
            if part.figure is not None and part.figure not in (one.total, one.including, one.uptake):
                yield _property(f"{part.name}, part of {found.name}", part.figure, CO2E, per)
    for stage in one.stages:
        yield _property(stage.name or "stage", stage.figure, CO2E, per, stage.stages)
    for metric in one.metrics:
        yield {**_property(metric.name or metric.id, metric.figure, metric.unit_word, None), "propertyID": metric.id}
    for name, figure, unit in (
        ("mass", one.mass, "kg"),
        ("biogenic carbon content", one.biogenic_content, "kg C"),
        ("fossil carbon content", one.fossil_content, "kg C"),
        ("exempted emissions", one.exempted, "%"),
        ("primary data share", one.primary_data_share, "%"),
    ):
        if figure is not None:
            yield _property(name, figure, unit, None if unit == "%" else per)


def _property(name: str, figure: Figure, unit: str, per: Any, stages: Stages | None = None) -> dict[str, Any]:
    return _present(
        type="PropertyValue",
        name=name,
        value=exact_text(figure),
        unitText=unit,
        unitCode={"kg": "KGM", "%": "P1"}.get(unit),
        measurementTechnique=f"EN 15804 modules {stages_text(stages)}" if stages else None,
        valueReference=per,
    )


def _declared(one: Footprint) -> dict[str, Any] | None:
    """The amount that the figures are for."""
    if one.functional_unit:
        value = None if one.amount is None else exact_text(one.amount)
        return _present(type="QuantitativeValue", value=value, unitText=one.functional_unit)
    if one.amount is None:
        return None
    name = one.unit.name if isinstance(one.unit, units.Unit) else one.unit_word
    return _present(type="QuantitativeValue", value=exact_text(one.amount), unitText=name, unitCode=_CODES.get(name))


def _data_set(one: Footprint) -> dict[str, Any]:
    """The record itself: when, where, by which method, in place of what."""
    return _present(
        type="Dataset",
        identifier=one.id,
        dateCreated=one.created and instant_text(one.created),
        temporalCoverage=_interval(one.period),
        expires=one.validity and one.validity.end and instant_text(one.validity.end),
        spatialCoverage=list(one.geographies),
        creativeWorkStatus="Deprecated" if one.is_deprecated else None,
        isBasedOn=list(one.preceding),
        measurementTechnique=[f"IPCC {word}" for word in one.gwp_sets] + list(one.standards),
        encodingFormat=one.profile,
    )


def _interval(period: Period | None) -> str | None:
    """ISO 8601's interval, with ``..`` for an open end."""
    if period is None or not (period.start or period.end):
        return None
    return "/".join(instant_text(at) if at else ".." for at in (period.start, period.end))


def _lost(one: Footprint) -> Iterator[str]:
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


def _present(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value}
