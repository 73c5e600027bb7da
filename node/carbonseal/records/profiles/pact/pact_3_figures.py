"""Figures of a PACT 3.0 footprint (WBCSD, data exchange protocol 3.0.x), read into the internal model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from carbonseal.footprints import units
from carbonseal.footprints.documents import Node
from carbonseal.footprints.figures import Figure
from carbonseal.footprints.model import Basis, Footprint, Part, Sign, Sum

from .frame import frame, verification

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
_RATINGS = ("technologicalDQR", "geographicalDQR", "temporalDQR")


def _parts(signs: Mapping[str, Sign]) -> Sequence[Part]:
    """The parts as no document states them; a removal of either sign is one that documents print without."""
    return (
        *(Part(name, None) for name in _EMISSIONS),
        Part(_DISPUTED, None, is_disputed=True),
        *(
            Part(name, None, sign := signs.get(name, Sign.REMOVAL), name in _BLANK_IS_NONE, sign is Sign.EITHER)
            for name in _REMOVALS
        ),
    )


_PARTS = _parts({})
_FIRST = ("3.0.0", "3.0.1")  # in which technologicalCO2Removals was 0 or more
_FIRST_PARTS = _parts({"technologicalCO2Removals": Sign.EITHER})


def footprint(value: Any, profile: str) -> Footprint:
    """The footprint of a document that the profile accepts."""
    document = Node(value)
    pcf = document["pcf"]
    total, including = pcf.figure("pcfExcludingBiogenicUptake"), pcf.figure("pcfIncludingBiogenicUptake")
    uptake = pcf.figure("biogenicCO2Uptake")
    word = pcf.text("declaredUnitOfMeasurement")
    stated = _FIRST_PARTS if document.text("specVersion").startswith(_FIRST) else _PARTS
    parts = tuple([part.of(pcf.figure(part.name)) for part in stated])
    return Footprint(
        profile=profile,
        amount=pcf.figure("declaredUnitAmount"),
        unit=units.find(word),
        unit_word=word,
        basis=Basis.EXCLUDING_UPTAKE,
        total=total,
        including=including,
        uptake=uptake,
        sums=_sums(parts, total, including, uptake),
        removals=tuple(
            [
                part.figure.times(Fraction(-1)) if part.figure.value > 0 else part.figure
                for part in parts
                if part.figure and part.name in _REMOVALS
            ]
        ),
        outbound=pcf.figure("outboundLogisticsGhgEmissions"),
        gwp_sets=pcf.texts("ipccCharacterizationFactors"),
        standards=pcf.texts("crossSectoralStandards"),
        classifications=document.texts("productClassifications"),
        verification=verification(pcf["verification"]) if pcf["verification"] else None,
        **frame(document, pcf, _RATINGS),
    )


def _sums(
    parts: tuple[Part, ...], total: Figure | None, including: Figure | None, uptake: Figure | None
) -> tuple[Sum, ...]:
    sums = [Sum(total, parts, "pcfExcludingBiogenicUptake")] if total else []
    if total and including:
        both = (Part("pcfExcludingBiogenicUptake", total, Sign.EITHER), Part("biogenicCO2Uptake", uptake, Sign.REMOVAL))
        sums.append(Sum(including, both, "pcfIncludingBiogenicUptake"))
    return tuple(sums)
