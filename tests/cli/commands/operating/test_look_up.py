"""`carbonseal records find|index`: found by what they say, with a directory that stays as it is, and over HTTP."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run
from tests.records.documents import encoded, footprint

PRODUCT, FIGURE = "urn:gtin:4712345060507", "/pcf/pcfExcludingBiogenicUptake"


def test_records_are_found_and_the_index_is_made_again(run: Run, tmp_path: Path) -> None:
    node = tmp_path / "node"
    assert run("init", node, "--origin", "log.example/found").exit_code == 0
    for number, changes in enumerate(({}, {FIGURE: "1.93"}, {"/id": "5a0a1b34-6b1d-4a5a-9d7a-6f2f0f5f8f12"})):
        (tmp_path / f"{number}.json").write_bytes(encoded(footprint(changes)))
        assert run("seal", node, tmp_path / f"{number}.json", "--profile", "pact/3.0").exit_code == 0
    before = {path: path.stat().st_mtime_ns for path in node.rglob("*")}
    found = run("records", "find", node, "--product", PRODUCT, "--product", "urn:xy:none")
    lines = found.stdout.splitlines()
    assert [line[:4] == "    " for line in lines] == [False, True, False, True, False]
    assert "default 1  pact/3.0  Cathode  3.86 kg CO2e for 1 kilogram, excluding biogenic uptake" in lines[0]
    assert "says 1.93 kg CO2e for 1 kilogram" in lines[1]
    assert lines[1].endswith("[lookup.second-figure]")
    third = ("--geography", "de", "--footprint", "5A0A1B34-6b1d-4a5a-9d7a-6f2f0f5f8f12")
    (one,) = map(json.loads, run("records", "find", node, *third, "--json").stdout.splitlines())
    assert one["index"] == 3
    assert run("records", "find", node, "--disputed", "--current", "--json").stdout.count("\n") == 1
    assert run("records", "find", node, "--batch", "L-1").stdout == ""
    assert run("records", "find", node, "--valid-on", "soon").exit_code == 2
    assert {path: path.stat().st_mtime_ns for path in node.rglob("*")} == before

    assert run("records", "index", node).stdout == "default: 4 of 4 entries\n"
    assert (node / "index.db").stat().st_mode & 0o777 == 0o600
    (node / "index.db").write_bytes(b"rotten" * 4000)
    assert run("records", "index", node, "--rebuild").stdout == "default: 4 of 4 entries\n"
    assert run("records", "find", node, "--disputed").stdout.count("pact/3.0") == 2
