"""What a UNTP Digital Conformity Credential 0.7.0 must have, written down by hand: copies are held to it before they are written.

`conformance`, which the form leaves to its authors, is required here: without it nobody knows how an assessment came out.
"""

from __future__ import annotations

from carbonseal.records.profiles.schema import FILLED, FLAG, URI, Part, Schema, list_of, members, named, number, text

ASSESSMENT_LEVELS = (
    "authority-benchmark", "authority-mandate", "authority-globalmra", "authority-peer", "authority-extended-mra",
    "scheme-self", "scheme-cab", "no-endorsement",
)  # fmt: skip


def _typed(kind: str, required: Part, optional: Part) -> Part:
    """An object of UNTP: `type` lists its kind."""
    return members({"type": {"type": "array", "contains": {"const": kind}, "title": kind}, **required}, optional)


def _named(kind: str, **optional: Part) -> Part:
    return _typed(kind, {"id": URI, "name": FILLED}, optional)


_LINK = members(
    {"linkURL": URI, "linkName": FILLED}, {"digestMultibase": text("^z[1-9A-HJ-NP-Za-km-z]+$"), "mediaType": FILLED}
)
_PERFORMANCE = members(
    {"metric": _named("PerformanceMetric"), "measure": members({"value": number(), "unit": FILLED}, {})}, {}
)
_ASSESSMENT = _typed(
    "ConformityAssessment",
    {
        "id": URI,
        "name": FILLED,
        "assessmentCriteria": list_of(_named("Criterion")),
        "assessmentDate": text(format="date"),
        "assessedPerformance": list_of(_PERFORMANCE, minItems=0),
        "conformityTopic": list_of(_named("ConformityTopic")),
        "conformance": FLAG,
        "specifiedCondition": list_of(FILLED),
    },
    {
        "assessedProduct": list_of(members({"product": _named("Product")}, {}), minItems=0),
        "assessedFacility": list_of(members({"facility": _named("Facility")}, {}), minItems=0),
        "assessedOrganisation": _named("Party"),
        "referenceStandard": list_of(_named("Standard")),
        "referenceRegulation": list_of(_named("Regulation"), minItems=0),
        "evidence": list_of(_LINK, minItems=0),
    },
)
_ATTESTATION = _typed(
    "ConformityAttestation",
    {
        "id": URI,
        "name": FILLED,
        "assessorLevel": named("self", "3rdParty", "unspecified"),
        "assessmentLevel": named(*ASSESSMENT_LEVELS),
        "attestationType": named("verification", "validation"),
        "issuedToParty": _named("Party"),
        "referenceScheme": _named("ConformityScheme"),
        "conformityAssessment": list_of(_ASSESSMENT),
        "authorisation": list_of(
            members({"name": FILLED, "issuingAuthority": _named("Party")}, {"endorsementEvidence": _LINK}), minItems=0
        ),
    },
    {"conformityCertificate": _LINK, "auditableEvidence": _LINK},
)
DCC = Schema(
    "UNTP DCC 0.7.0",
    _typed(
        "DigitalConformityCredential",
        {
            "@context": {"type": "array", "minItems": 2},
            "id": URI,
            "issuer": _named("CredentialIssuer"),
            "validFrom": text(format="date-time"),
            "name": FILLED,
            "credentialSubject": _ATTESTATION,
        },
        {
            "validUntil": text(format="date-time"),
            "credentialStatus": members(
                {
                    "type": named("BitstringStatusListEntry"),
                    "statusPurpose": named("revocation", "suspension"),
                    "statusListIndex": {"type": "integer", "minimum": 0},
                    "statusListCredential": URI,
                },
                {"id": URI},
            ),
        },
    ),
)
