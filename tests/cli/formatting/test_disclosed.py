"""The records in a passport: each as a file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from carbonseal.passport.bundles import Disclosed
from carbonseal.passport.passports import parse
from carbonseal.records.canonical import jcs
from carbonseal.records.commitments import commit
from carbonseal_devnet.example import products
from tests.cli.conftest import Run
from tests.world import World

FOOTPRINT = json.loads(products()[-1].records[0].path.read_bytes())


@dataclass
class Footprints(World):
    """A world whose records are what they say, product footprints."""

    document: dict[str, Any] = field(default_factory=lambda: FOOTPRINT)

    def record(self, text: str) -> Disclosed:
        salt, _ = self.put("pact/3.0", self.document)
        return Disclosed("pact/3.0", salt, self.document)


@pytest.fixture
def passport(tmp_path: Path) -> Path:
    """About two products, each with a footprint that it discloses; the component's says something else."""
    world = Footprints()
    part = world.passport(world.supplier, "battery")
    world.document = {**FOOTPRINT, "productNameCompany": "The whole \x1b[2J"}
    path = tmp_path / "passport.json"
    path.write_bytes(world.passport(components=[part]).encode())
    return path


def test_each_record_is_a_file_that_its_commitment_binds(run: Run, passport: Path, tmp_path: Path) -> None:
    read = parse(passport.read_bytes())
    done = run("passport", "records", passport, "-o", tmp_path / "a/records")
    assert done.exit_code == 0
    files = {path.name: path.read_bytes() for path in (tmp_path / "a/records").iterdir()}
    assert files == {f"{name.hex()}.json": jcs(record.document) for name, record in read.records.items()}
    for name, record in read.records.items():
        assert commit(record.profile, record.salt, files[f"{name.hex()}.json"]) == name
        assert f"{name.hex()}.json  pact/3.0, footprint of " in done.stdout
    assert {hashlib.sha256(data).digest() for data in files.values()} == {
        hashlib.sha256(jcs({**FOOTPRINT, **change})).digest()
        for change in ({}, {"productNameCompany": "The whole \x1b[2J"})
    }
    assert "2 written, 0 withheld. Nothing of this is verified." in done.stderr


def test_what_is_there_is_not_overwritten(run: Run, passport: Path, tmp_path: Path) -> None:
    folder = tmp_path / "records"
    for _ in range(2):
        assert run("passport", "records", passport, "-o", folder).exit_code == 0
    first = min(folder.iterdir())
    first.write_text("mine")
    refused = run("passport", "records", passport, "-o", folder)
    assert refused.exit_code == 2
    assert f"{first} exists already" in refused.stderr
    assert first.read_text() == "mine"


def test_a_file_that_is_no_passport(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text("{}")
    done = run("passport", "records", tmp_path / "p.json", "-o", tmp_path / "records")
    assert done.exit_code == 2
    assert str(tmp_path / "p.json") in done.stderr
    assert not (tmp_path / "records").exists()
