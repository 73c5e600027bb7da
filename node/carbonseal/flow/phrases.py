"""Phrases: what is missing where a check cannot be made, and other facts of findings that are said in words.

This table is closed: whoever prints findings in another language translates its templates, and the texts of codes. docs/codes.md
lists them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from carbonseal.findings import Phrase, Phrases, Template
from carbonseal.values import dataclass

MOST_PHRASES = 5

# Of a product
PRODUCT = Template("product", "{product}")
NO_FOOTPRINT = Template("no-footprint", "{product} has no footprint")
WITHHELD = Template("withheld", "the footprint of {product} is withheld")
NOT_OF_PROFILE = Template("not-of-profile", "the footprint of {product} is not a record of {profile}")
NO_FIGURES = Template("no-figures", "{profile} has no figures that can be read here")
TOTAL = Template("total", "a total of {product}")
NO_PARTS = Template("no-parts", "{profile} states no parts of the total")
PARTS = Template("parts", "{parts}, which could explain the difference")
MASS = Template("mass", "the mass of {product}")
BOUNDARY = Template("boundary", "the boundary of {product}")
PERIOD = Template("period", "a period")
UPTAKE = Template("uptake", "biogenic uptake")
CONTENT = Template("content", "biogenic content")
CUT_OFF = Template("cut-off", "the share of emissions that were cut off")
PRIMARY_DATA_SHARE = Template("primary-data-share", "a primary data share of {product} in percent")
FREE_ATTRIBUTION = Template("free-attribution", "figures were attributed freely")
PHYSICAL_CONTENT = Template("physical-content", "physical content: the figures are mass-balanced or freely attributed")
CO_PRODUCTS = Template("co-products", "the share of the burden that its co-products carry")
WASTE = Template("waste", "waste and co-products, which could explain what its components weigh more")
PACKAGING = Template("packaging", "which components are packaging, which is in no mass")

# Of an amount
DECLARED_UNIT = Template("declared-unit", "a declared amount of {product} in a known unit: {unit}")
DECLARED_AMOUNT = Template("declared-amount", "a declared amount of {product} in a known unit: none is stated")
CONVERSION = Template("conversion", "{product} is declared in {unit}, and nothing says how much {wanted} that is")
FUNCTIONAL_UNIT = Template("functional-unit", "the figure of {product} is per {unit}")

# Of a component, or a lot
NOT_CARRIED = Template("not-carried", "the component {component} is not carried")
QUANTITY = Template("quantity", "the quantity of {component}")
UNIT = Template("unit", "a known unit of {component}: {unit} per {per}")
TIMES = Template("times", "the times of {component} and of the product")
GWP_SET = Template("gwp-set", "one set of GWP factors, of {component} and of the product")
USED_FIGURE = Template("used-figure", "another figure of {component}: that one is listed, and not used")
NEGATIVE = Template("negative", "gross figures of components that are negative")
TOO_MUCH = Template("too-much", "figures of components that fit into the product's")
BATCH = Template("batch", "a batch of {product}")
BATCH_UNIT = Template("batch-unit", "a unit that leads from the batch of {product} to what it is stated per")
TAKES = Template("takes", "takes of the lot in {unit}")

# Two footprints that do not compare, by what `carbonseal.footprints.comparability` says
COMPARABLE = {
    "basis": Template("same-basis", "one basis of biogenic carbon of {one} and {other}"),
    "boundary": Template("same-boundary", "one boundary of {one} and {other}"),
    "gwp-set": Template("same-gwp-set", "one set of GWP factors of {one} and {other}"),
    "free-attribution": Template("no-free-attribution", "figures that were not attributed freely of {one} and {other}"),
    "substitution": Template("no-substitution", "figures without credits by substitution of {one} and {other}"),
}
SAME_UNIT = Template("same-unit", "declared amounts of {one} and {other} in units that convert")

# Of a stage beyond the gate, or a transport leg
STAGE_RECORD = Template("stage-record", "the record of the stage {stage}")
STAGE_FIGURES = Template("stage-figures", "the quantity and the total of the stage {stage}")
LEG_SUM = Template("leg-sum", "the total, or the emissions of a leg")
LEG_ACTIVITY = Template("leg-activity", "the transport activity of leg {leg}, and what it follows from")
LEG_EMISSIONS = Template("leg-emissions", "the emissions of leg {leg}, and what they follow from")

# Names of figures, and what is expected of them
THE_AMOUNT = Template("name-amount", "the declared amount")
THE_MASS = Template("name-mass", "the mass")
THE_UPTAKE = Template("name-uptake", "the biogenic uptake")
THE_CONTENT = Template("name-content", "the biogenic carbon content")
PRIMARY_SHARE = Template("name-primary-data", "the primary data share")
THE_TOTAL = Template("name-total", "the total")
THE_ACTIVITY = Template("name-leg-activity", "the transport activity of leg {leg}")
THE_EMISSIONS = Template("name-leg-emissions", "the emissions of leg {leg}")
THE_SHARES = Template("name-leg-shares", "the sum of the energy carriers' shares in leg {leg}")
FOOTPRINT = Template("name-footprint", "the footprint")
CREDENTIAL = Template("name-credential", "the credential")
AT_LEAST_ZERO = Template("at-least-zero", "0 or more")
AT_MOST_ZERO = Template("at-most-zero", "0 or less")
ABOVE_ZERO = Template("above-zero", "above 0")
RANGE = Template("range", "{least} to {most}")
PERCENT = Template("percent", "0 to 100 %")

MORE = Template("more", "and {count} more")


@dataclass(frozen=True, slots=True)
class Missing(Phrases):
    """Why something cannot be computed: the first phrases, and how many there are more."""

    first: tuple[Phrase, ...]
    more: int = 0

    def __add__(self, other: Missing) -> Missing:
        new = tuple(phrase for phrase in other.first if phrase not in self.first)
        room = max(0, MOST_PHRASES - len(self.first))
        return Missing(self.first + new[:room], self.more + other.more + len(new[room:]))

    def __bool__(self) -> bool:
        return bool(self.first)

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """The phrases, the last of which says how many are left out."""
        return (*self.first, MORE(count=f"{self.more:,}")) if self.more else self.first


def all_missing(parts: Iterable[object]) -> Missing:
    """What is missing in all of these together; those that are not `Missing` lack nothing."""
    return sum((part for part in parts if isinstance(part, Missing)), Missing(()))


def named(products: Sequence[str], most: int) -> Missing:
    """The first of these products, by their names, and how many there are more."""
    return Missing(tuple(PRODUCT(product=name) for name in products[:most]), max(0, len(products) - most))
