"""What a worker process of the desk does: it examines the files in a folder together, and makes a page or answers of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from carbonseal.desk.compact import of_line
from carbonseal.desk.comparison import Groups
from carbonseal.desk.html import Pages
from carbonseal.desk.judged import PolicyFacts, first_words
from carbonseal.desk.presenter import DeskResults
from carbonseal.desk.sent_names import PASSPORTS, SentNames
from carbonseal.desk.table import as_csv
from carbonseal.desk.unread import Unread
from carbonseal.examining.codes import FILES_NONE
from carbonseal.examining.consignment import read_consignment
from carbonseal.examining.examination import Examination
from carbonseal.examining.files.given import GivenFiles
from carbonseal.examining.judging import VerifyJob
from carbonseal.examining.named_bytes import NamedBytes
from carbonseal.examining.results import FileResult, RowFacts
from carbonseal.findings import Refused
from carbonseal.languages.counting import summary
from carbonseal.languages.language import language
from carbonseal.verification.consignment.matching import LineResult

from .codes import DESK_NO_FILES


@dataclass(frozen=True, slots=True)
class Holding:
    """What a desk holds: a policy, when its file was changed, and trust."""

    policy: NamedBytes
    trust: tuple[NamedBytes, ...]
    changed: datetime | None = None

    @property
    def facts(self) -> PolicyFacts:
        """Which policy it is."""
        digest = hashlib.sha256(self.policy.raw).hexdigest()
        return PolicyFacts(Path(self.policy.name).name, digest, first_words(self.policy.raw), self.changed)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its folder (`carbonseal.desk.sent_names`), the instant, the language, and the declaration if there is one."""

    folder: Path
    at: datetime
    lang: str
    declaration: Path | None = None
    packing: Path | None = None

    @property
    def names(self) -> SentNames:
        """The names of its files, as they were sent."""
        return SentNames(str(self.folder))


@dataclass(frozen=True, slots=True)
class _Found:
    results: list[FileResult]
    lines: list[LineResult]
    left_out: list[str]  # names of files that systems put beside others


class Examiner:
    """Examines for one request. It asks nobody. What it gives and raises names files as they were sent."""

    def __init__(self, _ask: Callable[..., Any]) -> None:
        pass

    def page(self, holding: Holding, asked: Asked) -> str:
        """The whole page. Raises Refused where there is no file, or a table cannot be read."""
        found = _examined(holding, asked, with_pages=True)
        said, names = language(asked.lang), asked.names
        pages, groups = Pages(asked.at, said), Groups()
        shown = [one.page for one in found.results if one.page is not None]
        unread = [Unread.of(one, names.of(one.name), said) for one in found.results if one.page is None]
        for one in shown:
            groups.count(one.row.basis)
        many = len(found.results) != 1
        alone = shown[0].row.title if shown else unread[0].file if unread else ""
        title = summary(Counter(one.word for one in found.results), said) if many else alone
        parts = [pages.head(title, is_heading=many)]
        if many and shown:
            parts.append(pages.table())
            parts += (pages.row(one.row, groups.of(one.row.basis)) for one in shown)
            parts.append(pages.between())
        parts += [pages.lines(found.lines), pages.unread(unread, alone=not many)]
        parts += (one.part for one in shown)
        return "".join([*parts, pages.tail(holding.facts, found.left_out, again=True)])

    def table(self, holding: Holding, asked: Asked) -> str:
        """What the page's table says, as CSV."""
        found = _examined(holding, asked, with_pages=True)
        return as_csv([(asked.names.of(one.name), one.word, _row(one)) for one in found.results], language(asked.lang))

    def compact(self, holding: Holding, asked: Asked) -> list[str]:
        """A line of JSON for each file, and for each line of the declaration, of at most a kilobyte."""
        found = _examined(holding, asked, with_pages=False)
        return [*(result.text for result in found.results), *map(of_line, found.lines)]


def _examined(holding: Holding, asked: Asked, *, with_pages: bool) -> _Found:
    try:
        return _examine(holding, asked, with_pages=with_pages)
    except Refused as refused:
        if refused.finding.code is FILES_NONE:
            raise Refused(DESK_NO_FILES()) from refused
        raise Refused(asked.names.finding(refused.finding)) from refused


def _examine(holding: Holding, asked: Asked, *, with_pages: bool) -> _Found:
    results = DeskResults(asked.at, language(asked.lang), asked.names, with_pages)
    goods = None if asked.declaration is None else read_consignment(asked.declaration, asked.packing)
    job = VerifyJob(holding.policy, holding.trust, results, is_consigned=goods is not None)
    files = GivenFiles([str(asked.folder / PASSPORTS)])
    with Examination(job, files) as examination:
        _exhaust(examination.read())
        if goods is not None:
            examination.add(goods.rows(examination.delivered))
        found = [*examination.results(examination.examine())]
        delivered = [one.delivered for one in found if one.delivered is not None]
        lines = [] if goods is None else asked.names.lines(goods.results(delivered, examination.observed()))
    if not found:
        raise Refused(FILES_NONE(names=""))
    return _Found(found, lines, sorted({Path(name).name for name in files.left_out}))


def _exhaust(steps: Iterator[object]) -> None:
    for _ in steps:
        pass


def _row(result: FileResult) -> RowFacts | None:
    return None if result.page is None else result.page.row
