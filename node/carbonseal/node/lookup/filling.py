"""Filling of the index: what a worker process does with records that joined a log. It reads what they say, and stores that."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from carbonseal.findings import Refused
from carbonseal.node.sealing.queue import Stored
from carbonseal.storage.database import Database
from carbonseal.storage.schema import INDEX

from .index import Dispute, Index
from .said import NOTHING, Said, read


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
    problems: dict[int, str] = {}
    said: list[tuple[Stored, Said]] = []
    for stored, canonical in records:
        try:
            says = read(stored.receipt.profile, canonical)
        except (Refused, ValueError) as error:
            problems[stored.index] = error.finding.message if isinstance(error, Refused) else str(error)
            says = NOTHING
        said.append((stored, says))
    with closing(Database(path, INDEX, may_be_new=False)) as database:
        index = Index(database)
        return Filled(index.add(part.log, (part.start, part.end), part.last, said, by_time=part.by_time), problems)
