"""The check *clinker*: cement clinker has at least the CO2 that its limestone gives off.

That is 0.52 kg a kilogram (2006 IPCC Guidelines, volume 3, section 2.2), before any fuel is burnt. Clinker from slag or carbide
lime has less, lawfully: what is below is undetermined, and never rejects.
"""

from collections.abc import Iterable
from fractions import Fraction

from carbonseal.api import (
    Graph,
    Missing,
    Product,
    Rejects,
    Result,
    Setting,
    Template,
    amount_in,
    decimal_text,
    fails,
    find_unit,
    holds,
    not_checkable,
)

CLINKER = "252310"  # of the Harmonized System, and of what is built on it
LEAST = Fraction("0.52")  # kg CO2 for one kilogram

HOLDS = holds("clinker.holds", "clinkers that have the CO2 of their limestone: {count}")
BELOW = fails(
    "clinker.below",
    "{stated} kg CO2e for {kilograms} kg of clinker; its limestone alone gives off {least} kg",
    "ask the issuer which raw materials it was made of",
    Rejects.NEVER,
)
NOT_CHECKABLE = not_checkable("clinker", "ask the issuer to disclose the footprint")
KILOGRAMS = Template("clinker.kilograms", "how many kilograms of {product} the figure is for")


class Clinker:
    """Figures of clinker against what its limestone gives off."""

    name = "clinker"

    def run(self, graph: Graph, setting: Setting) -> Iterable[Result]:
        """One result for each product that is classified as clinker."""
        for product in graph.products.values():
            if any(one.code.startswith(CLINKER) for one in product.credential.classifications):
                yield _result(product, setting).under((product.label,))


CHECK = Clinker()


def _result(product: Product, setting: Setting) -> Result:
    figure, footprint, kilogram = product.figure, product.footprint, find_unit("kilogram")
    if isinstance(figure, Missing) or footprint is None or kilogram is None:
        return Result(NOT_CHECKABLE, facts={"missing": figure})
    kilograms = amount_in(footprint, kilogram, product.label)
    if isinstance(kilograms, Missing):
        return Result(NOT_CHECKABLE, facts={"missing": KILOGRAMS(product=product.label)})
    least = LEAST * kilograms * (1 - setting.band)
    if figure.value + figure.half >= least:
        return Result(HOLDS)
    facts = {"stated": decimal_text(figure.value), "kilograms": decimal_text(kilograms), "least": decimal_text(least)}
    return Result(BELOW, facts=facts)
