"""Verifiers of installed packages that break off: what they can do to a verdict, and to the program that asks them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from carbonseal.findings import Refused, Verdict
from carbonseal.plugins import EVIDENCE
from carbonseal.verification.verify import Report
from tests.installed import install
from tests.world import OTHER_ORIGIN, World, codes

THEIRS = """
import sys
from carbonseal.api import Checked, Proved, noted

ODD = noted("acme.odd", "{what} is odd")

class Pins:
    keys = frozenset()

class Acme:
    scheme = "acme"
    def __init__(self, check, pin=lambda: Pins()):
        self._check, self._pin = check, pin
    def pin(self, name, options):
        return self._pin()
    def check(self, evidence, statement, pins, trust):
        return self._check(statement)
    def describe_item(self, kind, value):
        return kind

def raises(*_):
    raise ZeroDivisionError("a defect")

GOOD = Acme(lambda statement: Checked((), Proved("them", None, frozenset({"acme:1"}))))
LEAVES = Acme(lambda statement: sys.exit(0))
RAISES = Acme(raises)
TRUE = Acme(lambda statement: True)
UNFILLED = Acme(lambda statement: Checked((ODD(),)))
PINLESS = Acme(lambda statement: None, pin=lambda: sys.exit(0))
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("acme_ledger", None)


def report(site: Path, target: str) -> Report:
    """On a passport whose second anchor is on their ledger, which the policy requires beside the chain."""
    entry_points = {EVIDENCE.group: {"acme": f"acme_ledger:{target}"}}
    install(site, "acme-ledger", entry_points, {"acme_ledger": THEIRS})
    world = World()
    value = json.loads(world.passport().encode())
    for seal in value["seals"].values():
        for head in seal["heads"]:
            for anchor in head["anchors"]:
                anchor["ledger"] = anchor["ledger"].replace(f"tlog:{OTHER_ORIGIN}", "acme:1")
            head["anchors"].sort(key=lambda one: (one["ledger"], one["evidence"]))
    return world.verify(json.dumps(value).encode(), other="ledger other acme:1 package=acme-ledger")


def test_one_that_is_named_counts(site: Path) -> None:
    assert report(site, "GOOD").verdict is Verdict.VERIFIED


@pytest.mark.parametrize("target", ["LEAVES", "RAISES", "TRUE", "UNFILLED"])
def test_one_that_breaks_off_counts_for_nothing(site: Path, target: str) -> None:
    """`sys.exit(0)`, too: of `verify`, the exit status is the verdict."""
    found = report(site, target)
    assert found.verdict is Verdict.UNDETERMINED
    assert {"ledger.verifier-broken", "ledger-quorum.unmet"} <= codes(found)


def test_one_that_ends_the_program_while_the_policy_is_read_refuses_it(site: Path) -> None:
    with pytest.raises(Refused) as refused:
        report(site, "PINLESS")
    assert refused.value.finding.code.name == "plugin.broken"
