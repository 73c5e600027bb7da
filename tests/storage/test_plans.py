"""No statement of a node reads a whole table that grows with what is finished: each one's query plan says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from carbonseal.storage.index_tables import INDEX_TABLES
from carbonseal.storage.log_tables import LOG_TABLES
from carbonseal.storage.node_tables import NODE_TABLES
from tests.storage.conftest import Statements

# Tables with a row for each ledger, log, foreign log or status list, and those of who is let in and of receivers, which are in
# memory.
# `known_runs` has a few for each level of the index.
BOUNDED = {
    "alembic_version",
    "balances",
    "certificates",
    "closed",
    "covered",
    "counters",
    "identities",
    "known_runs",
    "principals",
    "receivers",
    "status_lists",
    "taken_heads",
    "tokens",
}
GROWING = {table.name for tables in (INDEX_TABLES, LOG_TABLES, NODE_TABLES) for table in tables.sorted_tables} - BOUNDED
COARSE = {"is_disputed", "issuer", "ledger", "list", "log", "log_id", "name", "origin", "profile", "state", "tenant"}


def read_whole(engine: Engine, statement: str, parameters: Any) -> set[str]:
    """The growing tables of which the statement reads every row, or every row of a ledger, a log or a list. The first rows in the
    order of an index (LIMIT) are not every row."""
    with engine.connect() as connection:
        plan = [str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    if " LIMIT " in statement and not any("TEMP B-TREE" in step for step in plan):
        return set()
    return {table for step in plan for table in _whole(step)} & GROWING


def _whole(step: str) -> Iterator[str]:
    if found := re.match(r"SCAN (\w+)", step):
        yield found[1]
        return
    found = re.match(r"SEARCH (\w+) .*\((.*)\)", step)
    if found and set(re.findall(r"(\w+)[=<>]", found[2])) <= COARSE:
        yield found[1]


def test_no_statement_reads_a_whole_table(lived: tuple[Path, Statements]) -> None:
    _, statements = lived
    assert len(statements) > 30
    wrong = {
        statement: tables
        for statement, (engine, parameters) in statements.items()
        if (tables := read_whole(engine, statement, parameters))
    }
    assert not wrong


def test_a_scan_is_seen(lived: tuple[Path, Statements]) -> None:
    _, statements = lived
    engine = next(engine for statement, (engine, _) in statements.items() if "FROM entries" in statement)
    assert read_whole(engine, "SELECT count(*) FROM entries", ()) == {"entries"}
    assert read_whole(engine, "SELECT note FROM heads WHERE note = ?", (b"",)) == {"heads"}
    assert read_whole(engine, "SELECT note FROM heads ORDER BY size DESC LIMIT 1", ()) == set()
    assert read_whole(engine, "SELECT note FROM heads WHERE size = ?", (1,)) == set()
