"""Every code has a test, and every code of the specification has a vector for whoever implements it a second time."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from tests.repository.sources import REPOSITORY
from tests.repository.texts import codes

TESTS = REPOSITORY / "tests"
VECTORS = TESTS / "vectors"

# Codes about what is installed beside the verifier, and about a node at its time: no file can show them.
ABOUT_INSTALLATIONS = {
    "audit.head-unknown",
    "check.broken",
    "issue.component-ends-first",
    "issue.ended",
    "issue.footprints-unknown",
    "issue.identifier",
    "issue.no-reinstatement",
    "issue.not-accredited",
    "issue.not-canonical",
    "issue.other-body",
    "issue.other-product",
    "issue.own-component",
    "issue.replaces-other-body",
    "issue.replaces-unknown",
    "issue.second-statement",
    "issue.self-accreditation",
    "issue.supersedes-unknown",
    "issue.too-large",
    "issue.unknown-accreditor",
    "issue.unknown-body",
    "plugin.conflict",
    "policy.package-not-named",
}


@cache
def _tests() -> str:
    """The text of all tests and vectors, but for these."""
    return "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted([*TESTS.rglob("*.py"), *VECTORS.glob("*.json")])
        if TESTS / "repository" not in path.parents
    )


@cache
def _words() -> frozenset[str]:
    """Everything in them that could be a code's name, or its constant's."""
    return frozenset(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*\.[a-z0-9]+(?:-[a-z0-9]+)*|[A-Z][A-Z0-9_]+", _tests()))


def test_every_code_is_named_by_a_test() -> None:
    """The lighter codes of a check's rule are made of the heaviest, and tests/flow/outcomes/test_rules.py makes them all."""
    named = _words()
    unnamed = [d.code.name for d in codes.defined() if not {d.code.name, d.constant} & named]
    lighter = [f"{name}{suffix}" for name in named for suffix in ("-noted", "-undetermined")]
    assert not {*unnamed} - {*lighter}


def test_every_code_of_the_specification_has_a_vector() -> None:
    text = (REPOSITORY / "docs" / "spec.md").read_text(encoding="utf-8")
    specified = {d.code.name for d in codes.defined() if f"`{d.code.name}`" in text}
    assert len(specified) > 250
    covered = {name for path in VECTORS.glob("*.json") for name in _expected(json.loads(path.read_text("ascii")))}
    assert sorted(specified - covered - ABOUT_INSTALLATIONS) == []
    assert specified >= ABOUT_INSTALLATIONS


def _expected(file: dict[str, Any]) -> set[str]:
    """The codes that a file's cases expect."""
    return set(re.findall(r'"([a-z0-9-]+\.[a-z0-9-]+)"', json.dumps([case["expect"] for case in file["cases"]])))
