"""Real processes, killed with SIGKILL at every point of a release: of one release one document is signed, sealed and handed out."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select

from carbonseal.node.failpoints import ISSUE_POINTS, RELEASE_DECIDED
from carbonseal.node.issuance.drafts.machine import State
from carbonseal.node.issuance.drafts.tables import Stored
from carbonseal.node.node import Node
from carbonseal.passport.passports import parse
from carbonseal.service.health import health
from carbonseal.storage.database import Database
from carbonseal.storage.log_tables import PAYLOADS
from carbonseal.storage.schema import LOG
from tests.node.conftest import Begin
from tests.node.issuance.drafts.drafting import four_eyes, people, reviewed, statement_wanted, wanted
from tests.node.issuance.drafts.driver import CARL, NOW, run

KINDS = {"passport": wanted, "statement": statement_wanted}


def sealed(node: Node, subject: str) -> list[bytes]:
    """All documents that were sealed here and say that they are of this type, whether they are in a file or not."""
    path = node.directory / "logs/default.db"
    with closing(Database.read_only(path, LOG, live=True)) as database, database.read() as connection:
        entries = [bytes(one) for one in connection.scalars(select(PAYLOADS.c.canonical))]
    return [one for one in entries if subject in orjson.loads(one).get("type", ())]


def again(directory: Path, work: Callable[[Node], object], later: float) -> None:
    async def opened() -> None:
        async with Node.open(directory, clock=lambda: NOW + later) as node:
            result = work(node)
            if asyncio.iscoroutine(result):
                await result

    asyncio.run(opened())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("point", [RELEASE_DECIDED, *ISSUE_POINTS])
def test_killed_at_every_point_and_once_more(point: str, kind: str, begin: Begin) -> None:
    directory = four_eyes(begin)
    kept: list[Stored] = []

    async def prepare(node: Node) -> None:
        kept.append(await reviewed(node, await KINDS[kind](node), await people(node), kind))

    again(directory, prepare, 0)
    assert run(directory, point) == -signal.SIGKILL
    if point == RELEASE_DECIDED:  # it was told, and nothing of it is signed

        def untouched(node: Node) -> None:
            assert not sealed(node, TYPE[kind])
            assert [one["about"] for one in health(node)["failures"]] == ["draft/1"]
            assert [one.code.name for one in node.issuing_problems().values()] == ["draft.stuck"]

        again(directory, untouched, 0)
    assert run(directory, point) in (-signal.SIGKILL, 0)  # while it completes what was interrupted

    async def finish(node: Node) -> None:
        await node.drafts.finish()
        assert health(node)["state"] == "ok"
        (stored,) = node.drafts.listed(CARL)
        assert (stored.draft.state, stored.draft.releaser) == (State.RELEASED, "carl")
        (one,) = sealed(node, TYPE[kind])
        assert stored.document is not None
        if kind == "passport":
            (listed,) = node.issued()
            assert listed.digest == stored.document
            assert parse(await node.passport(stored.document) or b"").credential.canonical == one
        else:
            (told,) = node.statements.listed(CARL)
            assert told["statement"] == stored.document.hex()
        done = await node.drafts.release(1, stored.draft.content, CARL)
        assert done == stored

    again(directory, finish, 90_000)  # by another clock: what was signed is not signed with another date


TYPE = {"passport": "DigitalCarbonPassport", "statement": "CarbonStatement"}
