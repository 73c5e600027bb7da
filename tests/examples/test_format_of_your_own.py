"""docs/format-of-your-own.md: its module and its entry point are installed exactly as printed, and read its document."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from carbonseal.findings import Refused
from carbonseal.footprints.figures import decimal_text
from carbonseal.records import codes as records_codes
from carbonseal.records.admission import admit
from carbonseal.records.profiles import Profile, lookup
from carbonseal.records.profiles.recognition import recognise
from tests.installed import install
from tests.records.profiles.changes import changed
from tests.records.profiles.spoiled import is_read, spoiled
from tests.records.profiles.sums import exact, residuals
from tests.records.refusals import refused
from tests.repository.sources import REPOSITORY

PAGE = (REPOSITORY / "docs" / "format-of-your-own.md").read_text(encoding="utf-8")


def block(kind: str) -> str:
    found: list[str] = re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (only,) = found
    return only


DOCUMENT: Any = json.loads(block("json"))


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Profile]:
    """The page's package, as pip would install it."""
    folder: Path = tmp_path_factory.mktemp("site")
    project = tomllib.loads(block("toml"))["project"]
    install(folder, project["name"], project["entry-points"], {"foundry_format": block("python")})
    sys.path.insert(0, str(folder))
    try:
        yield lookup("foundry/2")
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop("foundry_format", None)


def test_its_document_is_sealed_and_recognised(profile: Profile) -> None:
    assert admit(block("json").encode(), "foundry/2").profile == "foundry/2"
    assert profile.recognises(DOCUMENT) == "a foundry's record 2"
    found = recognise(DOCUMENT)
    assert found is not None
    assert found.profile == "foundry/2"
    refused(records_codes.PROFILE_OTHER, admit, block("json").encode(), "pact/3.0")


def test_its_figures_are_read(profile: Profile) -> None:
    found = profile.footprint(DOCUMENT)
    assert found is not None
    assert (exact(found.amount), found.unit_word, exact(found.mass)) == (400, "piece", 1000)
    assert found.total
    assert (found.total.pointer, decimal_text(found.total.value)) == ("/kgCO2e/total", "1240.5")
    assert residuals(found) == {"total": 0}
    assert found.period
    assert found.period.end
    each = sys.modules["foundry_format"].per_casting(DOCUMENT)
    assert decimal_text(each.value) == "3.10125"


@pytest.mark.parametrize(
    ("place", "value"), [("/kgCO2e/total", "1,240.5"), ("/kgCO2e/scrap", -1), ("/castings/pieces", 0), ("/id", None)]
)
def test_its_mistakes_are_refused_at_their_place(profile: Profile, place: str, value: Any) -> None:
    with pytest.raises(Refused) as caught:
        profile.check(changed(DOCUMENT, place, value))
    assert caught.value.finding.place == (place,)


@given(spoiled(DOCUMENT))
@settings(max_examples=60)
def test_whatever_it_accepts_is_read(profile: Profile, document: Any) -> None:
    is_read("foundry/2", document)
