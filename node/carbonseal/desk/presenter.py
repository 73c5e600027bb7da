"""Results of files as a desk gives them: a part of a page for a person, a compact answer for a program."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from carbonseal.examining.bulk.lines import ResultLine, text_of
from carbonseal.examining.results import NO_VERDICT, READ_ERROR, FilePage, FileResult
from carbonseal.findings import Finding, Verdict
from carbonseal.languages.language import Language
from carbonseal.passport.codes import PASSPORT_OTHER_FILE
from carbonseal.passport.passports import Passport
from carbonseal.verification.verify import Report

from .html import Pages
from .judged import Judged
from .sent_names import SentNames


@dataclass(frozen=True, slots=True)
class DeskResults:
    """Makes results of files that were sent, under the names that `sent` has. `with_pages`: also as parts of a page."""

    at: datetime
    language: Language
    sent: SentNames
    with_pages: bool = False

    def report(self, name: str, report: Report, passport: Passport | None = None) -> FileResult:
        """See `carbonseal.examining.results.Presenter`."""
        report, shown = self.sent.report(report), self.sent.of(name)
        page = None
        if self.with_pages:
            judged = Judged(shown, report, passport, self.language, key=name)
            page = FilePage(judged.row, Pages(self.at, self.language).file(judged))
        text = text_of(ResultLine.of(shown, report, passport))
        return FileResult(name, report.verdict.exit_status, report.verdict.value, text, page=page)

    def refused(self, name: str, finding: Finding) -> FileResult:
        """See `carbonseal.examining.results.Presenter`."""
        if finding.code is not PASSPORT_OTHER_FILE:
            return self.report(name, Report(Verdict.of([finding]), (finding,)))
        return self._unjudged(name, NO_VERDICT, "not a passport", finding, (finding.code.name,))

    def not_read(self, name: str, problem: Finding) -> FileResult:
        """See `carbonseal.examining.results.Presenter`."""
        return self._unjudged(name, READ_ERROR, "not read", problem)

    def _unjudged(self, name: str, status: int, word: str, finding: Finding, codes: tuple[str, ...] = ()) -> FileResult:
        finding, said = self.sent.finding(finding), self.language
        text = text_of(ResultLine(self.sent.of(name), codes=codes, reason=finding.message))
        return FileResult(name, status, word, text, reason=said.message(finding), remedy=said.remedy(finding))
