"""`carbonseal draft`: from a request to a signed file, at a directory and over HTTP; and the page for operators."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from carbonseal.passport.conformity.files import parse_statement
from carbonseal.passport.passports import parse
from tests.cli.commands.issuing.test_pages import Shell, commands, shell
from tests.cli.conftest import run
from tests.cli.test_way import carbonseal, good, served
from tests.node.issuance.stating import subject

__all__ = ["run", "shell"]

PEOPLE = {"anna": "issue review release", "ben": "review", "carl": "release", "dora": "issue review release"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a node that asks for four eyes, and requests for a passport and a statement."""
    signers = ("--issuer", "maker did:web:maker.example", "--body", "tuev did:web:body.example")
    good("init", tmp_path / "our-node", "--origin", "certifier.example/four-eyes", *signers)
    settings = tmp_path / "our-node" / "node.toml"
    settings.write_text(settings.read_text().replace('release = "direct"', 'release = "four-eyes"'))
    (tmp_path / "record.json").write_text('{"kilograms": "12.50"}')
    sealed = good("seal", tmp_path / "our-node", tmp_path / "record.json", "--profile", "json/1")
    commitment = sealed.split()[0]
    record = {"role": "footprint", "commitment": commitment}
    passport = {"issuer": "maker", "subject": "urn:example:a", "name": "Cell", "records": [record]}
    (tmp_path / "request.json").write_text(json.dumps(passport))
    opinion = {"body": "tuev", "credentialSubject": subject([bytes.fromhex(commitment)], opinionDate="2026-01-02")}
    (tmp_path / "opinion.json").write_text(json.dumps(opinion))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def let_in() -> None:
    for name, scopes in PEOPLE.items():
        given = [word for scope in (*scopes.split(), "read") for word in ("--scope", scope)]
        who = ("--person", name, "--tenant", "default")
        good("token", "create", "our-node", name, *who, *given, "-o", f"{name}.token")


def content(said: str) -> str:
    return str(re.findall("[0-9a-f]{64}", said)[-1])


def test_the_page(folder: Path, shell: Shell) -> None:
    lines = commands("operators/four-eyes.md")
    before = next(number for number, line in enumerate(lines) if " draft review " in line)
    said = shell(folder, lines[:before])
    assert "statement about Maker, by tuev, prepared by anna" in said
    assert '"opinion": "unmodified"' in said
    assert "Nothing of it is signed." in said
    said = shell(folder, lines[before:], content(said))
    statement = parse_statement((folder / "statement.json").read_bytes())
    assert f"the statement {statement.root.hex()}" in said
    assert said.splitlines()[-1] == "1  released  statement about Maker, by tuev, prepared by anna"


def test_the_operator_is_told_what_to_do(folder: Path) -> None:
    refused = carbonseal("statement", "issue", "our-node", "--request", "opinion.json", "-o", "no.json")
    assert refused.status == 2 and "carbonseal draft prepare" in refused.err and not (folder / "no.json").exists()
    refused = carbonseal("passport", "issue", "our-node", "--request", "request.json", "-o", "no.json")
    assert refused.status == 2 and "carbonseal draft prepare" in refused.err
    said = good("draft", "prepare", "our-node", "--request", "request.json")
    refused = carbonseal("draft", "review", "our-node", 1, content(said))
    assert refused.status == 2 and "--token file:PATH" in refused.err


def test_over_http_with_every_word_that_is_not_yes(folder: Path) -> None:
    let_in()
    with served(folder / "our-node") as url:
        remote = {name: ("--node", url, "--token", f"file:{name}.token") for name in PEOPLE}
        local = {name: ("our-node", "--token", f"file:{name}.token") for name in PEOPLE}
        first = content(good("draft", "prepare", *remote["anna"], "--request", "request.json"))
        good("draft", "comment", *local["ben"], 1, "which meter?")
        said = good("draft", "return", *remote["ben"], 1, "--reason", "no meter")
        assert "waits for who prepared it" in said
        assert good("draft", "list", *remote["anna"], "--waiting").startswith("1  returned  passport about Cell")
        assert not good("draft", "list", *remote["ben"], "--waiting")
        refused = carbonseal("draft", "change", *remote["anna"], 1, "ab" * 32, "--request", "request.json")
        assert refused.status == 2 and "and you name abab" in refused.err
        again = json.loads((folder / "request.json").read_text()) | {"supersedes": "ab" * 32}
        (folder / "again.json").write_text(json.dumps(again))
        done = carbonseal("draft", "change", *remote["anna"], 1, first, "--request", "again.json", "--comment", "now")
        assert done.status == 0 and "warning  " in done.err
        shown = good("draft", "show", *remote["ben"], 1)
        assert "warning  " in shown and "comment by ben (person), content" in shown and "which meter?" in shown
        second = content(done.out)
        good("draft", "review", *remote["ben"], 1, second)
        refused = carbonseal("draft", "release", *remote["ben"], 1, second)
        assert refused.status == 2 and "needs the scope release" in refused.err
        released = carbonseal("draft", "release", *remote["carl"], 1, second, "-o", "-")
        assert released.status == 0 and parse(released.out.encode()).credential.subject == "urn:example:a"
        good("draft", "prepare", *remote["dora"], "--request", "request.json")
        assert "is discarded" in good("draft", "discard", *local["carl"], 2, "--reason", "twice")
        refused = carbonseal("draft", "comment", *remote["ben"], 2, "a\x1b[31mred")
        assert refused.status == 2 and "\x1b" not in refused.err
        listed = good("draft", "list", *remote["carl"])
        assert [line.split()[1] for line in listed.splitlines()] == ["released", "discarded"]


@pytest.mark.parametrize("request_", [{}, [], {"issuer": "maker", "body": "tuev"}], ids=["nothing", "a list", "two"])
def test_a_request_of_no_kind(folder: Path, request_: object) -> None:
    (folder / "none.json").write_text(json.dumps(request_))
    refused = carbonseal("draft", "prepare", "our-node", "--request", "none.json")
    assert refused.status == 2 and "no issuer, body or accreditor" in refused.err
