"""Figures of several products beside each other: for one unit, and which of them compare.

Figures compare where unit, stages, period, basis of biogenic carbon and GWP factors are stated and the same, and where neither has
credits, nor attributes freely (`carbonseal.footprints.comparability`). Files whose figures compare are a group, named by a letter.
"""

from __future__ import annotations

from collections import Counter
from string import ascii_uppercase

from carbonseal.examining.results import Basis
from carbonseal.footprints.model import Footprint
from carbonseal.footprints.units import UNITS, Unit

from .figures import number


def for_one_unit(footprint: Footprint) -> tuple[str, str]:
    """The figure for one unit, and the unit: of what it measures, the base unit (kg for tonnes), or the functional unit. Empty
    where that is not stated."""
    if footprint.total is None:
        return "", ""
    if footprint.functional_unit:
        return number(footprint.total), footprint.functional_unit
    if footprint.amount is None or footprint.unit is None or not footprint.amount.value:
        return "", ""
    base = _base(footprint.unit)
    factor = footprint.unit.to(base) or 1
    return number(footprint.total.value / (footprint.amount.value * factor)), base.name


def basis_of(footprint: Footprint, boundary: str, period: str) -> Basis | None:
    """What has to be the same where figures compare; None where something is not stated, or no figure compares with it."""
    _, unit = for_one_unit(footprint)
    methods = footprint.methods
    is_known = unit and footprint.boundary and footprint.period is not None
    if not is_known or methods.substitution or methods.free_attribution:
        return None
    return (unit, boundary, period, footprint.basis.value, " ".join(sorted(footprint.gwp_sets)))


class Groups:
    """The groups of one page. All files are counted before the first is named."""

    def __init__(self) -> None:
        self._counts: Counter[Basis] = Counter()
        self._names: dict[Basis, str] = {}

    def count(self, basis: Basis | None) -> None:
        """One more file."""
        if basis is not None:
            self._counts[basis] += 1

    def of(self, basis: Basis | None) -> str:
        """The letter of the files that have this basis; empty where there is one alone, or no basis.

        >>> groups = Groups()
        >>> bases = [("1 kg", "A1"), ("1 piece", "A1"), ("1 kg", "A1"), None]
        >>> for one in bases:
        ...     groups.count(one)
        >>> [groups.of(one) for one in bases]
        ['A', '', 'A', '']
        """
        if basis is None or self._counts[basis] < 2:
            return ""
        return self._names.setdefault(basis, _letters(len(self._names)))


def _base(unit: Unit) -> Unit:
    return next((one for one in UNITS if one.dimension == unit.dimension and one.factor == 1), unit)


def _letters(number: int) -> str:
    """A, B, ... Z, AA, AB, ..."""
    above, letter = divmod(number, len(ascii_uppercase))
    return (_letters(above - 1) if above else "") + ascii_uppercase[letter]
