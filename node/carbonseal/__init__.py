"""Seal carbon-footprint records, anchor them on several ledgers, and verify the passport offline.

    report = carbonseal.verify(
        Path("passport.json").read_bytes(),
        carbonseal.parse_policy(Path("customs.policy").read_bytes()),
        carbonseal.parse_trust(Path("trust.json").read_bytes()),
        at=datetime.now(UTC),
    )
    report.verdict, report.findings, report.checks

    with carbonseal.Examination(policy, [trust], at=datetime.now(UTC)) as examination:  # many files, judged together
        for one in examination.add("deliveries/"):
            one.file, one.verdict, one.figures, one.tree, one.checks

These names are the public ones for verifying. Each is imported when it is first used, so that a program pays for what it takes.
What extends carbonseal imports from `carbonseal.api`; every other module is private, and changes without notice.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from carbonseal.examining.library import Examination, FileReport
    from carbonseal.findings import CarbonsealError, Finding, Outcome, Refused, Verdict
    from carbonseal.flow.judging import CheckResult
    from carbonseal.flow.passports import ProductPassport as Passport
    from carbonseal.flow.passports import parse as parse_passport
    from carbonseal.flow.rules import Kind as CheckOutcome
    from carbonseal.flow.tree import Branch
    from carbonseal.footprints.model import Footprint
    from carbonseal.passport.conformity.files import StatementFile, parse_statement
    from carbonseal.verification.policy import Policy, parse_policy
    from carbonseal.verification.trust import Trust, parse_trust
    from carbonseal.verification.verify import Report, verify, verify_statement

__all__ = [
    "Branch",
    "CarbonsealError",
    "CheckOutcome",
    "CheckResult",
    "Examination",
    "FileReport",
    "Finding",
    "Footprint",
    "Outcome",
    "Passport",
    "Policy",
    "Refused",
    "Report",
    "StatementFile",
    "Trust",
    "Verdict",
    "parse_passport",
    "parse_policy",
    "parse_statement",
    "parse_trust",
    "verify",
    "verify_statement",
]

_FROM = {
    "Branch": "flow.tree",
    "CarbonsealError": "findings",
    "CheckOutcome": "flow.rules:Kind",
    "CheckResult": "flow.judging",
    "Examination": "examining.library",
    "FileReport": "examining.library",
    "Finding": "findings",
    "Footprint": "footprints.model",
    "Outcome": "findings",
    "Passport": "flow.passports:ProductPassport",
    "Policy": "verification.policy",
    "Refused": "findings",
    "Report": "verification.verify",
    "StatementFile": "passport.conformity.files",
    "Trust": "verification.trust",
    "Verdict": "findings",
    "parse_passport": "flow.passports:parse",
    "parse_policy": "verification.policy",
    "parse_statement": "passport.conformity.files",
    "parse_trust": "verification.trust",
    "verify": "verification.verify",
    "verify_statement": "verification.verify",
}


def __getattr__(name: str) -> Any:
    """PEP 562: the public names, on first use; and `__version__`, which the installed distribution knows."""
    if name == "__version__":
        from importlib.metadata import version

        return version("carbonseal")
    if name not in _FROM:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, there = _FROM[name].partition(":")
    value = getattr(import_module(f"{__name__}.{module}"), there or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *(name for name in __all__ if name not in globals()), "__version__"]
