"""Other logs' heads over HTTP: what is taken, what is refused, and that once is once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.ledger import log_id
from carbonseal.log.checkpoints import Checkpoint, sign_checkpoint
from carbonseal.log.notes import Note, NoteSigner
from carbonseal.node.node import Node
from tests.service.nodes import make_node, served

HERE = "here.example/log"
SIGNER = NoteSigner("sealing.example/log", Ed25519PrivateKey.from_private_bytes(b"s" * 32))
STRANGER = NoteSigner("stranger.example/log", Ed25519PrivateKey.from_private_bytes(b"t" * 32))
THIEF = NoteSigner(SIGNER.name, STRANGER.private_key)
TEXT = {"Content-Type": "text/plain; charset=utf-8"}
PATH = f"/v1/logs/default/foreign-anchors/{log_id(SIGNER.name).hex()}"


def head(size: int, root: bytes = b"r" * 32, by: NoteSigner = SIGNER, origin: str | None = None) -> bytes:
    return sign_checkpoint(Checkpoint(origin or by.name, size, root), by)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    make_node(tmp_path / "node", HERE, foreign=[SIGNER.verifier])
    return tmp_path / "node"


async def post(session: aiohttp.ClientSession, note: bytes, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    async with session.post("/v1/logs/default/foreign-anchors", data=note, headers=headers or TEXT) as response:
        return response.status, await response.json()


async def get(session: aiohttp.ClientSession, path: str) -> tuple[int, Any]:
    async with session.get(path) as response:
        return response.status, await response.json()


def test_a_head_is_entered_once(directory: Path) -> None:
    queued = {"state": "queued", "index": None, "size": 9, "root": (b"r" * 32).hex()}
    sequenced = {**queued, "state": "sequenced", "index": 1}

    async def before() -> None:
        async with served(directory) as (node, url), aiohttp.ClientSession(url) as session:
            assert await post(session, head(9)) == (202, queued)
            assert await post(session, head(9)) == (202, queued)
            assert await get(session, f"{PATH}/9") == (200, queued)
            await node.sequence()
            assert await post(session, head(9)) == (200, sequenced)
            assert await get(session, f"{PATH}/9") == (200, sequenced)

    async def after_a_restart() -> None:
        async with served(directory) as (node, url), aiohttp.ClientSession(url) as session:
            assert await post(session, head(9)) == (200, sequenced)
            assert await node.sequence() == {}
            assert (await post(session, head(12)))[0] == 202
            assert (await post(session, head(10)))[0] == 202
            assert (await get(session, PATH))[1]["size"] == 12

    asyncio.run(before())
    asyncio.run(after_a_restart())


def test_another_root_for_one_size_is_a_conflict_for_ever(directory: Path) -> None:
    async def go() -> None:
        async with served(directory) as (node, url), aiohttp.ClientSession(url) as session:
            await post(session, head(9))
            for _ in range(2):
                status, refusal = await post(session, head(9, b"q" * 32))
                assert (status, refusal["code"]) == (409, "foreign.other-root")
                await node.sequence()
            assert (await get(session, f"{PATH}/9"))[1]["root"] == (b"r" * 32).hex()

    asyncio.run(go())


def tampered() -> bytes:
    return head(9).replace(b"\n9\n", b"\n8\n")


def twice_signed() -> bytes:
    """By the right key, and once more over another text."""
    note, other = Note.parse(head(9)), Note.parse(head(8))
    return Note(note.text, note.signatures + other.signatures).encode()


@pytest.mark.parametrize(
    ("note", "status", "code"),
    [
        (head(9, by=STRANGER), 403, "foreign.unknown-log"),
        (head(9, by=STRANGER, origin=SIGNER.name), 400, "checkpoint.unsigned"),
        (head(9, by=THIEF), 400, "checkpoint.unsigned"),
        (tampered(), 400, "note.signature-fails"),
        (twice_signed(), 400, "note.signature-fails"),
        (head(9, by=SIGNER, origin="other.example/log"), 403, "foreign.unknown-log"),
        (head(9, origin=HERE), 400, "foreign.own-log"),
        (head(0), 400, "foreign.empty"),
        (b"", 400, "note.without-signatures"),
        (b"\xff\xfe", 400, "note.not-utf8"),
        (head(9)[:-1], 400, "note.truncated"),
        (b"x" * 70_000, 413, "http.body-too-large"),
    ],
)  # fmt: skip
def test_what_is_refused_leaves_nothing_behind(directory: Path, note: bytes, status: int, code: str) -> None:
    async def go() -> None:
        async with served(directory) as (_, url), aiohttp.ClientSession(url) as session:
            found, refusal = await post(session, note)
            assert (found, refusal["code"]) == (status, code)
            assert refusal["message"]
            assert (await get(session, PATH))[1]["code"] == "http.unknown-anchor"

    asyncio.run(go())


def test_only_plain_text_is_taken(directory: Path) -> None:
    async def go() -> None:
        async with served(directory) as (_, url), aiohttp.ClientSession(url) as session:
            status, refusal = await post(session, head(9), {"Content-Type": "application/json"})
            assert (status, refusal["code"]) == (415, "http.wrong-type")

    asyncio.run(go())


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [(f"{PATH}/9", 404, "http.unknown-anchor"), (PATH, 404, "http.unknown-anchor"), (f"{PATH}/09", 400, "http.malformed-path"),
     (f"{PATH}/-9", 400, "http.malformed-path"), (f"{PATH}/{1 << 63}", 400, "http.malformed-path"),
     (f"{PATH}/{(1 << 63) - 1}", 404, "http.unknown-anchor"), (f"{PATH}/{'9' * 5000}", 400, "http.malformed-path"),
     (f"{PATH}/٩", 400, "http.malformed-path"), (f"{PATH[:-1]}/9", 400, "http.malformed-path"),
     (f"{PATH}/9/9", 404, "http.not-found")],
)  # fmt: skip
def test_anchors_that_are_not_there(directory: Path, path: str, status: int, code: str) -> None:
    async def go() -> None:
        async with served(directory) as (_, url), aiohttp.ClientSession(url) as session:
            found, refusal = await get(session, path)
            assert (found, refusal["code"]) == (status, code)

    asyncio.run(go())


def test_many_at_once_are_entered_once_each(directory: Path) -> None:
    async def go() -> None:
        async with served(directory) as (node, url), aiohttp.ClientSession(url) as session:
            answers = await asyncio.gather(*(post(session, head(1 + n % 5)) for n in range(40)))
            assert {status for status, _ in answers} == {202}
            await node.sequence()
            states = [(await get(session, f"{PATH}/{size}"))[1]["index"] for size in range(1, 6)]
            assert sorted(states) == [1, 2, 3, 4, 5]

    asyncio.run(go())


def test_a_log_anchors_in_no_log_that_it_does_not_name(tmp_path: Path) -> None:
    make_node(tmp_path / "alone")

    async def go() -> None:
        async with Node.open(tmp_path / "alone") as node:
            assert node.log().foreign(log_id(SIGNER.name)) is None
        async with served(tmp_path / "alone") as (_, url), aiohttp.ClientSession(url) as session:
            assert (await post(session, head(9)))[0] == 403

    asyncio.run(go())
