"""The commands of docs/bodies.md and docs/accreditors.md, one after another, as a new user would give them."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from carbonseal.passport.conformity.files import parse_accreditation, parse_statement
from tests.cli.conftest import Run
from tests.repository.sources import REPOSITORY

OPINION = {
    "standards": ["iso-14064-3:2019"],
    "criteria": ["iso-14067:2018"],
    "scope": {"standard": "iso-14067:2018", "activity": "verification"},
    "addressee": "importers and customs",
    "assurance": "reasonable",
    "materiality": "5",
    "opinion": "unmodified",
    "noSiteVisit": "the data are metered",
    "opinionDate": "2026-01-02",
}


def commands(page: str) -> list[str]:
    """The lines of a page's blocks of commands."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", (REPOSITORY / "docs" / page).read_text(encoding="utf-8"), re.M | re.S)
    return [line for block in blocks for line in block.splitlines() if line.startswith("carbonseal ")]


class Shell:
    """Runs lines of a page in a folder; `DIGEST` stands for a document of that page."""

    def __init__(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        self._run = run
        self._monkeypatch = monkeypatch

    def __call__(self, folder: Path, lines: Iterable[str], digest: str = "") -> str:
        self._monkeypatch.chdir(folder)
        output = ""
        for line in lines:
            done = self._run(*(digest if word == "DIGEST" else word for word in shlex.split(line)[1:]))
            assert done.exit_code == 0, f"{line}: {done.output}"
            output += done.output
        return output


@pytest.fixture
def shell(run: Run, monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(run, monkeypatch)


def a_passport(shell: Shell, folder: Path) -> None:
    """What a maker gives to its body: a passport of a PACT footprint."""
    footprint = (REPOSITORY / "examples" / "footprint.json").read_text(encoding="utf-8")
    (folder / "footprint.json").write_text(footprint, encoding="utf-8")
    shell(folder, ["carbonseal init maker --origin log.maker.example/2026 --issuer 'maker did:web:maker.example'"])
    sealed = shell(folder, ["carbonseal seal maker footprint.json --profile pact/3.0"])
    (commitment,) = re.findall("[0-9a-f]{64}", sealed)
    record = {"role": "footprint", "commitment": commitment}
    subject = "urn:product:example:cell-2400"
    request = {"issuer": "maker", "subject": subject, "records": [record]}
    (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
    shell(folder, ["carbonseal passport issue maker --request request.json -o passport.json"])


def key_of(node: Path, role: str) -> str:
    """The public key of a signer, from the template of the node's policy."""
    template = (node / "policy-template.policy").read_text(encoding="utf-8")
    (line,) = [line for line in template.splitlines() if f" {role} " in line and line.startswith("signer ")]
    return line.split()[4]


def written(page: str) -> dict[str, Any]:
    """The JSON on a page."""
    text = (REPOSITORY / "docs" / page).read_text(encoding="utf-8")
    (block,) = re.findall(r"^```json\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    found: dict[str, Any] = json.loads(block)
    return found


def test_the_pages_from_an_accreditation_to_a_withdrawn_statement(shell: Shell, tmp_path: Path) -> None:
    accreditor, body = tmp_path / "accreditor", tmp_path / "body"
    accreditor.mkdir()
    body.mkdir()
    theirs, ours = commands("accreditors.md"), commands("bodies.md")
    shell(accreditor, theirs[:1])
    a_passport(shell, body)
    shell(body, ours[:2])
    drafted = json.loads((body / "opinion.json").read_text(encoding="utf-8"))
    assert drafted["credentialSubject"]["period"] == {"from": "2025-01-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
    assert drafted["credentialSubject"]["boundary"] == "cradle-to-gate"

    request = written("accreditors.md")
    request["credentialSubject"]["keys"] = [key_of(body / "our-node", "body")]
    request["validUntil"] = "2036-01-01T00:00:00Z"
    (accreditor / "tuev.json").write_text(json.dumps(request), encoding="utf-8")
    shell(accreditor, theirs[1:3])
    raw = (accreditor / "tuev-accreditation.json").read_bytes()
    (body / "tuev-accreditation.json").write_bytes(raw)

    drafted["credentialSubject"] |= OPINION
    (body / "opinion.json").write_text(json.dumps(drafted), encoding="utf-8")
    after_issue = next(number for number, line in enumerate(ours) if "statement issue" in line) + 1
    shell(body, ours[2:after_issue])
    statement = parse_statement((body / "statement.json").read_bytes())
    shown = shell(body, ours[after_issue:], statement.root.hex())
    assert "accredited by did:web:accreditor.example as D-VS-1" in shown
    assert "reinstate: " in shown and "withdraw: " in shown and "1 statement in it" in shown
    assert len(statement.accreditations) == 1

    shown = shell(accreditor, theirs[3:], parse_accreditation(raw).root.hex())
    assert "suspend: " in shown and "withdraw: " in shown
