"""A verification's report as a person reads it, and as a program reads it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from click import style

from carbonseal.cli.text import plain
from carbonseal.findings import Finding, Outcome, Place, Verdict
from carbonseal.instants import format_instant

if TYPE_CHECKING:
    from carbonseal.ledger import TrustItem
    from carbonseal.verification.verify import Report

COLOURS = {Verdict.VERIFIED: "green", Verdict.UNDETERMINED: "yellow", Verdict.REJECTED: "red"}
MARKS = {
    Outcome.SHOWN: style("✓", fg="green"),
    Outcome.NOTED: style("·", dim=True),
    Outcome.NOT_ASKED: style("-", dim=True),
    Outcome.UNDETERMINED: style("?", fg="yellow", bold=True),
    Outcome.REJECTED: style("✗", fg="red", bold=True),
}
WORTH_FOLDING = 3  # findings
DECISIVE = (Outcome.UNDETERMINED, Outcome.REJECTED)


def verdict_line(file: str, verdict: Verdict) -> str:
    return style(f"{verdict.value.upper():<13}", fg=COLOURS[verdict], bold=True) + plain(file)


def unread_line(file: str, error: str) -> str:
    """For a file that could not be read at all: there is no verdict."""
    return style(f"{'NOT READ':<13}", fg="red", bold=True) + plain(f"{file}: {error}")


def full(file: str, report: Report, at: datetime) -> str:
    """All about one passport: verdict, what it is, the tree of findings, what was not asked, what was trusted."""
    lines = [verdict_line(file, report.verdict), *_facts(report, at), ""]
    lines += tree(finding for finding in report.findings if finding.code.outcome is not Outcome.NOT_ASKED)
    if left_out := [finding for finding in report.findings if finding.code.outcome is Outcome.NOT_ASKED]:
        lines += ["", style("Not asked by the policy", bold=True), *(f"  {_line(finding)}" for finding in left_out)]
    if report.trusted:
        lines += ["", style("Rests on what you trust", bold=True), *map(_trusted, report.trusted)]
    return "\n".join(lines)


def brief(file: str, report: Report) -> str:
    """One of many: the verdict, and below it what kept it from `verified`."""
    deciding = [finding for finding in report.findings if finding.code.outcome in DECISIVE]
    return "\n".join([verdict_line(file, report.verdict), *tree(deciding, "  ")])


def as_json(file: str, report: Report, at: datetime) -> str:
    """One line of JSON with every finding."""
    return _json_line(
        {
            "file": file,
            "verdict": report.verdict.value,
            "at": format_instant(at),
            "credential": report.credential or None,
            "subject": report.subject or None,
            "name": report.name or None,
            "exists_since": format_instant(report.exists_since) if report.exists_since else None,
            "findings": [finding.to_json() for finding in report.findings],
            "trusted": [
                {"ledger": i.ledger, "kind": i.kind, "value": dict(i.value), "whence": i.whence, "when": i.when}
                for i in report.trusted
            ],
        }
    )


def unread_as_json(file: str, error: str) -> str:
    return _json_line({"file": file, "verdict": None, "error": error})


def tree(findings: Iterable[Finding], indent: str = "") -> Iterator[str]:
    """Findings under the places they speak of, each place named once, in the order in which places first occur.

    Of places side by side, the first is told in full; another one in which everything was shown takes one line.
    """
    root = _Branch()
    for finding in findings:
        root.at(finding.place).findings.append(finding)
    yield from root.lines(indent)


class _Branch:
    """A place: what was found there, and the places below it."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.below: dict[str, _Branch] = {}

    def at(self, place: Place) -> _Branch:
        branch = self
        for name in place:
            branch = branch.below.setdefault(name, _Branch())
        return branch

    def all(self) -> Iterator[Finding]:
        yield from self.findings
        for branch in self.below.values():
            yield from branch.all()

    def lines(self, indent: str) -> Iterator[str]:
        for finding in self.findings:
            yield from (indent + line for line in _line(finding).split("\n"))
        told = False
        for name, branch in self.below.items():
            outcomes = [finding.code.outcome for finding in branch.all()]
            if told and len(outcomes) >= WORTH_FOLDING and set(outcomes) == {Outcome.SHOWN}:
                yield f"{indent}{MARKS[Outcome.SHOWN]} {plain(name)}: all {len(outcomes)} checks hold"
            else:
                told = told or len(outcomes) >= WORTH_FOLDING
                yield from branch._named(name, indent)

    def _named(self, name: str, indent: str) -> Iterator[str]:
        path, branch = [name], self
        while not branch.findings and len(branch.below) == 1:  # a way with one step at each turn is one line
            (step, branch) = next(iter(branch.below.items()))
            path.append(step)
        yield indent + style(plain(" > ".join(path)), bold=True)
        yield from branch.lines(indent + "  ")


def _line(finding: Finding) -> str:
    mark, code = MARKS[finding.code.outcome], style(f"[{finding.code.name}]", dim=True)
    line = f"{mark} {plain(finding.message)} {code}"
    if finding.code.outcome in DECISIVE and finding.remedy:
        line += f"\n    {plain(finding.remedy)}"
    return line


def _facts(report: Report, at: datetime) -> Iterator[str]:
    if report.credential:
        yield f"  about         {plain(report.name)} ({plain(report.subject)})"
        yield f"  credential    {report.credential}"
        yield f"  exists since  {format_instant(report.exists_since) if report.exists_since else 'not shown'}"
    yield f"  judged as of  {format_instant(at)}"


def _trusted(item: TrustItem) -> str:
    return plain(f"  {item.ledger}: {said(item)}, from {item.whence}, {item.when}")


def said(item: TrustItem) -> str:
    """What a trust item says: "block number 12 hash 0x…"."""
    return " ".join([item.kind, *(f"{name} {value}" for name, value in item.value.items())])


def _json_line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
