"""What is not HTTP costs one short line in the log, which has nothing of what was sent; what is refused by a handler costs none."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from carbonseal.node.node import Node
from carbonseal.service.app import serving
from carbonseal.service.monitoring.answers import Answers
from tests.service.nodes import make_node
from tests.service.test_records import run

HOST = b"Host: 127.0.0.1\r\n"
TOKEN = b"Authorization: Bearer SECRET"
MALFORMED = {
    "no HTTP": b"SECRET\x00\xff\r\n\r\n",
    "TLS": b"\x16\x03\x01\x00\xa5SECRET" + bytes(40),
    "a header that is too long": b"GET /health HTTP/1.1\r\n" + HOST + b"X: " + b"SECRET" * 4000 + b"\r\n\r\n",
    "a header with a byte that none may have": b"GET /health HTTP/1.1\r\n" + HOST + TOKEN + b"\x00\r\n\r\n",
    "two lengths": b"POST /v1/records HTTP/1.1\r\n"
    + HOST
    + TOKEN
    + b"\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "chunks that are none": b"POST /v1/records HTTP/1.1\r\n"
    + HOST
    + TOKEN
    + b"\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
}
REFUSED = {
    "no such path": b"GET /SECRET HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
    "another host": b"GET /health HTTP/1.1\r\nHost: SECRET\r\nConnection: close\r\n\r\n",
    "a token that is none": b"GET /health HTTP/1.1\r\n" + HOST + TOKEN + b"\r\nConnection: close\r\n\r\n",
}


@pytest.mark.parametrize("raw", [*MALFORMED.values(), *REFUSED.values()], ids=[*MALFORMED, *REFUSED])
def test_one_short_line_at_most(tmp_path: Path, caplog: pytest.LogCaptureFixture, raw: bytes) -> None:
    make_node(tmp_path)

    async def act(_: Node, session: aiohttp.ClientSession) -> None:
        url = session._base_url
        assert url is not None
        caplog.clear()
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(raw)
        assert (await reader.read()).startswith(b"HTTP/1.")
        writer.close()
        await writer.wait_closed()

    caplog.set_level(logging.INFO)
    run(tmp_path, act)
    said = [one for one in caplog.records if one.levelno >= logging.INFO and "worker" not in one.message]
    assert len(said) == (raw in MALFORMED.values())
    for one in said:
        assert one.message.startswith("malformed request: client=127.0.0.1 problem=")
        assert len(one.message) < 100
        assert one.exc_info is None
    assert "SECRET" not in caplog.text


def test_who_is_gone_is_no_defect(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever asks to be told to go on, and ends the connection, costs neither a line nor an answer that is counted as failed."""
    make_node(tmp_path)
    answers = Answers()

    async def act() -> None:
        async with Node.open(tmp_path) as node, serving(node, answers=answers) as url:
            at = urlsplit(url)
            reader, writer = await asyncio.open_connection(at.hostname, at.port)
            writer.write(b"GET /health HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\n\r\n")
            writer.write_eof()
            await reader.read()
            writer.close()
            await writer.wait_closed()

    caplog.set_level(logging.INFO)
    asyncio.run(act())
    assert not [one for one in caplog.records if one.exc_info or one.levelno >= logging.WARNING]
    ((listener, route, status),) = answers.counts
    assert (listener, route) == ("private", "GET /health")
    assert status in (200, 499)  # where it was answered before the end was seen
