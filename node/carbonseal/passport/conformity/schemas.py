"""JSON schemas of statements and accreditations (docs/spec.md, section 26)."""

from __future__ import annotations

from carbonseal.passport.schemas import (
    BASE64,
    CLASSIFICATION,
    DIGEST,
    FACILITY,
    INSTANT,
    LABEL,
    MEDIA,
    QUANTITY,
    STATUS,
    TEXT,
    URI,
    Schema,
    Shape,
    closed,
    credential_schema,
    list_of,
)

from .words import (
    AGREED_UPON_PROCEDURES,
    ASSURANCES,
    BOUNDARIES,
    COVERS,
    ENGAGEMENTS,
    MODEL,
    OPINIONS,
    PRODUCT,
    STANDARDS,
    UNMODIFIED,
    VERIFICATION,
    VISITS,
)

STATEMENT_TYPE = ["VerifiableCredential", "CarbonStatement"]
ACCREDITATION_TYPE = ["VerifiableCredential", "Accreditation"]
MAX_FOOTPRINTS = 4096
MAX_SITES = 256
MAX_SCOPES = 256
MAX_KEYS = 16
MAX_QUALIFICATIONS = 64
MAX_GIVEN = 16  # accreditations in one request

_DAY: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_MULTIKEY: Schema = {"type": "string", "pattern": "^z[1-9A-HJ-NP-Za-km-z]{40,60}$"}
_SOME = {"minItems": 1}
_SCOPE = closed(
    {"standard": {"enum": list(STANDARDS)}, "activity": {"enum": list(ENGAGEMENTS)}},
    {"programme": URI, "sector": CLASSIFICATION},
)


def _only_if(member: str, value: str, *members: str) -> Schema:
    """Exactly where `member` has the value, `members` are there."""
    return {
        "if": {"properties": {member: {"const": value}}},
        "then": {"required": list(members)},
        "else": {"properties": dict.fromkeys(members, False)},
    }


# What an engagement has no place for, its document must not have.
_RULES: list[Schema] = [
    _only_if("engagement", VERIFICATION, "assurance", "materiality"),
    _only_if("covers", MODEL, "model"),
    {
        "if": {"properties": {"covers": {"const": PRODUCT}}},
        "then": {"properties": {"footprints": _SOME}},
        "else": {"properties": {"footprints": {"maxItems": 0}}, "required": ["rulebook"]},
    },
    {
        "if": {"properties": {"engagement": {"const": AGREED_UPON_PROCEDURES}}},
        "then": {"properties": {"opinion": False}},
        "else": {"required": ["opinion"]},
    },
    {
        "if": {
            "properties": {"opinion": {"enum": [one for one in OPINIONS if one != UNMODIFIED]}},
            "required": ["opinion"],
        },
        "then": {"properties": {"qualifications": _SOME}},
    },
    {
        "if": {"properties": {"siteVisits": _SOME}},
        "then": {"properties": {"noSiteVisit": False}},
        "else": {"required": ["noSiteVisit"]},
    },
    {"not": {"required": ["supersedes", "corrects"]}},
]

_STATEMENT_SUBJECT: Schema = {
    **closed(
        {
            "id": URI,
            "covers": {"enum": list(COVERS)},
            "footprints": list_of(DIGEST),
            "sites": list_of(FACILITY),
            "engagement": {"enum": list(ENGAGEMENTS)},
            "standards": {**list_of({"enum": list(STANDARDS)}), **_SOME},
            "criteria": {**list_of({"enum": list(STANDARDS)}), **_SOME},
            "scope": _SCOPE,
            "boundary": {"enum": list(BOUNDARIES)},
            "period": closed({"from": INSTANT, "until": INSTANT}),
            "addressee": TEXT,
            "siteVisits": list_of(closed({"date": _DAY, "kind": {"enum": list(VISITS)}}, {"site": URI})),
            "qualifications": list_of(TEXT),
            "opinionDate": _DAY,
        },
        {
            "name": TEXT,
            "model": TEXT,
            "rulebook": URI,
            "assurance": {"enum": list(ASSURANCES)},
            "materiality": QUANTITY,
            "opinion": {"enum": list(OPINIONS)},
            "noSiteVisit": TEXT,
            "original": DIGEST,
            "accreditation": closed({"accreditor": URI, "number": LABEL}),
            "supersedes": DIGEST,
            "corrects": DIGEST,
        },
    ),
    "allOf": _RULES,
}
STATEMENT = credential_schema(
    STATEMENT_TYPE, _STATEMENT_SUBJECT, {}, {"validUntil": INSTANT, "credentialStatus": STATUS}
)

_ACCREDITATION_SUBJECT = closed(
    {
        "id": URI,
        "name": TEXT,
        "number": LABEL,
        "keys": {**list_of(_MULTIKEY), **_SOME},
        "scope": {**list_of(_SCOPE), **_SOME},
    }
)
ACCREDITATION = credential_schema(
    ACCREDITATION_TYPE, _ACCREDITATION_SUBJECT, {"validUntil": INSTANT}, {"credentialStatus": STATUS}
)

# What a node is asked to issue (docs/spec.md, section 18).
STATEMENT_REQUEST = closed(
    {"body": TEXT, "credentialSubject": _STATEMENT_SUBJECT},
    {
        "validUntil": INSTANT,
        "attach": {"type": "boolean"},
        "original": closed({"media": MEDIA, "data": BASE64}, {"disclose": {"type": "boolean"}}),
        "accreditations": {**list_of({"type": "object"}), "maxItems": MAX_GIVEN},
    },
)
ACCREDITATION_REQUEST = closed(
    {"accreditor": TEXT, "credentialSubject": _ACCREDITATION_SUBJECT, "validUntil": INSTANT}, {"validFrom": INSTANT}
)

STATEMENT_SHAPE = Shape(STATEMENT)
ACCREDITATION_SHAPE = Shape(ACCREDITATION)
STATEMENT_REQUEST_SHAPE = Shape(STATEMENT_REQUEST)
ACCREDITATION_REQUEST_SHAPE = Shape(ACCREDITATION_REQUEST)
