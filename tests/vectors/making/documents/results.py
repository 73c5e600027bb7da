"""Vectors of result lines (section 31): written here by hand, from the specification's words."""

from __future__ import annotations

import json
from typing import Any

from tests.vectors.cases import Case, case

_DIGEST = "5f0c" * 16
_PLAIN: dict[str, Any] = {
    "file": "deliveries/a.json",
    "verdict": "verified",
    "credential": _DIGEST,
    "subject": "urn:example:reader",
    "name": "door reader",
    "issuer": "did:web:maker.example",
    "existedBy": "2026-11-20T12:00:00Z",
    "ledgers": ["eip155:1", "tlog:other.example/log"],
    "codes": [],
    "reason": None,
}
_NO_VERDICT = dict.fromkeys(_PLAIN) | {"ledgers": [], "codes": []}


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _case(title: str, given: dict[str, Any], row: str, /, **cut: Any) -> Case:
    return case(title, "write-result-line", {"line": _line({**given, **cut}), "row": row}, values=given)


def result_lines() -> list[Case]:
    """Lines as they are, cut ones, and rows of a table."""
    head = f"verified,{_DIGEST},urn:example:reader,door reader,did:web:maker.example,2026-11-20T12:00:00Z"
    ledgers = "eip155:1 tlog:other.example/log"
    long, gate = "x" * 161, "\u9580" * 60
    refused = {
        **_PLAIN,
        "verdict": "rejected",
        "existedBy": None,
        "ledgers": [],
        "codes": ["credential.signature", "seal.missing"],
        "reason": 'it is "wrong"',
    }
    full = {
        **refused,
        **dict.fromkeys(("file", "subject", "name", "issuer", "reason"), long),
        "ledgers": ["fabric:" + "ab" * 32] * 1,
        "codes": [f"made-up.code-{number}" for number in range(9)],
    }
    eighty = "x" * 77 + "…"
    return [
        _case("verified", _PLAIN, f"deliveries/a.json,{head},{ledgers},,"),
        _case(
            "rejected",
            refused,
            f"deliveries/a.json,rejected,{_DIGEST},urn:example:reader,door reader,did:web:maker.example,,,"
            'credential.signature seal.missing,"it is ""wrong"""',
        ),
        _case(
            "no passport",
            {
                **_NO_VERDICT,
                "file": "x.pdf",
                "codes": ["passport.other-file"],
                "reason": "not a passport: this is a PDF",
            },
            "x.pdf,,,,,,,,passport.other-file,not a passport: this is a PDF",
        ),
        _case(
            "what was not read",
            {**_NO_VERDICT, "file": "pipe", "reason": "not a regular file"},
            "pipe,,,,,,,,,not a regular file",
        ),
        _case("a text that is too long", {**_PLAIN, "name": long}, _row(name="x" * 157 + "…"), name="x" * 157 + "…"),
        _case(
            "a text that is cut at a whole character",
            {**_PLAIN, "name": gate},
            _row(name="\u9580" * 52 + "…"),
            name="\u9580" * 52 + "…",
        ),
        _case(
            "a line that is too long",
            full,
            ",".join(
                [
                    *(eighty, "rejected", _DIGEST, eighty, eighty, eighty, ""),
                    *("fabric:" + "ab" * 32, " ".join(full["codes"][:8]), eighty),
                ]
            ),
            **dict.fromkeys(("file", "subject", "name", "issuer", "reason"), eighty),
            codes=full["codes"][:8],
        ),
        *(
            _case(f"a cell that begins with {mark!r}", {**_PLAIN, "name": f"{mark}1+1"}, _row(name=f"'{mark}1+1"))
            for mark in "=+-@\t"
        ),
    ]


def _row(name: str) -> str:
    return (
        f"deliveries/a.json,verified,{_DIGEST},urn:example:reader,{name},did:web:maker.example,2026-11-20T12:00:00Z,"
        "eip155:1 tlog:other.example/log,,"
    )
