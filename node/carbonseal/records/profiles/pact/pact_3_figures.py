"""Figures of a PACT 3.0 footprint (WBCSD, data exchange protocol 3.0.x), read into the internal model."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from carbonseal.footprints import units
from carbonseal.footprints.documents import Node
from carbonseal.footprints.figures import Figure
from carbonseal.footprints.model import Basis, Footprint, Part, Period, Sign, Sum, Verification
from carbonseal.footprints.stages import PRODUCTION

# The parts of pcfExcludingBiogenicUptake, as the note of the schema has them (3.0.0 to 3.0.4).
_EMISSIONS = (
    "fossilGhgEmissions",
    "landUseChangeGhgEmissions",
    "landManagementBiogenicCO2Emissions",
    "biogenicNonCO2Emissions",
)
# Its own description says that fossilGhgEmissions includes it; three of the specification's examples add up only with it.
_DISPUTED = "landManagementFossilGhgEmissions"
_REMOVALS = ("landManagementBiogenicCO2Removals", "technologicalCO2Removals", "ccsTechnologicalCO2Capture")
_BLANK_IS_NONE = frozenset({"technologicalCO2Removals", "ccsTechnologicalCO2Capture"})  # the reporting rules, CCS
_GEOGRAPHIES = ("geographyRegionOrSubregion", "geographyCountry", "geographyCountrySubdivision")
_RATINGS = ("technologicalDQR", "geographicalDQR", "temporalDQR")


def footprint(value: Any, profile: str) -> Footprint:
    """The footprint of a document that the profile accepts."""
    document = Node(value)
    pcf = document["pcf"]
    total, including = pcf["pcfExcludingBiogenicUptake"].figure(), pcf["pcfIncludingBiogenicUptake"].figure()
    uptake = pcf["biogenicCO2Uptake"].figure()
    word = pcf["declaredUnitOfMeasurement"].text()
    return Footprint(
        profile=profile,
        amount=pcf["declaredUnitAmount"].figure(),
        unit=units.find(word),
        unit_word=word,
        mass=pcf["productMassPerDeclaredUnit"].figure(),
        basis=Basis.EXCLUDING_UPTAKE,
        total=total,
        including=including,
        uptake=uptake,
        sums=_sums(document, total, including, uptake),
        removals=tuple(
            figure.times(Fraction(-1)) if figure.value > 0 else figure
            for name in _REMOVALS
            if (figure := pcf[name].figure())
        ),
        biogenic_content=pcf["biogenicCarbonContent"].figure(),
        fossil_content=pcf["fossilCarbonContent"].figure(),
        packaging=pcf["packagingGhgEmissions"].figure(),
        packaging_included=pcf["packagingEmissionsIncluded"].flag(),
        outbound=pcf["outboundLogisticsGhgEmissions"].figure(),
        boundary=PRODUCTION,
        period=Period(
            pcf["referencePeriodStart"].instant(),
            pcf["referencePeriodEnd"].instant(),
            pcf["referencePeriodEnd"].pointer,
        ),
        validity=Period(
            document["validityPeriodStart"].instant(),
            document["validityPeriodEnd"].instant(),
            document["validityPeriodEnd"].pointer,
        ),
        longest_years=3,
        created=document["created"].instant(),
        geographies=tuple(pcf[name].text() for name in _GEOGRAPHIES if pcf[name]),
        one_geography=True,
        id=document["id"].text().lower(),
        preceding=tuple(one.lower() for one in document["precedingPfIds"].texts()),
        product_ids=document["productIds"].texts(),
        company_ids=document["companyIds"].texts(),
        product=document["productNameCompany"].text(),
        company=document["companyName"].text(),
        is_deprecated=document["status"].text() == "Deprecated",
        gwp_sets=pcf["ipccCharacterizationFactors"].texts(),
        standards=pcf["crossSectoralStandards"].texts(),
        exempted=pcf["exemptedEmissionsPercent"].figure(),
        primary_data_share=pcf["primaryDataShare"].figure(),
        ratings=tuple(figure for name in _RATINGS if (figure := pcf["dqi"][name].figure())),
        verification=_verification(pcf["verification"]),
        remarks=not_utc(document),
    )


def not_utc(document: Node) -> tuple[str, ...]:
    """A remark where date-times are not in UTC, as all versions of PACT demand."""
    dates = (
        *(document[name] for name in ("created", "updated", "validityPeriodStart", "validityPeriodEnd")),
        *(document["pcf"][name] for name in ("referencePeriodStart", "referencePeriodEnd")),
    )
    elsewhere = [one.pointer for one in dates if (at := one.instant()) and at.utcoffset()]
    return (f"not in UTC, as PACT demands: {', '.join(elsewhere)}",) if elsewhere else ()


def _sums(document: Node, total: Figure | None, including: Figure | None, uptake: Figure | None) -> tuple[Sum, ...]:
    pcf, version = document["pcf"], document["specVersion"].text()
    parts = (
        *(Part(name, pcf[name].figure()) for name in _EMISSIONS),
        Part(_DISPUTED, pcf[_DISPUTED].figure(), is_disputed=True),
        *(
            Part(name, pcf[name].figure(), sign := _sign(name, version), name in _BLANK_IS_NONE, sign is Sign.EITHER)
            for name in _REMOVALS
        ),
    )
    sums = [Sum(total, parts, "pcfExcludingBiogenicUptake")] if total else []
    if total and including:
        both = (Part("pcfExcludingBiogenicUptake", total, Sign.EITHER), Part("biogenicCO2Uptake", uptake, Sign.REMOVAL))
        sums.append(Sum(including, both, "pcfIncludingBiogenicUptake"))
    return tuple(sums)


def _sign(name: str, version: str) -> Sign:
    """technologicalCO2Removals was 0 or more in 3.0.0 and 3.0.1."""
    either = name == "technologicalCO2Removals" and version.startswith(("3.0.0", "3.0.1"))
    return Sign.EITHER if either else Sign.REMOVAL


def _verification(node: Node) -> Verification | None:
    if not node:
        return None
    return Verification(
        coverage=node["coverage"].text(),
        provider=node["providerName"].text(),
        standard=node["standardName"].text(),
        completed=node["completedAt"].instant(),
        pointer=node.pointer,
    )
