"""The audit chain: every act is in it, and what was changed or taken out is found."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from carbonseal.findings import Refused
from carbonseal.log.entries import EvidenceDigest
from carbonseal.node.access.audit_chain import START, Event, check, link
from carbonseal.node.access.callers import OPERATOR, Caller, Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import NewToken
from carbonseal.node.config import SignerConfig
from carbonseal.node.node import Node
from carbonseal.passport.passports import parse
from tests.nodes import make_node, settings

ANNA = Caller("anna", Kind.PERSON, "default", frozenset({Scope.REVOKE}), "anna-1")
MAKER = SignerConfig("maker", "did:web:maker.example", "file:keys/maker.key")
ERP = NewToken("erp-1", "erp", Kind.SYSTEM, "default", frozenset({Scope.READ}), 1)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return make_node(tmp_path / "node", settings(issuers=(MAKER,)))


def run(directory: Path, act: Callable[[Node], Awaitable[None]]) -> None:
    async def go() -> None:
        async with Node.open(directory, clock=lambda: 1_800_000_000) as node:
            await act(node)

    asyncio.run(go())


def code(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.finding.code.name


async def issue(node: Node) -> bytes:
    receipt = await node.submit(b"{}", "json/1")
    listed = [{"role": "footprint", "commitment": receipt.commitment.hex()}]
    return parse(
        await node.issue({"issuer": "maker", "subject": "urn:example:cell", "records": listed}, caller=ANNA)
    ).root


def test_who_what_when_why(directory: Path) -> None:
    async def act(node: Node) -> None:
        await node.access.create_token(ERP)
        digest = await issue(node)
        await node.suspend(digest, ANNA, "under test")
        await node.reinstate(digest, ANNA, "tested")
        await node.revoke(digest, ANNA, "a wrong figure")
        await node.access.revoke_token("erp-1", "lost")
        events = [orjson.loads(event) for event, _ in node.access.audit.page(0)]
        assert [(one["number"], one["who"]["name"], one["what"], one["why"]) for one in events] == [
            (1, "operator", "create-token", ""),
            (2, "anna", "issue-passport", ""),
            (3, "anna", "suspend-passport", "under test"),
            (4, "anna", "reinstate-passport", "tested"),
            (5, "anna", "revoke-passport", "a wrong figure"),
            (6, "operator", "revoke-token", "lost"),
        ]
        assert events[4]["who"] == {"kind": "person", "name": "anna", "token": "anna-1"}
        assert events[4]["about"] == {"credential": digest.hex()}
        assert events[4]["time"] == "2027-01-15T08:00:00Z"

    run(directory, act)


def test_what_is_refused_for_its_caller_leaves_no_event(directory: Path) -> None:
    """Else whoever has a token could fill the chain."""
    stranger = Caller("eve", Kind.SYSTEM, "other", frozenset(Scope))

    async def act(node: Node) -> None:
        digest = await issue(node)
        before = node.access.audit.head
        for wanted in (digest, bytes(32)):
            with pytest.raises(Refused):
                await node.revoke(wanted, stranger, "mine")
        assert node.access.audit.head == before

    run(directory, act)


def test_the_head_becomes_an_entry_that_makes_no_anchor_due(directory: Path) -> None:
    async def act(node: Node) -> None:
        await node.access.create_token(ERP)
        await node.audit_heads.join()  # the log has not begun, and does not begin for this
        assert node.log().size + node.log().waiting == 0
        await node.submit(b"{}", "json/1")
        await node.audit_heads.join()
        await node.audit_heads.join()  # nothing new
        await node.sequence()
        assert node.log().size == 3
        assert node.log().entry(2) == EvidenceDigest(node.access.audit.head.hash).encode()
        assert not EvidenceDigest.makes_due
        await node.access.rotate_token("erp-1", 1)
        await node.audit_heads.join()
        assert [index for index, _ in node.log().evidence_digests.all()] == [2, 3]
        assert node.audit_heads.check() == node.access.audit.head
        assert node.access.audit.in_log == 2

    run(directory, act)
    run(directory, lambda node: _holds(node, 2))


async def _holds(node: Node, count: int) -> None:
    assert node.audit_heads.check().number == node.access.audit.in_log == count


async def _lived(node: Node) -> None:
    await node.submit(b"{}", "json/1")
    await node.access.create_token(ERP)
    await node.access.set_scopes("erp", [Scope.SUBMIT])
    await node.audit_heads.join()
    await node.access.revoke_token("erp-1", "lost")


TAMPERING = {
    "a name is changed": (
        "UPDATE audit SET event = CAST(replace(CAST(event AS TEXT), 'operator', 'somebody') AS BLOB) WHERE number = 1",
        "audit.broken",
    ),
    "the last event's reason is changed": (
        "UPDATE audit SET event = CAST(replace(CAST(event AS TEXT), 'lost', 'sold') AS BLOB) WHERE number = 3",
        "audit.broken",
    ),
    "an event is taken out": ("DELETE FROM audit WHERE number = 2", "audit.broken"),
    "the first is taken out": ("DELETE FROM audit WHERE number = 1", "audit.broken"),
    "the end is taken out, from before the head in the log": (
        "DELETE FROM audit WHERE number > 1",
        "audit.head-unknown",
    ),
    "all of it is taken out": ("DELETE FROM audit; DELETE FROM audit_heads", "audit.head-unknown"),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_tampering_is_found(directory: Path, name: str) -> None:
    run(directory, _lived)
    statements, expected = TAMPERING[name]
    with closing(sqlite3.connect(directory / "node.db")) as connection:
        connection.executescript(statements)

    async def act(node: Node) -> None:
        assert code(node.audit_heads.check) == expected

    run(directory, act)


def test_a_chain_made_anew_is_found_by_the_head_in_the_log(directory: Path) -> None:
    """Whoever can write the database can hash anew: the log's entry still has the old head."""
    run(directory, _lived)
    events, head = [], START
    for number in range(1, 4):
        event = Event(number, 1_800_000_000, OPERATOR, "nothing", {}).encode()
        head = link(head, event)
        events.append((number, event, head))
    assert check((event, hash_) for _, event, hash_ in events) == (3, head)
    with closing(sqlite3.connect(directory / "node.db")) as connection:
        connection.execute("DELETE FROM audit")
        connection.executemany("INSERT INTO audit VALUES (?, ?, ?)", events)
        connection.commit()

    async def act(node: Node) -> None:
        assert code(node.audit_heads.check) == "audit.head-unknown"

    run(directory, act)


def test_numbers_have_to_count(directory: Path) -> None:
    event = Event(2, 0, OPERATOR, "x", {}).encode()
    assert code(lambda: check([(event, link(START, event))])) == "audit.broken"
    for raw in (b"x", b"[]", b"{}"):
        assert code(lambda raw=raw: check([(raw, link(START, raw))])) == "audit.broken"  # type: ignore[misc]
