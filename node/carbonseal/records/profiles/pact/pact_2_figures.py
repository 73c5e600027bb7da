"""Figures of a PACT 2 footprint (WBCSD, 2.0 to 2.3), read into the internal model.

PACT 2 prints no formula: nothing is said to add up. Its total excludes all that is biogenic, so that it is of another basis than
PACT 3's, which excludes uptake alone. For the same reason biogenicCarbonWithdrawal is not read as PACT 3's uptake.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from carbonseal.footprints import units
from carbonseal.footprints.documents import Node
from carbonseal.footprints.figures import Figure
from carbonseal.footprints.model import Basis, Footprint, Period, Verification
from carbonseal.footprints.stages import PRODUCTION

from .pact_3_figures import not_utc

_GEOGRAPHIES = ("geographyRegionOrSubregion", "geographyCountry", "geographyCountrySubdivision")
_RATINGS = ("technologicalDQR", "temporalDQR", "geographicalDQR", "completenessDQR", "reliabilityDQR")
_CUT_OFF = Figure(Fraction(5), Fraction(0))  # exemptedEmissionsPercent is at most 5


def footprint(value: Any, profile: str) -> Footprint:
    """The footprint of a document that the profile accepts."""
    document = Node(value)
    pcf = document["pcf"]
    word = pcf["declaredUnit"].text()
    return Footprint(
        profile=profile,
        amount=pcf["unitaryProductAmount"].figure(),
        unit=units.find(word),
        unit_word=word,
        mass=pcf["productMassPerDeclaredUnit"].figure(),
        basis=Basis.EXCLUDING_BIOGENIC,
        total=pcf["pCfExcludingBiogenic"].figure(),
        including=pcf["pCfIncludingBiogenic"].figure(),
        biogenic_content=pcf["biogenicCarbonContent"].figure(),
        fossil_content=pcf["fossilCarbonContent"].figure(),
        packaging=pcf["packagingGhgEmissions"].figure(),
        packaging_included=pcf["packagingEmissionsIncluded"].flag(),
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
        gwp_sets=_gwp_sets(pcf),
        standards=pcf["crossSectoralStandards"].texts() or pcf["crossSectoralStandardsUsed"].texts(),
        exempted=pcf["exemptedEmissionsPercent"].figure(),
        exempted_limit=_CUT_OFF,
        primary_data_share=pcf["primaryDataShare"].figure(),
        ratings=tuple(figure for name in _RATINGS if (figure := pcf["dqi"][name].figure())),
        ratings_range=(1, 3),
        verification=_verification(pcf["assurance"]),
        remarks=not_utc(document),
    )


def _gwp_sets(pcf: Node) -> tuple[str, ...]:
    """Of the old member with one and the newer one with several, each once."""
    both = (*pcf["ipccCharacterizationFactorsSources"].texts(), *pcf["characterizationFactors"].texts())
    return tuple(dict.fromkeys(both))


def _verification(node: Node) -> Verification | None:
    if not node["assurance"].flag():
        return None
    return Verification(
        coverage=node["coverage"].text(),
        provider=node["providerName"].text(),
        standard=node["standardName"].text(),
        completed=node["completedAt"].instant(),
        pointer=node.pointer,
    )
