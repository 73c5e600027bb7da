"""A session with an endpoint is closed, whenever the task that opens it ends; and an answer that no reader of JSON finishes."""

from __future__ import annotations

import asyncio
import gc
import socket
import sys

import pytest
from aiohttp import web

from carbonseal.ledger import OutcomeUnknownError
from carbonseal_adapters.ethereum.sending.rpc import Rpc


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
