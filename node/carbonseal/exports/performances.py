"""Figures as UNTP 0.7 has them: performances under metrics, which have names and no fixed ids.

A metric's id is that of the record, else ``urn:carbonseal:metric:`` and the figure's name in small letters, with ``-`` for all
that is no letter or digit. Its name has the unit and the amount that the figure is for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from carbonseal.footprints.export.exported import is_exact, json_number
from carbonseal.footprints.export.named import CO2E, CODES, PERCENT, NamedFigure, declared_unit, named_figures
from carbonseal.footprints.figures import Figure, decimal_text
from carbonseal.footprints.model import Footprint
from carbonseal.footprints.stages import stages_text
from carbonseal.footprints.units import find

METRIC = "urn:carbonseal:metric:"
METRICS_ASSUMED = f"ids of metrics: carbonseal's own, {METRIC}NAME, unless the record has them"
TOPIC = {
    "type": ["ConformityTopic"],
    "id": "https://vocabulary.uncefact.org/ConformityTopic#environment.emissions",
    "name": "emissions",
}
_UNITS = {CO2E: "KGM", PERCENT: "P1", "kg": "KGM", "kg C": "KGM"}  # UN/ECE Recommendation 20


def performances(footprint: Footprint) -> list[dict[str, Any]]:
    """All figures of a footprint, the total first."""
    return [_performance(one, footprint) for one in named_figures(footprint)]


def per(one: Footprint) -> str:
    """The amount that the figures are for, in words: `` per 1 kilogram``."""
    unit = declared_unit(one)
    if one.amount is None:
        return f" per {unit}" if unit else ""
    return f" per {decimal_text(one.amount.value, 40)} {unit}"


def imprecise(one: Footprint) -> Iterator[str]:
    """What JSON numbers cannot say of the figures."""
    figures = [(found.name, found.figure) for found in named_figures(one)]
    for name, figure in figures:
        if not is_exact(figure.value):
            yield f"digits of {name} beyond those of a JSON number: {decimal_text(figure.value, 40)}"
    if any(_has_zeros(figure) for _, figure in figures):
        yield "zeros at the end of printed figures, which say how exactly they are known"


def _performance(one: NamedFigure, footprint: Footprint) -> dict[str, Any]:
    stages = f", modules {stages_text(one.stages)} of EN 15804" if one.stages else ""
    amount = per(footprint) if one.is_per_amount else ""
    unit = find(one.unit)
    return {
        "metric": {
            "type": ["PerformanceMetric"],
            "id": one.metric or METRIC + re.sub("[^a-z0-9]+", "-", one.name.lower()).strip("-"),
            "name": f"{one.name}{stages}, {one.unit}{amount}",
        },
        "measure": {
            "value": json_number(one.figure.value),
            "unit": _UNITS.get(one.unit) or (CODES.get(unit.name, one.unit) if unit else one.unit),
        },
    }


def _has_zeros(figure: Figure) -> bool:
    """Whether it was printed with more places than its value needs."""
    is_decimal = bool(figure.value) and 0 < figure.half < Fraction(1, 2)
    return is_decimal and (figure.value / (20 * figure.half)).denominator == 1
