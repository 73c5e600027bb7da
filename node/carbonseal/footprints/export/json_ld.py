"""Exports a footprint as JSON-LD 1.1 in the vocabulary of schema.org.

A `Product` has each figure as a `PropertyValue` in `additionalProperty`: its name, its value as printed, its unit; `valueReference`
is the declared amount that it is for. Where and when is said of the `Dataset` that the figures come from (`subjectOf`). The context
stands in the document: reading it asks nobody. Units have their codes of UN/ECE Recommendation 20, where it has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from carbonseal.footprints.figures import Figure
from carbonseal.footprints.model import Footprint, Period
from carbonseal.footprints.stages import Stages, stages_text

from .exported import Exported, exact_text, instant_text
from .named import CODES, declared_unit, named_figures, without_place

CONTEXT = {"@vocab": "https://schema.org/", "id": "@id", "type": "@type"}


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
    return Exported(document, tuple(without_place(one)))


def _properties(one: Footprint) -> Iterator[dict[str, Any]]:
    per = _declared(one)
    for found in named_figures(one):
        made = _property(found.name, found.figure, found.unit, per if found.is_per_amount else None, found.stages)
        yield {**made, "propertyID": found.metric} if found.metric else made


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
    name = declared_unit(one)
    return _present(type="QuantitativeValue", value=exact_text(one.amount), unitText=name, unitCode=CODES.get(name))


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


def _present(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value}
