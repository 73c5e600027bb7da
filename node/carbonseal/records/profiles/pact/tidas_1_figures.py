"""Figures of a TIDAS Link result, read into the internal model. Its parts are PACT 3's (`pact_3_figures`), by other names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from carbonseal.footprints import units
from carbonseal.footprints.documents import Node
from carbonseal.footprints.figures import Figure
from carbonseal.footprints.model import Basis, Flow, Footprint, Part, Period, Sign, Sum, Verification
from carbonseal.footprints.stages import LIFE_CYCLE, PRODUCTION, Stages, span

_TOTAL, _INCLUDING, _UPTAKE = "GWP excluding biogenic uptake", "GWP including biogenic uptake", "biogenic CO2 uptake"
_EMISSIONS = (
    "fossil GHG emissions",
    "land-use-change GHG emissions",
    "land-management biogenic CO2 emissions",
    "biogenic non-CO2 emissions",
)
_DISPUTED = "land-management fossil GHG emissions"
_REMOVALS = ("land-management biogenic CO2 removals", "technological CO2 removals", "CCS technological CO2 capture")
_BLANK_IS_NONE = frozenset(_REMOVALS[1:])
_BOUNDARIES: dict[str, Stages] = {
    "gate-to-gate": span("A3", "A3"),
    "cradle-to-gate": PRODUCTION,
    "cradle-to-grave": LIFE_CYCLE,
    "cradle-to-cradle": LIFE_CYCLE,
}
_GEOGRAPHIES = ("regionOrSubregion", "country", "countrySubdivision")
_RATINGS = ("technologicalDQR", "geographicalDQR", "temporalDQR", "completenessDQR", "reliabilityDQR")


def footprint(value: Any, profile: str) -> Footprint:
    """The footprint of a result that the profile accepts."""
    document = Node(value)
    figures = dict(_figures(document))
    quantity, quality = document["referenceQuantity"], document["dataQuality"]
    word, is_functional = quantity["unit"].text(), quantity["basis"].text() == "functional-unit"
    return Footprint(
        profile=profile,
        amount=quantity["amount"].figure(),
        unit=None if is_functional else units.find(word),
        unit_word=word,
        functional_unit=word if is_functional else "",
        mass=quantity["massKg"].figure(),
        basis=Basis.EXCLUDING_UPTAKE,
        total=figures.get(_TOTAL),
        including=figures.get(_INCLUDING),
        uptake=figures.get(_UPTAKE),
        sums=_sums(figures),
        removals=tuple(figures[name] for name in _REMOVALS if name in figures),
        biogenic_content=figures.get("biogenic carbon content"),
        fossil_content=figures.get("fossil carbon content"),
        packaging=figures.get("packaging GHG emissions"),
        outbound=figures.get("outbound logistics GHG emissions"),
        boundary=_BOUNDARIES.get(document["systemBoundary"]["type"].text()),
        period=_period(document["referencePeriod"]),
        validity=_period(document["validityPeriod"]) if document["validityPeriod"] else None,
        geographies=tuple(one for name in _GEOGRAPHIES if (one := document["geography"][name].text())),
        id=document["resultId"].text().lower(),
        preceding=tuple(one.lower() for one in document["precedingResultIds"].texts()),
        product_ids=document["subject"]["ids"].texts(),
        company_ids=document["dataOwner"]["ids"].texts(),
        product=document["subject"]["name"].text(),
        company=document["dataOwner"]["name"].text(),
        is_deprecated=document["resultStatus"].text() in ("superseded", "withdrawn"),
        gwp_sets=tuple(dict.fromkeys(_gwp_sets(document))),
        standards=document["modeling"]["standards"].texts(),
        exempted=document["modeling"]["excludedSharePercent"].figure(),
        primary_data_share=quality["primaryDataShare"].figure(),
        ratings=tuple(figure for name in _RATINGS if (figure := quality[name].figure())),
        verification=_verification(document["verification"]),
        flows=tuple(_inputs(document)),
        remarks=("a draft",) if document["resultStatus"].text() == "draft" else (),
    )


def _figures(document: Node) -> Iterator[tuple[str, Figure]]:
    """Every result and parameter by its indicator. One of another unit than kilograms is left out."""
    for item in (*document["impactResults"], *document["reportedParameters"]):
        figure = item["value"].figure()
        if figure is not None and item["unit"].text().startswith("kg "):
            yield item["indicator"].text(), figure


def _gwp_sets(document: Node) -> Iterator[str]:
    for item in document["impactResults"]:
        if item["indicator"].text() in (_TOTAL, _INCLUDING):
            yield from (one.strip() for one in item["method"]["version"].text().split(",") if one.strip())


def _sums(figures: dict[str, Figure]) -> tuple[Sum, ...]:
    if (total := figures.get(_TOTAL)) is None:
        return ()
    parts = (
        *(Part(name, figures.get(name)) for name in _EMISSIONS),
        Part(_DISPUTED, figures.get(_DISPUTED), is_disputed=True),
        *(Part(name, figures.get(name), Sign.REMOVAL, name in _BLANK_IS_NONE) for name in _REMOVALS),
    )
    sums = [Sum(total, parts, _TOTAL)]
    if including := figures.get(_INCLUDING):
        both = (Part(_TOTAL, total, Sign.EITHER), Part(_UPTAKE, figures.get(_UPTAKE), Sign.REMOVAL))
        sums.append(Sum(including, both, _INCLUDING))
    return tuple(sums)


def _inputs(document: Node) -> Iterator[Flow]:
    """What went in: an earlier result, or a data set of a background database."""
    for one in document["calculationInputs"]:
        word = one["usedQuantity"]["unit"].text()
        result, data_set = one["sourceResult"]["resultId"].text().lower(), one["sourceDataset"]["id"].text()
        yield Flow(
            id=result or data_set,
            quantity=one["usedQuantity"]["amount"].figure(),
            unit=units.find(word),
            unit_word=word,
            is_output=False,
            footprint_id=result,
            role=one["sourceType"].text(),
        )


def _period(node: Node) -> Period:
    return Period(node["start"].instant(), node["end"].instant(), node["end"].pointer)


def _verification(node: Node) -> Verification | None:
    if not node or node["status"].text() == "not-verified":
        return None
    return Verification(
        coverage=node["coverage"].text() or node["status"].text(),
        provider=node["providerName"].text(),
        standard=node["standardName"].text(),
        completed=node["completedAt"].instant(),
        pointer=node.pointer,
    )
