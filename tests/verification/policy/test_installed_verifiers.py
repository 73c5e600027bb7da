"""Code of installed packages: which a policy lets check evidence."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from carbonseal.verification.policy import parse_policy
from tests.installed import install
from tests.verification.policy.lines import PINS, policy, refused

THEIRS = """
from carbonseal.findings import Refused, rejected
PINNED = rejected("theirs.pinned", "{name}: {options}")
class Theirs:
    scheme = "other"
    def pin(self, name, options):
        raise Refused(PINNED(name=name, options=sorted(options)))
    def check(self, evidence, statement, pins, trust): ...
    def describe_item(self, kind, value): ...
VERIFIER = Theirs()
"""


class TestInstalledVerifiers:
    """The code of an installed package counts only where the ledger's line names that package, and never for what is built
    in."""

    def install(self, folder: Path, package: str, **schemes: str) -> None:
        module = package.replace("-", "_")
        names = {scheme: f"{module}:{target}" for scheme, target in schemes.items()}
        install(folder, package, {"carbonseal.evidence": names}, {module: THEIRS})

    @pytest.fixture
    def site(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        monkeypatch.syspath_prepend(str(tmp_path))
        yield tmp_path
        for module in ("acme_ledgers", "other_ledgers"):
            sys.modules.pop(module, None)

    @pytest.mark.parametrize("package", ["acme-ledgers", "Acme_Ledgers", "acme.ledgers"])
    def test_named_and_installed(self, site: Path, package: str) -> None:
        self.install(site, "acme-ledgers", other="VERIFIER")
        raised = refused(policy((14, f"ledger theirs other:1 package={package} a=1")), "theirs.pinned", 14, 15)
        assert raised.finding.facts == {"name": "other:1", "options": "['a']"}  # package= is not the adapter's to read

    @pytest.mark.parametrize("option", ["", " package=other-ledgers"])
    def test_installed_and_not_named(self, site: Path, option: str) -> None:
        self.install(site, "acme-ledgers", other="VERIFIER")
        raised = refused(policy((14, "ledger theirs other:1" + option)), "policy.package-not-named", 14, 15)
        assert raised.finding.facts["package"] == "acme-ledgers"
        assert "acme_ledgers" not in sys.modules  # nothing of it has run

    def test_named_and_not_installed(self, site: Path) -> None:
        refused(policy((14, "ledger theirs other:1 package=acme-ledgers")), "policy.unknown-scheme", 14, 15)

    def test_offered_by_two_packages(self, site: Path) -> None:
        self.install(site, "acme-ledgers", other="VERIFIER")
        self.install(site, "other-ledgers", other="VERIFIER")
        refused(policy((14, "ledger theirs other:1 package=acme-ledgers")), "plugin.conflict", 14, 15)

    def test_named_and_broken(self, site: Path) -> None:
        self.install(site, "acme-ledgers", other="NOTHING")
        refused(policy((14, "ledger theirs other:1 package=acme-ledgers")), "plugin.broken", 14, 15)

    def test_never_instead_of_a_built_in_one(self, site: Path) -> None:
        self.install(site, "acme-ledgers", eip155="VERIFIER", tlog="VERIFIER", fabric="VERIFIER")
        ours = parse_policy(policy()).ledgers["eip155:1"].verifier
        assert type(ours).__module__ == "carbonseal_adapters.ethereum.checking.evidence"
        taken = (8, f"ledger chain eip155:1 package=acme-ledgers {PINS}")
        refused(policy(taken), "policy.package-built-in", 8, 14)
        assert "acme_ledgers" not in sys.modules
