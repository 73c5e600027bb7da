"""Problem details (RFC 9457): the body of every refusal.

    {"type": "urn:carbonseal:problem:http.not-found", "title": "HTTP: not found", "status": 404,
     "detail": "there is nothing at /x", "code": "http.not-found", "outcome": "rejected", "place": [], "remedy": "check the path"}

`type` and `title` follow from the code: docs/codes.md lists them all.
"""

from __future__ import annotations

from typing import Any

from carbonseal.findings import Finding, Outcome
from carbonseal.passport.schemas import Schema, closed, list_of

PROBLEM_JSON = "application/problem+json"
TYPE = "urn:carbonseal:problem:"

PROBLEM: Schema = closed(
    {
        "type": {"type": "string", "pattern": f"^{TYPE}[a-z0-9.-]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "code": {"type": "string", "pattern": "^[a-z0-9-]+[.][a-z0-9-]+$"},
        "outcome": {"enum": [outcome.value for outcome in Outcome]},
        "place": list_of({"type": "string"}),
        "remedy": {"type": "string"},
    }
)


def problem(finding: Finding, status: int | None = None) -> dict[str, Any]:
    """A finding as problem details, with the status of the answer; a warning has none."""
    return {
        "type": TYPE + finding.code.name,
        "title": title(finding.code.name),
        **({} if status is None else {"status": status}),
        "detail": finding.message,
        "code": finding.code.name,
        "outcome": finding.code.outcome.value,
        "place": list(finding.place),
        "remedy": finding.remedy,
    }


def title(code: str) -> str:
    """A code's name in words, which are the same whenever it occurs.

    >>> title("http.body-too-large"), title("json.too-large")
    ('HTTP: body too large', 'JSON: too large')
    """
    family, _, name = code.partition(".")
    family = family.upper() if family in ("http", "json", "pact") else family.capitalize()
    return f"{family}: {name}".replace("-", " ")
