"""Made-up UNTP passports, versions 0.6 and 0.7. Both are valid by UN/CEFACT's schemas (tests/interop/test_untp_others.py)."""

from __future__ import annotations

from typing import Any

ISSUER = {"type": ["CredentialIssuer"], "id": "did:web:cathodes.example.com", "name": "Example Cathodes (invented)"}
OLD: dict[str, Any] = {
    "type": ["DigitalProductPassport", "VerifiableCredential"],
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://test.uncefact.org/vocabulary/untp/dpp/0.6.1/"],
    "id": "https://cathodes.example.com/passports/17",
    "issuer": ISSUER,
    "validFrom": "2026-01-15T00:00:00Z",
    "validUntil": "2028-01-15T00:00:00Z",
    "credentialSubject": {
        "type": ["ProductPassport"],
        "product": {
            "type": ["Product"],
            "id": "https://id.gs1.org/01/09520123456788/21/17",
            "name": "Cathode foil",
            "countryOfProduction": "DE",
            "dimensions": {"weight": {"value": 250, "unit": "GRM"}},
        },
        "emissionsScorecard": {
            "type": ["EmissionsPerformance"],
            "carbonFootprint": 1.85,
            "declaredUnit": "C62",
            "operationalScope": "CradleToGate",
            "primarySourcedRatio": 0.45,
        },
        "materialsProvenance": [
            {"type": ["Material"], "name": "Nickel", "massFraction": 0.6},
            {"type": ["Material"], "name": "Cobalt", "massFraction": 0.2},
        ],
    },
}


def claim(number: int, metric: str, value: float, unit: str) -> dict[str, Any]:
    """A claim of one performance."""
    base = "https://cathodes.example.com"
    topic = {"id": "https://vocabulary.uncefact.org/conformity-topic/x", "name": "Greenhouse gas emissions"}
    return {
        "type": ["Claim"],
        "id": f"{base}/claims/{number}",
        "name": metric,
        "referenceCriteria": [{"id": f"{base}/criteria/{number}", "name": "A criterion"}],
        "claimDate": "2026-01-10",
        "conformityTopic": [topic],
        "claimedPerformance": [
            {
                "metric": {"id": f"https://metrics.example.org/{metric}", "name": metric},
                "measure": {"value": value, "unit": unit},
            }
        ],
    }


NEW: dict[str, Any] = {
    "type": ["DigitalProductPassport", "VerifiableCredential"],
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://vocabulary.uncefact.org/untp/0.7.0/context/"],
    "id": "https://cathodes.example.com/passports/18",
    "issuer": ISSUER,
    "validFrom": "2026-01-15T00:00:00Z",
    "name": "Passport of cathode foil",
    "credentialSubject": {
        "type": ["Product"],
        "id": "https://id.cathodes.example.com/foil",
        "name": "Cathode foil",
        "idScheme": {"id": "https://id.cathodes.example.com", "name": "Own numbers"},
        "idGranularity": "model",
        "productCategory": [
            {
                "code": "46410",
                "name": "Cells",
                "schemeId": "https://unstats.un.org/unsd/classifications",
                "schemeName": "CPC",
            }
        ],
        "producedAtFacility": {"id": "https://facilities.example.org/1", "name": "Plant 1"},
        "countryOfProduction": {"countryCode": "DE"},
        "performanceClaim": [
            claim(1, "product-carbon-footprint", 1.85, "KGM"),
            claim(2, "recycled-content", 12, "P1"),
        ],
    },
}
