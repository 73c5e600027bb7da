"""A session with an endpoint is closed, whenever the task that opens it ends."""

from __future__ import annotations

import asyncio
import gc
import socket

import pytest

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
