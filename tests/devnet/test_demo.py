"""The demo, run as a user runs it: its verdicts are as announced, its folder stays, and no process is left running."""

from __future__ import annotations

import json
import shutil
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
CARBON = {"total.holds", "contributions.holds", "mass.holds", "batch.holds", "primary-data.holds"}


def carbonseal(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "carbonseal", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def test_it_leaves_its_documents(demo: tuple[Path, str]) -> None:
    folder, output = demo
    assert {path.name for path in folder.iterdir()} == {*EXPECTED, "customs.policy", "trust.json"}
    for verdict in ("VERIFIED", "REJECTED", "UNDETERMINED"):
        assert verdict in output
    assert "log.equivocation" in output


@pytest.mark.parametrize("name", EXPECTED)
def test_each_document_gets_its_verdict_from_the_command_line(demo: tuple[Path, str], name: str) -> None:
    folder, _ = demo
    verdict, status, code = EXPECTED[name]
    pinned = ("--policy", "demo/customs.policy", "--trust", "demo/trust.json")
    done = carbonseal(folder.parent, "verify", f"demo/{name}", *pinned, "--json")
    report = json.loads(done.stdout)
    assert (report["verdict"], done.returncode) == (verdict, status)
    codes = {finding["code"] for finding in report["findings"]}
    assert code in codes
    if name == "passport.json":
        assert codes >= CARBON


def test_the_commands_that_it_prints_work(demo: tuple[Path, str]) -> None:
    folder, output = demo
    """As they are printed: by the program that ran, where its name alone would not be found."""
    name = "carbonseal" if shutil.which("carbonseal") else "bin/carbonseal"
    commands = [line.split() for line in output.splitlines() if line.startswith(f"  {name} ")]
    assert len(commands) == 5
    done = [subprocess.run(words, cwd=folder.parent, capture_output=True, check=False) for words in commands]
    assert [one.returncode for one in done] == [0, 4, 4, 0, 0]


def test_the_passport_holds_the_whole_chain(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    passport = parse((folder / "passport.json").read_bytes())
    assert len(passport.credentials) == len(products())
    assert len(passport.records) == sum(len(product.records) for product in products())
    signed = [one.signed for one in passport.credentials.values()]
    assert len({one.lot for one in signed} - {None}) == len(products())
    assert {component.basis for one in signed for component in one.components} == {"used"}
    assert [one.stage for one in passport.credential.records if one.stage] == ["A4", "B6", "C"]
    ledgers = {
        anchor.ledger.split(":")[0] for seal in passport.seals.values() for h in seal.heads for anchor in h.anchors
    }
    assert ledgers == {"eip155", "fabric", "tlog"}
