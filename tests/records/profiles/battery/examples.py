"""Made-up battery footprints in the three forms."""

from __future__ import annotations

from typing import Any

BATTERYPASS: dict[str, Any] = {
    "batteryCarbonFootprint": 0.0913,
    "absoluteCarbonFootprint": 5480,
    "carbonFootprintPerLifecycleStage": [
        {"lifecycleStage": "RawMaterialExtraction", "carbonFootprint": 0.0561},
        {"lifecycleStage": "MainProduction", "carbonFootprint": 0.0287},
        {"lifecycleStage": "Distribution", "carbonFootprint": 0.0019},
        {"lifecycleStage": "Recycling", "carbonFootprint": 0.0046},
    ],
    "carbonFootprintPerformanceClass": "B",
    "carbonFootprintStudy": "https://batteries.example.com/studies/pack-60.pdf",
}
COMPONENT: dict[str, Any] = {
    "pcfValues": {
        "sharesPerStage": {
            "stage1RawMaterialAquisitionPreProcessing": {"stageValue": 9.5},
            "stage2MainProductProduction": {"stageValue": 4.25},
            "stage3Distribution": {"stageValue": 0.25},
            "stage4EndOfLifeRecycling": {"stageValue": 1},
            "absPcfValue": {"stageValue": 15},
            "declaredUnit": "CO2KG/KG",
        },
        "pcfPerformanceClass": "A",
        "webLinkToCarbonFootPrintStudy": "https://cathodes.example.com/study.pdf",
    },
    "secondaryEmissionFactorSources": ["ecoinvent 3.10"],
    "technologicalRepresentativeness": 1.5,
    "geographicalRepresentativeness": 2,
    "timerelatedRepresentativeness": 1,
    "dataQualityRating": 1.5,
    "primaryDataShare": 80,
    "customerPartId": "CELL-A",
    "manufacturerPartId": "CATHODE-811",
    "validityPeriod": {"validFrom": "2026-01-01T00:00:00Z", "validTo": "2027-01-01T00:00:00Z"},
    "siteIdentifier": "BPNS00000000EXAM",
    "legalidentifier": "BPNL00000000EXAM",
    "productQualityParameter": [],
    "contentC02Metals": [],
}


def _property(short_id: str, semantic_id: str, value: str) -> dict[str, Any]:
    keys = [{"type": "GlobalReference", "value": semantic_id}]
    reference = {"type": "ExternalReference", "keys": keys}
    return {
        "modelType": "Property",
        "idShort": short_id,
        "semanticId": reference,
        "valueType": "xs:string",
        "value": value,
    }


def submodel(phases: list[str], *, unit: str = "0173-1#07-ACB997#001") -> dict[str, Any]:
    """A submodel after IDTA 02035-3 with one entry."""
    samm = "urn:samm:io.admin-shell.idta.batterypass.carbon_footprint:1.0.0#"
    code = "0173-1#02-ABG858#004"
    entry = [
        _property("PcfCO2eq", "0173-1#02-ABG855#003", "0.0913"),
        _property("ReferenceImpactUnitForCalculation", "0173-1#02-ABG856#003", unit),
        _property("QuantityOfMeasureForCalculation", "0173-1#02-ABG857#003", "1"),
        {
            "modelType": "SubmodelElementList",
            "idShort": "LifeCyclePhases",
            "value": [_property("LifeCyclePhase", code, phase) for phase in phases],
        },
        _property("PerformanceClass", f"{samm}performanceClass", "B"),
        {
            "modelType": "SubmodelElementList",
            "idShort": "WebLinkToPublicCarbonFootprintStudy",
            "value": [_property("DocumentIdentifier", "urn:example:document", "https://batteries.example.com/study")],
        },
    ]
    keys = [{"type": "GlobalReference", "value": "https://admin-shell.io/idta/CarbonFootprint/CarbonFootprint/1/0"}]
    return {
        "modelType": "Submodel",
        "id": "https://batteries.example.com/submodels/pack-60/carbon",
        "semanticId": {"type": "ExternalReference", "keys": keys},
        "submodelElements": [
            {
                "modelType": "SubmodelElementList",
                "idShort": "ProductCarbonFootprints",
                "value": [{"modelType": "SubmodelElementCollection", "value": entry}],
            }
        ],
    }


ALL_PHASES = ["0173-1#07-ABZ789#003 ", "0173-1#07-ABU211#003", "0173-1#07-ACC015#001"]
FORMS = {"batterypass": BATTERYPASS, "component": COMPONENT, "submodel": submodel(ALL_PHASES)}
