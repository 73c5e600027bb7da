"""Keys of requests: what is asked again under one is made once, whatever happens in between."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from carbonseal.findings import Finding, Refused
from carbonseal.node.access.callers import OPERATOR, Caller, Kind
from carbonseal.node.failpoints import CREDENTIAL_SIGNED, FILE_KEPT, ISSUE_POINTS
from carbonseal.node.node import Node
from carbonseal.node.requests.idempotency import LIFETIME, REMOVED, digest, key_of
from carbonseal.storage.database import Database
from carbonseal.storage.request_tables import IDEMPOTENCY_KEYS
from carbonseal.storage.schema import NODE
from tests.node.conftest import Begin
from tests.node.issuance.issuing import MAKER, RECORD, Clock, request, within
from tests.node.issuance.stating import ACCREDITOR, BODY, accreditation_request, multikey, statement_request, subject
from tests.node.requests.driver import KEY, ask, run

T = TypeVar("T")


@pytest.fixture
def directory(begin: Begin) -> Path:
    return begin(issuers=(MAKER,), bodies=(BODY,), accreditors=(ACCREDITOR,))


def at_once(directory: Path, work: Callable[[Node], Awaitable[T]]) -> T:
    """As `within`, by the clock of the processes that are killed."""

    async def opened() -> T:
        async with Node.open(directory) as node:
            return await work(node)

    return asyncio.run(opened())


async def wanted(node: Node, what: str) -> dict[str, Any]:
    commitment = (await node.submit(RECORD, "json/1")).commitment
    if what == "passports":
        return request(commitment)
    if what == "statements/issue":
        return statement_request(subject([commitment], opinionDate=time.strftime("%Y-%m-%d", time.gmtime())))
    return accreditation_request(multikey(node.directory))


def handed_out(node: Node) -> int:
    """So many documents were."""
    stated = (node.statements.listed(OPERATOR), node.accreditations.listed(OPERATOR))
    return len(node.issued()) + sum(map(len, stated))


@pytest.mark.parametrize("what", ["passports", "statements/issue", "accreditations/issue"])
@pytest.mark.parametrize("point", ISSUE_POINTS)
def test_killed_while_it_issues_the_retry_gets_the_same_credential(what: str, point: str, directory: Path) -> None:
    """Dead where it has signed, and the retry dead at each point: the log has one credential, and it is what is answered."""
    wish = at_once(directory, lambda node: wanted(node, what))
    assert run(directory, CREDENTIAL_SIGNED, what, wish) == -signal.SIGKILL
    assert run(directory, point, what, wish) == -signal.SIGKILL

    async def again(node: Node) -> None:
        assert handed_out(node) == (point == FILE_KEPT)
        first = await ask(node, what, wish)
        assert [await ask(node, what, wish) for _ in range(2)] == [first, first]
        assert handed_out(node) == 1
        await node.sequence()
        assert node.log().size == 5  # genesis, record, credential, and its two status lists

    at_once(directory, again)


def test_without_a_key_each_request_makes_a_credential(directory: Path) -> None:
    async def work(node: Node) -> None:
        wish = await wanted(node, "passports")
        assert await node.issue(wish) != await node.issue(wish)
        assert handed_out(node) == 2

    at_once(directory, work)


def test_two_at_one_time_make_one(directory: Path) -> None:
    """One of them is told that the other is worked on; afterwards it gets what that made."""

    async def work(node: Node) -> None:
        wish = await wanted(node, "passports")
        both = await asyncio.gather(*(ask(node, "passports", wish) for _ in range(5)), return_exceptions=True)
        (made,) = (one for one in both if isinstance(one, bytes))
        codes = [one.finding.code.name for one in both if isinstance(one, Refused)]
        assert codes == ["idempotency.under-way"] * 4
        assert await ask(node, "passports", wish) == made
        assert handed_out(node) == 1

    at_once(directory, work)


def test_another_request_under_the_key_is_refused_while_the_first_is_worked_on_and_after(directory: Path) -> None:
    async def work(node: Node) -> None:
        wish = await wanted(node, "passports")
        other = {**wish, "subject": "urn:example:other"}
        first, second = await asyncio.gather(
            ask(node, "passports", wish), ask(node, "passports", other), return_exceptions=True
        )
        assert isinstance(first, bytes)
        assert isinstance(second, Refused)
        for _ in range(2):
            assert second.finding.code.name == "idempotency.other-request"
            with pytest.raises(Refused) as caught:
                await ask(node, "passports", other)
            second = caught.value
        assert handed_out(node) == 1

    at_once(directory, work)


def test_what_was_refused_leaves_the_key_free(directory: Path) -> None:
    async def work(node: Node) -> None:
        wish = await wanted(node, "passports")
        with pytest.raises(Refused):
            await ask(node, "passports", {**wish, "issuer": "nobody"})
        assert await ask(node, "passports", wish)

    at_once(directory, work)


def test_warnings_are_told_again(directory: Path) -> None:
    async def work(node: Node) -> None:
        wish = {**await wanted(node, "passports"), "supersedes": "0" * 64}
        told: list[list[Finding]] = []
        for _ in range(2):
            warnings: list[Finding] = []
            async with node.idempotency.under(KEY, digest("a request")) as key:
                await node.issue(wish, warnings.append, key=key)
            told.append(warnings)
        assert told[0] == told[1]
        assert told[0]

    at_once(directory, work)


def test_a_key_is_its_callers() -> None:
    callers = [
        Caller(name, kind, tenant, frozenset(), token)
        for name, kind, tenant, token in (
            ("erp", Kind.SYSTEM, "steel", "a"),
            ("erp", Kind.PERSON, "steel", "a"),
            ("erp", Kind.SYSTEM, "motors", "a"),
            ("mes", Kind.SYSTEM, "steel", "a"),
            ("er", Kind.SYSTEM, "steel", "a"),
        )
    ]
    ids = {key_of(caller, text) for caller in (*callers, OPERATOR) for text in ("k", "pk")}
    assert len(ids) == 12
    rotated = Caller("erp", Kind.SYSTEM, "steel", frozenset(), "b")
    assert key_of(rotated, "k") == key_of(callers[0], "k")


def test_keys_end_and_are_removed_by_those_that_come(directory: Path) -> None:
    """The table has those that are new; each that comes removes a few of the old."""
    clock = Clock()

    async def work(node: Node) -> None:
        async def answered(number: int) -> bool:
            """Whether it was before; it is now."""
            async with node.idempotency.under(digest(str(number)), b"asked") as key:
                if key.answer is None:
                    await node.idempotency.keep(key, b"answer")
                    return False
                return True

        for number in range(REMOVED + 9):
            assert not await answered(number)
        await clock.sleep(LIFETIME - 1)
        assert await answered(0)
        await clock.sleep(1)
        assert not await answered(0)
        assert rows(directory) == 10
        assert not await answered(1)
        assert rows(directory) == 2

    within(directory, clock, work)


def rows(directory: Path) -> int:
    with closing(Database.read_only(directory / "node.db", NODE, live=True)) as database, database.read() as connection:
        return len(connection.execute(select(IDEMPOTENCY_KEYS.c.id)).all())
