"""A verification's report, as text for a person and as JSON for a program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from click import style

from carbonseal.cli.formatting.not_checkable import is_not_checkable, reasons
from carbonseal.cli.formatting.text import columns, padded, plain
from carbonseal.cli.formatting.trees import MARKS, identity, line_of, tree
from carbonseal.escaping import json_line
from carbonseal.findings import Finding, Outcome, Template, Verdict
from carbonseal.instants import format_instant
from carbonseal.languages import sentences
from carbonseal.languages.language import ENGLISH, Language
from carbonseal.verification.verifiers import installed_verifier

if TYPE_CHECKING:
    from carbonseal.ledger import TrustItem
    from carbonseal.verification.verify import Report

COLOURS = {Verdict.VERIFIED: "green", Verdict.UNDETERMINED: "yellow", Verdict.REJECTED: "red"}
LONG = 200  # characters of a trust item's description
DECIDES = {Verdict.UNDETERMINED: Outcome.UNDETERMINED, Verdict.REJECTED: Outcome.REJECTED}


def verdict_line(file: str, verdict: Verdict, language: Language = ENGLISH) -> str:
    """The first line about a file: the verdict in capitals, and the file's name."""
    word = padded(language.say(sentences.WORDS[verdict]).upper(), 13)
    return style(word, fg=COLOURS[verdict], bold=True) + plain(file)


def not_read(file: str, problem: Finding, language: Language = ENGLISH) -> str:
    """The lines about a file that could not be read: there is no verdict."""
    word = padded(language.say(sentences.NOT_READ).upper(), 13)
    line = style(word, fg="red", bold=True) + plain(f"{file}: {language.message(problem)}")
    return f"{line}\n    {plain(language.remedy(problem))}"


def other_file(file: str, finding: Finding, language: Language = ENGLISH) -> str:
    """The lines about a file that is not a passport: there is no verdict."""
    word = language.say(sentences.NOT_A_PASSPORT).upper()
    line = style(f"{word} ", bold=True) + plain(f"{file}: {finding.facts['what']}")
    return f"{line}\n    {plain(language.remedy(finding))}"


def full(file: str, report: Report, at: datetime, language: Language = ENGLISH) -> str:
    """Everything about one passport: the verdict, its subject, the tree of findings, what could not be checked, what the policy did
    not ask, what was trusted."""
    apart = [finding for finding in report.findings if is_not_checkable(finding)]
    lines = [verdict_line(file, report.verdict, language), *_facts(report, at, language), ""]
    lines += tree(
        (
            finding
            for finding in report.findings
            if finding.code.outcome is not Outcome.NOT_ASKED and not is_not_checkable(finding)
        ),
        language=language,
    )
    if apart:
        head = style(language.say(sentences.NOT_CHECKABLE), bold=True)
        lines += ["", head, *(f"  {line}" for line in _not_checkable(apart, language))]
    if left_out := [finding for finding in report.findings if finding.code.outcome is Outcome.NOT_ASKED]:
        head = style(language.say(sentences.NOT_ASKED), bold=True)
        lines += ["", head, *(f"  {line_of(finding, language)}" for finding in left_out)]
    if report.trusted:
        lines += ["", style(language.say(sentences.RESTS_ON), bold=True), *map(_trusted, report.trusted)]
    lines += ["", language.say(sentences.SAYS[report.verdict])]
    return "\n".join(lines)


def brief(file: str, report: Report, language: Language = ENGLISH) -> str:
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
            places.setdefault(identity(finding), []).append(finding)
    lines = [verdict_line(file, report.verdict, language)]
    for first, *others in places.values():
        lines += (f"  {line}" for line in line_of(first, language).split("\n"))
        if first.place:
            place = " > ".join(first.place)
            at = (
                language.say(sentences.AT_AND_MORE, place=place, count=len(others))
                if others
                else language.say(sentences.AT, place=place)
            )
            lines.append(plain(f"      {at}"))
    lines += (f"  {line}" for line in _not_checkable(apart, language))
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


def unjudged_as_json(file: str, finding: Finding) -> str:
    """The line of JSON about a file that is not a passport, or could not be read."""
    return json_line({"file": file, "verdict": None, "error": finding.message, "findings": [finding.to_json()]})


def _not_checkable(findings: Iterable[Finding], language: Language) -> Iterator[str]:
    """The reasons for which checks could not be made, each with the first remedy that its checks have."""
    for reason in reasons(findings, language):
        text = language.say(sentences.NOT_CHECKABLE_BECAUSE, reason=reason.text)
        yield f"{MARKS[reason.outcome]} {plain(text)}"
        yield plain(f"    {reason.where}")
        if reason.remedy:
            yield plain(f"    {reason.remedy}")


def _facts(report: Report, at: datetime, language: Language) -> Iterator[str]:
    facts: dict[Template, str] = {}
    if report.credential:
        facts[sentences.ABOUT] = plain(f"{report.name} ({report.subject})")
        facts[sentences.CREDENTIAL] = report.credential
        shown = format_instant(report.existed_by) if report.existed_by else language.say(sentences.NOT_SHOWN)
        facts[sentences.EXISTED_BY] = shown
    facts[sentences.VERIFIED_AS_OF] = format_instant(at)
    labels = {label: language.say(label) for label in facts}
    width = max(columns(label) for label in labels.values()) + 1
    for label, value in facts.items():
        yield f"  {padded(labels[label], width)}{value}"


def _trusted(item: TrustItem) -> str:
    return plain(f"  {item.ledger}: {describe_item(item)}, from {item.source}, {item.when}")


def describe_item(item: TrustItem) -> str:
    """A trust item in words: "block 12 hash 0x…"; of a long description, the beginning."""
    scheme = item.ledger.partition(":")[0]
    verifier = installed_verifier(scheme)
    values = (f"{name} {value}" for name, value in item.value.items())
    text = " ".join((item.kind, *values)) if verifier is None else verifier.describe_item(item.kind, item.value)
    return text if len(text) <= LONG else f"{text[:LONG]}… ({len(text):,} characters)"
