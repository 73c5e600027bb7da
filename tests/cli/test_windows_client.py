"""Who uses a node that runs elsewhere may do so from Windows: by commands with --node, and by programs with `carbonseal.client`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from carbonseal.passport.passports import parse
from tests.cli.test_way import good, served
from tests.cli.test_windows import WINDOWS

SCOPES = ("submit", "read", "issue", "revoke")
COMMANDS = f"""{WINDOWS}
import json
from click.testing import CliRunner
from carbonseal.cli.main import carbonseal
for words in json.loads(sys.argv[1]):
    done = CliRunner().invoke(carbonseal, words)
    print(json.dumps([done.exit_code, done.output]))
"""
# It says what the page for developers says. The loop is one of those that Windows has: it watches no file descriptors.
PROGRAM = f"""{WINDOWS}
import asyncio
from carbonseal.client import Client, Source

async def main(url, token):
    async with Client(url, token=token) as node:
        receipt = await node.submit(b'{{"kilograms": "7.25"}}', "json/1")
        sources = [Source("many", b'{{"kilograms": "%d.5"}}' % number) for number in range(3)]
        many = [one.receipt async for one in node.submit_many(sources, "json/1")]
        print((await node.content(receipt.commitment)).data.decode(), len(many), (await node.state(receipt.commitment)).log)

asyncio.run(main(*sys.argv[1:]))
"""


@dataclass(frozen=True)
class Elsewhere:
    folder: Path
    url: str

    def run(self, program: str, *arguments: str) -> str:
        """What a program prints that has what Windows has. It is run where nobody's node is."""
        command = [sys.executable, "-c", program, *arguments]
        done = subprocess.run(command, capture_output=True, check=False, cwd=self.folder, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    folder = tmp_path_factory.mktemp("windows")
    node = folder / "node"
    good("init", node, "--origin", "log.example/windows", "--issuer", "maker did:web:maker.example")
    for name, kind, scopes in (("erp", "--system", SCOPES), ("watch", "--system", ("admin",))):
        words = [word for scope in scopes for word in ("--scope", scope)]
        good("token", "create", node, name, kind, name, *words, "-o", folder / f"{name}.token")
    (folder / "record.json").write_text('{"kilograms": "12.50"}')
    commitment = good("seal", node, folder / "record.json", "--profile", "json/1").split()[0]
    record = {"role": "footprint", "commitment": commitment}
    (folder / "issue.json").write_text(json.dumps({"issuer": "maker", "subject": "urn:example:a", "records": [record]}))
    with served(node) as url:
        yield Elsewhere(folder, url)


def test_commands_on_a_node_elsewhere(elsewhere: Elsewhere) -> None:
    folder = elsewhere.folder
    as_erp = (
        "seal record.json --profile json/1 --receipts receipts.ndjson",
        "seal record.json --profile json/1 --receipts receipts.ndjson",
        "records find",
        "passport issue --request issue.json -o passport.json",
        "passport refresh passport.json",
        "passport list",
        "passport suspend passport.json --reason looked-at",
        "passport reinstate passport.json --reason right",
        "passport revoke passport.json --reason wrong",
        "log proof 1 -o entry.tlog-proof",
        "job issue issue.json",
        "job list",
        "statement list",
        "accreditation list",
        "draft prepare --request issue.json --comment see",
        "draft show 1",
        "webhook list",
        "token grants",
    )
    asked = [(*words.split(), "--token", "file:erp.token") for words in as_erp]
    asked += [(*words.split(), "--token", "file:watch.token") for words in ("anchor --wait 0", "status")]
    output = elsewhere.run(COMMANDS, json.dumps([[*words, "--node", elsewhere.url] for words in asked]))
    done = [json.loads(line) for line in output.splitlines()]
    assert [(words, said) for words, (status, said) in zip(asked, done, strict=True) if status] == []
    assert "0 sealed, 1 sealed before" in done[1][1]
    assert len((folder / "receipts.ndjson").read_bytes().splitlines()) == 1
    assert parse((folder / "passport.json").read_bytes()).root.hex() in done[5][1]


def test_a_program(elsewhere: Elsewhere) -> None:
    token = (elsewhere.folder / "erp.token").read_text().strip()
    assert elsewhere.run(PROGRAM, elsewhere.url, token) == '{"kilograms":"7.25"} 3 default\n'
