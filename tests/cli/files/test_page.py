"""The officer's page, docs/verifiers.md, as a new user would try it: ten files, of which four are no passports."""

from __future__ import annotations

import gzip
import io
import json
import re
import shlex
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import AT, Run
from tests.repository.sources import REPOSITORY
from tests.world import World

PAGE = (REPOSITORY / "docs" / "verifiers.md").read_text(encoding="utf-8")
BULK = (REPOSITORY / "docs" / "bulk.md").read_text(encoding="utf-8")


def block(name: str, page: str = PAGE) -> list[str]:
    """The lines of the block below a mark."""
    found = re.search(rf"<!-- {name} -->\n```\w+\n(.*?)```", page, re.DOTALL)
    assert found is not None
    return found[1].splitlines()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the page's commands are run: what was delivered, and what the office has."""
    world = World()
    names = ("battery", "door reader", "gate", "lock", "hinge")
    battery, reader, gate, lock, hinge = (world.passport(name=name).encode() for name in names)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("november/", b"")
        zipped.writestr("november/door-reader.json", reader)
    files = {
        "deliveries/BATTERY.JSON": battery,
        "deliveries/batch.zip": archive.getvalue(),
        "deliveries/changed.json": gate.replace(b'"kilograms":"12.50"', b'"kilograms":"02.50"'),
        "deliveries/day.ndjson": gate + lock,
        "deliveries/door-reader": reader,
        "deliveries/invoice.pdf": b"%PDF-1.7\n",
        "deliveries/notepad.json": hinge.decode().encode("utf-16"),
        "deliveries/packed.json.gz": gzip.compress(hinge),
        "deliveries/receipt.json": b'{"acknowledged":"","commitment":"","profile":"","salt":""}',
        "deliveries/trust.json": world.trust().encode(),
        "office/customs.policy": ("\r\n".join(world.lines().values()) + "\r\n").encode(),
        "office/trust.json": world.trust().encode(),
    }
    for name, raw in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(raw)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_pages_commands(run: Run, here: Path) -> None:
    claims, verify, as_json = (shlex.split(line.partition(" > ")[0])[1:] for line in block("commands: files"))
    first = run(*claims)
    assert first.exit_code == 4  # one is damaged, whatever the policy
    assert "ledger   eip155:31337" in first.output
    assert "11 files: 6 undetermined, 1 rejected, 4 not a passport" in first.output
    second = run(*verify, "--at", AT)
    assert second.exit_code == 4
    expected = [re.escape(line).replace("…", ".+") for line in block("output: files")]
    found = second.stdout.splitlines()
    assert len(found) == len(expected), second.output
    assert all(re.fullmatch(line, is_there) for line, is_there in zip(expected, found, strict=True)), second.output
    third = run(*as_json, "--at", AT)
    verdicts = [json.loads(line)["verdict"] for line in third.stdout.splitlines()]
    assert {verdict: verdicts.count(verdict) for verdict in verdicts} == {"verified": 6, "rejected": 1, None: 4}


def test_the_page_about_many_files(run: Run, here: Path) -> None:
    (command,) = (shlex.split(line)[1:] for line in block("commands: bulk", BULK))
    done = run(*command, "--at", AT)
    assert done.exit_code == 4, done.output
    expected = [re.escape(line).replace("…", ".+") for line in block("output: bulk", BULK)]
    found = done.stdout.splitlines()
    assert [line for line in expected if not any(re.fullmatch(line, one) for one in found)] == [], done.output
    assert len((here / "night.ndjson").read_bytes().splitlines()) == 11
