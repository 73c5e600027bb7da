"""Pages for operators: their commands are run in the order in which they stand, and do what the page says."""

from __future__ import annotations

import json
import re
import shlex
import time
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.conftest import Run
from tests.node.issuance.stating import statement_request, subject
from tests.repository.sources import REPOSITORY

DOCS = REPOSITORY / "docs"
ELSEWHERE = ("webhook test",)  # a receiver that is not there


def commands(page: str, node: str) -> list[str]:
    """What a page says of this directory, in shell blocks and in the text."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.findall(r"^(carbonseal .*)$|`(carbonseal [^`\n]*)`", text, re.MULTILINE)
    said = [block or inline for block, inline in found]
    return [one for one in said if f" {node} " in f"{one} " and not any(other in one for other in ELSEWHERE)]


def settings(page: str) -> str:
    """The first lines of TOML on a page."""
    (block, *_) = re.findall(r"^```toml\n(.*?)^```$", (DOCS / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return str(block)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def carry_out(run: Run, command: str, **words: str) -> Result:
    for name, value in words.items():
        command = command.replace(name, value)
    done = run(*shlex.split(command)[1:])
    assert done.exit_code == 0, (command, done.output)
    return done


def test_access(run: Run) -> None:
    assert run("init", "my-node", "--origin", "log.example.org/2026").exit_code == 0
    with Path("my-node/node.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{settings('operators/access.md')}")
    Path("record.json").write_text('{"kilograms": "12.50"}', encoding="utf-8")
    commitment = run("seal", "my-node", "record.json", "--profile", "json/1").stdout.split()[0]
    asked = commands("operators/access.md", "my-node")
    assert {shlex.split(one)[2] for one in asked if " token " in one} == {
        *("create", "identity", "grant", "rotate", "revoke", "scopes", "list")
    }
    for command in asked:
        carry_out(run, command, COMMITMENT=commitment)
    assert Path("erp.token").read_text("utf-8").startswith("carbonseal_")


def test_webhooks(run: Run) -> None:
    assert run("init", "my-node", "--origin", "log.example.org/2026").exit_code == 0
    for command in commands("webhooks.md", "my-node"):
        told = carry_out(run, command).stdout
    assert told.split()[0] == "erp"


def test_four_eyes(run: Run) -> None:
    names = ("--origin", "log.body.example/2026", "--body", "tuev did:web:body.example")
    assert run("init", "our-node", *names).exit_code == 0
    file = Path("our-node/node.toml")
    before = file.read_text("utf-8")
    file.write_text(before.replace('release = "direct"\n', settings("operators/four-eyes.md")), encoding="utf-8")
    assert file.read_text("utf-8") != before
    opinion = statement_request(subject([bytes(32)], opinionDate=time.strftime("%Y-%m-%d", time.gmtime())))
    Path("opinion.json").write_text(json.dumps(opinion), encoding="utf-8")
    content = ""
    for command in commands("operators/four-eyes.md", "our-node"):
        told = carry_out(run, command, DIGEST=content).stdout
        if "draft prepare" in command:
            content = told.split()[-1]
    assert told.startswith("1  released")
    assert json.loads(Path("statement.json").read_bytes())["carbonseal"] == "statement/1"
