"""What a worker process of the desk does: it examines the files in a folder together, and makes a page or answers of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from carbonseal.desk.groups import Groups
from carbonseal.desk.html import Pages
from carbonseal.desk.judged import PolicyFacts, first_words
from carbonseal.desk.presenter import DeskResults
from carbonseal.desk.table import as_csv
from carbonseal.examining.consignment import read_consignment
from carbonseal.examining.examination import Examination
from carbonseal.examining.files.given import GivenFiles
from carbonseal.examining.judging import NamedBytes, VerifyJob
from carbonseal.examining.results import FileResult, RowFacts
from carbonseal.languages import sentences
from carbonseal.languages.counting import summary
from carbonseal.languages.language import language
from carbonseal.verification.consignment.matching import LineResult


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
    """One request: the folder with its files, the instant, the language, and the declaration, where there is one."""

    folder: Path
    at: datetime
    lang: str
    declaration: Path | None = None
    packing: Path | None = None


class Examiner:
    """Examines for one request. It asks nobody."""

    def __init__(self, _ask: Callable[..., Any]) -> None:
        pass

    def page(self, holding: Holding, asked: Asked) -> str:
        """The whole page. Raises Refused where there is no file, or a table cannot be read."""
        results, lines = _examined(holding, asked, with_pages=True)
        said = language(asked.lang)
        pages, groups = Pages(asked.at, said), Groups()
        shown = [one.page for one in results if one.page is not None]
        many = len(shown) != 1
        title = summary(Counter(one.word for one in results), said) if many else shown[0].row.title
        parts = [pages.head(title, many=many)]
        if many:
            parts += (pages.row(one.row, groups.of(one.row.basis)) for one in shown)
            parts.append(pages.between())
        parts += (one.part for one in shown)
        without = [
            f"{_name(one.name, asked)}: {said.say(sentences.RESULTS[one.word])}" for one in results if one.page is None
        ]
        return "".join([*parts, pages.tail(holding.facts, without, lines, again=True)])

    def table(self, holding: Holding, asked: Asked) -> str:
        """What the page's table says, as CSV."""
        results, _ = _examined(holding, asked, with_pages=True)
        return as_csv([(_name(one.name, asked), one.word, _row(one)) for one in results])

    def compact(self, holding: Holding, asked: Asked) -> list[str]:
        """A line of JSON for each file, of at most a kilobyte."""
        return [result.text for result in _examined(holding, asked, with_pages=False)[0]]


def _examined(holding: Holding, asked: Asked, *, with_pages: bool) -> tuple[list[FileResult], list[LineResult]]:
    prefix = f"{asked.folder}/"
    results = DeskResults(asked.at, language(asked.lang), prefix, with_pages)
    goods = None if asked.declaration is None else read_consignment(asked.declaration, asked.packing)
    job = VerifyJob(holding.policy, holding.trust, results, is_consigned=goods is not None)
    with Examination(job, GivenFiles([str(asked.folder)])) as examination:
        _exhaust(examination.read())
        if goods is not None:
            examination.add(goods.rows(examination.delivered))
        found = [*examination.results(examination.examine())]
        delivered = [one.delivered for one in found if one.delivered is not None]
        lines = [] if goods is None else [*goods.results(delivered, examination.observed())]
    return found, lines


def _exhaust(steps: Iterator[object]) -> None:
    for _ in steps:
        pass


def _name(name: str, asked: Asked) -> str:
    return name.removeprefix(f"{asked.folder}/").partition("/")[2]


def _row(result: FileResult) -> RowFacts | None:
    return None if result.page is None else result.page.row
