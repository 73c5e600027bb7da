"""A session with an endpoint is closed, whenever the task that opens it ends; and an answer that is none says nothing."""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from carbonseal.ledger import OutcomeUnknownError, TransientError, UnreachableError
from carbonseal_adapters.ethereum.sending.rpc import Rpc, RpcError


@pytest.mark.parametrize("turns", range(6))
def test_what_is_cancelled_while_it_connects_leaves_nothing_open(turns: int) -> None:
    """After so many turns of the loop; the endpoint accepts connections and does not answer."""
    complaints: list[str] = []

    async def go(port: int) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context["message"]))
        rpc = Rpc(f"http://127.0.0.1:{port}")
        request = asyncio.create_task(rpc.number("eth_chainId"))
        for _ in range(turns):
            await asyncio.sleep(0)
        request.cancel()
        await asyncio.gather(request, return_exceptions=True)
        await rpc.close()
        del rpc, request
        gc.collect()

    with socket.create_server(("127.0.0.1", 0)) as paused:
        asyncio.run(go(paused.getsockname()[1]))
    assert complaints == []


def test_an_answer_without_end_of_nesting_is_no_answer() -> None:
    """Nor does it end the process where py-evm, or whoever else is in it, lets Python nest calls without end."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(10**6)
    try:
        asyncio.run(_ask_for_nesting())
    finally:
        sys.setrecursionlimit(before)


async def _ask_for_nesting() -> None:
    async def deep(_: web.Request) -> web.Response:
        return web.Response(body=b"[" * 100_000)

    app = web.Application()
    app.router.add_post("/", deep)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    rpc = Rpc(f"http://{host}:{port}")
    try:
        with pytest.raises(OutcomeUnknownError):
            await rpc.call("eth_chainId")
    finally:
        await rpc.close()
        await runner.cleanup()


@asynccontextmanager
async def _answering(answer: bytes) -> AsyncIterator[Rpc]:
    """A client of an endpoint that gives each request these bytes."""

    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"}")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(reply, "127.0.0.1", 0)
    rpc = Rpc(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    try:
        yield rpc
    finally:
        await rpc.close()
        server.close()


RESULT = b'{"jsonrpc":"2.0","id":1,"result":"0x1"}'
BEGINNING = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", RpcError),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", OutcomeUnknownError),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: 99\r\n\r\n", TransientError),
        (b"SSH-2.0-OpenSSH\r\n\r\n", OutcomeUnknownError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", OutcomeUnknownError),
        (BEGINNING + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", OutcomeUnknownError),
        (BEGINNING + b"X: " + b"a" * 10_000 + b"\r\n\r\n" + RESULT, OutcomeUnknownError),
        (BEGINNING + b"Content-Encoding: gzip\r\n\r\n" + RESULT, OutcomeUnknownError),
        (BEGINNING + b"Content-Length: 99\r\n\r\n" + RESULT, OutcomeUnknownError),
        (BEGINNING + b"\r\n[" + RESULT + b"]", OutcomeUnknownError),
    ],
)
def test_only_an_endpoints_own_word_says_that_nothing_happened(answer: bytes, error: type[Exception]) -> None:
    """Of what is no HTTP aiohttp says that its status is 400: it may have come after a transaction was taken."""

    async def go() -> None:
        async with _answering(answer) as rpc:
            with pytest.raises(error):
                await rpc.call("eth_sendRawTransaction", "0x00")

    asyncio.run(go())


def test_a_session_that_is_closed_is_not_used_again() -> None:
    """Not even by a call that comes while it is being closed, and nothing else is raised than what callers know."""

    async def go() -> None:
        async with _answering(BEGINNING + b"\r\n" + RESULT) as rpc:
            assert await rpc.call("eth_chainId") == "0x1"
            closing, call = asyncio.create_task(rpc.close()), asyncio.create_task(rpc.call("eth_chainId"))
            await closing
            assert await call == "0x1"

    asyncio.run(go())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    """It leads to an endpoint that would answer. Nothing has happened, no other call will succeed, and no key is shown."""

    async def go() -> None:
        async with _answering(BEGINNING + b"\r\n" + RESULT) as there:
            place = there.endpoint.encode()
            leads = b"HTTP/1.1 %d Elsewhere\r\nConnection: close\r\nLocation: %s/access-key\r\n\r\n" % (status, place)
            async with _answering(leads) as rpc:
                with pytest.raises(UnreachableError) as raised:
                    await rpc.call("eth_sendRawTransaction", "0x00")
        message = str(raised.value)
        assert message.startswith(f"{rpc.endpoint}: HTTP {status}, a redirect to {there.endpoint}, ")
        assert message.endswith("name the address that it leads to")
        assert "access-key" not in message

    asyncio.run(go())
