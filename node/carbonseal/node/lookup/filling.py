"""Filling of the index: what a worker process does with records that joined a log. It reads what they say, and stores that."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from carbonseal.node.sealing.queue import Stored
from carbonseal.storage.database import Database
from carbonseal.storage.schema import INDEX

from .index import Dispute, Index
from .said import read_all


class Part(NamedTuple):
    """Entries of the log of this origin, from `start` up to `end`, of which `last` is the last. `by_time` as in `Index.add`."""

    log: str
    start: int
    end: int
    last: bytes
    by_time: bool


class Filled(NamedTuple):
    """The second figures that were found, and why records could not be read, by their entries: these say nothing."""

    disputes: list[Dispute]
    problems: dict[int, str]


def fill(path: Path, part: Part, records: Sequence[tuple[Stored, bytes]]) -> Filled:
    """Put the records of a part, each with its canonical bytes, into the index at `path`, which ends where they begin. Durable on
    return; called twice, the second call changes nothing. Raises `BrokenOff` where disk or file are the reason."""
    found = read_all((stored.receipt.profile, canonical) for stored, canonical in records)
    read = [(stored, said) for (stored, _), (said, _) in zip(records, found, strict=True)]
    problems = {stored.index: problem for (stored, _), (_, problem) in zip(records, found, strict=True) if problem}
    with closing(Database(path, INDEX, may_be_new=False)) as database:
        covering = part.start, part.end
        disputes = Index(database).add(part.log, covering, part.last, read, by_time=part.by_time)
    return Filled(disputes, problems)
