"""What is finished costs nothing, in idle rounds neither: what a node does executes as many instructions in its databases beside
much of it as beside little. What grows with logs, anchors and passports is in tests/benchmarks.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, String, Table, UniqueConstraint, func, select

from carbonseal.node.access.callers import OPERATOR, Caller, Kind
from carbonseal.node.access.oidc.bearer import Identity
from carbonseal.node.access.principals import Wanted
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import NewToken
from carbonseal.node.exchange.inbox import NewEvent
from carbonseal.node.node import Node
from carbonseal.node.requests.idempotency import digest
from carbonseal.node.webhooks.events import EventType
from carbonseal.node.webhooks.receivers import NewReceiver
from carbonseal.service.monitoring.background import background
from carbonseal.storage.database import Database, insert_rows
from carbonseal.storage.node_tables import NODE_TABLES
from carbonseal.storage.paging import Span
from carbonseal.storage.schema import NODE
from carbonseal.storage.webhook_tables import DELIVERIES, OUTAGES, RECEIVERS
from tests import virtual_time
from tests.node.issuance.drafts.drafting import ROLES, reviewed
from tests.storage.conftest import Statements
from tests.storage.executed import instructions

MORE = 2048  # finished rows of each table that one of two nodes has, and the other does not
ELSEWHERE = {"anchors", "attempts", "closed", "evidence", "passports", "positions", "status_lists", "status_versions"}
NOT_FINISHED = {"balances", "certificates", "counters", "cursors", "held_accreditations"}  # rows of what there is
OF_ITS_OWN = {"document", "organisation"}  # columns: what a finished row is about, nobody asks about again
AT_ITS_END = {"ends": 1, "live": False, "open": False, "removed": 1, "revoked": 1}  # by the names of columns


async def idle(node: Node) -> None:
    running = asyncio.create_task(node.run())
    await asyncio.sleep(200)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def listed(node: Node) -> None:
    """Pages that are full in both nodes."""
    for waiting in (False, True):
        node.drafts.listed(OPERATOR, limit=2, waiting=waiting)
    node.jobs.listed(OPERATOR, 0, 1)
    node.statements.listed(OPERATOR, Span(limit=2))
    node.accreditations.listed(OPERATOR, Span(limit=2))
    node.access.audit.page(0, 2)
    node.access.granted(OPERATOR, 0, 1)
    node.webhooks.dead(OPERATOR, "default", "listener", 0, 1)


async def monitored(node: Node) -> None:
    background(node)


async def draft(node: Node) -> None:
    who = {name: Caller(name, Kind.PERSON, "default", frozenset(scopes)) for name, scopes in ROLES.items()}
    record = (await node.submit(b'{"n": "%s"}' % secrets.token_hex(8).encode(), "json/1")).commitment.hex()
    asked = {"issuer": "maker", "subject": "urn:example:pack", "records": [{"role": "footprint", "commitment": record}]}
    stored = await reviewed(node, asked, who)
    await node.drafts.release(stored.draft.number, stored.draft.content, who["carl"])


async def job(node: Node) -> None:
    async with node.idempotency.under(digest(secrets.token_hex()), digest("a request")) as key:
        begun = await node.jobs.export(OPERATOR, {"subject": "urn:example:cell"}, key)
    async for _ in node.jobs.finishing(begun["job"], OPERATOR, asyncio.sleep):
        pass


async def let_in(node: Node) -> None:
    name = secrets.token_hex(8)
    scopes = frozenset({Scope.READ})
    await node.access.admit(await node.access.create_token(NewToken(name, name, Kind.SYSTEM, "default", scopes, 1)))


async def partner_event(node: Node) -> None:
    assert node.partners.exchange is not None
    new = NewEvent("buyer", "default", "published", secrets.token_hex(8), "https://a.example", 0, b"{}", "")
    node.partners.exchange.inbox.put(new)


OPERATIONS = (listed, monitored, draft, job, let_in, partner_event, idle)


def finish(directory: Path, count: int) -> None:
    """Add so many rows like the newest of each table, at its end, under keys of their own."""
    with closing(Database(directory / "node.db", NODE)) as database, database.write() as connection:
        for table in NODE_TABLES.sorted_tables:
            if table.name in ELSEWHERE | NOT_FINISHED:
                continue
            by = next(iter(table.primary_key.columns))
            newest = connection.execute(select(table).order_by(by.desc()).limit(1)).mappings().first()
            assert newest is not None, f"no row in {table.name}: it is not known how one looks that is finished"
            rows = [finished(table, dict(newest), number) for number in range(1, count + 1)]
            insert_rows(connection, table, [tuple(row.values()) for row in rows])


def finished(table: Table, row: dict[str, Any], later: int) -> dict[str, Any]:
    row |= {name: value for name, value in AT_ITS_END.items() if name in row}
    row |= {
        name: secrets.token_bytes(32) if isinstance(row[name], bytes) else secrets.token_hex(16)
        for name in OF_ITS_OWN & row.keys()
    }
    if table.name == "jobs":
        row["tenant"] = "another"  # one has few, and is refused more
    if table.name == "pact_events":
        row["state"] = "told"
    if "number" in table.primary_key.columns:
        row["number"] += later
    for columns in [
        table.primary_key.columns,
        *(one.columns for one in table.constraints if isinstance(one, UniqueConstraint)),
    ]:
        texts = [column for column in columns if isinstance(column.type, String | LargeBinary)]
        for column in texts[-1:]:
            row[column.name] = secrets.token_hex(16) if isinstance(column.type, String) else secrets.token_bytes(32)
    return row


async def begin(directory: Path) -> None:
    """What `live` leaves out."""
    async with Node.open(directory) as node:
        commitment = (await node.submit(b'{"n": 1}', "json/1")).commitment
        await node.access.grant(OPERATOR, "ben", "default", commitment)
        of_ben = Wanted("ben", Kind.PERSON, None, None)
        await node.access.add_identity(Identity("https://login.example.org", "1"), of_ben)
        await node.audit_heads.join()
    with closing(Database(directory / "node.db", NODE)) as database, database.write() as connection:
        (number,) = connection.execute(select(func.max(RECEIVERS.c.number))).one()
        letter = (number + MORE + 1, 1, f"msg_{'0' * 40}", "sealed", b"{}", "dead", 1.8e9, 82, "answered 500")
        insert_rows(connection, DELIVERIES, [letter])
        outage = (1, "ledger/sim:1", "recovered", "it does not answer", "", 1_800_000_000, 1_800_000_000, False)
        insert_rows(connection, OUTAGES, [outage])


async def measure(directory: Path, executed: Callable[[], int]) -> dict[str, int]:
    """How many instructions each operation executes, when it is done for the second time."""
    costs: dict[str, int] = {}
    loop, began = asyncio.get_running_loop(), time.time() - virtual_time.START
    async with Node.open(directory, clock=lambda: began + loop.time()) as node:
        await node.startup_checked()
        wants = frozenset({EventType.REORGED})  # so that nothing is sent
        await node.webhooks.add(OPERATOR, NewReceiver("default", "listener", "https://receiver.example/", wants))
        for operation in OPERATIONS:
            await operation(node)
            before = executed()
            await operation(node)
            costs[operation.__name__] = executed() - before
    return costs


def test_nothing_reads_what_is_finished(
    lived: tuple[Path, Statements], tmp_path: Path, plugins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(plugins)
    few, many = tmp_path / "few", tmp_path / "many"
    shutil.copytree(lived[0], few)
    asyncio.run(begin(few))
    shutil.copytree(few, many)
    finish(many, MORE)
    with instructions() as executed:
        beside_few, beside_many = (virtual_time.run(measure(directory, executed)) for directory in (few, many))
    assert all(beside_few.values())
    grown = {name: (beside_few[name], cost) for name, cost in beside_many.items() if cost - beside_few[name] >= MORE}
    assert grown == {}  # where rows are read, each takes several instructions
