"""Running a network and doing things on it, for the tests of networks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import grpc
import pytest
from grpc.aio import AioRpcError

from carbonseal_devnet.fabric.embedded.network import Chaincode, Network, running
from carbonseal_devnet.fabric.genesis import Settings
from tests.devnet.fabric.clients import Client, code, connected
from tests.devnet.fabric.tiny import tiny

T = TypeVar("T")


VALID, MVCC, DUPLICATE = 0, code("MVCC_READ_CONFLICT"), code("DUPLICATE_TXID")


def on(
    directory: Path,
    work: Callable[[Network, Client], Awaitable[T]],
    *,
    bft: bool = False,
    chaincode: Chaincode = tiny,
    msp_id: str = "Org1MSP",
    **settings: Any,
) -> T:
    """Run `work(network, client)` against a network."""

    async def run() -> T:
        chosen = replace(Settings(bft=bft, batch_count=1), **settings)
        async with (
            running(directory, settings=chosen, chaincode=chaincode) as network,
            connected(network, msp_id) as client,
        ):
            return await work(network, client)

    return asyncio.run(run())


@asynccontextmanager
async def refused(status: grpc.StatusCode, *, saying: str = "") -> AsyncIterator[Any]:
    with pytest.raises(AioRpcError) as caught:
        yield caught
    assert caught.value.code() == status, caught.value.details()
    assert saying in caught.value.details()


def details(error: AioRpcError) -> str:
    """The ErrorDetails of a Gateway's answer: google.rpc.Status has them third."""
    raw = dict(error.trailing_metadata())["grpc-status-details-bin"]
    return str(raw.decode(errors="replace"))
