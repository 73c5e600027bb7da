"""Index of records by commitment: a log-structured merge tree over the commitments' first 8 bytes.

Commitments are random. In one B-tree each would dirty a page of its own, the more certainly the larger the tree: 16 kB written
for a row of 20 bytes. Here rows go into sorted runs, which are written from their beginning to their end:

- `add` fills a run of level 0. Eight full runs of one level are merged into one of the next; a row is written once a level.
- A merge goes on by steps, a slice of the prefixes at a time, so that no call waits for millions of rows. A step moves rows: in
  every committed state each row is in exactly one run, and whoever looks in all runs finds it.
- `find` looks in every run. There are a few for each level, and one level more for eight times the records.

Owns the tables `known` (rows) and `known_runs`. What it holds is derived from the entries, and lags behind: `until` says how far
it reaches.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, literal, select, update

from carbonseal.storage.database import insert_rows, insert_values, select_among
from carbonseal.storage.log_tables import KNOWN, KNOWN_RUNS

RUN = 32_768  # records of a full run of level 0
FAN = 8  # runs of one level that are merged
_PREFIX = struct.Struct("!q").unpack_from
STEP = 4 * RUN  # records that one step of a merge moves, about
_FIND = select(KNOWN.c.number).where(
    KNOWN.c.run.in_(select(KNOWN_RUNS.c.run)), KNOWN.c.prefix.in_([bindparam("prefix")])
)


def add(connection: Connection, records: Iterable[tuple[bytes, int]], until: int) -> None:
    """Add records, (commitment, number) each: the index reaches up to entry `until` then. Where they fill a run, every merge
    that is due goes on by a step."""
    rows = sorted((prefix(commitment), number) for commitment, number in records)
    run = _open_run(connection) or _new_run(connection, 0)
    insert_values(connection, KNOWN, [value for row in rows for value in (run, *row)])
    grown = update(KNOWN_RUNS).where(KNOWN_RUNS.c.run == run)
    connection.execute(grown.values(records=KNOWN_RUNS.c.records + len(rows), until=until))
    if _open_run(connection) is None:
        _begin_merges(connection)
        merging = select(KNOWN_RUNS.c.into).where(KNOWN_RUNS.c.into.is_not(None)).distinct()
        for target in connection.scalars(merging).all():
            _move_slice(connection, target)


def reaches(connection: Connection) -> int:
    """The number of the first entry that the index does not cover."""
    return connection.scalar(select(func.max(KNOWN_RUNS.c.until))) or 0


def find(connection: Connection, commitments: Sequence[bytes]) -> list[int]:
    """The numbers of all records whose commitments begin like one of these."""
    prefixes = [prefix(commitment) for commitment in commitments]
    return [number for (number,) in select_among(connection, _FIND, prefixes)]


def _open_run(connection: Connection) -> int | None:
    """The run of level 0 that is not full, where there is one."""
    return connection.scalar(select(KNOWN_RUNS.c.run).where(KNOWN_RUNS.c.level == 0, KNOWN_RUNS.c.records < RUN))


def _new_run(connection: Connection, level: int, records: int = 0, until: int = 0) -> int:
    """A run with the highest number: what is inserted in its order is appended to the table, and packs its pages."""
    run: int = 1 + (connection.scalar(select(func.max(KNOWN_RUNS.c.run))) or 0)
    insert_rows(connection, KNOWN_RUNS, [(run, level, records, until, None)])
    return run


def _begin_merges(connection: Connection) -> None:
    """Full runs of a level that nothing is merged into any more, and that are enough, get a run to be merged into."""
    runs = connection.execute(select(KNOWN_RUNS).order_by(KNOWN_RUNS.c.level)).all()
    growing = {run.into for run in runs}
    levels: dict[int, list[tuple[int, int, int]]] = {}
    for run in runs:
        if run.into is None and run.run not in growing and (run.level or run.records >= RUN):
            levels.setdefault(run.level, []).append((run.run, run.records, run.until))
    for level, full in levels.items():
        if len(full) >= FAN:
            numbers, records, until = zip(*full[:FAN], strict=True)
            target = _new_run(connection, level + 1, sum(records), max(until))
            connection.execute(update(KNOWN_RUNS).where(KNOWN_RUNS.c.run.in_(numbers)).values(into=target))


def _move_slice(connection: Connection, target: int) -> None:
    """Move the records with the lowest prefixes, and end the merge with the last of them."""
    sources = list(connection.scalars(select(KNOWN_RUNS.c.run).where(KNOWN_RUNS.c.into == target)))
    first = select(KNOWN.c.prefix).where(KNOWN.c.run == sources[0]).order_by(KNOWN.c.prefix)
    last: int | None = connection.scalar(
        first.offset(STEP // FAN).limit(1)
    )  # prefixes are random: alike in all sources
    moved: ColumnElement[bool] = KNOWN.c.run.in_(sources)
    if last is not None:
        moved &= KNOWN.c.prefix <= last
    rows = select(literal(target), KNOWN.c.prefix, KNOWN.c.number).where(moved).order_by(KNOWN.c.prefix, KNOWN.c.number)
    connection.execute(insert(KNOWN).from_select(["run", "prefix", "number"], rows))
    connection.execute(delete(KNOWN).where(moved))
    if last is None:
        connection.execute(delete(KNOWN_RUNS).where(KNOWN_RUNS.c.run.in_(sources)))


def prefix(commitment: bytes) -> int:
    """The first 8 bytes, as an integer that every database holds."""
    return int(_PREFIX(commitment)[0])
