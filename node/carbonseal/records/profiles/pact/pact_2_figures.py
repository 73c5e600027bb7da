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
from carbonseal.footprints.model import Basis, Footprint

from .frame import frame, verification

_RATINGS = ("technologicalDQR", "temporalDQR", "geographicalDQR", "completenessDQR", "reliabilityDQR")
_CUT_OFF = Figure(Fraction(5), Fraction(0))  # exemptedEmissionsPercent is at most 5


def footprint(value: Any, profile: str) -> Footprint:
    """The footprint of a document that the profile accepts."""
    document = Node(value)
    pcf = document["pcf"]
    word = pcf.text("declaredUnit")
    return Footprint(
        profile=profile,
        amount=pcf.figure("unitaryProductAmount"),
        unit=units.find(word),
        unit_word=word,
        basis=Basis.EXCLUDING_BIOGENIC,
        total=pcf.figure("pCfExcludingBiogenic"),
        including=pcf.figure("pCfIncludingBiogenic"),
        version=document.count("version"),
        gwp_sets=_gwp_sets(pcf),
        standards=pcf.texts("crossSectoralStandards") or pcf.texts("crossSectoralStandardsUsed"),
        exempted_limit=_CUT_OFF,
        ratings_range=(1, 3),
        verification=verification(pcf["assurance"]) if pcf["assurance"]["assurance"].flag() else None,
        **frame(document, pcf, _RATINGS),
    )


def _gwp_sets(pcf: Node) -> tuple[str, ...]:
    """Of the old member with one and the newer one with several, each once."""
    both = (*pcf.texts("ipccCharacterizationFactorsSources"), *pcf.texts("characterizationFactors"))
    return tuple(dict.fromkeys(both))
