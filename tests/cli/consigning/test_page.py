"""The page for customs, docs/customs.md, as a new user would try it: a folder with passports, a policy and the example's tables."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import AT, Run
from tests.cli.consigning.conftest import reader
from tests.repository.sources import REPOSITORY
from tests.world import World

PAGE = (REPOSITORY / "docs" / "customs.md").read_text(encoding="utf-8")


def block(name: str) -> list[str]:
    """The lines of the block below a mark."""
    found = re.search(rf"<!-- {name} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1].splitlines()


def commands(name: str) -> list[list[str]]:
    return [shlex.split(line.partition(" > ")[0])[1:] for line in block(f"commands: {name}")]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    world = World()
    registration = "https://registry.example/passports/door-reader"
    passports = {
        "door-reader": reader(world, "L-2026-11", registration=registration),
        "lock": world.passport(name="lock"),
    }
    for folder in ("deliveries", "office"):
        (tmp_path / folder).mkdir()
    for name, passport in passports.items():
        (tmp_path / "deliveries" / f"{name}.json").write_bytes(passport.encode())
    (tmp_path / "office" / "customs.policy").write_text("\n".join(world.lines().values()) + "\n", encoding="utf-8")
    (tmp_path / "office" / "trust.json").write_bytes(world.trust().encode())
    for example in ("declaration.csv", "packing-list.csv"):
        shutil.copy(REPOSITORY / "examples" / example, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_first_commands(run: Run, here: Path) -> None:
    plain, packed, as_json = commands("customs")
    first = run(*plain, "--at", AT)
    assert first.exit_code == 3
    assert first.stdout.splitlines() == block("output: customs")
    second = run(*packed, "--at", AT)
    assert "3 goods items: 1 match, 1 mismatch, 1 not checkable" in second.stdout
    third: list[dict[str, Any]] = [json.loads(line) for line in run(*as_json, "--at", AT).stdout.splitlines()]
    assert [line.get("outcome", line.get("verdict")) for line in third] == [
        "verified", "verified", "match", "mismatch", "not checkable",
    ]  # fmt: skip


def test_several_days_and_offices(run: Run, here: Path) -> None:
    keep, again, examine = commands("days")
    assert run(*keep, "--at", AT).exit_code == 3
    lines = (here / "monday.ndjson").read_bytes().splitlines()
    presented = [line for line in lines if line.startswith(b'{"place":["presented",')]
    assert [len(line) < 350 for line in presented] == [True, True]
    repeated = run(*again, "--at", AT)
    assert "consignment.over-presented" not in repeated.stdout  # the same items
    assert run(*examine).exit_code == 0
    new, north, both = commands("offices")
    assert run(*new).exit_code == 0
    assert run(*north, "--at", AT).exit_code == 3
    shutil.copy(here / "north.ndjson", here / "south.ndjson")
    assert run(*both).exit_code == 0


def test_every_finding_of_a_line_is_on_the_page() -> None:
    from tests.repository.texts import codes

    defined = {
        one.code.name: one.code.outcome.value for one in codes.defined() if one.code.name.startswith("consignment.")
    }
    named = set(re.findall(r"`(consignment\.[a-z-]+)`", PAGE))
    assert named == {name for name, outcome in defined.items() if outcome in {"undetermined", "noted"}}
