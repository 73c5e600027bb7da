"""A made-up declaration in ILCD+EPD's JSON, after EN 15804+A2."""

from __future__ import annotations

from typing import Any

METHODS = {
    "total": ("6a37f984-a4b3-458a-a20a-64418c145fa2", "Global Warming Potential - total (GWP-total)"),
    "fossil": ("5f635281-343e-44fb-83df-1971b155e6b6", "Global Warming Potential - fossil fuels (GWP-fossil)"),
    "biogenic": ("2356e1ab-0185-4db5-86e5-16de51c7485c", "Global Warming Potential - biogenic (GWP-biogenic)"),
    "luluc": ("4331bbdb-978a-490d-8707-eeb047f01a55", "Global Warming Potential - land use (GWP-luluc)"),
    "A1": ("77e416eb-a363-4258-a04e-171d843a6460", "Global warming potential (GWP)"),
}
VALUES: dict[str, dict[str, str | None]] = {
    "total": {"A1-A3": "182.31", "A4": "3.1", "B1": None, "C3": "-1.2E-2", "D": "-9.4"},
    "fossil": {"A1-A3": "181.6", "A4": "3.09", "B1": None, "C3": "0.03", "D": "-9.4"},
    "biogenic": {"A1-A3": "0.61", "A4": "0.006", "B1": None, "C3": "-0.0421", "D": "-0.002"},
    "luluc": {"A1-A3": "0.1", "A4": "0.004", "B1": None, "C3": "1E-4", "D": "0.002"},
}


def result(indicator: str, values: dict[str, str | None], scenario: str = "") -> dict[str, Any]:
    """One LCIA result."""
    uuid, name = METHODS[indicator]
    described = {"scenario": scenario} if scenario else {}
    anies: list[dict[str, Any]] = [
        {"module": module, **described, **({"value": value} if value is not None else {})}
        for module, value in values.items()
    ]
    unit = {
        "name": "referenceToUnitGroupDataSet",
        "value": {"shortDescription": [{"value": "kg CO2 eq.", "lang": "en"}]},
    }
    return {
        "referenceToLCIAMethodDataSet": {
            "shortDescription": [{"value": name, "lang": "en"}],
            "type": "LCIA method data set",
            "refObjectId": uuid,
        },
        "other": {"anies": [unit, *anies]},
    }


def declaration(*results: dict[str, Any]) -> dict[str, Any]:
    """The declaration of one cubic metre of concrete of 2350 kg."""
    flow_properties = [
        {
            "name": [{"value": "Volume", "lang": "en"}],
            "uuid": "93a60a56-a3c8-22da-a746-0800200c9a66",
            "referenceFlowProperty": True,
            "meanValue": 1,
            "referenceUnit": "m3",
        },
        {
            "name": [{"value": "Mass", "lang": "en"}],
            "uuid": "93a60a56-a3c8-11da-a746-0800200b9a66",
            "meanValue": 2350,
        },
    ]
    return {
        "version": "1.1",
        "processInformation": {
            "dataSetInformation": {
                "UUID": "2f0c7bb2-5d6a-4c0e-9c6b-0a4f6f6d6a10",
                "name": {
                    "baseName": [{"value": "Beton C30/37", "lang": "de"}, {"value": "Concrete C30/37", "lang": "en"}]
                },
            },
            "quantitativeReference": {"referenceToReferenceFlow": [0]},
            "time": {"referenceYear": 2024, "dataSetValidUntil": 2029},
            "geography": {"locationOfOperationSupplyOrProduction": {"location": "DE"}},
        },
        "modellingAndValidation": {
            "validation": {
                "review": [
                    {"referenceToNameOfReviewerAndInstitution": [{"shortDescription": [{"value": "A. Verifier"}]}]}
                ]
            },
            "complianceDeclarations": {
                "compliance": [{"referenceToComplianceSystem": {"shortDescription": [{"value": "EN 15804+A2"}]}}]
            },
        },
        "administrativeInformation": {
            "publicationAndOwnership": {
                "referenceToOwnershipOfDataSet": {"shortDescription": [{"value": "Example Concrete (invented)"}]}
            }
        },
        "exchanges": {
            "exchange": [
                {"dataSetInternalID": 0, "referenceFlow": True, "meanAmount": 1, "flowProperties": flow_properties},
                {"dataSetInternalID": 1, "flowProperties": []},
            ]
        },
        "LCIAResults": {"LCIAResult": list(results)},
    }


EXAMPLE = declaration(*(result(name, values) for name, values in VALUES.items()))
