"""A made-up month of a mine that has no system: all four kinds of lines. Its figures add up."""

from __future__ import annotations

from typing import Any

EXAMPLE: dict[str, Any] = {
    "format": "activity/1",
    "id": "urn:uuid:6d2c7a10-58a5-4d3f-9d2f-2a2f0c9a1b11",
    "organisation": "Example Mine (invented)",
    "product": {"id": "urn:product:example-mine:concentrate", "name": "Copper concentrate", "batch": "2026-03"},
    "declared": {"quantity": "1000", "unit": "kilogram", "mass": "1000"},
    "period": {"start": "2026-03-01T00:00:00Z", "end": "2026-04-01T00:00:00Z"},
    "country": "ZM",
    "gwp": "AR6",
    "emissions": "672.6401",
    "energy": [
        {
            "name": "diesel",
            "quantity": "120",
            "unit": "liter",
            "factor": "2.7",
            "source": "DEFRA 2025",
            "emissions": "324",
        },
        {"name": "grid", "quantity": "900", "unit": "kilowatt hour", "factor": "0.25", "emissions": "225"},
    ],
    "material": [
        {
            "name": "lime",
            "id": "urn:product:example-lime:1",
            "batch": "L-7",
            "footprint": "7e0f7c77-6e0d-4d0b-8a4e-8a3a6a0b9d02",
            "quantity": "40",
            "unit": "kilogram",
            "factor": "1.2",
            "emissions": "48.0",
        }
    ],
    "logistics": [
        {"name": "truck to the mill", "distance": "423", "mass": "1000", "factor": "0.1", "emissions": "42.3"}
    ],
    "process": [
        {"name": "blasting, CO2", "quantity": "33.3401", "unit": "kilogram", "factor": "1", "emissions": "33.3401"}
    ],
}
