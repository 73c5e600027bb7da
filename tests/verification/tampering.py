"""How an attacker changes a passport: in the file, in memory, in its seals; and what verdict the tests expect of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from carbonseal.findings import Outcome, Verdict
from carbonseal.passport.passports import Passport
from carbonseal.passport.seals import Head, Seal
from carbonseal.verification.verify import Report
from tests.world import codes

Json = dict[str, Any]


def rejected(report: Report, *expected: str) -> None:
    """The verdict, with all of these codes, each of which rejects by itself."""
    _expect(report, Verdict.REJECTED, expected, Outcome.REJECTED)


def undetermined(report: Report, *expected: str) -> None:
    """The verdict, with all of these codes, some of which may only be noted."""
    _expect(report, Verdict.UNDETERMINED, expected, None)


def _expect(report: Report, verdict: Verdict, expected: tuple[str, ...], outcome: Outcome | None) -> None:
    assert report.verdict is verdict, [str(finding) for finding in report.findings]
    assert set(expected) <= codes(report), [str(finding) for finding in report.findings]
    for finding in report.findings:
        if outcome and finding.code.name in expected:
            assert finding.code.outcome is outcome


def in_file(passport: Passport, change: Callable[[Json], None]) -> bytes:
    """The file's JSON value, changed."""
    value = json.loads(passport.encode())
    change(value)
    return json.dumps(value, ensure_ascii=False).encode()


def first(section: Json) -> Any:
    return next(iter(section.values()))


def root_seal(passport: Passport) -> Seal:
    return passport.seals[passport.credentials[passport.root].commitment]


def with_seal(passport: Passport, seal: Seal, commitment: bytes | None = None) -> Passport:
    """Another seal for the root credential, or for `commitment`."""
    commitment = commitment or passport.credentials[passport.root].commitment
    return replace(passport, seals={**passport.seals, commitment: seal})


def with_heads(passport: Passport, *heads: Head) -> Passport:
    """Other heads in the root credential's seal."""
    return with_seal(passport, replace(root_seal(passport), heads=heads))


def every_head(passport: Passport, change: Callable[[Head], Head]) -> Passport:
    """Every head of every seal, changed."""
    seals = {
        commitment: replace(seal, heads=tuple(map(change, seal.heads))) for commitment, seal in passport.seals.items()
    }
    return replace(passport, seals=seals)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def unsigned(document: Any, change: Callable[[Json], None]) -> Json:
    copy: Json = json.loads(json.dumps(document))
    copy.pop("proof")
    change(copy)
    return copy


def as_root(passport: Passport, document: Json) -> bytes:
    """A file with another root credential, under whatever key: it is refused before keys are looked at."""

    def put(value: Json) -> None:
        first(value["credentials"])["document"] = document

    return in_file(passport, put)
