"""Each rejected code has one argument why no honest party brings it about, or is shown to be no verdict on a passport."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from carbonseal.findings import Outcome
from tests.repository.sources import REPOSITORY
from tests.repository.texts import codes
from tests.repository.texts.rejections import ARGUMENTS, NO_VERDICT, fits

TESTS = REPOSITORY / "tests"
VERDICTS = (
    "passports",
    "credentials",
    "status-lists",
    "ethereum-evidence",
    "eas-evidence",
    "fabric-evidence",
    "tlog-evidence",
)
JUDGING = re.compile(r"node/carbonseal/verification/(seals|verify|status|signers|known_logs|one_history)\.py:")


@cache
def rejected() -> frozenset[str]:
    return frozenset(one.code.name for one in codes.defined() if one.code.outcome is Outcome.REJECTED)


def argued(name: str) -> bool:
    return any(one.covers(name) for one in ARGUMENTS)


def test_every_rejected_code_is_in_one_group() -> None:
    everything = (*ARGUMENTS, *NO_VERDICT)
    groups = {name: [one.title for one in everything if one.covers(name)] for name in rejected()}
    wrong = {name: found for name, found in groups.items() if len(found) != 1}
    assert not wrong, "soften it, or give its argument in tests/repository/texts/rejections.py"


def test_every_pattern_is_of_a_rejected_code() -> None:
    patterns = {pattern for one in (*ARGUMENTS, *NO_VERDICT) for pattern in one.codes.split()}
    idle = {pattern for pattern in patterns if not any(fits(name, pattern) for name in rejected())}
    assert not idle


def test_what_rejects_a_passport_has_an_argument() -> None:
    """Of what the vectors of verification are rejected with, and of what the verifier itself reports, nothing is waved through as
    no verdict. A policy's lines, which are in the same vectors, are."""
    found = {name for file in VERDICTS for name in _rejections(TESTS / "vectors" / f"{file}.json")}
    found |= {use.defined.code.name for use in codes.uses() if JUDGING.search(use.where)} & rejected()
    assert len(found) > 60
    assert sorted(name for name in found if not argued(name)) == []


def _rejections(file: Path) -> set[str]:
    cases = [case for case in json.loads(file.read_text("ascii"))["cases"] if case["do"] not in ("pin", "trust")]
    text = json.dumps([case["expect"] for case in cases])
    return set(re.findall(r'"([a-z0-9-]+\.[a-z0-9-]+)"', text)) & rejected()


def test_the_tests_that_are_named_exist() -> None:
    tests = {(path.stem, name) for path in TESTS.rglob("test_*.py") for name in _defined(path)}
    named = {(module, name) for one in ARGUMENTS for module, _, name in (each.partition(".") for each in one.shown_by)}
    assert not named - tests


def _defined(path: Path) -> list[str]:
    return re.findall(r"def (test_\w+)\(", path.read_text("utf-8"))
