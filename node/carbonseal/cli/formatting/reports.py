"""A verification's report, as text for a person and as JSON for a program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from click import style

from carbonseal.cli.formatting.not_checkable import is_not_checkable, reasons
from carbonseal.cli.formatting.text import plain
from carbonseal.escaping import json_line
from carbonseal.findings import Finding, Outcome, Place, Verdict
from carbonseal.instants import format_instant
from carbonseal.verification.verifiers import installed_verifier

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
DOES_NOT_SAY = {
    Verdict.VERIFIED: "the documents meet your policy. It does not say that the product complies with a law, nor that"
    " the goods before you are these.",
    Verdict.UNDETERMINED: "something that your policy requires was not shown. It does not say that anything is false.",
    Verdict.REJECTED: "something in these documents is false, or was withdrawn. It does not say who made it so.",
}  # docs/spec.md, section 17
FOLDED_FROM = 3  # findings of a place from which on it may be folded into one line
LONG = 200  # characters of a trust item's description
DECIDES = {Verdict.UNDETERMINED: Outcome.UNDETERMINED, Verdict.REJECTED: Outcome.REJECTED}
WITH_REMEDY = (Outcome.NOTED, Outcome.UNDETERMINED, Outcome.REJECTED)  # outcomes whose remedy is printed


def verdict_line(file: str, verdict: Verdict) -> str:
    """The first line about a file: the verdict in capitals, and the file's name."""
    return style(f"{verdict.value.upper():<13}", fg=COLOURS[verdict], bold=True) + plain(file)


def read_error_line(file: str, error: str) -> str:
    """The line about a file that could not be read: there is no verdict."""
    return style(f"{'NOT READ':<13}", fg="red", bold=True) + plain(f"{file}: {error}")


def other_file(file: str, finding: Finding) -> str:
    """The lines about a file that is not a passport: there is no verdict."""
    line = style("NOT A PASSPORT ", bold=True) + plain(f"{file}: {finding.facts['what']}")
    return f"{line}\n    {plain(finding.remedy)}"


def full(file: str, report: Report, at: datetime) -> str:
    """Everything about one passport: the verdict, its subject, the tree of findings, what could not be checked, what the policy did
    not ask, what was trusted."""
    apart = [finding for finding in report.findings if is_not_checkable(finding)]
    lines = [verdict_line(file, report.verdict), *_facts(report, at), ""]
    lines += tree(
        finding
        for finding in report.findings
        if finding.code.outcome is not Outcome.NOT_ASKED and not is_not_checkable(finding)
    )
    if apart:
        lines += ["", style("Not checkable", bold=True), *(f"  {line}" for line in _not_checkable(apart))]
    if left_out := [finding for finding in report.findings if finding.code.outcome is Outcome.NOT_ASKED]:
        lines += ["", style("Not asked by the policy", bold=True), *(f"  {_line(finding)}" for finding in left_out)]
    if report.trusted:
        lines += ["", style("Rests on what you trust", bold=True), *map(_trusted, report.trusted)]
    lines += ["", f"This says that {DOES_NOT_SAY[report.verdict]}"]
    return "\n".join(lines)


def brief(file: str, report: Report) -> str:
    """One passport of many: the verdict, and below it the findings that decided it, each once with its first place. Where
    something is lacking, noted findings with a remedy belong to these."""
    decides = DECIDES.get(report.verdict)
    helps = Outcome.NOTED if report.verdict is Verdict.UNDETERMINED else None
    places: dict[tuple[str, str], list[Finding]] = {}
    apart = []
    for finding in report.findings:
        outcome = finding.code.outcome
        if is_not_checkable(finding):
            if outcome is decides:
                apart.append(finding)
        elif outcome is decides or (outcome is helps and finding.remedy):
            places.setdefault(_identity(finding), []).append(finding)
    lines = [verdict_line(file, report.verdict)]
    for first, *others in places.values():
        lines += (f"  {line}" for line in _line(first).split("\n"))
        more = f", and {len(others)} more" if others else ""
        if first.place:
            lines.append(plain(f"      at {' > '.join(first.place)}{more}"))
    lines += (f"  {line}" for line in _not_checkable(apart))
    return "\n".join(lines)


def as_json(file: str, report: Report, at: datetime) -> str:
    """The report as one line of JSON, with every finding."""
    return json_line(
        {
            "file": file,
            "verdict": report.verdict.value,
            "at": format_instant(at),
            "credential": report.credential or None,
            "subject": report.subject or None,
            "name": report.name or None,
            "existed_by": format_instant(report.existed_by) if report.existed_by else None,
            "findings": [finding.to_json() for finding in report.findings],
            "trusted": [item.to_json() for item in report.trusted],
        }
    )


def read_error_as_json(file: str, error: str) -> str:
    """The line of JSON about a file that could not be read."""
    return json_line({"file": file, "verdict": None, "error": error})


def other_file_as_json(file: str, finding: Finding) -> str:
    """The line of JSON about a file that is not a passport."""
    return json_line({"file": file, "verdict": None, "error": finding.message, "findings": [finding.to_json()]})


def tree(findings: Iterable[Finding], indent: str = "") -> Iterator[str]:
    """Lines of `findings` below the places that they concern, each place named once, in the order in which places first occur.

    Of places side by side, the first is printed in full; another one where everything holds, or only what was printed before is
    lacking, is folded into one line.
    """
    root = _Branch()
    for finding in findings:
        root.at(finding.place).findings.append(finding)
    yield from root.lines(indent, set())


class _Branch:
    """A place: its findings, and the places below it."""

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

    def lines(self, indent: str, printed: set[tuple[str, str]]) -> Iterator[str]:
        """`printed` collects the findings that have been printed, by `_identity`."""
        for finding in self.findings:
            printed.add(_identity(finding))
            yield from (indent + line for line in _line(finding).split("\n"))
        in_full = False
        for name, branch in self.below.items():
            found = [*branch.all()]
            new = [
                finding
                for finding in found
                if _identity(finding) not in printed and finding.code.outcome is not Outcome.SHOWN
            ]
            if in_full and not new and len(found) >= FOLDED_FROM:
                yield indent + _folded(name, found)
            else:
                in_full = in_full or len(found) >= FOLDED_FROM
                yield from branch._named(name, indent, printed)

    def _named(self, name: str, indent: str, printed: set[tuple[str, str]]) -> Iterator[str]:
        path, branch = [name], self
        while not branch.findings and len(branch.below) == 1:  # places with one place below them are one line
            (step, branch) = next(iter(branch.below.items()))
            path.append(step)
        yield indent + style(plain(" > ".join(path)), bold=True)
        yield from branch.lines(indent + "  ", printed)


def _identity(finding: Finding) -> tuple[str, str]:
    return finding.code.name, finding.message


def _folded(name: str, found: Sequence[Finding]) -> str:
    """A place in one line: that all checks hold there, or which of the codes that were printed before it has."""
    again = [finding.code for finding in found if finding.code.outcome is not Outcome.SHOWN]
    if not again:
        return f"{MARKS[Outcome.SHOWN]} {plain(name)}: all {len(found)} checks hold"
    worst = next(outcome for outcome in reversed(MARKS) if any(code.outcome is outcome for code in again))
    codes = style(f"[{', '.join(dict.fromkeys(code.name for code in again))}]", dim=True)
    return f"{MARKS[worst]} {plain(name)}: as above {codes}"


def _not_checkable(findings: Iterable[Finding]) -> Iterator[str]:
    """The reasons for which checks could not be made, each with the first remedy that its checks have."""
    for reason in reasons(findings):
        yield f"{MARKS[reason.outcome]} {plain(f'not checkable: {reason.text}')}"
        yield plain(f"    {reason.where}")
        if reason.remedy:
            yield plain(f"    {reason.remedy}")


def _line(finding: Finding) -> str:
    mark, code = MARKS[finding.code.outcome], style(f"[{finding.code.name}]", dim=True)
    line = f"{mark} {plain(finding.message)} {code}"
    if finding.code.outcome in WITH_REMEDY and finding.remedy:
        line += f"\n    {plain(finding.remedy)}"
    return line


def _facts(report: Report, at: datetime) -> Iterator[str]:
    if report.credential:
        yield f"  about          {plain(report.name)} ({plain(report.subject)})"
        yield f"  credential     {report.credential}"
        yield f"  existed by     {format_instant(report.existed_by) if report.existed_by else 'not shown'}"
    yield f"  verified as of {format_instant(at)}"


def _trusted(item: TrustItem) -> str:
    return plain(f"  {item.ledger}: {describe_item(item)}, from {item.source}, {item.when}")


def describe_item(item: TrustItem) -> str:
    """A trust item in words: "block 12 hash 0x…"; of a long description, the beginning."""
    scheme = item.ledger.partition(":")[0]
    verifier = installed_verifier(scheme)
    values = (f"{name} {value}" for name, value in item.value.items())
    text = " ".join((item.kind, *values)) if verifier is None else verifier.describe_item(item.kind, item.value)
    return text if len(text) <= LONG else f"{text[:LONG]}… ({len(text):,} characters)"
