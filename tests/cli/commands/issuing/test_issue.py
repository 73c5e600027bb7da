"""`carbonseal passport issue`: requests in JSON and TOML, options for a lot, and warnings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from carbonseal.passport.passports import Passport, parse
from carbonseal.passport.products import Amount
from tests.cli.test_way import Done, carbonseal, good, served

TOML = """
issuer = "maker"
subject = "urn:example:{name}"
name = "{name}"
validUntil = 2028-01-01T01:00:00+01:00
identifiers = ["urn:example:article:{name}"]
facility = {{id = "urn:example:works", name = "Works", country = "DE"}}
records = [
  {{role = "footprint", commitment = "{footprint}"}},
  {{role = "stage", stage = "A4", quantity = 2.50, unit = "ton kilometer", commitment = "{freight}"}},
]
[batch]
number = "L-1"
quantity = 1_000
unit = "piece"
"""
COMPONENT = """
[[components]]
passport = "cell.json"
quantity = 4
unit = "piece"
per = {amount = 1, unit = "piece"}
basis = "used"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node, with requests for a cell and a pack of four, and the passport of the cell."""
    folder = tmp_path_factory.mktemp("issue")
    node = folder / "node"
    good("init", node, "--origin", "certifier.example/issue", "--issuer", "maker did:web:maker.example")
    (folder / "records.ndjson").write_text("".join(f'{{"n": {n}}}\n' for n in range(4)))
    sealed = good("seal", node, folder / "records.ndjson", "--profile", "json/1").splitlines()
    commitments = [line.split()[0] for line in sealed]
    cell = TOML.format(name="cell", footprint=commitments[0], freight=commitments[1])
    pack = TOML.format(name="pack", footprint=commitments[2], freight=commitments[3])
    (folder / "cell.toml").write_text(cell)
    (folder / "pack.toml").write_text(pack.replace("1_000", "250") + COMPONENT)
    issue(folder, "cell.toml", "cell.json")
    return folder


def issue(folder: Path, request: str, output: str, *options: str) -> Done:
    done = carbonseal(
        "passport", "issue", folder / "node", "--request", folder / request, "-o", folder / output, "--force", *options
    )
    assert done.status == 0, done.err
    return done


def issued(folder: Path, name: str) -> Passport:
    return parse((folder / name).read_bytes())


def test_a_request_in_toml_is_read_digit_by_digit(folder: Path) -> None:
    cell = issued(folder, "cell.json").credential
    assert [(one.stage, one.quantity) for one in cell.records] == [("", ""), ("A4", "2.50")]
    assert cell.batch is not None
    assert (cell.batch.number, cell.batch.quantity, cell.batch.unit) == ("L-1", "1000", "piece")
    assert cell.document["validUntil"] == "2028-01-01T00:00:00Z"
    assert cell.identities == {"urn:example:cell", "urn:example:article:cell"}


def test_a_component_is_taken_from_its_file(folder: Path) -> None:
    done = issue(folder, "pack.toml", "pack.json")
    assert "warning" not in done.err
    (component,) = issued(folder, "pack.json").credential.components
    assert component.digest == issued(folder, "cell.json").root
    assert (component.quantity, component.per, component.basis) == ("4", Amount("1", "piece"), "used")


def test_options_add_a_component_and_say_the_lot(folder: Path) -> None:
    line = f"{folder / 'cell.json'}=0.50 ton kilometer per 10 square meter listed"
    issue(folder, "pack.toml", "lot.json", "--component", line, "--batch", "a=b/2=12.5 kilogram")
    credential = issued(folder, "lot.json").credential
    assert [one.basis for one in credential.components] == ["used", "listed"]
    added = credential.components[1]
    assert (added.quantity, added.unit, added.per) == ("0.50", "ton kilometer", Amount("10", "square meter"))
    assert credential.batch is not None
    assert (credential.batch.number, credential.batch.quantity, credential.batch.unit) == ("a=b/2", "12.5", "kilogram")


@pytest.mark.parametrize("is_served", [False, True])
def test_what_is_known_to_be_wrong_is_a_warning(folder: Path, is_served: bool) -> None:
    def warned() -> str:
        return issue(folder, "pack.toml", "over.json", "--batch", "L-2=251 piece").err

    if is_served:
        with served(folder / "node"):
            err = warned()
    else:
        err = warned()
    (line,) = [line for line in err.splitlines() if line.startswith("warning")]
    assert "cell (" in line
    assert "took 1004 piece of a lot of did:web:maker.example that yielded 1000 piece" in line


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--batch", "L-1"], "'NUMBER=QUANTITY UNIT'"),
        (["--batch", "L-1=5 piece", "--batch", "L-2=5 piece"], "more than once"),
        (["--batch", "L-1=5 bananas"], "bananas is not a unit"),
        (["--component", "cell.json=4 piece"], "'FILE=QUANTITY UNIT per AMOUNT UNIT used'"),
        (["--component", "none.json=4 piece per 1 piece used"], "none.json"),
        (["--component", "{cell}=0 piece per 1 piece used"], "the quantity 0 piece is zero"),
    ],
)
def test_options_that_are_refused(folder: Path, options: list[str], said: str) -> None:
    chosen = [option.format(cell=folder / "cell.json") for option in options]
    words = ("passport", "issue", folder / "node", "--request", folder / "pack.toml", "-o", folder / "no.json")
    done = carbonseal(*words, *chosen)
    assert done.status == 2
    assert said in done.err
    assert not (folder / "no.json").exists()


@pytest.mark.parametrize("text", ["issuer = ", "issuer = 'maker'", "records = [1, 2.5, true, 2026-01-01]", "\xff"])
def test_toml_that_is_not_a_request_is_refused(folder: Path, text: str) -> None:
    (folder / "bad.toml").write_bytes(text.encode("latin-1"))
    words = ("passport", "issue", folder / "node", "--request", folder / "bad.toml", "-o", folder / "no.json")
    done = carbonseal(*words)
    assert done.status == 2
    assert "bad.toml" in done.err


def test_a_passport_from_before_the_first_release_is_told_as_such(folder: Path) -> None:
    value = json.loads((folder / "cell.json").read_bytes())
    subject = value["credentials"][value["credential"]]["document"]["credentialSubject"]
    for member in ("identifiers", "classifications", "facility", "batch"):
        del subject[member]
    (folder / "former.json").write_text(json.dumps(value))
    done = carbonseal("passport", "show", folder / "former.json")
    assert done.status == 2
    assert "a passport from before the first release" in done.err
    assert "have it issued again" in done.err
