"""The tree of a product: what went into it, how much, and what each part brings to its figure.

A product that went into several others stands below each of them; what is below it is given once, where it is met first, so that
the tree never has more branches than the passport has components.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from carbonseal.footprints import units
from carbonseal.footprints.figures import Figure, exact_sum, read_decimal
from carbonseal.footprints.units import Unit
from carbonseal.passport.products import STAGE
from carbonseal.values import dataclass

from . import phrases
from .graph import Edge, Graph, Product, ReadRecord, amount_in
from .phrases import Missing, all_missing


@dataclass(frozen=True, slots=True)
class StageBranch:
    """A stage of the life cycle beyond the gate: what it brings for the declared amount, kg CO2e."""

    stage: str
    record: ReadRecord
    figure: Figure | Missing


@dataclass(frozen=True, slots=True)
class Branch:
    """A product in the tree. Figures are kg CO2e."""

    product: Product
    edge: Edge | None  # that leads to it; None for the root
    tier: int  # 0 for the root
    quantity: Fraction | Missing  # of `unit`, in the declared amount of what it went into
    unit: Unit | None
    figure: Figure | Missing  # for its own declared amount
    contribution: Figure | Missing  # to what it went into
    share: Fraction | None  # of that product's figure
    of_root: Fraction | None  # its contribution in the root's declared amount
    own: Fraction | Missing  # the part of its figure that its components do not bring
    stages: tuple[StageBranch, ...]
    below: tuple[Branch, ...]
    not_carried: tuple[Edge, ...]  # components that the product lists and the passport does not carry
    is_repeated: bool  # what is below it stands where it was met first

    def walk(self) -> Iterator[Branch]:
        """The branch and all below it, parents first."""
        yield self
        for branch in self.below:
            yield from branch.walk()


def tree_of(graph: Graph) -> Branch:
    """The tree of the graph's root."""
    return _Growing(graph).branch(graph.root, None, 0, Fraction(1))


class _Growing:
    """Makes branches; remembers whose components were given already."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._given: set[bytes] = set()

    def branch(self, product: Product, edge: Edge | None, tier: int, in_root: Fraction | None) -> Branch:
        """`in_root`: how many declared amounts of the product are in that of the root; None where that is not known."""
        digest = product.credential.digest
        edges = self._graph.edges_of(product)
        is_repeated = bool(edges) and digest in self._given
        self._given.add(digest)
        contribution = edge.contribution if edge else product.figure
        quantity, unit = _quantity(edge, product)
        return Branch(
            product=product,
            edge=edge,
            tier=tier,
            quantity=quantity,
            unit=unit,
            figure=product.figure,
            contribution=contribution,
            share=_share(edge, contribution),
            of_root=_of_root(product, in_root),
            own=_own(product, edges),
            stages=tuple(_stages(product)),
            below=() if is_repeated else tuple(self._below(edges, tier, in_root)),
            not_carried=() if is_repeated else tuple(one for one in edges if one.child is None),
            is_repeated=is_repeated,
        )

    def _below(self, edges: Sequence[Edge], tier: int, in_root: Fraction | None) -> Iterator[Branch]:
        for edge in edges:
            if edge.child is not None:
                count = edge.units_of_child
                scaled = None if in_root is None or isinstance(count, Missing) else in_root * count
                yield self.branch(edge.child, edge, tier + 1, scaled)


def _quantity(edge: Edge | None, product: Product) -> tuple[Fraction | Missing, Unit | None]:
    if edge is None:
        footprint = product.footprint
        amount = footprint.amount if footprint else None
        return (amount.value if amount else product.lacking), (footprint.unit if footprint else None)
    quantity = edge.quantity
    return (quantity, None) if isinstance(quantity, Missing) else quantity


def _share(edge: Edge | None, contribution: Figure | Missing) -> Fraction | None:
    total = edge.parent.figure if edge else None
    if isinstance(total, Figure) and isinstance(contribution, Figure) and total.value > 0:
        return contribution.value / total.value
    return None


def _of_root(product: Product, in_root: Fraction | None) -> Fraction | None:
    figure = product.figure
    return figure.value * in_root if isinstance(figure, Figure) and in_root is not None else None


def _own(product: Product, edges: Sequence[Edge]) -> Fraction | Missing:
    total = product.figure
    brought = [edge.contribution for edge in edges]
    missing = all_missing((total, *brought))
    if isinstance(total, Missing) or missing:
        return missing
    return total.value - exact_sum(one.value for one in brought if isinstance(one, Figure))


def _stages(product: Product) -> Iterator[StageBranch]:
    for record in product.records:
        if record.listed.role == STAGE:
            yield StageBranch(record.listed.stage, record, _stage_figure(record, product.label))


def _stage_figure(record: ReadRecord, product: str) -> Figure | Missing:
    """What a stage's record says for the quantity that the credential lists."""
    stage = record.listed.stage
    if record.footprint is None:
        return Missing((phrases.STAGE_RECORD(stage=stage),))
    quantity, unit = read_decimal(record.listed.quantity), units.find(record.listed.unit)
    if quantity is None or unit is None or record.footprint.total is None:
        return Missing((phrases.STAGE_FIGURES(stage=stage),))
    declared = amount_in(record.footprint, unit, f"{product}, {stage}")
    return declared if isinstance(declared, Missing) else record.footprint.total.times(quantity.value / declared)
