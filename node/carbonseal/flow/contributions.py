"""What components bring to a product: quantity x figure, exact, with the rounding of the figure carried along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from carbonseal.footprints.figures import Figure
from carbonseal.footprints.model import Basis, Footprint

from .graph import Edge, Missing, Product, figure_of


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one component brings, kg CO2e in the declared amount of its parent."""

    edge: Edge
    figure: Figure | Missing


def contributions(edges: Sequence[Edge], *, gross: bool = False) -> list[Contribution]:
    """What each component brings; `gross`: removals and captures left out."""
    return [Contribution(edge, _contribution(edge, gross)) for edge in edges]


def gross_of(product: Product) -> Figure | Missing:
    """A product's total without its removals and captures, which are 0 or less."""
    total = figure_of(product)
    if isinstance(total, Missing) or product.footprint is None or not product.footprint.removals:
        return total
    removals = product.footprint.removals
    value = total.value - sum((one.value for one in removals), Fraction(0))
    half = total.half + sum((one.half for one in removals), Fraction(0))
    return Figure(value, half, total.pointer, total.is_number)


def _contribution(edge: Edge, gross: bool) -> Figure | Missing:
    units = edge.units_of_child()
    if isinstance(units, Missing) or edge.child is None:
        return units if isinstance(units, Missing) else Missing((edge.label,))
    if edge.parent.footprint is not None and edge.child.footprint is not None:
        lacking = incomparable(edge.parent.footprint, edge.child.footprint)
        if lacking:
            return Missing(tuple(f"{what} of {edge.label} and {edge.parent.label}" for what in lacking))
    figure = gross_of(edge.child) if gross else figure_of(edge.child)
    return figure if isinstance(figure, Missing) else figure.times(units)


def incomparable(parent: Footprint, child: Footprint) -> list[str]:
    """In what two footprints do not compare, as far as both say it: empty where nothing speaks against adding one up into the
    other."""
    lacking = []
    if parent.basis != child.basis and Basis.UNSTATED not in (parent.basis, child.basis):
        lacking.append("one basis of biogenic carbon")
    if parent.boundary and child.boundary and parent.boundary != child.boundary:
        lacking.append("one boundary")
    if parent.gwp_sets and child.gwp_sets and not {*parent.gwp_sets} & {*child.gwp_sets}:
        lacking.append("one set of GWP factors")
    for name, what in (
        ("free_attribution", "figures that were not attributed freely"),
        ("substitution", "figures without credits by substitution"),
    ):
        if getattr(parent.methods, name) or getattr(child.methods, name):
            lacking.append(what)
    return lacking
