"""The demo, run as a user runs it: its verdicts are as announced, each step says what it means, its folder stays, and no process
is left running."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from carbonseal.passport.passports import parse
from carbonseal_devnet.demo.cheating import CHEATS
from carbonseal_devnet.example import products

POLICY = ("--policy", "demo/office")
READER, HANDLE = "north/door-reader.json", "south/door-handle.json"
EXPECTED = {
    READER: ("verified", 0, "ledger-quorum.met"),
    HANDLE: ("verified", 0, "statement.met"),
    "cheats/figure-changed.json": ("rejected", 4, "passport.wrong-key"),
    "cheats/ledger-missing.json": ("undetermined", 3, "ledger-quorum.unmet"),
    "cheats/two-histories.json": ("rejected", 4, "log.equivocation"),
    "cheats/out-of-scope.json": ("undetermined", 3, "accreditation.other-scope"),
    "cheats/does-not-add-up.json": ("rejected", 4, "contributions.exceed"),
}
CARBON = {"total.holds", "contributions.holds", "mass.holds", "batch.holds", "primary-data.holds"}
VOUCHED = {"accreditation.counts", "statement.stands", "statement.met"}


def carbonseal(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "carbonseal", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def proof_of(folder: Path) -> Path:
    (proof,) = folder.glob("fraud-proof-*.json")
    return proof


def test_it_leaves_its_documents(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    left = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    brought = {"office/customs.policy", "office/trust.json", "declaration.csv", "north.ndjson", "south.ndjson"}
    assert left == {*EXPECTED, *brought, proof_of(folder).name}


def test_every_step_says_what_it_means_and_every_verdict_is_printed(demo: tuple[Path, str]) -> None:
    _, output = demo
    lines = [line.strip() for line in output.splitlines()]
    honest = output.partition("Who cheats")[0].splitlines()
    steps = [number for number, line in enumerate(honest) if line.startswith("  ✓ ")]
    assert len(steps) == 10
    assert all(honest[number + 1].startswith("      → ") for number in steps)
    for one in CHEATS:
        told = lines.index(f"{one.verdict.value.upper():<12} cheats/{one.file}".strip())
        meaning = lines.index(f"→ {one.meaning}")
        found = "\n".join(lines[told:meaning])
        assert told < meaning
        assert all(f"[{code}]" in found for code in one.codes)
    commands = [number for number, line in enumerate(lines) if line.startswith("$ carbonseal ")]
    assert len(commands) == 5
    assert sum(line.startswith("→ ") for line in lines[commands[0] :]) == 5 + len(CHEATS)


def test_it_prints_the_policy_that_customs_uses(demo: tuple[Path, str]) -> None:
    folder, output = demo
    policy = (folder / "office" / "customs.policy").read_text(encoding="utf-8").splitlines()
    required = [line for line in policy if line.startswith("require ")]
    assert [line.split()[1] for line in required] == ["anchors", "time", "status", "statement", "carbon-flow"]
    assert all(f"    {line}\n" in output for line in required)
    issuers = [line for line in policy if line.startswith("signer") and " issuer " in line]
    assert len(issuers) == len(products()) + 1
    assert all(" products=urn:pact:" in line for line in issuers)
    assert not [
        line for line in policy if line.startswith("signer") and " body " in line
    ]  # they count by accreditation alone


@pytest.mark.parametrize("name", EXPECTED)
def test_each_document_gets_its_verdict_from_the_command_line(demo: tuple[Path, str], name: str) -> None:
    folder, _ = demo
    verdict, status, code = EXPECTED[name]
    done = carbonseal(folder.parent, "verify", f"demo/{name}", *POLICY, "--json")
    report = json.loads(done.stdout)
    assert (report["verdict"], done.returncode) == (verdict, status)
    codes = {finding["code"] for finding in report["findings"]}
    assert code in codes
    if name == READER:
        assert codes >= CARBON | VOUCHED


def test_the_consignment_matches(demo: tuple[Path, str]) -> None:
    folder, output = demo
    goods = ("--consignment", "demo/declaration.csv", "--json")
    done = carbonseal(folder.parent, "verify", "demo/north", *POLICY, *goods)
    line = json.loads(done.stdout.splitlines()[-1])
    assert (line["outcome"], done.returncode) == ("match", 0)
    assert "40 piece of a lot that yielded 500 piece" in output


def test_the_batch_that_was_sold_twice_is_found_and_proved(demo: tuple[Path, str]) -> None:
    folder, output = demo
    examined = carbonseal(folder.parent, "examine", "demo/north.ndjson", "demo/south.ndjson", "--json")
    (finding,) = json.loads(examined.stdout)["findings"]
    assert (finding["code"], examined.returncode) == ("batch.claimed", 3)
    proved = carbonseal(folder.parent, "verify", f"demo/{proof_of(folder).name}", *POLICY)
    assert proved.returncode == 3
    said = "yielded 505 piece; 800 are claimed"
    assert said in proved.stdout
    assert said in output
    for name in ("north", "south"):  # neither office sees it by itself
        assert carbonseal(folder.parent, "examine", f"demo/{name}.ndjson").returncode == 0


def test_the_commands_that_it_prints_work(demo: tuple[Path, str]) -> None:
    folder, output = demo
    """As they are printed: by the program that ran, where its name alone would not be found."""
    name = "carbonseal" if shutil.which("carbonseal") else "bin/carbonseal"
    commands = [line.split() for line in output.splitlines() if line.startswith(f"  {name} ")]
    assert len(commands) == 5
    done = [subprocess.run(words, cwd=folder.parent, capture_output=True, check=False) for words in commands]
    assert [one.returncode for one in done] == [0, 3, 3, 0, 0]


def test_the_passport_holds_the_whole_chain(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    passport = parse((folder / READER).read_bytes())
    assert len(passport.credentials) == len(products())
    assert len(passport.records) == sum(len(product.records) for product in products())
    signed = [one.signed for one in passport.credentials.values()]
    assert len({one.lot for one in signed} - {None}) == len(products())
    assert {component.basis for one in signed for component in one.components} == {"used"}
    assert [one.stage for one in passport.credential.records if one.stage] == ["A4", "B6", "C"]
    assert (len(passport.statements), len(passport.accreditations)) == (1, 1)
    assert not {one.issuer for one in signed} & {one.signed.issuer for one in passport.statements.values()}
    ledgers = {
        anchor.ledger.split(":")[0] for seal in passport.seals.values() for h in seal.heads for anchor in h.anchors
    }
    assert ledgers == {"eip155", "fabric", "tlog"}
