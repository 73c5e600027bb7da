"""Other logs' heads over HTTP: what is taken, what is refused, and that once is once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from carbonseal.log.notes import Note
from carbonseal.log.witness_requests import WitnessRequest
from carbonseal.node.node import Node
from tests.foreign_logs import ForeignLog
from tests.service.nodes import make_node, served

HERE = "here.example/log"
LOG = ForeignLog("sealing.example/log")
FORKED = ForeignLog("sealing.example/log", forks_at=3)
STRANGER = ForeignLog("stranger.example/log")
THIEF = ForeignLog("sealing.example/log", seed=b"thief")
AT = "/v1/logs/default"
ANCHORS = f"{AT}/foreign-anchors"
PATH = f"{ANCHORS}/{LOG.id.hex()}"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    make_node(tmp_path / "node", HERE, foreign=[LOG.signer.verifier])
    return tmp_path / "node"


async def post(session: aiohttp.ClientSession, body: bytes, path: str = ANCHORS) -> tuple[int, Any]:
    """The answer as JSON; a cosignature, and the size of a conflict, as text."""
    async with session.post(path, data=body) as response:
        is_json = response.content_type.endswith("json")
        return response.status, await (response.json() if is_json else response.text())


async def enter(session: aiohttp.ClientSession, body: bytes) -> tuple[int, Any]:
    """`post`, without the cosignature."""
    status, state = await post(session, body)
    assert state.pop("cosignature").startswith(f"— {HERE}/witness ")
    return status, state


async def get(session: aiohttp.ClientSession, path: str) -> tuple[int, Any]:
    async with session.get(path) as response:
        return response.status, await response.json()


def test_a_head_is_entered_once(directory: Path) -> None:
    queued = {"state": "queued", "index": None, "size": 9, "root": LOG.checkpoint(9).root.hex()}
    sequenced = {**queued, "state": "sequenced", "index": 1}

    async def before() -> None:
        async with served(directory) as (node, url), aiohttp.ClientSession(url) as session:
            assert await enter(session, LOG.request(0, 9)) == (202, queued)
            assert await enter(session, LOG.request(9, 9)) == (202, queued)
            assert await get(session, f"{PATH}/9") == (200, queued)
            await node.sequence()
            assert await enter(session, LOG.request(9, 9)) == (200, sequenced)
            assert await get(session, f"{PATH}/9") == (200, sequenced)

    async def after_a_restart() -> None:
        async with served(directory) as (node, url), aiohttp.ClientSession(url) as session:
            assert await enter(session, LOG.request(9, 9)) == (200, sequenced)
            assert await node.sequence() == {}
            assert (await enter(session, LOG.request(9, 12)))[0] == 202
            assert (await get(session, PATH))[1]["size"] == 12

    asyncio.run(before())
    asyncio.run(after_a_restart())


def test_a_witness_as_the_specification_has_it(directory: Path) -> None:
    """C2SP tlog-witness: the cosignature alone, on its line; the size that was cosigned last, with its content type."""

    async def go() -> None:
        async with served(directory) as (node, url), aiohttp.ClientSession(url) as session:
            path = f"{AT}/add-checkpoint"
            for old, size in ((0, 9), (9, 9), (9, 11)):
                async with session.post(path, data=LOG.request(old, size)) as response:
                    assert (response.status, response.content_type) == (200, "text/plain")
                    line = await response.read()
                note = Note.parse(LOG.checkpoint(size).encode().encode() + b"\n" + line)
                assert note.cosigned_at(node.log().cosigners[0])
            for body in (LOG.request(0, 12), LOG.request(11, 12).replace(b"old 11", b"old 10"), FORKED.request(11, 11)):
                async with session.post(path, data=body) as response:
                    assert (response.status, response.headers["Content-Type"]) == (409, "text/x.tlog.size")
                    assert await response.read() == b"11\n"
            taken = {"size": 11, "root": LOG.checkpoint(11).root.hex()}
            assert await get(session, f"{AT}/taken-heads/{LOG.id.hex()}") == (200, taken)
            assert (await get(session, PATH))[1]["code"] == "http.unknown-anchor"
            assert (await get(session, f"{AT}/taken-heads/{STRANGER.id.hex()}"))[0] == 404

    asyncio.run(go())


def test_a_fork_is_shown_and_never_anchored(directory: Path) -> None:
    async def go() -> None:
        async with served(directory) as (node, url), aiohttp.ClientSession(url) as session:
            assert (await get(session, "/health"))[1]["logs"][0]["forks"] == []
            await post(session, LOG.request(0, 9))
            for _ in range(2):
                assert await post(session, FORKED.request(9, 9)) == (409, "9\n")
                await node.sequence()
            assert (await get(session, f"{PATH}/9"))[1]["root"] == LOG.checkpoint(9).root.hex()
            assert node.log().size == 2
            (fork,) = (await get(session, "/health"))[1]["logs"][0]["forks"]
            assert (fork["origin"], fork["sizes"]) == ("sealing.example/log", [9, 9])

    asyncio.run(go())


def tampered() -> bytes:
    return LOG.request(0, 9).replace(b"\n9\n", b"\n8\n")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (STRANGER.request(0, 9), 404, "foreign.unknown-log"),
        (THIEF.request(0, 9), 403, "foreign.unsigned"),
        (tampered(), 403, "foreign.unsigned"),
        (ForeignLog(HERE).request(0, 9), 404, "foreign.own-log"),
        (WitnessRequest(10, (), LOG.head(9)).encode(), 400, "foreign.old-beyond-size"),
        (WitnessRequest(0, (bytes(32),), LOG.head(9)).encode(), 422, "foreign.proof-fails"),
        (b"", 400, "foreign.malformed"),
        (b"old 0\n\n\xff\xfe", 400, "foreign.malformed"),
        (LOG.request(0, 9)[:-1], 400, "foreign.malformed"),
        (LOG.head(9), 400, "foreign.malformed"),
        (WitnessRequest(0, (bytes(32),) * 64, LOG.head(9)).encode(), 400, "foreign.malformed"),
        (b"x" * 70_000, 413, "http.body-too-large"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", [ANCHORS, f"{AT}/add-checkpoint"], ids=["enter", "cosign"])
def test_what_is_refused_leaves_nothing_behind(directory: Path, path: str, body: bytes, status: int, code: str) -> None:
    async def go() -> None:
        async with served(directory) as (_, url), aiohttp.ClientSession(url) as session:
            found, refusal = await post(session, body, path)
            assert (found, refusal["code"]) == (status, code)
            assert refusal["detail"]
            assert (await get(session, PATH))[1]["code"] == "http.unknown-anchor"
            assert (await get(session, f"{AT}/taken-heads/{LOG.id.hex()}"))[0] == 404

    asyncio.run(go())


def test_an_empty_log_is_cosigned_and_not_entered(directory: Path) -> None:
    async def go() -> None:
        async with served(directory) as (_, url), aiohttp.ClientSession(url) as session:
            status, refusal = await post(session, LOG.request(0, 0))
            assert (status, refusal["code"]) == (400, "foreign.empty")
            assert (await post(session, LOG.request(0, 0), f"{AT}/add-checkpoint"))[0] == 200
            assert (await post(session, LOG.request(0, 3), f"{AT}/add-checkpoint"))[0] == 200

    asyncio.run(go())


def test_packed_bodies_are_not_taken(directory: Path) -> None:
    async def go() -> None:
        async with served(directory) as (_, url), aiohttp.ClientSession(url) as session:
            headers = {"Content-Encoding": "gzip"}
            async with session.post(ANCHORS, data=LOG.request(0, 9), headers=headers) as response:
                assert (response.status, (await response.json())["code"]) == (415, "http.packed")

    asyncio.run(go())


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [(f"{PATH}/9", 404, "http.unknown-anchor"), (PATH, 404, "http.unknown-anchor"), (f"{PATH}/09", 400, "http.malformed-path"),
     (f"{PATH}/-9", 400, "http.malformed-path"), (f"{PATH}/{1 << 53}", 400, "http.malformed-path"),
     (f"{PATH}/{(1 << 53) - 1}", 404, "http.unknown-anchor"), (f"{PATH}/{'9' * 5000}", 400, "http.malformed-path"),
     (f"{PATH}/٩", 400, "http.malformed-path"), (f"{PATH[:-1]}/9", 400, "http.malformed-path"),
     (f"{PATH}/9/9", 404, "http.not-found")],
)  # fmt: skip
def test_anchors_that_are_not_there(directory: Path, path: str, status: int, code: str) -> None:
    async def go() -> None:
        async with served(directory) as (_, url), aiohttp.ClientSession(url) as session:
            found, refusal = await get(session, path)
            assert (found, refusal["code"]) == (status, code)

    asyncio.run(go())


def test_of_many_at_once_one_history_is_taken(directory: Path) -> None:
    """Twenty heads and twenty forks of them, from nothing: one is taken, and whoever comes with that one again."""

    async def go() -> None:
        async with served(directory) as (node, url), aiohttp.ClientSession(url) as session:
            bodies = [source.request(0, size) for size in range(10, 30) for source in (LOG, FORKED)]
            answers = await asyncio.gather(*(post(session, body) for body in bodies))
            assert sorted(status for status, _ in answers) == [202, *(409 for _ in bodies[1:])]
            taken = node.log().taken(LOG.id)
            assert taken is not None
            assert {said for status, said in answers if status == 409} == {f"{taken.size}\n"}
            await node.sequence()
            assert node.log().size == 2

    asyncio.run(go())


def test_a_history_sent_by_many_is_entered_once_each(directory: Path) -> None:
    async def go() -> None:
        async with served(directory) as (node, url), aiohttp.ClientSession(url) as session:
            for size in range(1, 6):
                body = LOG.request(size - 1, size)
                assert {status for status, _ in await asyncio.gather(*(post(session, body) for _ in range(4)))} == {
                    202,
                    409,
                }
            await node.sequence()
            states = [(await get(session, f"{PATH}/{size}"))[1]["index"] for size in range(1, 6)]
            assert states == [1, 2, 3, 4, 5]

    asyncio.run(go())


def test_a_log_anchors_in_no_log_that_it_does_not_name(tmp_path: Path) -> None:
    make_node(tmp_path / "alone")

    async def go() -> None:
        async with Node.open(tmp_path / "alone") as node:
            assert node.log().foreign(LOG.id) is None
        async with served(tmp_path / "alone") as (_, url), aiohttp.ClientSession(url) as session:
            assert (await post(session, LOG.request(0, 9)))[0] == 404

    asyncio.run(go())
