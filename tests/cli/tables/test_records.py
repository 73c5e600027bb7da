"""The manufacturer's way: an empty table, filled in, checked, sealed; issue requests of it, and the passport."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pytest

from carbonseal.tables import codes
from tests.cli.conftest import Run
from tests.tables.footprints.filling import EXAMPLE, Cells, as_csv, as_workbook, changed

WRONG = changed(total="0,9")


def without(*groups: str) -> Cells:
    """The example without these groups of columns."""
    return {name: text for name, text in EXAMPLE.items() if not name.startswith(groups)}


@pytest.fixture
def node(run: Run, tmp_path: Path) -> Path:
    made = run("init", tmp_path / "node", "--origin", "log.example/tables", "--issuer", "certifier did:web:x.example")
    assert made.exit_code == 0, made.output
    return tmp_path / "node"


def test_the_whole_way(run: Run, node: Path, tmp_path: Path) -> None:
    table, copy, requests = tmp_path / "t.xlsx", tmp_path / "copy.xlsx", tmp_path / "requests.ndjson"
    assert run("records", "template", "-o", table).exit_code == 0
    table.write_bytes(as_workbook([without("component"), WRONG]))
    checked = run("records", "check", table, "--errors", copy)
    assert checked.exit_code == 2
    assert checked.stdout.endswith("1 footprints, 2 stages, 1 lines with errors\n")
    assert f"{table} > cell " in checked.stderr
    assert copy.read_bytes()[:2] == b"PK"
    options = ("--profile", "pact/3.0", "--requests", requests, "--issuer", "certifier")
    done = run("seal", node, table, *options)
    assert done.exit_code == 2, done.output
    assert done.stderr.endswith("3 sealed, 1 refused\n")
    assert len(done.stdout.splitlines()) == 4  # and the name of the file with the requests
    (request,) = map(json.loads, requests.read_text().splitlines())
    assert [record.get("stage") for record in request["records"]] == [None, "A4", "A4"]
    (tmp_path / "one.json").write_text(json.dumps(request))
    passport = tmp_path / "passport.json"
    issued = run("passport", "issue", node, "--request", tmp_path / "one.json", "-o", passport)
    assert issued.exit_code == 0, issued.output
    assert json.loads(passport.read_text())
    again = run("seal", node, table, "--profile", "pact/3.0")
    assert again.stdout.splitlines() == done.stdout.splitlines()[:3]


def test_a_table_in_every_form_gives_the_same_commitments(run: Run, node: Path, tmp_path: Path) -> None:
    rows = [EXAMPLE, changed(total="1")]
    forms = {"t.csv": as_csv(rows), "u.CSV": as_csv(rows, ";"), "t.xlsx": as_workbook(rows)}
    found = set()
    for name, raw in forms.items():
        for path, content in ((tmp_path / name, raw), (tmp_path / f"{name}.gz", gzip.compress(raw))):
            path.write_bytes(content)
            done = run("seal", node, path, "--profile", "pact/3.0")
            assert done.exit_code == 0, done.output
            found.add(tuple(line.split()[0] for line in done.stdout.splitlines()))
    assert len(found) == 1


def test_a_template_in_both_forms(run: Run, tmp_path: Path) -> None:
    printed = run("records", "template", "-o", "-", "--stages", 1, "--components", 0)
    header, means, form, example = csv.reader(io.StringIO(printed.stdout.removeprefix("\ufeff")))
    assert header[-1] == "stage 1 source"
    assert len(header) == len(means) == len(form) == len(example)
    assert run("records", "template", "-o", tmp_path / "t.ods").exit_code == 2
    (tmp_path / "t.csv").write_text("mine")
    assert run("records", "template", "-o", tmp_path / "t.csv").exit_code == 2
    assert (tmp_path / "t.csv").read_text() == "mine"


def test_requests_name_what_is_withheld_and_the_components(run: Run, node: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(as_csv([changed(disclose="no", passport_until="2030-12-31")]))
    requests = tmp_path / "r.ndjson"
    done = run(
        "seal", node, tmp_path / "t.csv", "--profile", "pact/3.0", "--requests", requests, "--issuer", "certifier"
    )
    assert done.exit_code == 0, done.output
    request = json.loads(requests.read_text())
    assert {record["disclose"] for record in request["records"]} == {False}
    assert [one["passport"] for one in request["components"]] == ["cathode.json", "cathode.json"]
    assert request["validUntil"] == "2031-01-01T00:00:00Z"
    again = ("--profile", "pact/3.0", "--requests", tmp_path / "whole.ndjson", "--issuer", "certifier")
    missing = run("seal", node, tmp_path / "t.csv", *again, "--passports", tmp_path)
    assert missing.exit_code == 2
    assert "cathode.json: No such file" in missing.stderr
    (tmp_path / "cathode.json").write_text('{"a": 1}')
    assert run("seal", node, tmp_path / "t.csv", *again, "--passports", tmp_path).exit_code == 0
    whole = json.loads((tmp_path / "whole.ndjson").read_text())
    assert [one["passport"] for one in whole["components"]] == [{"a": 1}, {"a": 1}]
    assert request["batch"] == {"number": "2026-11-A", "quantity": "10000", "unit": "piece"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["t.csv", "--profile", "json/1"], codes.TABLE_PROFILE(wanted="pact/3.0", profile="json/1").message),
        (["t.csv"], "--profile pact/3.0"),
        (["t.csv", "--profile", "pact/3.0", "--requests", "r"], "belong together"),
        (["t.csv", "u.csv", "--profile", "pact/3.0", "--errors", "e"], "--errors is for one table"),
        (["old.xls", "--profile", "pact/3.0"], "it is an old .xls, or has a password"),
        (["bomb.csv.gz", "--profile", "pact/3.0"], "more than 67,108,864 bytes, unpacked"),
    ],
)
def test_what_is_refused(run: Run, node: Path, tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "t.csv").write_bytes(as_csv([EXAMPLE]))
    (tmp_path / "u.csv").write_bytes(as_csv([EXAMPLE]))
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(512))
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(bytes(65 << 20), 1))
    done = run("seal", node, *(tmp_path / one if "." in one and "/" not in one else one for one in arguments))
    assert done.exit_code == 2
    assert words in done.stderr + done.stdout


def test_a_table_is_a_file_too(run: Run, node: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("anything")
    done = run("seal", node, tmp_path / "t.csv", "--profile", "file/1")
    assert done.exit_code == 0
    assert "text/csv" in done.stderr
