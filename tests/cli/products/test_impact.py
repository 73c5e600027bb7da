"""`carbonseal impact`: a mine corrects its figure, and every product that used it is listed with its exact change."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.flow.chains import Chain, Made, listed, used


def written(path: Path, chain: Chain, root: Made) -> Path:
    path.write_bytes(chain.passport(root).encode())
    return path


@pytest.fixture
def recall(tmp_path: Path) -> list[Path]:
    """OLD, NEW and three products: one that changes much, one that changes little, one that cannot be computed."""
    chain = Chain()
    kilogram = ("kilogram", "1", "kilogram")
    ore = chain.product("ore", "0.05", unit="kilogram", mass="1")
    new = chain.product("ore", "0.07", unit="kilogram", mass="1", supersedes=ore)
    metal = chain.product("metal", "3.5", [used(ore, "40", *kilogram)], unit="kilogram", mass="1")
    lamp = chain.product("lamp", "100", [used(metal, "1", "kilogram")])
    box = chain.product("box", "9", [listed(metal, "1", "box")])
    made = {"old": ore, "new": new, "metal": metal, "lamp": lamp, "box": box}
    return [written(tmp_path / f"{name}.json", chain, one) for name, one in made.items()]


def test_the_change_is_exact_and_the_largest_is_first(run: Run, recall: list[Path]) -> None:
    lines = run("impact", *recall, "--above", "1%").stdout.splitlines()
    assert [line[0] for line in lines] == ["!", " ", "-"]
    assert "22.8571 %  metal (urn:product:example:metal): 3.5 -> 4.3 kg CO2e, 0.8" in lines[0]
    assert "0.8 %  lamp (urn:product:example:lamp): 100 -> 100.8 kg CO2e, 0.8" in lines[1]
    assert "box (urn:product:example:box): not known: " in lines[2]


def test_json_and_csv_have_the_same(run: Run, recall: list[Path]) -> None:
    rows = [json.loads(line) for line in run("impact", *recall, "--json").stdout.splitlines()]
    assert [(row["name"], row["change"], row["basis"]) for row in rows] == [
        ("metal", "0.8", "used"),
        ("lamp", "0.8", "used"),
        ("box", None, "listed"),
    ]
    table = list(csv.DictReader(io.StringIO(run("impact", *recall, "--csv").stdout)))
    assert table == [{name: value or "" for name, value in row.items()} for row in rows]


def test_products_that_did_not_use_it_are_not_listed(run: Run, recall: list[Path]) -> None:
    old, new, *_ = recall
    assert run("impact", old, new, new).stdout == "None of these products used it.\n"


def test_one_credential_is_no_correction(run: Run, recall: list[Path]) -> None:
    done = run("impact", recall[0], recall[0], recall[2])
    assert done.exit_code == 2
    assert "the same credential" in done.stderr


@pytest.mark.parametrize("above", ["-1%", "x", "1/0"])
def test_a_threshold_that_is_none(run: Run, recall: list[Path], above: str) -> None:
    assert run("impact", *recall, "--above", above).exit_code == 2
