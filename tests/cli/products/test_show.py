"""`carbonseal passport show`: the tree of a product's carbon, as text, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.flow.chains import Chain, Made, footprint, listed, used


def written(path: Path, chain: Chain, root: Made) -> Path:
    path.write_bytes(chain.passport(root).encode())
    return path


@pytest.fixture
def passport(tmp_path: Path) -> Path:
    """A device with three batteries, a case that is only listed, a part that is withheld, and its delivery."""
    chain = Chain()
    verification = {"coverage": "product level", "providerName": "Bureau\x1b[2J"}
    battery = chain.product("battery", "2.5", geographyCountry="DE", verification=verification)
    case = chain.product("case", "0.5", batch=("L-7", "100", "piece"))
    hidden = chain.product("hidden", "1.0", withheld=True)
    parts = [used(battery, "3"), listed(case, "1"), used(hidden, "2")]
    return written(
        tmp_path / "device.json", chain, chain.product("device", "10", parts, stages={"A4": footprint("way", "0.3")})
    )


def test_the_tree_is_drawn(run: Run, passport: Path) -> None:
    lines = run("passport", "show", passport).stdout.splitlines()
    assert lines[0] == "device: 10 kg CO2e per 1 piece, excluding biogenic uptake"
    assert "  └ battery: 3 piece x 2.5 = 7.5 kg CO2e (75 %)" in lines
    assert "  └ case: 1 piece x 0.5 = 0.5 kg CO2e (5 %), listed and not said to be used" in lines
    hidden = next(line for line in lines if line.startswith("  └ hidden"))
    assert "contribution not known: the footprint of hidden" in hidden
    assert "  + beyond the gate, A4: 1 piece = 0.3 kg CO2e" in lines
    assert "verified by, as claimed Bureau\\x1b[2J" in "\n".join(lines)
    assert "geography DE" in "\n".join(lines)
    assert lines[-1] == "Nothing of this is verified: see carbonseal verify --help"


def test_the_own_part_is_what_components_do_not_bring(run: Run, tmp_path: Path) -> None:
    chain = Chain()
    whole = chain.product("device", "10", [used(chain.product("battery", "2.5"), "3")])
    output = run("passport", "show", written(tmp_path / "p.json", chain, whole)).stdout
    assert "  └ own part: 2.5 kg CO2e (25 %)" in output


def test_json_nests_and_has_the_same(run: Run, passport: Path) -> None:
    tree = json.loads(run("passport", "show", "--json", passport).stdout)
    assert (tree["name"], tree["figure"], tree["own_part"]) == ("device", "10", None)
    assert "withheld" in tree["components"][2]["missing"]
    battery, case, _ = tree["components"]
    assert (battery["quantity"], battery["contribution"], battery["share_percent"]) == ("3", "7.5", "75")
    assert battery["verification_claimed"].startswith("Bureau")
    assert (battery["basis"], case["basis"], case["batch"]) == ("used", "listed", "L-7")
    assert battery["pointer"] == "/pcf/pcfExcludingBiogenicUptake"
    assert tree["stages"] == [{"stage": "A4", "quantity": "1", "unit": "piece", "contribution": "0.3", "missing": None}]


def test_csv_has_a_line_for_each_product_and_stage(run: Run, passport: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("passport", "show", "--csv", passport).stdout)))
    assert [(row["position"], row["name"], row["stage"]) for row in rows] == [
        ("1", "device", ""),
        ("1", "", "A4"),
        ("1.1", "battery", ""),
        ("1.2", "case", ""),
        ("1.3", "hidden", ""),
    ]
    assert rows[2]["contribution"] == "7.5"


def test_a_component_that_is_not_carried_is_shown(run: Run, tmp_path: Path) -> None:
    chain = Chain()
    gone, kept = chain.product("gone", "1.0"), chain.product("kept", "2.0")
    whole = chain.product("device", "10", [used(gone, "3"), used(kept, "1")])
    path = tmp_path / "p.json"
    passport = chain.passport(whole, without=[gone])
    cited = {key: record for key, record in passport.records.items() if key not in gone.records}
    path.write_bytes(replace(passport, records=cited).encode())
    digest = gone.digest.hex()
    assert f"  └ credential {digest}: 3 piece: not carried, and not known" in run("passport", "show", path).stdout
    (absent,) = json.loads(run("passport", "show", "--json", path).stdout)["components_not_carried"]
    assert (absent["credential"], absent["quantity"], absent["unit"]) == (digest, "3", "piece")
    rows = list(csv.DictReader(io.StringIO(run("passport", "show", "--csv", path).stdout)))
    assert [(row["position"], row["credential"]) for row in rows][1:] == [("1.1", kept.digest.hex()), ("1.2", digest)]


def test_what_the_reader_of_a_format_remarks_is_in_every_form(run: Run, tmp_path: Path) -> None:
    chain = Chain()
    late = chain.product("late", "1.0", edit=lambda document: document.update(created="2026-02-01T00:00:00+01:00"))
    path = written(tmp_path / "p.json", chain, late)
    assert "remark: not in UTC" in run("passport", "show", path).stdout
    assert "not in UTC" in json.loads(run("passport", "show", "--json", path).stdout)["remarks"]
    assert "not in UTC" in run("passport", "show", "--csv", path).stdout


def test_no_cell_is_a_formula(run: Run, tmp_path: Path) -> None:
    chain = Chain()
    whole = chain.product("=HYPERLINK(1)", subject="urn:product:example:sheet")
    output = run("passport", "show", "--csv", written(tmp_path / "p.json", chain, whole)).stdout
    assert "'=HYPERLINK(1)" in output
    assert ",=HYPERLINK" not in output


def test_what_is_no_footprint_shows_no_figure(run: Run, tmp_path: Path) -> None:
    chain = Chain()
    path = written(tmp_path / "p.json", chain, chain.product("thing", document={}))
    output = run("passport", "show", path).stdout
    assert output.startswith("thing: figure not known: ")
    assert "CO2e" not in output
