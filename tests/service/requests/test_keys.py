"""`Idempotency-Key` over HTTP: whose a key is, what is no key, and the client that sends one by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import pytest

from carbonseal.findings import Refused
from carbonseal.node.access.scopes import Scope
from carbonseal.node.config import SignerConfig
from carbonseal.node.node import Node
from carbonseal.node.requests.codes import IDEMPOTENCY_OTHER_REQUEST
from carbonseal.passport.passports import parse
from carbonseal.service.app import serving
from carbonseal.service.client.remote import RemoteNode
from carbonseal.service.client.retries import DELAYS, under_one_key
from tests.service.access.tenants import Party, make, parties
from tests.service.nodes import make_node

REFUSED = Refused(IDEMPOTENCY_OTHER_REQUEST())
Act = Callable[[Node, Party, Party], Awaitable[None]]


def run(tmp_path: Path, act: Act) -> None:
    async def go() -> None:
        async with parties(make(tmp_path / "node")) as (node, mine, theirs):
            await act(node, mine, theirs)

    asyncio.run(go())


async def issue(party: Party, *keys: str, subject: str = "", scope: Scope = Scope.ISSUE) -> tuple[int, str]:
    """Issue under these header fields: the status, and the credential's digest or the refusal's code."""
    wanted = party.request(party.commitment)
    body = orjson.dumps({**wanted, "subject": subject or wanted["subject"]})
    headers = [("Content-Type", "application/json"), ("Authorization", f"Bearer {party.tokens[scope]}")]
    headers += [("Idempotency-Key", key) for key in keys]
    async with party.session.post("/v1/passports", data=body, headers=headers) as response:
        raw = await response.read()
        if response.status == 201:
            return 201, parse(raw).root.hex()
        return response.status, str(orjson.loads(raw)["code"])


def test_a_key_is_its_callers_and_of_one_request(tmp_path: Path) -> None:
    async def act(node: Node, mine: Party, theirs: Party) -> None:
        first = await issue(mine, '"k-1"')
        assert first[0] == 201
        assert await issue(mine, '"k-1"') == await issue(mine, "k-1") == first
        assert await issue(mine, '"k-1"', subject="urn:example:x") == (422, "idempotency.other-request")
        other = await issue(theirs, '"k-1"')
        assert other[0] == 201
        assert other != first
        assert await issue(theirs, '"k-1"') == other
        assert len({await issue(mine), await issue(mine), first}) == 3  # without a key: as ever

    run(tmp_path, act)


def test_many_at_one_time_make_one_credential(tmp_path: Path) -> None:
    async def act(node: Node, mine: Party, theirs: Party) -> None:
        before = len(node.issued())
        answers = await asyncio.gather(*(issue(mine, '"same"') for _ in range(6)))
        made = {answer for answer in answers if answer[0] == 201}
        assert len(made) == 1
        assert {*answers} - made <= {(409, "idempotency.under-way")}
        assert len(node.issued()) == before + 1

    run(tmp_path, act)


NO_KEYS = [
    "",
    '""',
    '"',
    "a b",
    '"a',
    'a"',
    '"a"b"',
    '"a\\b"',
    '"\u00e4"',
    "\u00e4",
    f'"{"x" * 255}"',
    "x" * 256,
    '"a";p=1 ',
]


def test_what_is_no_key(tmp_path: Path) -> None:
    async def act(node: Node, mine: Party, theirs: Party) -> None:
        for key in NO_KEYS:
            assert await issue(mine, key) == (400, "idempotency.malformed"), key

    run(tmp_path, act)


def test_keys_that_programs_write(tmp_path: Path) -> None:
    async def act(node: Node, mine: Party, theirs: Party) -> None:
        answers = [
            await issue(mine, key)
            for key in ('"8e03978e-40d5-43e8-bc93-6894a57f9324"', "8e03978e", '"a b"', '"a\\"b\\\\"', f'"{"x" * 253}"')
        ]
        assert {status for status, _ in answers} == {201}
        assert len({*answers}) == 5
        assert await issue(mine, "a", "b") == (400, "idempotency.malformed")

    run(tmp_path, act)


# --- the client --------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def cut_off(url: str, answers: int) -> AsyncIterator[str]:
    """A way to a node on which so many answers get lost: the connection is cut when they come."""
    host, port = url.removeprefix("http://").split(":")
    left = answers

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal left
        up_reader, up_writer = await asyncio.open_connection(host, int(port))
        asking = asyncio.create_task(_copy(reader, up_writer))
        try:
            while piece := await up_reader.read(1 << 16):
                if left > 0:
                    left -= 1
                    break
                writer.write(piece)
                await writer.drain()
        finally:
            asking.cancel()
            writer.close()
            up_writer.close()

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(1 << 16):
        writer.write(piece)
        await writer.drain()


def test_the_client_whose_answers_get_lost_makes_one_credential(tmp_path: Path) -> None:
    make_node(tmp_path / "node", issuers=[SignerConfig("maker", "did:web:maker.example", "file:keys/maker.key")])

    async def act() -> None:
        async with (
            Node.open(tmp_path / "node") as node,
            serving(node) as url,
            cut_off(url, 2) as way,
            RemoteNode(way) as far,
        ):
            receipt = await node.submit(b"{}", "json/1")
            listed = [{"role": "footprint", "commitment": receipt.commitment.hex()}]
            passport = await far.issue({"issuer": "maker", "subject": "urn:example:x", "records": listed})
            assert [one.digest for one in node.issued()] == [parse(passport).root]

    asyncio.run(act())


def test_a_try_has_the_same_key_and_the_last_ones_refusal_is_told() -> None:
    keys: list[str] = []
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def act() -> None:
        async with RemoteNode("http://127.0.0.1:1") as far:

            async def send(headers: dict[str, str]) -> bytes:
                keys.append(headers["Idempotency-Key"])
                return await far.refresh(b"{}")

            with pytest.raises(Refused, match="does not answer"):
                await under_one_key(send, sleep)

    asyncio.run(act())
    assert slept == [*DELAYS]
    assert len(keys) == len(DELAYS) + 1
    assert len({*keys}) == 1


def test_a_refusal_is_not_asked_again() -> None:
    async def send(_headers: dict[str, str]) -> bytes:
        raise REFUSED

    async def never(_seconds: float) -> None:
        raise AssertionError("it waited")

    with pytest.raises(Refused) as caught:
        asyncio.run(under_one_key(send, never))
    assert caught.value is REFUSED
