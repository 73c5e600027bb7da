"""One geth for all tests of a process: to start one takes 2.4 s of CPU, to take its chain back to the beginning 0.05."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from carbonseal_adapters.ethereum.sending.deploy import deploy
from carbonseal_adapters.ethereum.sending.signers import DigestSigner
from carbonseal_adapters.ethereum.sending.signers.local import LocalKey
from carbonseal_devnet import pytest_plugin, threads
from carbonseal_devnet.ethereum.accounts import CHAIN_ID, DEPLOYER, account_key, wall_clock
from carbonseal_devnet.ethereum.engine import SkewedClock
from carbonseal_devnet.ethereum.gateway import Gateway
from carbonseal_devnet.ethereum.native import geth
from carbonseal_devnet.ethereum.native.programs import Native
from carbonseal_devnet.ethereum.network import Network

BLOCKS = 40  # that take up all that waits, unless a nonce is missing
FINALITY = 2


class OneGeth:
    """Gives one chain after the other, each as a geth that was just started has it."""

    def __init__(self, engine: Native, clock: SkewedClock, loop: asyncio.AbstractEventLoop) -> None:
        self._engine = engine
        self._clock = clock
        self._loop = loop

    @contextmanager
    def chain(self) -> Iterator[Network]:
        """A chain with an AnchorRegistry, and endpoints of its own."""
        made = self._chain()
        yield asyncio.run_coroutine_threadsafe(made.__aenter__(), self._loop).result()
        asyncio.run_coroutine_threadsafe(made.__aexit__(None, None, None), self._loop).result()

    @asynccontextmanager
    async def _chain(self) -> AsyncIterator[Network]:
        async with Gateway(self._engine, self._clock) as gateway:
            endpoint = await gateway.open()
            deployer = DigestSigner(LocalKey(account_key(DEPLOYER)))
            yield Network(endpoint, await deploy(endpoint, deployer, poll=0.1), "geth")
        self._clock.skew = 0
        await self._empty_the_pool()
        await self._engine.rewind(0)

    async def _empty_the_pool(self) -> None:
        """Blocks take up what waits. Where a nonce is missing they cannot, and geth is started anew."""
        for _ in range(BLOCKS):
            if not await self._engine.waiting():
                return
            await self._engine.mine()
        await self._engine.forget()


@asynccontextmanager
async def _started() -> AsyncIterator[tuple[Native, SkewedClock]]:
    clock = SkewedClock(wall_clock)
    with tempfile.TemporaryDirectory(prefix="carbonseal-", ignore_cleanup_errors=True) as scratch:
        async with geth.start(Path(scratch), clock, CHAIN_ID, FINALITY, None) as engine:
            yield engine, clock


@contextmanager
def start() -> Iterator[OneGeth]:
    """Raises ProgramMissing where geth is not found."""
    with threads.in_thread(_started(), "geth") as ((engine, clock), loop):
        yield OneGeth(engine, clock, loop)


@contextmanager
def fresh_chain(request: pytest.FixtureRequest) -> Iterator[Network]:
    """For a fixture with the engines as parameters: the plug-in's `carbonseal_every_fresh_chain`, but on the one geth."""
    if request.param == "geth":
        running: OneGeth = request.getfixturevalue("one_geth")
        with running.chain() as network:
            yield network
    else:
        with pytest_plugin._started("ethereum", engine=request.param) as network:
            yield network
