"""What is kept from one passport to the next changes no report: cold, warm, evicting, and in another process."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from carbonseal.findings import Verdict
from carbonseal.ledger import Checked, Evidence, EvidenceVerifier, Statement, TrustItem
from carbonseal.verification.checked.caches import Caches
from carbonseal.verification.verifiers import InstalledVerifier
from carbonseal.verification.verify import verify
from tests.verification.checked.mixed import Case, cases, shuffled
from tests.world import AT, OTHER_ORIGIN, World

FEW = 100  # of all cases, mixed: a cache of one or two has lost each before it comes again


def report(case: Case, caches: Caches | None = None) -> str:
    """All that a report says, to the byte."""
    _, raw, _, policy, trust, at = case
    return repr(verify(raw, policy, trust, at=at, caches=caches))


@pytest.fixture(scope="module")
def cold() -> dict[int, str]:
    """The report on each case, by the identity of its parts: each verified alone."""
    return {id(case): report(case) for case in cases()}


def test_the_set_is_mixed(cold: dict[int, str]) -> None:
    verdicts = {verdict: sum(verdict.name in said[:60] for said in cold.values()) for verdict in Verdict}
    assert min(verdicts.values()) > 30, verdicts
    assert len({*cold.values()}) > 400


def test_warm(cold: dict[int, str]) -> None:
    caches = Caches()
    for case in shuffled(1):
        assert report(case, caches) == cold[id(case)], case[0::2]


@pytest.mark.parametrize(("most", "most_bytes"), [(0, 1 << 20), (1, 1 << 20), (2, 1 << 20), (1000, 9000)])
def test_evicting(cold: dict[int, str], most: int, most_bytes: int) -> None:
    caches = Caches(most, most_bytes)
    for case in shuffled(2, FEW):
        assert report(case, caches) == cold[id(case)], case[0::2]


def test_another_process(cold: dict[int, str]) -> None:
    """With other hashes, so that sets have another order."""
    code = "from tests.verification.checked.test_caches import told; print(told())"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == _digest(cold[id(case)] for case in shuffled(3, FEW))


class Once:
    """Another's verifier, which proves what it is shown first, and nothing after."""

    def __init__(self, verifier: EvidenceVerifier) -> None:
        self._verifier, self._asked = verifier, 0
        self.scheme, self.pin, self.describe_item = verifier.scheme, verifier.pin, verifier.describe_item

    def check(self, evidence: Evidence, statement: Statement, pins: Any, trust: Sequence[TrustItem]) -> Checked:
        self._asked += 1
        return self._verifier.check(evidence, statement, pins, trust) if self._asked == 1 else Checked(())


def test_what_another_s_code_found_is_not_kept() -> None:
    world = World()
    passport, policy, trust = world.passport(), world.policy(), world.trust()
    pinned = policy.ledgers[f"tlog:{OTHER_ORIGIN}"]
    theirs = InstalledVerifier(Once(pinned.verifier), "acme-ledger")
    policy.ledgers[f"tlog:{OTHER_ORIGIN}"] = replace(pinned, verifier=theirs)
    caches = Caches()
    verdicts = [verify(passport, policy, trust, at=AT, caches=caches).verdict for _ in range(2)]
    assert verdicts == [Verdict.VERIFIED, Verdict.UNDETERMINED]


def told() -> str:
    """A digest of what this process reports of some cases, warm."""
    caches = Caches()
    return _digest(report(case, caches) for case in shuffled(3, FEW))


def _digest(reports: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(reports).encode()).hexdigest()
