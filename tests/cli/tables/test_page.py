"""The commands of docs/manufacturers.md, one after another."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from carbonseal.tables import codes
from tests.cli.commands.issuing.test_pages import commands
from tests.cli.conftest import Run
from tests.repository.sources import REPOSITORY
from tests.tables.footprints.filling import EXAMPLE, as_workbook

PAGE = REPOSITORY / "docs/manufacturers.md"


def test_the_way_of_the_page(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = run("init", "our-node", "--origin", "log.example/page", "--issuer", "certifier did:web:certifier.example")
    assert made.exit_code == 0, made.output
    example = {name: text for name, text in EXAMPLE.items() if not name.startswith("component")}
    for line in commands(PAGE.name):
        if "passport issue" in line:
            Path("first.json").write_text(Path("requests.ndjson").read_text().splitlines()[0])
        done = run(*shlex.split(line)[1:])
        assert done.exit_code == 0, f"{line}: {done.output}"
        if "template" in line:
            Path("footprints.xlsx").write_bytes(as_workbook([example]))
    assert json.loads(Path("first-passport.json").read_text())
    assert len(Path("receipts.ndjson").read_text().splitlines()) == 3


def test_the_page_says_what_the_program_says() -> None:
    """The words in its table are those of the messages."""
    text = PAGE.read_text(encoding="utf-8")
    for code in (codes.TABLE_FORMULA, codes.TABLE_NUMBER_CELL, codes.TABLE_DECIMAL_COMMA, codes.TABLE_MERGED):
        words = code.text.replace("{found}", "").partition(",")[0].partition(":")[0].strip()
        assert words in text, code.name
