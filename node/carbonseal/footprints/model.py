"""The internal model: what the checks know of a footprint, whatever format it came in.

Each profile fills in what its format states. What a document leaves out is None or empty here: absent is unknown, never 0.
All greenhouse-gas figures are kg CO2e for the declared amount, unless a member says otherwise.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from enum import StrEnum

from carbonseal.values import dataclass

from .figures import Figure
from .stages import Stages
from .units import Unit


class Basis(StrEnum):
    """How a total treats biogenic carbon. Totals of different bases are never added or compared."""

    EXCLUDING_UPTAKE = "excluding biogenic uptake"  # PACT 3, Catena-X 8 and later, TIDAS
    EXCLUDING_BIOGENIC = "excluding biogenic"  # PACT 2, Catena-X 7: emissions excluded, too
    GWP_TOTAL = "GWP-total"  # EN 15804+A2: uptake -1, release +1
    UNSTATED = "unstated"


class Sign(StrEnum):
    """What a part of a total can be, and so what its absence could explain."""

    EMISSION = "emission"  # 0 or more
    REMOVAL = "removal"  # 0 or less
    EITHER = "either"  # a subtotal, or a biogenic balance


@dataclass(frozen=True, slots=True)
class Part:
    """One addend of a total. `figure` is None where the document leaves it out."""

    name: str  # the format's own
    figure: Figure | None
    sign: Sign = Sign.EMISSION
    counts_as_zero: bool = False  # where absent: the format says that blank is none
    is_unsigned: bool = False  # a removal that the format wants without a sign: both signs are tried
    is_disputed: bool = False  # readers of the format disagree on whether it is an addend: both ways are tried

    def of(self, figure: Figure | None) -> Part:
        """The same part of a document that states this figure: itself, which states none, where there is none."""
        if figure is None:
            return self
        return Part(self.name, figure, self.sign, self.counts_as_zero, self.is_unsigned, self.is_disputed)


@dataclass(frozen=True, slots=True)
class Sum:
    """A total that the format defines as the sum of its parts."""

    total: Figure
    parts: tuple[Part, ...]
    name: str  # of the total, as the format has it


@dataclass(frozen=True, slots=True)
class StageFigure:
    """What some modules of the life cycle emit together. Entries may overlap: A1 beside A1-A3."""

    stages: Stages
    figure: Figure
    name: str = ""  # the format's own
    scenario: str = ""  # figures of one module under several scenarios are alternatives


@dataclass(frozen=True, slots=True)
class Period:
    """From `start`, included, to `end`, not included; None where that end is open or not stated."""

    start: datetime | None
    end: datetime | None
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """What a document claims about who checked it. Nobody vouches for the claim but the document's own issuer."""

    coverage: str = ""
    provider: str = ""
    standard: str = ""
    completed: datetime | None = None
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """A quantity of goods that went in or came out: of an EPCIS transformation, or of a process."""

    id: str  # of the product or lot, as the document has it
    quantity: Figure | None  # in `unit`
    unit: Unit | None
    unit_word: str
    is_output: bool
    batch: str = ""
    footprint_id: str = ""  # of the footprint that was used for it, where the document names one
    role: str = ""  # "waste", "co-product", "packaging", or the format's own
    event: str = ""  # id of what happened, where the document has one: told twice, it counts once


@dataclass(frozen=True, slots=True)
class TransportLeg:
    """One element of a transport chain (iLEAP): distance x mass = activity, activity x intensity = emissions."""

    id: str
    preceding: tuple[str, ...]
    mass: Figure | None  # kg
    distance: Figure | None  # km
    activity: Figure | None  # tonne kilometres
    emissions: Figure | None  # kg CO2e, well to wheel
    intensity: Figure | None = None  # kg CO2e per tonne kilometre
    shares: tuple[Figure, ...] = ()  # of energy carriers: they add up to 1
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure that a document claims under a name from outside (UNTP 0.7). Which one is the footprint, its reader decides."""

    id: str
    name: str
    figure: Figure  # in `unit_word`
    unit_word: str


@dataclass(frozen=True, slots=True)
class Methods:
    """What makes two footprints incomparable though their units agree."""

    free_attribution: bool = False  # Catena-X: certificates attributed freely between products
    mass_balancing: bool = False  # physical content need not be what is stated
    substitution: bool = False  # credits by system expansion
    prospective: bool = False  # a forecast, not a measured figure


@dataclass(frozen=True, slots=True)
class Footprint:
    """The figures of one record."""

    profile: str  # the format that it was read from
    # Declared unit
    amount: Figure | None = None  # of `unit`, above 0
    unit: Unit | None = None  # None: not stated, or not in the table
    unit_word: str = ""  # as written
    functional_unit: str = ""  # where figures are not per amount of goods: "kWh delivered over service life"
    mass: Figure | None = None  # kg of the whole amount, packaging aside; zero: mass is not relevant
    # Totals
    basis: Basis = Basis.UNSTATED
    total: Figure | None = None  # the figure that is compared and carried up the chain
    including: Figure | None = None  # with biogenic uptake
    uptake: Figure | None = None  # biogenic CO2, 0 or less
    sums: tuple[Sum, ...] = ()  # what must add up
    removals: tuple[Figure, ...] = ()  # stated removals and captures inside the total, 0 or less
    biogenic_content: Figure | None = None  # kg of biogenic carbon in the product
    fossil_content: Figure | None = None  # kg of fossil carbon in the product
    packaging: Figure | None = None  # inside the total
    packaging_included: bool | None = None
    outbound: Figure | None = None  # A4, reported beside the total
    absolute: Figure | None = None  # of one piece, where the total is per functional unit
    metrics: tuple[Metric, ...] = ()  # claimed figures of which none says by itself that it is the total
    # Life cycle
    boundary: Stages | None = None  # which modules the total covers
    stages: tuple[StageFigure, ...] = ()
    # Time and place
    period: Period | None = None  # the data's
    validity: Period | None = None  # as stated
    longest_years: int | None = None  # the format's bound on validity, from the end of `period`
    created: datetime | None = None
    geographies: tuple[str, ...] = ()  # all that are stated
    one_geography: bool = False  # the format allows one at most
    # Identity
    id: str = ""
    version: int = 0  # of the document, in formats whose versions keep one id
    preceding: tuple[str, ...] = ()  # ids of the footprints that this one replaces
    product_ids: tuple[str, ...] = ()
    company_ids: tuple[str, ...] = ()
    classifications: tuple[str, ...] = ()  # of the product, as the document names them
    product: str = ""  # name
    company: str = ""  # name
    is_deprecated: bool = False
    # Method and quality
    gwp_sets: tuple[str, ...] = ()  # "AR5", "AR6": several possible
    standards: tuple[str, ...] = ()  # that the figures follow, as the document names them
    methods: Methods = Methods()
    exempted: Figure | None = None  # percent of emissions cut off
    exempted_limit: Figure | None = None  # the format's own bound
    primary_data_share: Figure | None = None  # percent of the total
    ratings: tuple[Figure, ...] = ()  # data quality
    ratings_range: tuple[int, int] = (1, 5)
    verification: Verification | None = None
    performance_class: str = ""  # of a battery (Regulation (EU) 2023/1542)
    study: str = ""  # where the study behind the figures is published
    # Quantities
    flows: tuple[Flow, ...] = ()
    legs: tuple[TransportLeg, ...] = ()
    # What the reader of the format had to say: sentinels that count as absent, an envelope's proof that was not verified
    remarks: tuple[str, ...] = field(default=())

    @property
    def has_co_products(self) -> bool:
        """Whether what went in is shared with other products."""
        return any(flow.is_output and flow.role == "co-product" for flow in self.flows)

    def per_unit(self) -> Figure | None:
        """The total for one declared unit; None where total or amount is not stated."""
        if self.total is None or self.amount is None or not self.amount.value:
            return None
        return self.total.times(1 / self.amount.value)
