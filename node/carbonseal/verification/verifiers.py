"""Which code checks evidence, and which makes checks (docs/spec.md, section 15: `ledger`, `require`; docs/adr/0004).

- Evidence of a kind of ledger that is built in is checked by carbonseal's own code, and by no other; so is a built-in check.
- Code of an installed package checks evidence, or makes a check, only where the policy's line names that package:
  ``package=DIST``.
- Whatever code of an installed package raises, `sys.exit` too, is a finding: it neither ends the verification nor passes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from carbonseal.findings import Finding, Refused
from carbonseal.flow.checks import Check, Setting
from carbonseal.flow.graph import Graph
from carbonseal.flow.judging import judged
from carbonseal.flow.rules import CheckRequirement, Result
from carbonseal.ledger import Checked, Evidence, EvidenceVerifier, Pins, Statement, TrustItem
from carbonseal.plugins import CHECKS, EVIDENCE, PLUGIN_BROKEN, same_package
from carbonseal.values import dataclass

from . import codes


def policy_verifier(scheme: str, package: str | None) -> EvidenceVerifier:
    """The code that checks evidence of ledgers whose names begin with `scheme`, for a ledger line with ``package=`` `package`
    (None: without that option).

    Raises `Refused`: `policy.unknown-scheme` where nothing installed checks such evidence, `policy.package-not-named` where a
    package does that the line does not name (it is not loaded), `policy.package-built-in` where the line names a package for a
    kind that is built in, and as `PluginGroup.find` does.
    """
    if EVIDENCE.is_built_in(scheme):
        if package is not None:
            raise Refused(codes.POLICY_PACKAGE_BUILT_IN(scheme=scheme))
    else:
        offered_by = EVIDENCE.package_of(scheme)
        if offered_by is None:
            raise Refused(codes.POLICY_SCHEME(scheme=scheme))
        if package is None or not same_package(package, offered_by):
            named = "no package" if package is None else f"package={package}"
            raise Refused(codes.POLICY_PACKAGE_NOT_NAMED(scheme=scheme, package=offered_by, named=named))
    verifier: EvidenceVerifier = EVIDENCE.find(scheme, EvidenceVerifier)
    return verifier if package is None else InstalledVerifier(verifier, package)


@dataclass(frozen=True, slots=True)
class InstalledVerifier:
    """The verifier of an installed package that the policy names. What it raises neither ends the verification nor passes."""

    verifier: EvidenceVerifier
    package: str

    @property
    def scheme(self) -> str:
        """Of the ledger names that it serves."""
        return self.verifier.scheme

    def pin(self, name: str, options: Mapping[str, str]) -> Pins:
        """As `EvidenceVerifier.pin`. Raises Refused on whatever that raises."""
        try:
            return self.verifier.pin(name, options)
        except Refused:
            raise
        except (Exception, SystemExit) as error:
            facts = {"kind": EVIDENCE.kind, "name": self.scheme, "package": self.package}
            raise Refused(PLUGIN_BROKEN(**facts, reason=f"{type(error).__name__}: {error}")) from error

    def check(self, evidence: Evidence, statement: Statement, pins: Any, trust: Sequence[TrustItem]) -> Checked:
        """As `EvidenceVerifier.check`; where that raises, or gives something else, the anchor counts for nothing."""
        try:
            checked = self.verifier.check(evidence, statement, pins, trust)
            if not isinstance(checked, Checked):
                raise TypeError(f"a {type(checked).__name__} is not a Checked")
            for one in checked.findings:
                str(one)  # a text that its facts do not fill would break the report
        except (Exception, SystemExit) as error:  # noqa: BLE001 - another's code: whatever it raises is reported
            reason = f"{type(error).__name__}: {error}"
            return Checked((codes.LEDGER_VERIFIER_BROKEN(package=self.package, reason=reason),))
        return checked

    def describe_item(self, kind: str, value: Mapping[str, Any]) -> str:
        """As `EvidenceVerifier.describe_item`."""
        return self.verifier.describe_item(kind, value)


def installed_verifier(scheme: str) -> EvidenceVerifier | None:
    """The built-in or installed code for this scheme, whether or not a policy names it: to describe trust items, never to
    check evidence. None where there is none. Raises `Refused` as `PluginGroup.find` does."""
    verifier: EvidenceVerifier | None = EVIDENCE.find(scheme, EvidenceVerifier)
    return verifier


@dataclass(frozen=True, slots=True)
class InstalledCheck:
    """A check of an installed package that the policy names, and what the policy says of it."""

    check: Check
    package: str
    requirement: CheckRequirement

    def findings(self, graph: Graph, at: datetime) -> list[Finding]:
        """How it comes out at the instant `at`; `check.broken` alone where it raises, or gives something else than results."""
        try:
            found = [*judged((result, self.requirement) for result in self._results(graph, at))]
            for one in found:
                str(one)  # a text that its facts do not fill would break the report
        except (Exception, SystemExit) as error:  # noqa: BLE001 - another's code: whatever it raises is reported
            reason = f"{type(error).__name__}: {error}"
            return [codes.CHECK_BROKEN(check=self.check.name, package=self.package, reason=reason)]
        return found

    def _results(self, graph: Graph, at: datetime) -> Iterator[Result]:
        for result in self.check.run(graph, Setting(at, self.requirement.within)):
            if not isinstance(result, Result):
                raise TypeError(f"a {type(result).__name__} is not a Result")
            yield result


def policy_check(name: str, package: str, requirement: CheckRequirement) -> InstalledCheck | None:
    """The check `name` of the installed package `package`, for a line of a policy; None where that package is not installed, or
    has no such check. Raises `Refused` as `PluginGroup.find` does. `name` is not that of a built-in check."""
    offered_by = CHECKS.package_of(name)
    if offered_by is None or not same_package(package, offered_by):
        return None
    check: Check = CHECKS.find(name, Check)
    return InstalledCheck(check, offered_by, requirement)
