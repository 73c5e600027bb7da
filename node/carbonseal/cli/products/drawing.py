"""The tree of a product as text: quantity x figure = contribution, shares, what is its own, and stages beyond the gate apart."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from carbonseal.flow.graph import Edge
from carbonseal.flow.phrases import Missing
from carbonseal.flow.tree import Branch, StageBranch
from carbonseal.footprints.figures import Figure, decimal_text
from carbonseal.footprints.model import Footprint
from carbonseal.footprints.stages import stages_text
from carbonseal.instants import format_instant

CO2E = "kg CO2e"


def draw(root: Branch) -> Iterator[str]:
    """The lines of the tree; figures are kg CO2e."""
    yield f"{root.product.credential.name}: {_figure(root)}"
    yield from (f"  {line}" for line in _below(root))


def _below(branch: Branch) -> Iterator[str]:
    footprint = branch.product.footprint
    if footprint is not None:
        if branch.edge is not None and not isinstance(branch.figure, Missing):
            yield f"stated: {_figure(branch)}"
        yield from _said(footprint)
    if branch.is_repeated:
        yield "(its components are above)"
    for below in branch.below:
        yield f"└ {_brought(below)}"
        yield from (f"    {line}" for line in _below(below))
    for edge in branch.not_carried:
        yield f"└ credential {edge.component.digest.hex()}: {_quantity(edge)}: not carried, and not known"
    if branch.below and isinstance(branch.own, Fraction):
        share = _percent(branch.own, branch.figure)
        yield f"└ own part: {decimal_text(branch.own)} {CO2E}{share}"
    for stage in branch.stages:
        yield f"+ {_stage(stage)}"


def _brought(branch: Branch) -> str:
    """``Battery: 3 piece x 2.5 = 7.5 kg CO2e (75 %)``."""
    edge = branch.edge
    name = branch.product.credential.name
    listed = "" if edge is None or edge.is_used else ", listed and not said to be used"
    quantity = "?" if isinstance(branch.quantity, Missing) else decimal_text(branch.quantity)
    unit = branch.unit.name if branch.unit else ""
    if isinstance(branch.contribution, Missing):
        return f"{name}: {quantity} {unit}: contribution not known: {branch.contribution}{listed}"
    share = "" if branch.share is None else f" ({decimal_text(branch.share * 100, 3)} %)"
    return f"{name}: {quantity} {unit} x {_per_unit(branch)} = {decimal_text(branch.contribution.value)} {CO2E}{share}{listed}"


def _quantity(edge: Edge) -> str:
    if isinstance(edge.quantity, Missing):
        return "quantity not known"
    amount, unit = edge.quantity
    return f"{decimal_text(amount)} {unit.name}"


def _per_unit(branch: Branch) -> str:
    """The figure of one unit of the quantity."""
    if isinstance(branch.contribution, Missing) or isinstance(branch.quantity, Missing) or not branch.quantity:
        return "?"
    return decimal_text(branch.contribution.value / branch.quantity)


def _figure(branch: Branch) -> str:
    footprint = branch.product.footprint
    if isinstance(branch.figure, Missing) or footprint is None:
        return f"figure not known: {branch.figure}" if isinstance(branch.figure, Missing) else "figure not known"
    amount = decimal_text(footprint.amount.value) if footprint.amount else "?"
    unit = footprint.unit.name if footprint.unit else footprint.unit_word or footprint.functional_unit
    return f"{decimal_text(branch.figure.value)} {CO2E} per {amount} {unit}, {footprint.basis.value}"


def _said(footprint: Footprint) -> Iterator[str]:
    """What the footprint says of itself, as far as it says it."""
    facts = [
        ("boundary", stages_text(footprint.boundary) if footprint.boundary else ""),
        ("data", _span(footprint)),
        ("until", format_instant(footprint.validity.end) if footprint.validity and footprint.validity.end else ""),
        ("status", "deprecated" if footprint.is_deprecated else ""),
        ("geography", ", ".join(footprint.geographies)),
        ("GWP", ", ".join(footprint.gwp_sets)),
        (
            "primary data",
            f"{decimal_text(footprint.primary_data_share.value)} %" if footprint.primary_data_share else "",
        ),
        ("verified by, as claimed", footprint.verification.provider if footprint.verification else ""),
    ]
    text = "; ".join(f"{name} {value}" for name, value in facts if value)
    if text:
        yield text
    yield from (f"remark: {remark}" for remark in footprint.remarks)


def _span(footprint: Footprint) -> str:
    period = footprint.period
    if period is None or period.start is None or period.end is None:
        return ""
    return f"{period.start.date()} to {period.end.date()}"


def _percent(part: Fraction, figure: Figure | Missing) -> str:
    if isinstance(figure, Missing) or figure.value <= 0:
        return ""
    return f" ({decimal_text(part / figure.value * 100, 3)} %)"


def _stage(stage: StageBranch) -> str:
    quantity = f"{stage.record.listed.quantity} {stage.record.listed.unit}"
    if isinstance(stage.figure, Missing):
        return f"beyond the gate, {stage.stage}: {quantity}: not known: {stage.figure}"
    return f"beyond the gate, {stage.stage}: {quantity} = {decimal_text(stage.figure.value)} {CO2E}"
