"""What a footprint's sums come to, in the words of the carbon-flow check: total minus parts."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from carbonseal.footprints.figures import Figure
from carbonseal.footprints.model import Footprint, Sum


def residual(found: Sum) -> Fraction:
    """total - parts; a part that is absent counts 0."""
    return found.total.value - sum((part.figure.value for part in found.parts if part.figure), Fraction(0))


def residuals(footprint: Footprint) -> dict[str, float]:
    """By the name of the sum, for people to read."""
    return {one.name: round(float(residual(one)), 6) for one in footprint.sums}


def exact(figure: Figure | None) -> Any:
    """The value of a figure, to compare with whole numbers and fractions alike; None where there is none."""
    return figure.value if figure else None
