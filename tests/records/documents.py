"""A PACT footprint to spoil, and JSON for hypothesis."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

FOOTPRINT: dict[str, Any] = {
    "id": "5a0a1b34-6b1d-4a5a-9d7a-6f2f0f5f8f11",
    "specVersion": "3.0.0",
    "created": "2026-03-02T09:00:00Z",
    "status": "Active",
    "companyName": "Nordkupfer (invented)",
    "companyIds": ["urn:pact:nordkupfer.example:company:1"],
    "productDescription": "Copper cathode; invented for a test",
    "productIds": ["urn:gtin:4712345060507"],
    "productNameCompany": "Cathode",
    "pcf": {
        "declaredUnitOfMeasurement": "kilogram",
        "declaredUnitAmount": "1",
        "productMassPerDeclaredUnit": "1",
        "referencePeriodStart": "2025-01-01T00:00:00Z",
        "referencePeriodEnd": "2026-01-01T00:00:00Z",
        "geographyCountry": "DE",
        "pcfExcludingBiogenicUptake": "3.86",
        "pcfIncludingBiogenicUptake": "3.80",
        "fossilGhgEmissions": "3.86",
        "fossilCarbonContent": "0",
        "biogenicCO2Uptake": "-0.06",
        "packagingEmissionsIncluded": True,
        "packagingGhgEmissions": "0.01",
        "ipccCharacterizationFactors": ["AR6"],
        "crossSectoralStandards": ["ISO14067", "PACT-3.0"],
        "exemptedEmissionsPercent": "1.2",
        "primaryDataShare": "72.5",
        "dqi": {"technologicalDQR": "1.5", "geographicalDQR": "2", "temporalDQR": "1"},
    },
}

ABSENT = object()


def footprint(changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """The footprint with `changes`, keyed by JSON pointer; ABSENT takes a property away."""
    document = copy.deepcopy(FOOTPRINT)
    for place, value in (changes or {}).items():
        *parents, name = place.split("/")[1:]
        target = document
        for parent in parents:
            target = target.setdefault(parent, {})
        if value is ABSENT:
            del target[name]
        else:
            target[name] = value
    return document


def encoded(document: Any) -> bytes:
    return json.dumps(document).encode()


MAX_INTEGER = (1 << 53) - 1

# Strings that come close to what the fast path looks for.
_NEAR = st.sampled_from(
    ['":1.5', ",.5", ",e", "[1e5", ":", "\\u003a", '\\":', "😀", "\ufb33", "€", "1234567890123456", "null"]
)
TEXTS = st.text(max_size=8) | _NEAR
NUMBERS = st.integers(-MAX_INTEGER, MAX_INTEGER) | st.floats(allow_nan=False, allow_infinity=False)


def values(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
        max_leaves=12,
    )


JSON_VALUES = values(st.none() | st.booleans() | TEXTS | NUMBERS)
FLOATLESS_VALUES = values(st.none() | st.booleans() | TEXTS | st.integers(-MAX_INTEGER, MAX_INTEGER))
