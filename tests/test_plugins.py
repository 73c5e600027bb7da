"""Plug-ins: what is built in cannot be replaced, and what is installed is used only where it is unambiguous, whole and sound."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import click
import pytest
from click.testing import CliRunner

from carbonseal import plugins
from carbonseal.cli.main import carbonseal
from carbonseal.findings import Code, Finding, Refused
from carbonseal.flow.checks import Check
from carbonseal.gathering import TrustGatherer
from carbonseal.keys.signers import SignerScheme
from carbonseal.ledger import Connect, EvidenceVerifier
from carbonseal.plugins import (
    CHECKS,
    COMMANDS,
    EVIDENCE,
    GROUPS,
    LEDGERS,
    PROFILES,
    SIGNERS,
    TRUST,
    PluginGroup,
    shape_problem,
)
from carbonseal.records.profiles import Profile
from tests.installed import install

INTERFACES: dict[str, type] = {
    LEDGERS.group: Connect,
    EVIDENCE.group: EvidenceVerifier,
    TRUST.group: TrustGatherer,
    PROFILES.group: Profile,
    CHECKS.group: Check,
    SIGNERS.group: SignerScheme,
    COMMANDS.group: click.Command,
}
BUILT_IN = [(group, name) for group in GROUPS for name in group.built_in]

FOUNDRY = """
class Foundry:
    id = "foundry/1"
    def recognises(self, value): return ''
    def check(self, value): pass
    def footprint(self, value): return None
FOUNDRY = Foundry()
NUMBER = 7
"""

LIAR = """
class Liar:
    check = None
    @property
    def id(self): raise RuntimeError("no id today")
LIAR = Liar()
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path, to install packages into before anything is looked up."""
    monkeypatch.syspath_prepend(str(tmp_path))
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def profiles(**names: str) -> dict[str, dict[str, str]]:
    return {PROFILES.group: {name.replace("_", "/"): target for name, target in names.items()}}


def refused(code: Code, name: str = "foundry/1", group: PluginGroup = PROFILES) -> Finding:
    with pytest.raises(Refused) as raised:
        group.find(name, INTERFACES[group.group])
    assert raised.value.finding.code is code
    return raised.value.finding


@pytest.mark.parametrize(("group", "name"), BUILT_IN, ids=lambda value: getattr(value, "group", value))
def test_what_is_built_in_has_the_shape_of_its_interface(group: PluginGroup, name: str) -> None:
    found = group.find(name, INTERFACES[group.group])
    assert shape_problem(found, INTERFACES[group.group]) == ""
    if group.name_member:
        assert getattr(found, group.name_member) == name


def test_groups_have_names_of_their_own() -> None:
    assert len({group.group for group in GROUPS}) == len(GROUPS)


@pytest.mark.parametrize(("group", "name"), BUILT_IN, ids=lambda value: getattr(value, "group", value))
def test_a_built_in_name_cannot_be_taken(site: Path, group: PluginGroup, name: str) -> None:
    ours = group.find(name, INTERFACES[group.group])
    install(site, "taker", {group.group: {name: "taker:THING"}}, {"taker": "raise RuntimeError('it was imported')"})
    assert group.find(name, INTERFACES[group.group]) is ours
    assert group.package_of(name) is None
    assert group.names() == [*group.built_in]
    assert "taker" not in sys.modules


def test_an_installed_package_brings_a_plug_in(site: Path) -> None:
    install(site, "foundry-profiles", profiles(foundry_1="foundry:FOUNDRY"), {"foundry": FOUNDRY})
    assert PROFILES.package_of("foundry/1") == "foundry-profiles"
    assert "foundry" not in sys.modules  # not loaded to be named
    assert PROFILES.names() == [*PROFILES.built_in, "foundry/1"]
    assert PROFILES.find("foundry/1", Profile).id == "foundry/1"


def test_what_nobody_offers_is_not_there(site: Path) -> None:
    assert PROFILES.find("foundry/1", Profile) is None
    assert PROFILES.package_of("foundry/1") is None


def test_two_packages_for_one_name_are_an_error_that_names_both(site: Path) -> None:
    for package in ("foundry-profiles", "acme-profiles"):
        install(site, package, profiles(foundry_1="foundry:FOUNDRY"), {"foundry": FOUNDRY})
    facts = refused(plugins.PLUGIN_CONFLICT).facts
    assert facts == {"kind": "profile", "name": "foundry/1", "packages": "acme-profiles, foundry-profiles"}
    with pytest.raises(Refused, match=r"acme-profiles, foundry-profiles"):
        PROFILES.package_of("foundry/1")


@pytest.mark.parametrize(
    ("target", "source", "reason"),
    [
        ("foundry:FOUNDRY", "import no_such_module", "No module named 'no_such_module'"),
        ("foundry:NOTHING", FOUNDRY, "NOTHING"),
        ("nowhere:FOUNDRY", FOUNDRY, "No module named 'nowhere'"),
        ("foundry:FOUNDRY", "this is invalid Python", "SyntaxError"),
        ("foundry:FOUNDRY", "raise ValueError('not on a Sunday')", "ValueError: not on a Sunday"),
        ("foundry:FOUNDRY", "import sys; sys.exit(0)", "SystemExit: 0"),  # of `verify`, the exit status is the verdict
        ("foundry:FOUNDRY()", FOUNDRY, "Error: "),  # which error depends on who reads the metadata of packages
        ("foundry:LIAR", LIAR, "RuntimeError: no id today"),
    ],
)
def test_what_cannot_be_loaded_is_an_error_with_package_and_reason(
    site: Path, target: str, source: str, reason: str
) -> None:
    install(site, "foundry-profiles", profiles(foundry_1=target), {"foundry": source})
    facts = refused(plugins.PLUGIN_BROKEN).facts
    assert facts["package"] == "foundry-profiles"
    assert reason in str(facts["reason"])


@pytest.mark.parametrize("entry_points", [b"[console_scripts]\nno entry\n", b"\xff\xfe\x00"])
def test_entry_points_that_cannot_be_read_are_an_error_that_names_the_package(site: Path, entry_points: bytes) -> None:
    install(site, "foundry-profiles", {})
    (information,) = site.glob("*.dist-info")
    (information / "entry_points.txt").write_bytes(entry_points)
    assert refused(plugins.PLUGIN_METADATA).facts["package"] == "foundry-profiles"
    assert PROFILES.find("json/1", Profile).id == "json/1"  # what is built in needs no package's metadata
    asked = CliRunner().invoke(carbonseal, ["--help"])
    assert (asked.exit_code, "package foundry-profiles cannot be read" in asked.output) == (2, True)


def test_a_plug_in_of_a_package_without_a_name_is_not_taken_for_one_that_is_built_in(site: Path) -> None:
    install(site, "foundry-profiles", profiles(foundry_1="foundry:FOUNDRY"), {"foundry": FOUNDRY})
    (information,) = site.glob("*.dist-info")
    (information / "METADATA").write_text("Metadata-Version: 2.1\n", encoding="utf-8")
    assert PROFILES.package_of("foundry/1") == "(unknown)"


@pytest.mark.parametrize(
    ("name", "target", "problem"),
    [
        ("foundry/1", "foundry:NUMBER", "it is an int without 'check', 'footprint', 'id', 'recognises'"),
        ("foundry/1", "foundry:Foundry.check", "it is a function without 'check', 'footprint', 'id', 'recognises'"),
        ("foundry/2", "foundry:FOUNDRY", "its id is 'foundry/1'"),
    ],
)
def test_what_lacks_the_shape_is_an_error(site: Path, name: str, target: str, problem: str) -> None:
    install(site, "foundry-profiles", {PROFILES.group: {name: target}}, {"foundry": FOUNDRY})
    assert refused(plugins.PLUGIN_SHAPE, name).facts["problem"] == problem


@pytest.mark.parametrize(
    ("group", "problem"),
    [(LEDGERS, "it is an int that cannot be called"), (COMMANDS, "it is not a Command")],
    ids=lambda value: getattr(value, "group", ""),
)
def test_functions_and_classes_are_shapes_too(site: Path, group: PluginGroup, problem: str) -> None:
    install(site, "foundry-profiles", {group.group: {"foundry": "foundry:NUMBER"}}, {"foundry": FOUNDRY})
    assert refused(plugins.PLUGIN_SHAPE, "foundry", group).facts["problem"] == problem


def test_members_of_base_protocols_are_asked_for() -> None:
    class Base(Protocol):
        size: int

    class Whole(Base, Protocol):
        def weigh(self) -> Any: ...

    assert shape_problem(7, Whole) == "it is an int without 'size', 'weigh'"
