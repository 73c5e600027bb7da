"""`carbonseal footprint export`: the document on standard output, what was lost or assumed on standard error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from carbonseal.cli.main import carbonseal
from tests.flow import chains
from tests.records.documents import encoded, footprint
from tests.records.profiles.pact_2.test_pact_2 import FOOTPRINT as PACT_2
from tests.records.profiles.tidas_1.test_tidas_1 import RESULT


def run(*words: object) -> Result:
    return CliRunner().invoke(carbonseal, ["footprint", "export", *map(str, words)])


def written(folder: Path, value: Any) -> Path:
    path = folder / "record.json"
    path.write_bytes(encoded(value))
    return path


def test_the_format_of_the_file_is_recognised(tmp_path: Path) -> None:
    done = run(written(tmp_path, footprint()), "--as", "pact/3.0")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == footprint()


def test_what_is_lost_and_assumed_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, RESULT)
    words = ["--set", "pcf.fossilCarbonContent=0", "--set", "pcf.crossSectoralStandards=ISO14067"]
    done = run(path, "--as", "pact/3.0", *words)
    assert done.exit_code == 0, done.stderr
    assert "lost: quantities of what went in and came out" in done.stderr
    assert "assumed: created: the time of this export" in done.stderr
    as_json = run(path, "--as", "pact/3.0", "--json", *words)
    whole = json.loads(as_json.stdout)
    assert as_json.stderr == ""
    assert "quantities of what went in and came out" in whole["lost"]
    assert whole["document"]["pcf"] == json.loads(done.stdout)["pcf"]


def test_what_is_missing_is_refused_with_the_option_that_gives_it(tmp_path: Path) -> None:
    done = run(written(tmp_path, PACT_2), "--as", "pact/3.0")
    assert done.exit_code == 2
    assert "pcf.pcfExcludingBiogenicUptake" in done.stderr
    assert "--set pcf." in done.stderr
    assert done.stdout == ""


def test_a_passport_gives_the_footprint_of_its_product(tmp_path: Path) -> None:
    chain = chains.Chain()
    path = tmp_path / "passport.json"
    path.write_bytes(chain.passport(chain.product("thing", "2.5")).encode())
    done = run(path, "--as", "pact/3.0")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == chains.footprint("thing", "2.5")


def test_json_ld_to_a_file(tmp_path: Path) -> None:
    out = tmp_path / "product.jsonld"
    done = run(written(tmp_path, footprint()), "--as", "json-ld", "-o", out)
    assert done.exit_code == 0, done.stderr
    assert json.loads(out.read_text())["type"] == "Product"
    assert run(written(tmp_path, footprint()), "--as", "json-ld", "-o", out).exit_code == 2
    assert run(written(tmp_path, footprint()), "--as", "json-ld", "--set", "a=b").exit_code == 2
    assert run(written(tmp_path, footprint()), "--as", "pact/3.0", "--set", "a").exit_code == 2


def test_a_file_that_is_no_record_is_named(tmp_path: Path) -> None:
    done = run(written(tmp_path, {"data": [footprint()]}), "--as", "json-ld")
    assert done.exit_code == 2
    assert "an API answer" in done.stderr
    unknown = run(written(tmp_path, {"a": 1}), "--as", "json-ld")
    assert unknown.exit_code == 2
    assert "--profile" in unknown.stderr
    none = run(written(tmp_path, {"a": 1}), "--as", "json-ld", "--profile", "json/1")
    assert none.exit_code == 2
    assert "no figures" in none.stderr
