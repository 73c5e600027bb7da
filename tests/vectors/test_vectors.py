"""The committed vectors are what the script makes, and the implementation does what they say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.repository.sources import REPOSITORY
from tests.repository.texts import codes
from tests.vectors import make, runners

FILES = {path.stem: json.loads(path.read_text(encoding="ascii")) for path in sorted(make.FOLDER.glob("*.json"))}
MOST_BYTES = 4_000_000


def vectors() -> Iterator[Any]:
    for subject, file in FILES.items():
        for case in file["cases"]:
            yield pytest.param(file, case, id=f"{subject}: {case['do']}: {case['name']}")


@pytest.mark.parametrize(("file", "case"), list(vectors()))
def test_the_implementation_does_what_the_vector_says(file: dict[str, Any], case: dict[str, Any]) -> None:
    found, expect = runners.outcome(file, case), case["expect"]
    if "verdict" in expect:
        assert set(expect["codes"]) <= found["codes"]
        assert found | {name: expect[name] for name in ("verdict", "existedBy") if name in expect} == found
        return
    if "refused" in found and "place" not in expect.get("refused", {"place": []}):
        del found["refused"]["place"]
    assert found == expect


def test_making_them_again_gives_the_same_bytes() -> None:
    committed = {path.name: path.read_bytes() for path in make.FOLDER.glob("*.json")}
    made = {name: text.encode() for name, text in make.files().items()}
    assert committed.keys() == made.keys()
    assert [name for name in made if made[name] != committed[name]] == [], "run: make vectors"


def test_they_stay_small() -> None:
    assert sum(path.stat().st_size for path in make.FOLDER.glob("*.json")) < MOST_BYTES


def test_the_specification_names_codes_that_exist() -> None:
    known = {one.code.name for one in codes.defined()}
    areas = {name.partition(".")[0] for name in known}
    text = (REPOSITORY / "docs" / "spec.md").read_text(encoding="utf-8")
    named = {name for name in re.findall(r"`([a-z0-9-]+[.][a-z0-9-]+)`", text) if name.partition(".")[0] in areas}
    assert len(named) > 150
    assert sorted(named - known) == []


def test_vectors_know_the_codes_they_name() -> None:
    outcomes = {one.code.name: one.code.outcome.value for one in codes.defined()}
    for file in FILES.values():
        for case in file["cases"]:
            assert set(case["expect"].get("codes", ())) <= outcomes.keys(), case["name"]
            if refused := case["expect"].get("refused"):
                assert refused["outcome"] == outcomes[refused["code"]], case["name"]
