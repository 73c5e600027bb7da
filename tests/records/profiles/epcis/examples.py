"""Made-up EPCIS 2.0 documents: a smelter's transformation, and a battery's footprint in sensor reports."""

from __future__ import annotations

from typing import Any

INGOT = "https://id.gs1.org/01/09520123456771/10/INGOT-26-07"
CONCENTRATE = "https://id.gs1.org/01/09520123456764/10/CONC-26-03"
COIL = "https://id.gs1.org/01/09520123456788/21/COIL-1"


def event(**members: Any) -> dict[str, Any]:
    """A transformation."""
    return {
        "type": "TransformationEvent",
        "eventID": "urn:uuid:7b8f7a0e-1f5e-4f0b-8a38-6f0e7c1d2a31",
        "eventTime": "2026-03-02T08:00:00Z",
        "eventTimeZoneOffset": "+01:00",
        "readPoint": {"id": "https://id.gs1.org/414/9520123456001"},
        **members,
    }


def document(*events: dict[str, Any]) -> dict[str, Any]:
    return {
        "@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-02T09:00:00Z",
        "epcisBody": {"eventList": list(events)},
    }


SMELTING = event(
    inputQuantityList=[{"epcClass": CONCENTRATE, "quantity": 12.5, "uom": "TNE"}],
    outputQuantityList=[{"epcClass": INGOT, "quantity": 3500, "uom": "KGM"}],
)


def reporting(**values: str) -> dict[str, Any]:
    """An observation of a battery's footprint."""
    reports = [
        {"type": f"eubat:hasCarbonFootprint{name}", "value": value, "uom": "KGM"} for name, value in values.items()
    ]
    return {
        "type": "ObjectEvent",
        "eventTime": "2026-03-02T08:00:00Z",
        "eventTimeZoneOffset": "+01:00",
        "action": "OBSERVE",
        "epcList": ["https://id.gs1.org/01/09520123456795/21/B1"],
        "sensorElementList": [{"sensorReport": reports}],
    }


FOOTPRINT = reporting(
    Total="0.0913", RawMaterialExtraction="0.0561", Production="0.0287", Distribution="0.0019", Recycling="0.0046"
)
EXAMPLE = document(SMELTING, FOOTPRINT)
