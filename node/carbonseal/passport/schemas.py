"""JSON schemas (draft 2020-12) of the documents that carbonseal itself defines. All objects are closed.

- What a schema can say is said here, and parsers rely on it.
- Limits are checked by the parsers: over a limit is *undetermined*, not *rejected*. So are rules between members.
- What is unknown in a credential is *undetermined* too: members by `Shape.check`, values by the parser of credentials.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from carbonseal.findings import Code, Refused
from carbonseal.records.files import FILE, MEDIA_TYPE
from carbonseal.records.places import pointer
from carbonseal.records.plain_schemas import Plain, Unknown

CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/undefined-terms/v2"]
PRODUCT_TYPE = ["VerifiableCredential", "DigitalCarbonPassport"]
STATUS_LIST_TYPE = ["VerifiableCredential", "BitstringStatusListCredential"]
STATUS_SUBJECT_TYPE = "BitstringStatusList"
STATUS_ENTRY_TYPE = "BitstringStatusListEntry"
STATUS_PURPOSES = ("revocation", "suspension")
PROOF_TYPE = "DataIntegrityProof"
CRYPTOSUITE = "eddsa-jcs-2022"
STAGE_ROLE = "stage"
# what a record of that role is about: modules of EN 15804 beyond the factory gate; B and C are all of theirs
STAGES = ("A4", "A5", "B", "B1", "B2", "B3", "B4", "B5", "B6", "B7", "C", "C1", "C2", "C3", "C4", "D")
BASES = ("used", "listed")  # of a component
MAX_IDENTIFIERS = 64
MAX_CLASSIFICATIONS = 64
MAX_SERIALS = 4096  # that are listed
MAX_RANGES = 256  # of serial numbers
MAX_COMPONENT_LINES = 8192  # more than a passport cites components: one may be listed in several units
MOST_SHOWN = 65_536  # values of a document that are looked at for the text of an error

Schema = dict[str, Any]

DIGEST: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
BASE64: Schema = {"type": "string"}  # evidence is long, and what decodes it refuses all but one spelling
INSTANT: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"}
# printable on a terminal: no controls, nothing that breaks lines or turns the direction of writing
TEXT: Schema = {
    "type": "string",
    "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069]+$",
    "maxLength": 1024,
}
SAID: Schema = {**TEXT, "allOf": [{"pattern": "\\S"}]}  # a text that is not blanks alone
_NAME: Schema = {"type": "string", "pattern": "^[a-z0-9][a-z0-9._/-]{0,63}$"}
LABEL: Schema = {**TEXT, "maxLength": 128}
URI: Schema = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9+.-]{0,62}:[!-~]{1,1000}$"}
QUANTITY: Schema = {"type": "string", "pattern": "^(?:0|[1-9][0-9]{0,17})(?:[.][0-9]{1,18})?$"}
ABOVE_ZERO: Schema = {**QUANTITY, "allOf": [{"pattern": "[1-9]"}]}


def closed(required: Schema, optional: Schema | None = None) -> Schema:
    """An object with these members and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def _keyed(member: Schema, key: Schema = DIGEST) -> Schema:
    return {"type": "object", "propertyNames": key, "additionalProperties": member}


_PROOF = closed(
    {
        "type": {"const": PROOF_TYPE},
        "cryptosuite": {"const": CRYPTOSUITE},
        "created": INSTANT,
        "verificationMethod": URI,
        "proofPurpose": {"const": "assertionMethod"},
        "@context": {"const": CONTEXT},
        "proofValue": {"type": "string", "pattern": "^z[1-9A-HJ-NP-Za-km-z]{64,100}$"},
    }
)

_STAGE: Schema = {"stage": {"enum": list(STAGES)}, "quantity": QUANTITY, "unit": TEXT}


def _listed(required: Schema, optional: Schema | None = None) -> Schema:
    """A record in a list: one of the role `stage` has all members of `_STAGE`, one of another role none."""
    return {
        **closed(required, {**(optional or {}), **_STAGE}),
        "if": {"properties": {"role": {"const": STAGE_ROLE}}, "required": ["role"]},
        "then": {"required": list(_STAGE)},
        "else": {"properties": dict.fromkeys(_STAGE, False)},
    }


def list_of(item: Schema) -> Schema:
    """A list of whatever length."""
    return {"type": "array", "items": item}


_RECORD_LISTED = _listed({"role": _NAME, "profile": _NAME, "commitment": DIGEST})
_SHARE: Schema = {
    "quantity": QUANTITY,
    "unit": TEXT,
    "per": closed({"amount": ABOVE_ZERO, "unit": TEXT}),
    "basis": {"enum": list(BASES)},
}
_COMPONENT = closed({"digest": DIGEST, **_SHARE})
CLASSIFICATION = closed({"scheme": URI, "code": LABEL})
FACILITY = closed({"id": URI, "name": TEXT, "country": {"type": "string", "pattern": "^[A-Z]{2}$"}})
_LOT: Schema = {"number": LABEL, "quantity": QUANTITY, "unit": TEXT}
# each a text, or a range: keywords for objects say nothing about texts, and the other way round
_SERIAL: Schema = {**LABEL, **closed({"first": LABEL, "last": LABEL}), "type": ["string", "object"]}
_SERIALS: Schema = {"serials": {**list_of(_SERIAL), "minItems": 1}}
_STATUS_ENTRY = closed(
    {
        "type": {"const": STATUS_ENTRY_TYPE},
        "statusPurpose": {"enum": list(STATUS_PURPOSES)},
        "statusListIndex": {"type": "string", "pattern": "^(?:0|[1-9][0-9]{0,8})$"},
        "statusListCredential": URI,
    }
)
# one entry, or a list of them: keywords for objects say nothing about lists, and the other way round
STATUS: Schema = {**_STATUS_ENTRY, "type": ["object", "array"], "items": _STATUS_ENTRY, "minItems": 1}


def credential_schema(kind: list[str], subject: Schema, required: Schema, optional: Schema) -> Schema:
    """The common form of credentials (docs/spec.md, section 12), with the body of one subject."""
    return closed(
        {
            "@context": {"const": CONTEXT},
            "id": URI,
            "type": {"const": kind},
            "issuer": URI,
            "validFrom": INSTANT,
            "credentialSubject": subject,
            "proof": _PROOF,
            **required,
        },
        optional,
    )


PRODUCT = credential_schema(
    PRODUCT_TYPE,
    closed(
        {
            "id": URI,
            "identifiers": list_of(URI),
            "classifications": list_of(CLASSIFICATION),
            "records": {**list_of(_RECORD_LISTED), "minItems": 1},
            "components": list_of(_COMPONENT),
        },
        {
            "name": TEXT,
            "facility": FACILITY,
            "supersedes": DIGEST,
            "batch": closed({"salt": DIGEST, **_LOT}, _SERIALS),
        },
    ),
    {},
    {"validUntil": INSTANT, "credentialStatus": STATUS},
)

STATUS_LIST = credential_schema(
    STATUS_LIST_TYPE,
    closed(
        {
            "id": URI,
            "type": {"const": STATUS_SUBJECT_TYPE},
            "statusPurpose": {"enum": list(STATUS_PURPOSES)},
            "encodedList": {"type": "string", "pattern": "^u[A-Za-z0-9_-]+$"},
        }
    ),
    {"validUntil": INSTANT},
    {},
)

MEDIA: Schema = {"type": "string", "pattern": f"^{MEDIA_TYPE}$"}
_DISCLOSED: Schema = {
    "type": "object",
    "if": {"properties": {"profile": {"const": FILE}}, "required": ["profile"]},
    "then": closed({"profile": _NAME, "salt": DIGEST, "media": MEDIA, "data": BASE64}),
    "else": closed({"profile": _NAME, "salt": DIGEST, "document": {"type": "object"}}),
}
_SIGNED = closed({"salt": DIGEST, "document": {"type": "object"}})
_EVIDENCE = closed({"type": _NAME, "version": {"type": "integer", "minimum": 1, "maximum": 65535}, "data": BASE64})
_HEAD = closed(
    {
        "checkpoint": DIGEST,
        "inclusion": BASE64,
        "anchors": {"type": "array", "items": closed({"ledger": TEXT, "evidence": DIGEST})},
    },
    {"consistency": BASE64},
)
_SEAL = closed(
    {
        "entry": BASE64,
        "index": {"type": "integer", "minimum": 0, "maximum": (1 << 53) - 1},
        "heads": {"type": "array", "minItems": 1, "items": _HEAD},
    }
)

_SECTIONS: Schema = {
    "statements": _keyed(_SIGNED),
    "accreditations": _keyed(_SIGNED),
    "records": _keyed(_DISCLOSED),
    "seals": _keyed(_SEAL),
    "checkpoints": _keyed({"type": "string"}),
    "evidence": _keyed(_EVIDENCE),
    "statusLists": _keyed(_SIGNED),
}

PASSPORT = closed(
    {"carbonseal": {"const": "passport/1"}, "credential": DIGEST, "credentials": _keyed(_SIGNED), **_SECTIONS}
)
STATEMENT_FILE = closed({"carbonseal": {"const": "statement/1"}, "statement": DIGEST, **_SECTIONS})
ACCREDITATION_FILE = closed(
    {
        "carbonseal": {"const": "accreditation/1"},
        "accreditation": DIGEST,
        **{name: section for name, section in _SECTIONS.items() if name != "statements"},
    }
)

_EACH_ONCE: Schema = {"uniqueItems": True}

ISSUE = closed(
    {
        "issuer": TEXT,
        "subject": URI,
        "records": {
            **list_of(_listed({"role": _NAME, "commitment": DIGEST}, {"disclose": {"type": "boolean"}})),
            "minItems": 1,
        },
    },
    {
        "name": TEXT,
        "identifiers": {**list_of(URI), **_EACH_ONCE, "maxItems": MAX_IDENTIFIERS},
        "classifications": {**list_of(CLASSIFICATION), **_EACH_ONCE, "maxItems": MAX_CLASSIFICATIONS},
        "facility": FACILITY,
        "supersedes": DIGEST,
        "batch": closed(_LOT, {"serials": {**_SERIALS["serials"], **_EACH_ONCE, "maxItems": MAX_SERIALS + MAX_RANGES}}),
        "validUntil": INSTANT,
        "components": list_of(closed({"passport": {"type": "object"}, **_SHARE})),
    },
)

TRUST = closed(
    {
        "carbonseal": {"const": "trust/1"},
        "items": {
            "type": "array",
            "maxItems": 262_144,
            "items": closed(
                {"ledger": TEXT, "kind": _NAME, "value": {"type": "object"}, "source": TEXT, "when": INSTANT}
            ),
        },
    }
)


_PLAIN = Plain()  # the first documents of a process, of whatever shape


class Shape:
    """A schema (`schema`). It is compiled once, when a document is the first that has to be checked by the library."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def check(self, value: object, code: Code, unknown: Code | None = None) -> None:
        """Raise Refused with `code`, whose message has the fact `problem`, at the JSON pointer of the first violation; with
        `unknown` where all that is wrong is members that the schema does not name."""
        violation = self._violation(value, is_open=False)
        if violation is None:
            return
        if unknown is not None:
            closed, violation = violation, self._violation(value, is_open=True)
            if violation is None:
                code, violation = unknown, closed
        place, problem = violation
        raise Refused(code(*place, problem=problem))

    def holds(self, value: object) -> bool:
        """Whether a value is valid."""
        return self._holds_plainly(value) or bool(self._validator(False).is_valid(value))

    def problem(self, value: object) -> str | None:
        """What is wrong with a value, in words; None where it is valid."""
        violation = self._violation(value, is_open=False)
        return None if violation is None else violation[1]

    def _violation(self, value: object, *, is_open: bool) -> tuple[Sequence[str], str] | None:
        """Place and text of the first violation, of a document with whatever members where `is_open`; None where there is none.

        An error has copies of what is wrong, and all of a hostile file's errors would fill the memory: so one is made, of the first
        `MOST_SHOWN` values. Of a violation behind them it is said that there is one."""
        if not is_open and self._holds_plainly(value):
            return None
        import jsonschema_rs

        validator = self._validator(is_open)
        if validator.is_valid(value):
            return None
        try:
            validator.validate(_beginning(value, [MOST_SHOWN]))
        except jsonschema_rs.ValidationError as error:
            place = pointer(str(step) for step in error.instance_path)  # of the whole document there is none
            return place, _short(error.message)
        return (), f"something behind its first {MOST_SHOWN:,} values does not have the form of version 1"

    def _holds_plainly(self, value: object) -> bool:
        """Whether it was seen without the library that a value is valid."""
        try:
            return _PLAIN.left > 0 and _PLAIN.holds(self.schema, value)
        except Unknown:
            return False

    @cache  # noqa: B019 - shapes are module constants and live as long as the process
    def _validator(self, is_open: bool) -> Any:
        import jsonschema_rs

        return jsonschema_rs.Draft202012Validator(_opened(self.schema) if is_open else self.schema)


def _beginning(value: Any, left: list[int]) -> Any:
    """The first values of a document; `left` has their number, and then how many were fewer."""
    if not isinstance(value, dict | list):
        return value
    kept = []
    for name, one in value.items() if isinstance(value, dict) else enumerate(value):
        if left[0] <= 0:
            break
        left[0] -= 1
        kept.append((name, _beginning(one, left)))
    return dict(kept) if isinstance(value, dict) else [one for _, one in kept]


def _opened(schema: Any) -> Any:
    """The same schema, whose objects may have any members more."""
    if isinstance(schema, list):
        return [_opened(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: _opened(one) for name, one in schema.items() if (name, one) != ("additionalProperties", False)}


def _short(message: str) -> str:
    """The schema library's message, cut where it has the whole of a large value."""
    return message if len(message) <= 200 else f"{message[:90]} … {message[-90:]}"


PRODUCT_SHAPE = Shape(PRODUCT)
STATUS_LIST_SHAPE = Shape(STATUS_LIST)
PASSPORT_SHAPE = Shape(PASSPORT)
STATEMENT_FILE_SHAPE = Shape(STATEMENT_FILE)
ACCREDITATION_FILE_SHAPE = Shape(ACCREDITATION_FILE)
ISSUE_SHAPE = Shape(ISSUE)
TRUST_SHAPE = Shape(TRUST)
