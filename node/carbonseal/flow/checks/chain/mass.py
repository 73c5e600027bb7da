"""Check *mass*: what was built into a product weighs no more than the product (check 12).

- Pieces that are counted are in the product: their mass alone must not exceed its own.
- Goods measured by mass, volume or area are consumed, and lose on the way: where they exceed the product, waste and co-products
  that nobody stated may be the reason, and the balance is not checkable.
- Packaging is not in a product's mass. Energy, transport and services weigh nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from carbonseal.flow import phrases
from carbonseal.flow.checks import Setting
from carbonseal.flow.comparison import Comparison, Grade
from carbonseal.flow.graph import Edge, Graph, Product
from carbonseal.flow.phrases import Missing, all_missing
from carbonseal.flow.rules import Rejects, Result, fails, holds, not_checkable, remark
from carbonseal.footprints import units
from carbonseal.footprints.figures import Figure, exact_sum
from carbonseal.footprints.model import Footprint
from carbonseal.values import dataclass

WEIGHTLESS = frozenset({units.ENERGY, units.TRANSPORT, units.TIME, "megabit second"})
_NOTHING = Fraction(0)
_BESIDE = frozenset({"waste", "co-product"})

HOLDS = holds("mass.holds", "products that weigh at least what was built into them: {count}")
HELD = Result(HOLDS)
NEAR = remark(
    "mass.near", "the product weighs {stated} kg, its components {computed} kg: {difference} apart, within {allowed}"
)
EXCEEDS = fails(
    "mass.exceeds",
    "the product weighs {stated} kg, its components {computed} kg: {difference} apart, and {allowed} is allowed",
    "ask the issuer for quantities and masses that fit",
    Rejects.DEPENDS,
)
NOT_CHECKABLE = not_checkable("mass", "ask the issuer for the masses, and for waste and co-products")


class Mass:
    """Masses of components against their product's."""

    name = "mass"

    def run(self, graph: Graph, setting: Setting) -> Iterable[Result]:
        """One result for each product that lists components, and that has a mass."""
        for product in graph.products.values():
            edges = graph.edges_of(product)
            footprint = product.footprint
            if not edges or (footprint and footprint.unit and footprint.unit.dimension in WEIGHTLESS):
                continue
            yield _result(product, edges, setting).under((product.label,))


CHECK = Mass()


@dataclass(frozen=True, slots=True)
class _Part:
    edge: Edge
    mass: Figure | Missing  # kg in the declared amount of the parent

    @property
    def is_counted(self) -> bool:
        unit = self.edge.unit
        return unit is not None and unit.dimension == units.COUNT


def _result(product: Product, edges: Sequence[Edge], setting: Setting) -> Result:
    footprint = product.footprint
    if footprint is None:
        return Result(NOT_CHECKABLE, facts={"missing": product.lacking})
    if footprint.methods.mass_balancing or footprint.methods.free_attribution:
        return Result(NOT_CHECKABLE, facts={"missing": phrases.PHYSICAL_CONTENT()})
    if footprint.mass is None or not footprint.mass.value:
        return Result(NOT_CHECKABLE, facts={"missing": phrases.MASS(product=product.label)})
    parts = [_Part(edge, _mass(edge)) for edge in edges]
    stated = _with_waste(footprint, footprint.mass)
    missing = all_missing(part.mass for part in parts)
    counts = parts if stated is not footprint.mass else [part for part in parts if part.is_counted]
    bound = _compare(stated, counts, setting)
    if bound.is_below and bound.grade is Grade.APART:
        if _fits_without_packaging(footprint, stated, counts, setting):
            return Result(NOT_CHECKABLE, facts={"missing": phrases.PACKAGING()})
        is_decisive = all(part.edge.is_used for part in counts) and not missing
        return Result(EXCEEDS, facts=bound.facts(), is_decisive=is_decisive)
    everything = bound if len(counts) == len(parts) else _compare(stated, parts, setting)
    if everything.is_below and everything.grade is Grade.APART:
        missing += Missing((phrases.WASTE(),))
    if missing:
        return Result(NOT_CHECKABLE, facts={"missing": missing})
    is_near = everything.is_below and everything.grade is Grade.NEAR
    if is_near or (bound.is_below and bound.grade is Grade.COARSE):
        return Result(NEAR, facts=everything.facts())
    return HELD


def _fits_without_packaging(footprint: Footprint, stated: Figure, parts: Sequence[_Part], setting: Setting) -> bool:
    """Whether the parts fit but for those that can be packaging: they bring no more than all packaging that is included."""
    if not footprint.packaging_included:
        return False
    bound = footprint.packaging

    def can_be(part: _Part) -> bool:
        brought = part.edge.contribution
        return bound is None or isinstance(brought, Missing) or brought.value <= bound.value + bound.half + brought.half

    rest = _compare(stated, [part for part in parts if not can_be(part)], setting)
    return not rest.is_below or rest.grade is not Grade.APART


def _compare(stated: Figure, parts: Sequence[_Part], setting: Setting) -> Comparison:
    """The mass of a product against that of these parts, as far as it is known."""
    known = [part.mass for part in parts if isinstance(part.mass, Figure)]
    computed = exact_sum([one.value for one in known])
    return Comparison(stated, computed, [one.half for one in known], setting.band)


def _with_waste(footprint: Footprint, mass: Figure) -> Figure:
    """The product's mass with the waste and the co-products that its record states in a unit of mass."""
    beside = [
        flow.quantity.times(flow.unit.factor)
        for flow in footprint.flows
        if flow.is_output and flow.role in _BESIDE and flow.quantity and flow.unit and flow.unit.dimension == units.MASS
    ]
    if not beside:
        return mass
    value = mass.value + sum((one.value for one in beside), Fraction(0))
    return Figure(value, mass.half + sum(one.half for one in beside), mass.pointer, mass.is_number)


def _mass(edge: Edge) -> Figure | Missing:
    quantity = edge.quantity
    if isinstance(quantity, Missing):
        return quantity
    amount, unit = quantity
    if unit.dimension == units.MASS:
        return Figure(amount, _NOTHING).times(unit.factor)
    if unit.dimension in WEIGHTLESS:
        return Figure(_NOTHING, _NOTHING)
    count = edge.units_of_child
    if isinstance(count, Missing):
        return count
    mass = edge.child.footprint.mass if edge.child and edge.child.footprint else None
    return mass.times(count) if mass is not None and mass.value else Missing((phrases.MASS(product=edge.label),))
