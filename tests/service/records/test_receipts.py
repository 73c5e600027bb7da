"""Receipts, which are written as they are, say the same to clients that ask for less than a connection that stays."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest

from carbonseal.node.node import Node
from tests.service.nodes import make_node
from tests.service.test_records import run

FIELDS = {"Content-Type", "Cache-Control", "Content-Length", "Date", "Server"}
USUAL, LAST, OLD = "HTTP/1.1", "HTTP/1.1\r\nConnection: close", "HTTP/1.0"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("receipts")
    make_node(path)
    return path


def request(ends: str, path: str = "/v1/records?profile=json/1", body: bytes = b'{"one": 1}') -> bytes:
    head = f"POST {path} {ends}\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


def answers(directory: Path, sent: bytes) -> bytes:
    """All that comes until the node closes the connection."""
    came = b""

    async def act(_: Node, session: aiohttp.ClientSession) -> None:
        nonlocal came
        url = session._base_url
        assert url is not None
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(sent)
        async with asyncio.timeout(60):
            came = await reader.read()
        writer.close()
        await writer.wait_closed()

    run(directory, act)
    return came


def taken_apart(answer: bytes) -> tuple[str, dict[str, str], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    return line, dict(field.split(": ", 1) for field in fields), body


@pytest.mark.parametrize(
    ("ends", "line", "more"),
    [(LAST, "HTTP/1.1 201 Created", {"Connection": "close"}), (OLD, "HTTP/1.0 201 Created", {})],
    ids=["the last of a connection", "HTTP/1.0"],
)
def test_one_after_which_the_connection_ends(directory: Path, ends: str, line: str, more: dict[str, str]) -> None:
    said, fields, body = taken_apart(answers(directory, request(ends)))
    assert said == line
    assert fields.keys() == FIELDS | more.keys()
    assert fields | more == fields
    assert (fields["Content-Type"], fields["Cache-Control"]) == ("application/json", "no-store")
    assert len(body) == int(fields["Content-Length"])


def test_several_that_were_sent_at_once(directory: Path) -> None:
    sent = [request(USUAL), request(USUAL, body=b"{"), request(USUAL, body=b'{"two": 2}'), request(LAST)]
    came = answers(directory, b"".join(sent)).split(b"HTTP/1.1 ")[1:]
    assert [one.partition(b" ")[0] for one in came] == [b"201", b"400", b"201", b"201"]
    first, _, third, last = [taken_apart(one) for one in came]
    assert first[1].keys() == third[1].keys() == FIELDS
    assert first[2] == last[2] != third[2]
    assert int(first[1]["Content-Length"]) == len(first[2])
