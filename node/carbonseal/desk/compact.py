"""Compact answers for programs: the form of a result line (`carbonseal.examining.bulk.lines`), and a line of JSON for each line of
a declaration, of at most a kilobyte."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from carbonseal.findings import Finding, Outcome, Verdict
from carbonseal.passport.schemas import Schema, closed, list_of
from carbonseal.verification.consignment.matching import LineOutcome, LineResult

MOST_CODES = 8  # that decide
LONGEST = 160  # bytes of a name, and of a message

_TEXT: Schema = {"type": "string"}
_KNOWN: Schema = {"type": ["string", "null"]}  # null where it is not known, or there is none
ANSWER: Schema = closed(
    {
        "file": _TEXT,
        "verdict": {"enum": [*(verdict.value for verdict in Verdict), None]},
        **dict.fromkeys(("credential", "subject", "name", "issuer", "existedBy", "reason"), _KNOWN),
        **dict.fromkeys(("ledgers", "codes"), list_of(_TEXT)),
    }
)
LINE_ANSWER: Schema = closed(
    {
        "mrn": _TEXT,
        "item": {"type": "integer"},
        "version": {"type": "integer"},
        "outcome": {"enum": [outcome.value for outcome in LineOutcome]},
        "codes": list_of(_TEXT),
        "reason": _KNOWN,
        "passports": {"type": "integer"},  # that the line leads to
    }
)


def of_line(result: LineResult) -> str:
    """The outcome of a line of a declaration, and the codes that decided."""
    line = result.line
    answer = {
        "mrn": _cut(line.mrn),
        "item": line.item,
        "version": line.version,
        "outcome": result.outcome.value,
        **_why([finding for finding in result.findings if finding.code.outcome in _WEIGHS]),
        "passports": len(result.passports),
    }
    return orjson.dumps(answer).decode()


_WEIGHS = (Outcome.UNDETERMINED, Outcome.REJECTED)


def _why(deciding: Iterable[Finding]) -> dict[str, object]:
    deciding = [*deciding]
    codes = dict.fromkeys(finding.code.name for finding in deciding)
    return {"codes": [*codes][:MOST_CODES], "reason": _cut(deciding[0].message) if deciding else None}


def _cut(text: str) -> str:
    """`text`, at most `LONGEST` bytes of it."""
    raw = text.encode(errors="replace")
    return text if len(raw) <= LONGEST else raw[: LONGEST - 3].decode(errors="ignore") + "…"
