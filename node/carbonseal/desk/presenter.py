"""Results of files as a desk gives them: a part of a page for a person, a compact answer for a program."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson

from carbonseal.examining.results import NO_VERDICT, READ_ERROR, FilePage, FileResult
from carbonseal.findings import Finding, Verdict
from carbonseal.instants import format_instant
from carbonseal.languages.language import Language
from carbonseal.passport.codes import PASSPORT_OTHER_FILE
from carbonseal.passport.passports import Passport
from carbonseal.verification.verify import Report

from .html import Pages
from .judged import DECIDES, Judged

MOST_CODES = 8  # that decide, in a compact answer
LONGEST = 160  # characters of a name, and of a message, in a compact answer


@dataclass(frozen=True, slots=True)
class DeskResults:
    """Makes results of files in a folder; their names are those behind `prefix`. `with_pages`: also as parts of a page."""

    at: datetime
    language: Language
    prefix: str = ""
    with_pages: bool = False

    def report(self, name: str, report: Report, passport: Passport | None = None) -> FileResult:
        """See `carbonseal.examining.results.Presenter`."""
        text = orjson.dumps(compact(self._shown(name), report)).decode()
        page = None
        if self.with_pages:
            judged = Judged(self._shown(name), report, passport, self.language)
            page = FilePage(judged.row, Pages(self.at, self.language).file(judged))
        return FileResult(name, report.verdict.exit_status, report.verdict.value, text, page=page)

    def refused(self, name: str, finding: Finding) -> FileResult:
        """See `carbonseal.examining.results.Presenter`."""
        if finding.code is PASSPORT_OTHER_FILE:
            return FileResult(name, NO_VERDICT, "not a passport", self._without(name, finding.message))
        return self.report(name, Report(Verdict.of([finding]), (finding,)))

    def not_read(self, name: str, problem: str) -> FileResult:
        """See `carbonseal.examining.results.Presenter`."""
        return FileResult(name, READ_ERROR, "not read", self._without(name, problem))

    def lost(self, name: str, reason: str) -> FileResult:
        """See `carbonseal.examining.results.Presenter`."""
        return self.not_read(name, f"the process that read it died, twice ({reason})")

    def _without(self, name: str, problem: str) -> str:
        answer = {"file": _cut(self._shown(name)), "verdict": None, "problem": _cut(problem)}
        return orjson.dumps(answer).decode()

    def _shown(self, name: str) -> str:
        return name.removeprefix(self.prefix).partition("/")[2] or name.removeprefix(self.prefix)


def compact(name: str, report: Report) -> dict[str, object]:
    """A report in at most a kilobyte: the verdict, whose product it is, and the codes that decided, the first with its message."""
    decides = DECIDES.get(report.verdict)
    deciding = [finding for finding in report.findings if finding.code.outcome is decides]
    codes = dict.fromkeys(finding.code.name for finding in deciding)
    return {
        "file": _cut(name),
        "verdict": report.verdict.value,
        "credential": report.credential or None,
        "subject": _cut(report.subject) or None,
        "name": _cut(report.name) or None,
        "existedBy": format_instant(report.existed_by) if report.existed_by else None,
        "codes": [*codes][:MOST_CODES],
        "reason": _cut(deciding[0].message) if deciding else None,
    }


def _cut(text: str) -> str:
    """`text`, at most as many bytes as `LONGEST` has characters."""
    raw = text.encode(errors="replace")
    return text if len(raw) <= LONGEST else raw[: LONGEST - 3].decode(errors="ignore") + "…"
