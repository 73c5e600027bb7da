"""`carbonseal verify` and `passport show` on statements: by themselves, and in a passport."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import AT, Run
from tests.passport.stated import POLICY, opinion
from tests.verification.conformity.scenes import Scene, commitments


def _files(folder: Path) -> tuple[Path, Path, list[str | Path]]:
    """A statement by itself, the passport that has it, and the options with which both are verified."""
    scene = Scene()
    reader = scene.chain.product("reader", "5")
    file = scene.stated.statement(opinion(commitments(reader)), accreditations=[scene.stated.accreditation()])
    passport = scene.passport(reader, file)
    lines = scene.world.lines() | {"status": "", **POLICY}
    (folder / "policy").write_text("\n".join(line for line in lines.values() if line) + "\n", encoding="utf-8")
    items = [{**one.to_json(), "when": AT} for one in scene.world.trusted]
    (folder / "trust.json").write_text(json.dumps({"carbonseal": "trust/1", "items": items}), encoding="utf-8")
    (folder / "statement.json").write_bytes(file.encode())
    (folder / "passport.json").write_bytes(passport.encode())
    options: list[str | Path] = ["--policy", folder / "policy", "--trust", folder / "trust.json", "--at", AT]
    return folder / "statement.json", folder / "passport.json", options


def test_a_statement_is_verified_by_itself_and_in_a_passport(run: Run, tmp_path: Path) -> None:
    statement, passport, options = _files(tmp_path)
    for file in (statement, passport):
        done = run("verify", file, *options)
        assert done.exit_code == 0, done.output
        assert "stated by did:web:body.example, tuev in the policy" in done.output
    assert "cover 100 % of the figure" in run("verify", passport, *options).output


def test_of_a_statement_that_does_not_stand_it_says_why(run: Run, tmp_path: Path) -> None:
    statement, _, options = _files(tmp_path)
    policy = (tmp_path / "policy").read_text(encoding="utf-8")
    lines = [line for line in policy.splitlines() if "tuev" not in line]
    (tmp_path / "policy").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = run("verify", statement, *options)
    assert done.exit_code == 3
    assert "no accreditation of did:web:body.example with this key counts" in done.output
    assert "does not stand" in done.output


def test_a_statement_file_that_was_cut_or_is_of_another_version(run: Run, tmp_path: Path) -> None:
    statement, _, options = _files(tmp_path)
    value = json.loads(statement.read_bytes())
    for changed, code, words in (
        ({**value, "accreditations": {}}, 4, "nothing in the passport cites it"),
        ({**value, "carbonseal": "statement/2"}, 3, "expected statement/1"),
    ):
        statement.write_text(json.dumps(changed), encoding="utf-8")
        done = run("verify", statement, *options)
        assert done.exit_code == code and words in done.output, done.output


def test_show_lists_them(run: Run, tmp_path: Path) -> None:
    _, passport, _ = _files(tmp_path)
    output = run("passport", "show", passport).output
    assert (
        "statement on 1 footprints of did:web:maker.example: verification, unmodified, reasonable assurance" in output
    )
    assert "accreditation of did:web:body.example by did:web:accreditor.example" in output
    assert "scope       verification, iso-14067:2018" in output
