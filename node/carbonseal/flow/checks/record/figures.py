"""Check *figures*: a record is of its profile's form, and its figures have lawful signs (check 1).

A node checks a record when it seals it; a verifier need not take that for granted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from carbonseal.findings import Phrase, Template
from carbonseal.flow import phrases
from carbonseal.flow.checks import Setting
from carbonseal.flow.graph import Graph
from carbonseal.flow.phrases import ABOVE_ZERO, AT_LEAST_ZERO, AT_MOST_ZERO, Missing
from carbonseal.flow.rules import Rejects, Result, fails, holds, not_checkable, remark
from carbonseal.footprints.figures import Figure, decimal_text
from carbonseal.footprints.model import Footprint, Sign

HOLDS = holds("figures.holds", "records of their profiles' form, with figures of lawful signs: {count}")
HELD = Result(HOLDS)
FORM = fails(
    "figures.form",
    "the record is not one of {profile}: {problem}",
    "ask the issuer for a record that its own format admits",
    Rejects.ALWAYS,
)
SIGN = fails(
    "figures.sign",
    "{name} is {stated}; expected {expected}",
    "ask the issuer for a corrected footprint",
    Rejects.ALWAYS,
)
READ = remark("figures.remark", "who reads {profile} has to say: {remark}")
NOT_CHECKABLE = not_checkable("figures", "ask the issuer to disclose the record")


class Figures:
    """Forms and signs."""

    name = "figures"
    not_checkable = NOT_CHECKABLE

    def run(self, graph: Graph, _: Setting) -> Iterable[Result]:
        """One result for each record, or for each figure with a wrong sign, and what its reader had to say."""
        for product in graph.products.values():
            for record in product.records:
                if record.problem is not None:
                    facts = {"profile": record.listed.profile, "problem": record.problem}
                    yield Result(FORM, (product.label,), facts)
        for place, footprint in graph.footprints:
            if not isinstance(footprint, Missing):
                yield from (result.under(place) for result in _signs(footprint))
                for one in footprint.remarks:
                    yield Result(READ, place, {"profile": footprint.profile, "remark": one})
        for product in graph.products.values():
            listed = product.footprint_record
            if product.footprint is None and (listed is None or listed.problem is None):
                yield Result(NOT_CHECKABLE, (product.label,), {"missing": product.lacking})


CHECK = Figures()


def _signs(footprint: Footprint) -> Iterator[Result]:
    wrong = [
        Result(SIGN, facts={"name": name, "stated": decimal_text(figure.value), "expected": expected()})
        for name, figure, expected in _expected(footprint)
        if figure is not None and not LAWFUL[expected.name](figure.value.numerator)
    ]
    yield from wrong or [HELD]


LAWFUL: dict[str, Callable[[int], bool]] = {
    AT_LEAST_ZERO.name: lambda sign: sign >= 0,
    AT_MOST_ZERO.name: lambda sign: sign <= 0,
    ABOVE_ZERO.name: lambda sign: sign > 0,
}
_OF_PARTS = {Sign.EMISSION: AT_LEAST_ZERO, Sign.REMOVAL: AT_MOST_ZERO}
_AMOUNT, _MASS, _UPTAKE = phrases.THE_AMOUNT(), phrases.THE_MASS(), phrases.THE_UPTAKE()
_CONTENT = phrases.THE_CONTENT()


def _expected(footprint: Footprint) -> Iterator[tuple[str | Phrase, Figure | None, Template]]:
    for one in footprint.sums:
        for part in one.parts:
            if part.figure is not None and part.sign is not Sign.EITHER:
                yield part.name, part.figure, _OF_PARTS[part.sign]
    yield _AMOUNT, footprint.amount, ABOVE_ZERO
    yield _MASS, footprint.mass, AT_LEAST_ZERO
    yield _UPTAKE, footprint.uptake, AT_MOST_ZERO
    yield _CONTENT, footprint.biogenic_content, AT_LEAST_ZERO
