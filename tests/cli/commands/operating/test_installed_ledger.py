"""A ledger that an installed package brings: `carbonseal init` and `carbonseal policy` set it up, and the policy names the
package that checks its evidence."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from carbonseal import parse_policy
from carbonseal.node import config
from carbonseal.verification.verifiers import InstalledVerifier
from tests.cli.conftest import Run
from tests.installed import install

ADAPTER = """
from carbonseal.ledger import Capabilities
from tests.node.simulated import SimulatedLedger

class Stamps(SimulatedLedger):
    name = "stamps:1"
    def __init__(self, options):
        self.publisher = options["publisher"]
    async def pins(self): return {"publisher": self.publisher}
    async def balance(self): return None

class Pins:
    keys = frozenset()

class Verifier:
    scheme = "stamps"
    def pin(self, name, options):
        assert set(options) == {"publisher"}, options
        return Pins()
    def check(self, evidence, statement, pins, trust): raise NotImplementedError
    def describe_item(self, kind, value): return kind

async def connect(uri, options, secrets):
    return Stamps(options)

VERIFIER = Verifier()
"""
LEDGER = "stamps stamps+https://stamps.example publisher=acme"
SENDS, CHECKS = {"stamps": "acme_stamps:connect"}, {"stamps": "acme_stamps:VERIFIER"}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    sys.modules.pop("acme_stamps", None)


def test_it_is_set_up_like_one_that_is_built_in(run: Run, site: Path, tmp_path: Path) -> None:
    groups = {"carbonseal.ledgers": SENDS, "carbonseal.evidence": CHECKS}
    install(site, "acme-stamps", groups, {"acme_stamps": ADAPTER})
    node = tmp_path / "node"
    made = run("init", node, "--origin", "log.example/stamps", "--ledger", LEDGER)
    assert made.exit_code == 0, made.output
    assert "On stamps:1 it anchors as acme" in made.output
    (ledger,) = config.load(node).ledgers
    assert (ledger.publisher, ledger.options) == ("acme", {"publisher": "acme"})
    written = (node / "policy-template.policy").read_text(encoding="utf-8")
    assert "\nledger stamps stamps:1 package=acme-stamps publisher=acme\n" in written
    verifier = parse_policy(written).ledgers["stamps:1"].verifier
    assert isinstance(verifier, InstalledVerifier)
    assert type(verifier.verifier).__module__ == "acme_stamps"
    printed = run("policy", node)
    assert printed.exit_code == 0, printed.output
    assert printed.stdout == written


def test_one_whose_evidence_nothing_checks_is_refused(run: Run, site: Path, tmp_path: Path) -> None:
    install(site, "acme-stamps", {"carbonseal.ledgers": SENDS}, {"acme_stamps": ADAPTER})
    made = run("init", tmp_path / "node", "--origin", "log.example/stamps", "--ledger", LEDGER)
    assert made.exit_code == 2
    assert "--ledger stamps: nothing that is installed checks evidence of stamps ledgers" in made.stderr
    assert not (tmp_path / "node").exists()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import no_such_module", "cannot be loaded: ModuleNotFoundError: No module named 'no_such_module'"),
        ("connect = 7", "it is an int that cannot be called"),
        ("async def connect(uri, options, secrets): return 7", "it is an int without 'balance', 'capabilities'"),
    ],
)
def test_an_adapter_that_cannot_be_used_is_named(run: Run, site: Path, tmp_path: Path, source: str, said: str) -> None:
    install(site, "acme-stamps", {"carbonseal.ledgers": SENDS}, {"acme_stamps": source})
    made = run("init", tmp_path / "node", "--origin", "log.example/stamps", "--ledger", LEDGER)
    assert made.exit_code == 2
    assert said in made.stderr
    assert "Traceback" not in made.stderr
