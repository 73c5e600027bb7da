"""Figures of a Catena-X footprint (aspect model io.catenax.pcf, versions 8 to 10), read into the internal model.

The versions have the same members in other places: 8 is flat, 9 and 10 keep each object in a list of one. A `Layout` says
where a version has them.

The sums are those of the aspect model's descriptions, for each stage: excluding uptake = fossil (land management's included) +
biogenic non-CO2 + land use change + land management's biogenic CO2 + removals + aircraft; including = excluding + uptake.
Distribution is reported beside production; packaging is inside it.
"""

from __future__ import annotations

import re
from fractions import Fraction

from carbonseal.footprints import units
from carbonseal.footprints.documents import Node
from carbonseal.footprints.figures import Figure
from carbonseal.footprints.model import (
    Basis,
    Footprint,
    Methods,
    Part,
    Period,
    Sign,
    StageFigure,
    Sum,
    Verification,
)
from carbonseal.footprints.stages import DISTRIBUTION, LIFE_CYCLE, PRODUCTION
from carbonseal.values import dataclass

EMISSIONS = (
    "fossilGhgEmissions",
    "biogenicNonCO2Emissions",
    "landUseChangeGhgEmissions",
    "landManagementBiogenicCO2Emissions",
    "aircraftGhgEmissions",
)
REMOVALS = "landManagementBiogenicCO2Removals"
UPTAKE = "biogenicCO2Uptake"
EXCLUDING, INCLUDING = "pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake"
PACKAGING_STAGE, DISTRIBUTION_STAGE = "packaging", "distributionStage"
_BOUNDARIES = {"Cradle-to-gate": PRODUCTION, "Cradle-to-grave": LIFE_CYCLE}
_GEOGRAPHIES = ("geographyRegionOrSubregion", "geographyCountry", "geographyCountrySubdivision")
_RATINGS = ("technologicalDQR", "geographicalDQR", "temporalDQR")
_UUID = re.compile(r"(urn:uuid:)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_CUT_OFF = Figure(Fraction(3), Fraction(0))  # percent, of the Catena-X rulebook


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a version keeps its members: for each group of them the object that has them."""

    scope: Node  # partialFullPcf
    identity: Node  # id, status, precedingPfIds, retroOrProspectivePcfType
    company: Node
    product: Node  # names and ids
    unit: Node  # declared unit, amount, mass
    production: Node
    packaging: Node
    distribution: Node
    content: Node  # carbon content
    period: Node  # reference period
    validity: Node  # created, validity period
    geography: Node
    cut_off: Node
    gwp: Node
    standards: Node
    balancing: Node
    allocation: Node
    quality: Node  # primary data share
    ratings: Node
    attestations: Node


def footprint(at: Layout, profile: str) -> Footprint:
    """The footprint whose members are where `at` says."""
    word = at.unit["declaredUnitOfMeasurement"].text()
    is_distributed = at.distribution["distributionStageIncluded"].flag() is not False
    outbound = at.distribution[named(DISTRIBUTION_STAGE, EXCLUDING)].figure() if is_distributed else None
    return Footprint(
        profile=profile,
        amount=at.unit["declaredUnitAmount"].figure(),
        unit=units.find(word),
        unit_word=word,
        mass=at.unit["productMassPerDeclaredUnit"].figure(),
        basis=Basis.EXCLUDING_UPTAKE,
        total=at.production[EXCLUDING].figure(),
        including=at.production[INCLUDING].figure(),
        uptake=at.production[UPTAKE].figure(),
        sums=(
            *_sums(at.production, ""),
            *_sums(at.packaging, PACKAGING_STAGE),
            *_sums(at.distribution, DISTRIBUTION_STAGE),
        ),
        removals=tuple(figure for figure in (at.production[REMOVALS].figure(),) if figure),
        biogenic_content=at.content["biogenicCarbonContent"].figure(),
        fossil_content=at.content["fossilCarbonContent"].figure(),
        packaging=at.packaging[named(PACKAGING_STAGE, EXCLUDING)].figure(),
        packaging_included=at.packaging["packagingEmissionsIncluded"].flag(),
        outbound=outbound,
        boundary=_BOUNDARIES.get(at.scope["partialFullPcf"].text()),
        stages=(StageFigure(DISTRIBUTION, outbound, DISTRIBUTION_STAGE),) if outbound else (),
        period=_period(at.period, "referencePeriod"),
        validity=_period(at.validity, "validityPeriod"),
        created=at.validity["created"].instant(),
        geographies=tuple(at.geography[name].text() for name in _GEOGRAPHIES if at.geography[name].text()),
        id=_uuid(at.identity["id"].text()),
        version=at.identity["version"].count(),
        preceding=_preceding(at.identity["precedingPfIds"]),
        product_ids=at.product["productIds"].texts(),
        company_ids=at.company["companyIds"].texts(),
        product=at.product["productNameCompany"].text(),
        company=at.company["companyName"].text(),
        is_deprecated=at.identity["status"].text() == "Deprecated",
        gwp_sets=tuple(word for word in at.gwp["ipccCharacterizationFactors"].texts() if word != "unspecified"),
        standards=at.standards["crossSectoralStandards"].texts(),
        methods=_methods(at),
        exempted=at.cut_off["exemptedEmissionsPercent"].figure(),
        exempted_limit=_CUT_OFF,
        primary_data_share=at.quality["primaryDataShare"].figure(),
        ratings=tuple(figure for name in _RATINGS if (figure := at.ratings[name].figure())),
        verification=_verification(at.attestations[0]),
    )


def named(stage: str, name: str) -> str:
    """The name of a member in a stage.

    >>> named("packaging", "fossilGhgEmissions"), named("", "fossilGhgEmissions")
    ('packagingFossilGhgEmissions', 'fossilGhgEmissions')
    """
    return stage + name[0].upper() + name[1:] if stage else name


def _sums(node: Node, stage: str) -> tuple[Sum, ...]:
    """The two sums of one stage, where it has totals."""

    def figure(name: str) -> Figure | None:
        return node[named(stage, name)].figure()

    excluding, including = figure(EXCLUDING), figure(INCLUDING)
    parts = (
        *(Part(named(stage, name), figure(name)) for name in EMISSIONS),
        Part(named(stage, REMOVALS), figure(REMOVALS), Sign.REMOVAL),
    )
    found = [Sum(excluding, parts, named(stage, EXCLUDING))] if excluding else []
    if including:
        both = (
            Part(named(stage, EXCLUDING), excluding, Sign.EITHER),
            Part(named(stage, UPTAKE), figure(UPTAKE), Sign.EITHER),
        )
        found.append(Sum(including, both, named(stage, INCLUDING)))
    return tuple(found)


def _period(node: Node, name: str) -> Period:
    start, end = node[f"{name}Start"], node[f"{name}End"]
    return Period(start.instant(), end.instant(), end.pointer)


def _uuid(text: str) -> str:
    """A UUID in lower case and without ``urn:uuid:``; any other id as it is."""
    return text.lower().removeprefix("urn:uuid:") if _UUID.fullmatch(text) else text


def _preceding(node: Node) -> tuple[str, ...]:
    """Version 10 lists ids, 8 and 9 objects with one."""
    return tuple(_uuid(text) for one in node if (text := one.text() or one["id"].text()))


def _methods(at: Layout) -> Methods:
    kind = at.identity["retroOrProspectivePcfType"].text()
    free = at.balancing["freeAttributionInMassBalancing"]
    words = (at.allocation["allocationRecycledCarbon"].text(), at.allocation["allocationWasteIncineration"].text())
    return Methods(
        free_attribution=free.flag() is True or free.text() == "true",  # a text in 8 and 9
        mass_balancing=at.balancing["massBalancingUsed"].flag() is True,
        substitution=any("system expansion" in word for word in words),
        prospective=kind.startswith(("Prospective", "Progressive")),
    )


def _verification(node: Node) -> Verification | None:
    """The first attestation."""
    if not node:
        return None
    return Verification(
        coverage=node["attestationType"].text(),
        provider=node["providerName"].text(),
        standard=node["standardName"].text(),
        completed=node["completedAt"].instant(),
        pointer=node.pointer,
    )
