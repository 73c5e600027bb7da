"""Made-up submodels after IDTA 02023-1.0: entries over sets of phases."""

from __future__ import annotations

from typing import Any

CODES = {
    "A1": "0173-1#07-ABU208#003",
    "A2": "0173-1#07-ABU209#003",
    "A3": "0173-1#07-ABU210#001",
    "A1-A3": "0173-1#07-ABZ789#003 ",  # the published template ends in a space
    "A4": "0173-1#07-ABU211#003",
    "B1-B7": "0173-1#07-ACC014#001",
    "C1-C4": "0173-1#07-ACC015#001",
    "D": "0173-1#07-ABU214#003",
}
PIECE = "0173-1#07-ABZ603#003"
KILOGRAM = "0173-1#07-ABZ597#003"


def reference(value: str) -> dict[str, Any]:
    return {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": value}]}


def entry(figure: str | None, phases: list[str], *, unit: str = PIECE, amount: str = "1.0") -> dict[str, Any]:
    """One entry; `figure` None as in a template."""

    def element(short_id: str, semantic_id: str, value: str | None) -> dict[str, Any]:
        made = {
            "modelType": "Property",
            "idShort": short_id,
            "semanticId": reference(semantic_id),
            "valueType": "xs:string",
        }
        return made if value is None else {**made, "value": value}

    dates = "https://admin-shell.io/idta/CarbonFootprint/"
    return {
        "modelType": "SubmodelElementCollection",
        "value": [
            element("PcfCO2eq", "0173-1#02-ABG855#003", figure),
            element("ReferenceImpactUnitForCalculation", "0173-1#02-ABG856#003", unit),
            element("QuantityOfMeasureForCalculation", "0173-1#02-ABG857#003", amount),
            {
                "modelType": "SubmodelElementList",
                "idShort": "LifeCyclePhases",
                "value": [
                    {"modelType": "Property", "valueType": "xs:string", "value": CODES.get(phase, phase)}
                    for phase in phases
                ],
            },
            element("PublicationDate", f"{dates}PublicationDate/1/0", "2026-01-15T00:00:00Z"),
            element("ExpirationDate", f"{dates}ExpirationDate/1/0", "2028-01-15T00:00:00Z"),
        ],
    }


def submodel(*entries: dict[str, Any]) -> dict[str, Any]:
    """A submodel with these entries."""
    return {
        "modelType": "Submodel",
        "id": "https://drives.example.com/submodels/motor-7/carbon",
        "semanticId": reference("https://admin-shell.io/idta/CarbonFootprint/CarbonFootprint/1/0"),
        "submodelElements": [
            {"modelType": "SubmodelElementList", "idShort": "ProductCarbonFootprints", "value": list(entries)}
        ],
    }


def environment(*submodels: dict[str, Any]) -> dict[str, Any]:
    """An environment with these submodels, and one of another kind."""
    other = {"modelType": "Submodel", "id": "https://drives.example.com/submodels/motor-7/nameplate"}
    shell = {"modelType": "AssetAdministrationShell", "assetInformation": {"globalAssetId": "urn:example:motor-7"}}
    return {"assetAdministrationShells": [shell], "submodels": [other, *submodels]}


EXAMPLE = submodel(entry("12.40", ["A1-A3"]), entry("0.65", ["A4"]))
