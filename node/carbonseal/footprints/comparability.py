"""Comparability: whether one footprint may be added up into another."""

from __future__ import annotations

from .model import Basis, Footprint


def incomparable(parent: Footprint, child: Footprint) -> list[str]:
    """In what two footprints do not compare, as far as both say it: empty where nothing speaks against adding the child's figure
    up into the parent's."""
    lacking = []
    if parent.basis != child.basis and Basis.UNSTATED not in (parent.basis, child.basis):
        lacking.append("basis")
    if parent.boundary and child.boundary and parent.boundary != child.boundary:
        lacking.append("boundary")
    if parent.gwp_sets and child.gwp_sets and not any(one in child.gwp_sets for one in parent.gwp_sets):
        lacking.append("gwp-set")
    if parent.methods.free_attribution or child.methods.free_attribution:
        lacking.append("free-attribution")
    if parent.methods.substitution or child.methods.substitution:
        lacking.append("substitution")
    return lacking
