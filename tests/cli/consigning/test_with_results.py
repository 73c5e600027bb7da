"""`carbonseal verify --consignment --results`: passports in a file, the lines of the declaration behind the summary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from carbonseal.examining.bulk.delivered_json import delivered_from_json, delivered_to_json
from carbonseal.examining.bulk.results_file import run_path
from carbonseal.examining.bulk.run_file import RunFile
from carbonseal.findings import Refused, Verdict
from carbonseal.footprints import units
from carbonseal.verification.consignment.delivered import DeliveredLot, delivered
from tests.cli.consigning.conftest import HS, REGISTRATION, Office, reader

REF = {"12 03": REGISTRATION}
RANGED: Any = ["SN-01", {"first": "SN-10", "last": "SN-49"}, "SN-02"]


def twice(office: Office) -> list[Path]:
    """Two passports, and a declaration of which item 1 matches, 2 takes more than its lot yielded, and 3 names nothing."""
    lamp = "https://registry.example/passports/lamp"
    office.deliver(
        reader(office.world, serials=RANGED),
        reader(office.world, "L2", yielded="12.5", unit="tonne", name="lamp", registration=lamp),
    )
    weighed = {"11 03": "2", "12 03": lamp, "18 02": "", "18 01": "13000", "unit": ""}
    declaration = office.declare(REF, weighed, {"11 03": "3", "12 03": "N380-17"})
    packing = office.pack("1,,SN-01,,", *(f"1,,SN-{number},," for number in range(10, 49)))
    return [declaration, Path("--packing"), packing]


def test_passports_are_lines_of_the_file_and_goods_items_are_printed_behind_the_summary(office: Office) -> None:
    declaration, *more = twice(office)
    results = office.folder / "passports.csv"
    plain = office.run(*office.arguments(declaration, *more))
    done = office.run(*office.arguments(declaration, *more, "--results", results))
    assert (done.exit_code, plain.exit_code) == (3, 3), done.output
    lines = done.stdout[done.stdout.index("\nConsignment") :]
    assert lines == plain.stdout[plain.stdout.index("\nConsignment") :]
    assert "3 goods items: 1 match, 1 mismatch, 1 not checkable" in lines
    assert done.stdout.startswith("2 passports: 2 verified\n  issuer")
    assert [row.split(b",")[1] for row in results.read_bytes().splitlines()] == [b"verdict", b"verified", b"verified"]
    as_json = office.run(*office.arguments(declaration, *more, "--results", results, "--force", "--json"))
    summary, *found = map(json.loads, as_json.stdout.splitlines())
    assert (summary["files"], [one["outcome"] for one in found]) == (2, ["match", "mismatch", "not checkable"])


def test_a_stopped_run_goes_on_to_the_same_lines(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lines are compared with is kept beside what passports came to: no passport is judged again."""

    def dies(_: RunFile) -> None:
        raise KeyboardInterrupt

    declaration, *more = twice(office)
    results, seen = office.folder / "passports.ndjson", office.folder / "seen.ndjson"
    asked = (*more, "--observations", seen, "--results", results)
    whole = office.run(*office.arguments(declaration, *asked)), results.read_bytes(), seen.read_bytes()
    for one in (results, seen):
        one.unlink()
    with monkeypatch.context() as patched:
        patched.setattr(RunFile, "remove", dies)
        assert "stopped: 2 files are judged" in office.run(*office.arguments(declaration, *asked)).output
    other = office.run(*office.arguments(office.declare(REF, name="other.csv"), *asked, "--resume"))
    assert (other.exit_code, "is of a run with another declaration" in other.output) == (2, True), other.output
    again = office.run(*office.arguments(declaration, *asked, "--resume"))
    assert (again.exit_code, again.stdout) == (whole[0].exit_code, whole[0].stdout)
    assert (results.read_bytes(), seen.read_bytes()) == whole[1:]
    assert not run_path(results).exists()


def test_what_lines_are_compared_with_is_the_same_when_it_is_read_again(office: Office) -> None:
    for passport in (
        reader(office.world, serials=RANGED, codes=[HS, {"scheme": "urn:carbonseal:cpc:2.1", "code": "47331"}]),
        reader(office.world, "", registration="", codes=[]),
    ):
        one = delivered(passport, "a.json", Verdict.VERIFIED)
        kept = json.loads(json.dumps(delivered_to_json(one)))
        assert delivered_from_json(kept) == one
        if kept["lot"]:
            with pytest.raises(Refused):
                delivered_from_json({**kept, "lot": {**kept["lot"], "ranges": [["SN-9", "SN-1"]]}})
    lot = one.lot or delivered(reader(office.world), "a.json", Verdict.VERIFIED).lot
    assert lot is not None
    for unit in units.UNITS:  # a unit is kept by its name
        made = DeliveredLot.of(lot.key, lot.number, "1.5", unit.name, lot.serials)
        assert made is not None
        assert made.unit is unit
