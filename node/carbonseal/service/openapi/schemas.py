"""Schemas of what more than one route takes or answers. `NAMED` has those that the document writes once, by their names in it."""

from __future__ import annotations

from carbonseal.findings import Outcome
from carbonseal.passport.schemas import (
    ACCREDITATION_FILE,
    BASE64,
    DIGEST,
    INSTANT,
    ISSUE,
    PASSPORT,
    STATEMENT_FILE,
    STATUS_LIST,
    Schema,
    closed,
    list_of,
)

from .problems import PROBLEM

MOST_NUMBER = (1 << 53) - 1  # as in records: beyond it JSON numbers lose digits
NUMBER: Schema = {"type": "integer", "minimum": 0, "maximum": MOST_NUMBER}
BOOLEAN: Schema = {"type": "boolean"}
STRING: Schema = {"type": "string"}

FINDING = closed(
    {
        "code": STRING,
        "outcome": {"enum": [outcome.value for outcome in Outcome]},
        "place": list_of(STRING),
        "message": STRING,
        "remedy": STRING,
    }
)
RECEIPT = closed({"profile": STRING, "commitment": DIGEST, "salt": DIGEST, "acknowledged": INSTANT})
SEAL = closed(
    {
        "entry": BASE64,
        "index": NUMBER,
        "heads": list_of(
            closed(
                {
                    "checkpoint": STRING,
                    "inclusion": BASE64,
                    "consistency": {"type": ["string", "null"]},
                    "anchors": list_of(
                        closed(
                            {
                                "ledger": STRING,
                                "evidence": closed({"type": STRING, "version": NUMBER, "data": BASE64}),
                            }
                        )
                    ),
                }
            )
        ),
    }
)
IS_NEW = closed({"new": BOOLEAN})  # of an act that may have been done before


def null_or(schema: Schema) -> Schema:
    """This, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


NAMED: dict[str, Schema] = {
    "AccreditationFile": ACCREDITATION_FILE,
    "Finding": FINDING,
    "IssueRequest": ISSUE,
    "New": IS_NEW,
    "Passport": PASSPORT,
    "Problem": PROBLEM,
    "Receipt": RECEIPT,
    "Seal": SEAL,
    "StatementFile": STATEMENT_FILE,
    "StatusList": STATUS_LIST,
}
