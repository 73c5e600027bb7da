"""Results of files: exit status, the word that a summary has for it, and the text in the style that was asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from carbonseal.cli.formatting import reports
from carbonseal.examining.results import NO_VERDICT, READ_ERROR, FilePage, FileResult
from carbonseal.findings import Finding, Verdict
from carbonseal.languages import sentences
from carbonseal.languages.counting import summary
from carbonseal.languages.language import ENGLISH, Language
from carbonseal.values import dataclass

if TYPE_CHECKING:
    from carbonseal.passport.passports import Passport
    from carbonseal.verification.consignment.delivered import Delivered
    from carbonseal.verification.verify import Report

SEVERITY = (2, 0, 3, 4, 1)  # of many files, the status furthest to the right wins


class Style(Enum):
    """How much is printed about each file."""

    FULL = "full"
    BRIEF = "brief"
    JSON = "json"
    QUIET = "quiet"


class Totals:
    """How many files each word is said of, and the exit status of all."""

    def __init__(self) -> None:
        self.words: dict[str, int] = dict.fromkeys(sentences.RESULTS, 0)
        self.delivered: list[Delivered] = []  # by the passports, where lines of a declaration are compared with them
        self._statuses: set[int] = set()

    def add(self, result: FileResult) -> None:
        """One more result."""
        self.words[result.word] += 1
        self._statuses.add(result.status)
        if result.delivered is not None:
            self.delivered.append(result.delivered)

    def weigh(self, status: int) -> None:
        """An exit status of something else than a file."""
        self._statuses.add(status)

    @property
    def count(self) -> int:
        """The number of files."""
        return sum(self.words.values())

    @property
    def status(self) -> int:
        """The exit status: 1 beats 4, 4 beats 3, 3 beats 0. Among others, a file without a verdict is undetermined."""
        among_others = {Verdict.UNDETERMINED.exit_status} if self.count > 1 and NO_VERDICT in self._statuses else set()
        return max(self._statuses | among_others, key=SEVERITY.index)

    def summary(self, language: Language = ENGLISH) -> str:
        """All of it in a line."""
        return summary(self.words, language)


@dataclass(frozen=True, slots=True)
class Results:
    """Makes results in one style, as of one instant. What a person reads is in `language`, what a program reads in English."""

    style: Style
    at: datetime
    language: Language = ENGLISH
    with_pages: bool = False  # for a report that is a page

    def report(self, name: str, report: Report, passport: Passport | None = None) -> FileResult:
        """The result that a report is, on `passport` where it could be read."""
        match self.style:
            case Style.FULL:
                text = reports.full(name, report, self.at, self.language)
            case Style.BRIEF:
                text = reports.brief(name, report, self.language)
            case Style.JSON:
                text = reports.as_json(name, report, self.at)
            case Style.QUIET:
                text = ""
        result = FileResult(name, report.verdict.exit_status, report.verdict.value, text)
        return replace(result, page=self._page(name, report, passport)) if self.with_pages else result

    def _page(self, name: str, report: Report, passport: Passport | None) -> FilePage:
        from carbonseal.desk.html import Pages
        from carbonseal.desk.judged import Judged

        judged = Judged(name, report, passport, self.language, key=name)
        return FilePage(judged.row, Pages(self.at, self.language).file(judged))

    def refused(self, name: str, finding: Finding) -> FileResult:
        """The result of a file that was refused as a passport: it is something else, or is one that cannot be read."""
        from carbonseal.passport.codes import PASSPORT_OTHER_FILE
        from carbonseal.verification.verify import Report

        if finding.code is not PASSPORT_OTHER_FILE:
            return self.report(name, Report(Verdict.of([finding]), (finding,)))
        text = reports.other_file(name, finding, self.language)
        return self._unjudged(name, NO_VERDICT, "not a passport", finding, text)

    def not_read(self, name: str, problem: Finding) -> FileResult:
        """The result of a file that could not be read."""
        return self._unjudged(name, READ_ERROR, "not read", problem, reports.not_read(name, problem, self.language))

    def _unjudged(self, name: str, status: int, word: str, finding: Finding, text: str) -> FileResult:
        text = {Style.JSON: reports.unjudged_as_json(name, finding), Style.QUIET: ""}.get(self.style, text)
        said = self.language
        return FileResult(name, status, word, text, reason=said.message(finding), remedy=said.remedy(finding))
