"""Figures of a product as a person reads them: a row for each product of its supply chain, and facts of its footprint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from carbonseal.flow.phrases import Missing
from carbonseal.flow.tree import Branch
from carbonseal.footprints.figures import Figure, decimal_text
from carbonseal.languages.language import Language
from carbonseal.languages.report import REPORT, UNITS

DIGITS = 4


@dataclass(frozen=True, slots=True)
class Row:
    """A product of the supply chain. `of_whole` is its part of the root's figure, None where that is not known."""

    tier: int
    name: str
    quantity: str  # "0.25 kg"; empty where it is not known
    figure: str  # for its declared amount, in kg CO2e
    brings: str  # to the root, in kg CO2e
    of_whole: Fraction | None
    is_absent: bool = False  # listed, and not carried
    is_repeated: bool = False  # what is below it stands where it was met first


def rows(tree: Branch, language: Language) -> list[Row]:
    """The rows of a tree, parents first."""
    whole = tree.figure.value if isinstance(tree.figure, Figure) and tree.figure.value > 0 else None
    return [*_rows(tree, whole, language)]


def _rows(branch: Branch, whole: Fraction | None, language: Language) -> Iterator[Row]:
    of_root = branch.of_root
    yield Row(
        branch.tier,
        branch.product.credential.name,
        _amount(branch.quantity, unit_word(branch.unit.name, language) if branch.unit else ""),
        number(branch.figure),
        number(of_root) and f"{number(of_root)} kg",
        of_root / whole if of_root is not None and whole else None,
        is_repeated=branch.is_repeated,
    )
    for below in branch.below:
        yield from _rows(below, whole, language)
    for edge in branch.not_carried:
        name = language.say(REPORT["not-carried"], digest=edge.component.digest.hex()[:8])
        quantity = ""
        if not isinstance(edge.quantity, Missing):
            quantity = _amount(edge.quantity[0], unit_word(edge.quantity[1].name, language))
        yield Row(branch.tier + 1, name, quantity, "", "", None, is_absent=True)


def number(value: Figure | Fraction | Missing | None) -> str:
    """A figure in a few digits; empty where it is not known."""
    if value is None or isinstance(value, Missing):
        return ""
    return decimal_text(value.value if isinstance(value, Figure) else value, DIGITS)


def unit_word(name: str, language: Language) -> str:
    """A unit in a reader's language; one that is not known as it is written."""
    return language.say(UNITS[name]) if name in UNITS else name


def _amount(quantity: Fraction | Missing, unit: str) -> str:
    return "" if isinstance(quantity, Missing) else f"{number(quantity)} {unit}".strip()
