"""A report as a page (`carbonseal verify --report`): parts of files are kept on the disk until all are there, so that memory is
bounded whatever their number."""

from __future__ import annotations

import hashlib
import pickle
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

from carbonseal.cli.formatting.results import Results
from carbonseal.cli.outputs import Output
from carbonseal.examining.named_bytes import NamedBytes
from carbonseal.examining.results import FileResult, RowFacts

if TYPE_CHECKING:
    from carbonseal.desk.judged import PolicyFacts
    from carbonseal.desk.unread import Unread
    from carbonseal.verification.consignment.matching import LineResult


class ReportPage:
    """The page of one command. A context, which forgets what was not written."""

    def __init__(self, output: Output, policy: NamedBytes, results: Results) -> None:
        self._output = output
        self._policy = policy
        self._results = results
        self._count = 0
        self._title = ""
        self._unread: list[Unread] = []
        self._rows: IO[bytes]
        self._parts: IO[bytes]

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            self._rows = opened.enter_context(tempfile.TemporaryFile())
            self._parts = opened.enter_context(tempfile.TemporaryFile())
            self._opened = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def add(self, result: FileResult) -> None:
        """The part of one file. One that has no verdict is named at the end."""
        from carbonseal.desk.unread import Unread

        if result.page is None:
            self._title = result.name
            self._unread.append(Unread.of(result, result.name, self._results.language))
            return
        self._count += 1
        self._title = result.page.row.title
        pickle.dump(result.page.row, self._rows)
        self._parts.write(result.page.part.encode())

    def write(self, summary: str, lines: Sequence[LineResult] = ()) -> None:
        """Write the page. `summary` is its title where there are many files. Raises `BrokeOff`."""
        from carbonseal.desk.comparison import Groups
        from carbonseal.desk.html import Pages

        pages, many = Pages(self._results.at, self._results.language), self._count + len(self._unread) != 1
        groups = Groups()
        for row in self._kept_rows():
            groups.count(row.basis)
        with self._output.stream() as page:
            page.write(pages.head(summary if many else self._title, is_heading=many).encode())
            if many and self._count:
                page.write(pages.table().encode())
                for row in self._kept_rows():
                    page.write(pages.row(row, groups.of(row.basis)).encode())
                page.write(pages.between().encode())
            page.write(pages.lines(lines).encode())
            page.write(pages.unread(self._unread, alone=not many).encode())
            _copy(self._parts, page)
            page.write(pages.tail(self._facts()).encode())

    def _kept_rows(self) -> Iterator[RowFacts]:
        self._rows.seek(0)
        for _ in range(self._count):
            yield pickle.load(self._rows)  # noqa: S301 - written by this process, above

    def _facts(self) -> PolicyFacts:
        from carbonseal.desk.judged import PolicyFacts, first_words

        path = Path(self._policy.name)
        digest = hashlib.sha256(self._policy.raw).hexdigest()
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return PolicyFacts(path.name, digest, first_words(self._policy.raw), changed)


def _copy(kept: IO[bytes], page: IO[bytes]) -> None:
    kept.seek(0)
    shutil.copyfileobj(kept, page)
