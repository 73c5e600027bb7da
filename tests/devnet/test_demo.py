"""The demo, run as a user runs it: it comes out as it says, leaves its folder, and leaves nothing running."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from carbonseal.passport.passports import parse
from carbonseal_devnet.example import products

EXPECTED = {
    "passport.json": ("verified", 0, "ledger-quorum.met"),
    "tampered.json": ("rejected", 4, "passport.wrong-key"),
    "one-ledger-missing.json": ("undetermined", 3, "ledger-quorum.unmet"),
    "equivocation.json": ("rejected", 4, "log.equivocation"),
}


def carbonseal(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "carbonseal", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder in which the demo ran, and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    process = subprocess.Popen(
        [sys.executable, "-m", "carbonseal", "demo"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    output, _ = process.communicate()
    assert process.returncode == 0, output
    with pytest.raises(ProcessLookupError):  # nobody of its session is left
        os.killpg(process.pid, 0)
    return folder, output


def test_it_leaves_its_documents(told: tuple[Path, str]) -> None:
    folder, output = told
    assert {path.name for path in (folder / "demo").iterdir()} == {*EXPECTED, "customs.policy", "trust.json"}
    for verdict in ("VERIFIED", "REJECTED", "UNDETERMINED"):
        assert verdict in output
    assert "log.equivocation" in output


@pytest.mark.parametrize("name", EXPECTED)
def test_each_document_gets_its_verdict_from_the_command_line(told: tuple[Path, str], name: str) -> None:
    folder, _ = told
    verdict, status, code = EXPECTED[name]
    pinned = ("--policy", "demo/customs.policy", "--trust", "demo/trust.json")
    done = carbonseal(folder, "verify", f"demo/{name}", *pinned, "--json")
    report = json.loads(done.stdout)
    assert (report["verdict"], done.returncode) == (verdict, status)
    assert code in {finding["code"] for finding in report["findings"]}


def test_the_commands_that_it_prints_work(told: tuple[Path, str]) -> None:
    folder, output = told
    commands = [line.split()[1:] for line in output.splitlines() if line.startswith("  carbonseal ")]
    assert len(commands) == 5
    assert [carbonseal(folder, *words).returncode for words in commands] == [0, 4, 4, 0, 0]


def test_the_passport_holds_the_whole_chain(told: tuple[Path, str]) -> None:
    folder, _ = told
    passport = parse((folder / "demo/passport.json").read_bytes())
    assert len(passport.credentials) == len(products())
    assert len(passport.records) == sum(len(product.records) for product in products())
    ledgers = {
        anchor.ledger.split(":")[0] for seal in passport.seals.values() for h in seal.heads for anchor in h.anchors
    }
    assert ledgers == {"eip155", "fabric", "tlog"}
