"""Figures of one record, without a passport and without a node::

from carbonseal import footprint

found = footprint.read(Path("record.json").read_bytes(), "pact/3.0")
found.total.value, found.unit.name, found.total.pointer
"""

from __future__ import annotations

from carbonseal.footprints.figures import Figure
from carbonseal.footprints.model import Footprint
from carbonseal.records.canonical import canonicalise
from carbonseal.records.profiles import lookup

__all__ = ["Figure", "Footprint", "read"]


def read(raw: bytes, profile: str) -> Footprint | None:
    """The figures of a document of this profile; None where the profile has none. Raises `Refused` as sealing it would."""
    found = lookup(profile)
    document = canonicalise(raw)
    found.check(document.value)
    return found.footprint(document.value)
