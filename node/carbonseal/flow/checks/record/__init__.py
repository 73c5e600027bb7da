"""Checks within one record: what its own figures say of each other.

Private.
"""

from __future__ import annotations

from collections.abc import Iterator

from carbonseal.findings import Place
from carbonseal.flow.graph import Graph, Missing
from carbonseal.footprints.model import Footprint
from carbonseal.passport.products import FOOTPRINT


def footprints(graph: Graph) -> Iterator[tuple[Place, Footprint | Missing]]:
    """Every record with figures once, at the first product that lists it; and each product that has no footprint to look at."""
    seen: set[bytes] = set()
    for product in graph.products.values():
        if product.footprint is None:
            yield (product.label,), product.lacking
        for record in product.records:
            if record.footprint is not None and record.listed.commitment not in seen:
                seen.add(record.listed.commitment)
                role = record.listed.role
                yield (product.label,) if role == FOOTPRINT else (product.label, f"record {role}"), record.footprint
