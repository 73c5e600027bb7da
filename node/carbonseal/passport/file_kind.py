"""File kinds: what a file that is not a passport looks like, in words for whoever was given it.

Findings of strict JSON are written for the author of a document; these are for its reader.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from carbonseal.findings import Finding
from carbonseal.records.codes import JSON_TOO_LARGE

from .codes import PASSPORT_MALFORMED

BEGINNINGS = {
    b"\x1f\x8b": "a gzip file",
    b"PK\x03\x04": "a ZIP archive",
    b"%PDF": "a PDF",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
    b"{\x00": "text in UTF-16",
    b"\x00{": "text in UTF-16",
    b"<": "HTML or XML",
}
MEMBERS = {  # the members by which another document is recognised
    "an issue request": {"issuer", "subject", "records"},
    "a receipt": {"commitment", "salt", "acknowledged"},
    "a credential without its passport": {"@context", "credentialSubject"},
    "a report of carbonseal verify": {"verdict", "findings"},
}


def of_bytes(finding: Finding, raw: bytes) -> Finding:
    """A ``json.*`` finding about a file that was given as a passport, in words for its reader."""
    code = finding.code
    if code is JSON_TOO_LARGE:
        return replace(finding, code=replace(code, remedy="no passport has so many: check that it is the right file"))
    looks = next((what for beginning, what in BEGINNINGS.items() if raw.startswith(beginning)), None)
    if looks is None and b"\x00" in raw[:4096]:
        looks = "binary data"
    text = code.text if looks is None else f"not a passport: this looks like {looks}"
    return replace(finding, code=replace(code, text=text, remedy=PASSPORT_MALFORMED.remedy))


def of_value(value: Any) -> str | None:
    """What a JSON value looks like that is not a passport; None where it says that it is one."""
    if not isinstance(value, dict):
        return "a list" if isinstance(value, list) else "a single value"
    match value.get("carbonseal"):
        case "passport/1":
            return None
        case "trust/1":
            return "a trust file"
    return next((what for what, members in MEMBERS.items() if members <= set(value)), "a record, or another document")
