"""Names as the sender of files gave them: nobody who asks a desk is told where it keeps what was sent.

Of each request there is a folder, in which each file is in a folder with a number: ``FOLDER/passports/000017/lot/a.json`` was sent
as ``lot/a.json``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from carbonseal.findings import Finding, Phrase
from carbonseal.verification.consignment.matching import LineResult
from carbonseal.verification.verify import Report

PASSPORTS, TABLES = "passports", "tables"


@dataclass(frozen=True)
class SentNames:
    """The names of the files in one request's folder."""

    folder: str

    def of(self, text: str) -> str:
        """A text in which every path of this folder is the name that was sent.

        >>> SentNames("/tmp/x").of("/tmp/x/passports/000017/lot/a.json!3 and /tmp/x/passports/000018/b.json")
        'lot/a.json!3 and b.json'
        """
        return self._paths.sub("", text)

    def finding(self, finding: Finding) -> Finding:
        """A finding that names files as they were sent: in its place, its facts and its phrases."""
        return Finding(
            finding.code,
            tuple(map(self.of, finding.place)),
            {name: self.of(fact) for name, fact in finding.facts.items()},
            {name: tuple(map(self._phrase, several)) for name, several in finding.phrases.items()},
        )

    def report(self, report: Report) -> Report:
        """A report whose findings name files as they were sent."""
        return replace(report, findings=tuple(map(self.finding, report.findings)))

    def lines(self, lines: Iterable[LineResult]) -> list[LineResult]:
        """Results of lines that name files as they were sent."""
        return [
            replace(
                one,
                findings=tuple(map(self.finding, one.findings)),
                passports=tuple(map(self.of, one.passports)),
            )
            for one in lines
        ]

    def _phrase(self, phrase: Phrase) -> Phrase:
        return Phrase(phrase.template, {name: self.of(fact) for name, fact in phrase.facts.items()})

    @cached_property
    def _paths(self) -> re.Pattern[str]:
        return re.compile(re.escape(self.folder) + rf"(/({PASSPORTS}|{TABLES}))?(/[0-9]{{6}})?/?")
