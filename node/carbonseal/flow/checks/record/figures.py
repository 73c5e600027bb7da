"""Check *figures*: a record is of its profile's form, and its figures have lawful signs (check 1).

A node checks a record when it seals it; a verifier need not take that for granted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from carbonseal.flow.checks import Setting
from carbonseal.flow.graph import Graph, Missing
from carbonseal.flow.rules import Rejects, Result, fails, holds, not_checkable, remark
from carbonseal.footprints.figures import Figure, decimal_text
from carbonseal.footprints.model import Footprint, Sign

HOLDS = holds("figures.holds", "records of their profiles' form, with figures of lawful signs: {count}")
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
        Result(SIGN, facts={"name": name, "stated": decimal_text(figure.value), "expected": expected})
        for name, figure, expected in _expected(footprint)
        if figure is not None and not LAWFUL[expected](figure.value.numerator)
    ]
    yield from wrong or [Result(HOLDS)]


LAWFUL: dict[str, Callable[[int], bool]] = {
    "0 or more": lambda sign: sign >= 0,
    "0 or less": lambda sign: sign <= 0,
    "above 0": lambda sign: sign > 0,
}
_OF_PARTS = {Sign.EMISSION: "0 or more", Sign.REMOVAL: "0 or less"}


def _expected(footprint: Footprint) -> Iterator[tuple[str, Figure | None, str]]:
    for one in footprint.sums:
        for part in one.parts:
            if part.figure is not None and part.sign is not Sign.EITHER:
                yield part.name, part.figure, _OF_PARTS[part.sign]
    yield "the declared amount", footprint.amount, "above 0"
    yield "the mass", footprint.mass, "0 or more"
    yield "the biogenic uptake", footprint.uptake, "0 or less"
    yield "the biogenic carbon content", footprint.biogenic_content, "0 or more"
