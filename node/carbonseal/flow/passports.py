"""A passport with its figures, for programs: what `carbonseal.parse_passport` gives.

::

    passport = carbonseal.parse_passport(Path("passport.json").read_bytes())
    for branch in passport.tree().walk():
        print(branch.tier, branch.product.credential.name, branch.contribution)

Nothing is verified: `carbonseal.verify` takes the same object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from carbonseal.footprints.model import Footprint
from carbonseal.passport import passports
from carbonseal.records.profiles import lookup

from .graph import Graph, graph_of
from .tree import Branch, tree_of


class ProductPassport(passports.Passport):
    """A passport and the figures in it; profiles of installed packages are read, too."""

    @property
    def graph(self) -> Graph:
        """Its products, and how much of each is in which."""
        return graph_of(self, lookup)

    @property
    def footprints(self) -> Mapping[str, Footprint]:
        """The figures of each product that discloses them, by the digest of its credential in hex; the root's first."""
        return {
            digest.hex(): product.footprint
            for digest, product in self.graph.products.items()
            if product.footprint is not None
        }

    def tree(self) -> Branch:
        """The product with what went into it: quantities, contributions and shares."""
        return tree_of(self.graph)


def parse(raw: bytes) -> ProductPassport:
    """`carbonseal.passport.passports.parse`, with the figures. Raises Refused."""
    read = passports.parse(raw)
    return ProductPassport(**{field.name: getattr(read, field.name) for field in fields(read)})
