"""Chaincode services of the embedded network: started, stopped, and started again at the same address."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager


@asynccontextmanager
async def anchor_registry(address: str) -> AsyncIterator[None]:
    """carbonseal's own chaincode, on the wall clock."""
    from carbonseal_adapters.fabric.chaincode.package import package, package_id
    from carbonseal_adapters.fabric.chaincode.registry import Registry
    from carbonseal_adapters.fabric.chaincode.shim import serving

    async with serving(address, package_id(package(address)), Registry(time.time).answer):
        yield


class Service:
    """One chaincode service, in a task of its own."""

    def __init__(self, serve: Callable[[str], AbstractAsyncContextManager[object]], address: str) -> None:
        self._serve, self._address = serve, address
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises what starting it raises."""
        if self._task is not None:
            return
        self._stop = asyncio.Event()
        ready = asyncio.Event()

        async def work() -> None:
            async with self._serve(self._address):
                ready.set()
                await self._stop.wait()

        self._task = asyncio.create_task(work())
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait([self._task, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._task.done():
            self._task.result()

    async def stop(self) -> None:
        """Stop the service, where it runs."""
        if self._task is not None:
            task, self._task = self._task, None
            self._stop.set()
            await task
