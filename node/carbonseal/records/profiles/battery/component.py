"""Catena-X's aspect model io.catenax.pcf_for_battery_component_supplier 1.0.0: kg CO2e per kilogram or piece of a component."""

from __future__ import annotations

from fractions import Fraction

from carbonseal.footprints import units
from carbonseal.footprints.documents import Node
from carbonseal.footprints.figures import Figure
from carbonseal.footprints.model import Basis, Footprint, Part, Period, Sign, StageFigure, Sum
from carbonseal.footprints.stages import DISTRIBUTION, END_OF_LIFE, Stages, span
from carbonseal.records.profiles.schema import Part as SchemaPart
from carbonseal.records.profiles.schema import Schema, members, named, number, text

_STAGES: dict[str, Stages] = {
    "stage1RawMaterialAquisitionPreProcessing": span("A1", "A2"),
    "stage2MainProductProduction": span("A3", "A3"),
    "stage3Distribution": DISTRIBUTION,
    "stage4EndOfLifeRecycling": END_OF_LIFE,
}
_UNITS = {"CO2KG/KG": "kilogram", "CO2KG/piece": "piece"}
_RATINGS = (
    "technologicalRepresentativeness",
    "geographicalRepresentativeness",
    "timerelatedRepresentativeness",
    "dataQualityRating",
)
_TEXTS: SchemaPart = {"type": "array", "items": text()}
_VALUE = members({"stageValue": number(minimum=0)}, {})
_SHARES = members(
    {**dict.fromkeys(_STAGES, _VALUE), "absPcfValue": _VALUE, "declaredUnit": named(*_UNITS)},
    {},
)
SCHEMA = Schema(
    "Catena-X pcf for battery components 1.0.0",
    members(
        {
            "pcfValues": members(
                {"sharesPerStage": _SHARES},
                {"pcfPerformanceClass": text(), "webLinkToCarbonFootPrintStudy": text(format="uri")},
            ),
            "secondaryEmissionFactorSources": _TEXTS,
            **dict.fromkeys(_RATINGS, number(minimum=1, maximum=5)),
            "customerPartId": text(),
            "manufacturerPartId": text(),
            "validityPeriod": members({}, {"validFrom": text(), "validTo": text()}),
            "siteIdentifier": text(
                "^BPNS[a-zA-Z0-9]{12}$", title="a site's number such as BPNS followed by 12 characters"
            ),
            "legalidentifier": text("^BPNL[a-zA-Z0-9]{12}$", title="a number such as BPNL followed by 12 characters"),
            "productQualityParameter": _TEXTS,
            "contentC02Metals": _TEXTS,
        },
        {"primaryDataShare": number(minimum=0, maximum=100)},
    ),
)


def is_one(root: Node) -> bool:
    """Whether the document has this form."""
    return bool(root["pcfValues"]["sharesPerStage"])


def footprint(root: Node, profile: str) -> Footprint:
    """The footprint of a document that the schema accepts."""
    values = root["pcfValues"]
    shares = values["sharesPerStage"]
    total = shares["absPcfValue"]["stageValue"].figure()
    figures = {name: shares[name]["stageValue"].figure() for name in _STAGES}
    parts = tuple(Part(name, figure, Sign.EITHER) for name, figure in figures.items())
    word = shares["declaredUnit"].text()
    period = root["validityPeriod"]
    return Footprint(
        profile=profile,
        amount=Figure(Fraction(1), Fraction(0)),
        unit=units.find(_UNITS.get(word, "")),
        unit_word=word,
        basis=Basis.UNSTATED,
        total=total,
        sums=(Sum(total, parts, "absPcfValue"),) if total else (),
        boundary=frozenset().union(*_STAGES.values()),
        stages=tuple(StageFigure(_STAGES[name], figure, name) for name, figure in figures.items() if figure),
        validity=Period(period["validFrom"].instant(), period["validTo"].instant(), period["validTo"].pointer),
        product_ids=(root["manufacturerPartId"].text(), root["customerPartId"].text()),
        company_ids=(root["legalidentifier"].text(),),
        primary_data_share=root["primaryDataShare"].figure(),
        ratings=tuple(figure for name in _RATINGS if (figure := root[name].figure())),
        performance_class=values["pcfPerformanceClass"].text(),
        study=values["webLinkToCarbonFootPrintStudy"].text(),
    )
