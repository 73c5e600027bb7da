"""Admission, and how profiles are found."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from carbonseal import plugins
from carbonseal.findings import Code
from carbonseal.records import codes as records_codes
from carbonseal.records.admission import Record, admit, own_record
from carbonseal.records.profiles import CREDENTIAL, RESERVED, STATUS_LIST, lookup
from carbonseal.records.profiles import codes as profiles_codes
from carbonseal.records.strict import Limits
from tests.installed import install
from tests.records.documents import FOOTPRINT, encoded, footprint
from tests.records.refusals import refused

SIGNED = {"@context": [], "type": [], "issuer": "did:web:a.example", "credentialSubject": {}, "proof": {}}


def test_admitted_records_are_canonical() -> None:
    assert admit(b' {"b": 1.0, "a": "\\u00e9"} ', "json/1") == Record("json/1", '{"a":"é","b":1}'.encode())


def test_footprints_are_admitted() -> None:
    assert admit(encoded(FOOTPRINT), "pact/3.0").profile == "pact/3.0"


def test_json_is_checked_before_the_profile() -> None:
    refused(records_codes.JSON_DUPLICATE_KEY, admit, b'{"a":1,"a":1}', "pact/3.0")
    refused(profiles_codes.RECORD_MISSING, admit, encoded(footprint({"/pcf": {}})), "pact/3.0")
    refused(records_codes.JSON_TOO_LARGE, admit, encoded(FOOTPRINT), "pact/3.0", Limits(100))


@pytest.mark.parametrize("value", [[], "text", 1, 1.5, True, None])
def test_records_are_objects(value: Any) -> None:
    refused(records_codes.PROFILE_NOT_AN_OBJECT, admit, encoded(value), "json/1")


@pytest.mark.parametrize("profile", sorted(RESERVED))
def test_outsiders_cannot_admit_what_only_carbonseal_signs(profile: str) -> None:
    refused(records_codes.PROFILE_RESERVED, admit, encoded(SIGNED), profile)
    assert own_record(SIGNED, profile).profile == profile
    refused(records_codes.PROFILE_NOT_AN_OBJECT, own_record, [SIGNED], profile)
    for name in SIGNED:
        rest = {key: value for key, value in SIGNED.items() if key != name}
        assert refused(records_codes.PROFILE_MEMBER_MISSING, own_record, rest, profile).place == (f"/{name}",)


@pytest.mark.parametrize("profile", ["pact/2.0", "json/2", "", "x" * 100_000, "json/1\n", "../pact", "é"])
def test_unknown_profiles_are_refused(profile: str) -> None:
    refused(records_codes.PROFILE_UNKNOWN, admit, b"{}", profile)


@pytest.mark.parametrize("profile", ["pact/3.0", "json/1", CREDENTIAL, STATUS_LIST])
def test_profiles_know_their_id(profile: str) -> None:
    assert lookup(profile).id == profile


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installed package that brings profiles: one sound, one that lies, one that is broken, and one that would take
    the place of a built-in one."""
    monkeypatch.syspath_prepend(str(tmp_path))
    names = {
        "foundry/1": "foundry_profiles:FOUNDRY",
        "liar/1": "foundry_profiles:FOUNDRY",
        "broken/1": "foundry_profiles:NOTHING",
        "lost/1": "no_such_module:PROFILE",
        "json/1": "foundry_profiles:FOUNDRY",
        "Foundry 1": "foundry_profiles:FOUNDRY",
    }
    install(tmp_path, "foundry-profiles", {"carbonseal.profiles": names}, {"foundry_profiles": FOUNDRY})
    yield tmp_path
    sys.modules.pop("foundry_profiles", None)


FOUNDRY = """
from carbonseal.findings import Refused, rejected
COLD = rejected('foundry.cold', 'too cold')
class Foundry:
    id = 'foundry/1'
    def recognises(self, value):
        return ''

    def footprint(self, value):
        return None

    def check(self, value):
        if value['celsius'] < 1000: raise Refused(COLD('/celsius'))
FOUNDRY = Foundry()
"""


def test_packages_bring_profiles(packages: Path) -> None:
    assert admit(b'{"celsius": 1100}', "foundry/1") == Record("foundry/1", b'{"celsius":1100}')
    assert refused(lookup("foundry/1").check.__globals__["COLD"], admit, b'{"celsius":20}', "foundry/1").place


@pytest.mark.parametrize(
    ("profile", "code"),
    [
        ("liar/1", plugins.PLUGIN_SHAPE),
        ("broken/1", plugins.PLUGIN_BROKEN),
        ("lost/1", plugins.PLUGIN_BROKEN),
    ],
)
def test_unsound_packages_are_refused(packages: Path, profile: str, code: Code) -> None:
    refused(code, admit, b"{}", profile)


def test_packages_cannot_replace_built_in_profiles(packages: Path) -> None:
    assert admit(b"{}", "json/1").canonical == b"{}"


def test_a_profile_that_no_credential_could_name_is_not_known(packages: Path) -> None:
    refused(records_codes.PROFILE_UNKNOWN, admit, b"{}", "Foundry 1")
