"""Starts an Ethereum network: a chain on py-evm in this process, on anvil or on geth, with an AnchorRegistry deployed."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from carbonseal_adapters.ethereum.sending.deploy import Deployment, deploy
from carbonseal_adapters.ethereum.sending.signers import DigestSigner
from carbonseal_adapters.ethereum.sending.signers.local import LocalKey
from carbonseal_devnet import threads
from carbonseal_devnet.ethereum.accounts import CHAIN_ID, DEPLOYER, Clock, account_key, wall_clock
from carbonseal_devnet.ethereum.embedded.chain import Chain
from carbonseal_devnet.ethereum.embedded.methods import Embedded
from carbonseal_devnet.ethereum.embedded.storage import Storage
from carbonseal_devnet.ethereum.engine import Engine, SkewedClock
from carbonseal_devnet.ethereum.gateway import Gateway
from carbonseal_devnet.ethereum.native import anvil, geth
from carbonseal_devnet.ethereum.network import Network

ENGINES = ("py-evm", "anvil", "geth")


@asynccontextmanager
async def running(
    *,
    port: int = 0,
    chain_id: int = CHAIN_ID,
    finality: int = 2,
    clock: Clock = wall_clock,
    engine: str = "py-evm",
    state: Path | None = None,
    pace: float | None = None,
    keys: Path | None = None,
) -> AsyncIterator[Network]:
    """A network for as long as the block lasts, in this event loop.

    - `port` 0 takes a free one; `finality` is how many blocks on a block make it finalized.
    - With `state`, a directory, the chain continues from where it last ran; anvil's cannot (ValueError).
    - With `pace`, blocks come by themselves, one every so many seconds, as long as a transaction is not final; without, only
      transactions bring them.
    - Into the folder `keys` go key files of the accounts that are free to take, as `node.toml` wants them.

    Raises ProgramMissing where anvil or geth is not found, ProgramFailed where it does not start, OSError for a port that is
    taken.
    """
    skewed = SkewedClock(clock)
    kept = state / engine if state is not None else None
    if kept is not None:
        await asyncio.to_thread(kept.mkdir, parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        chain = await stack.enter_async_context(_engine(engine, skewed, chain_id, finality, kept))
        gateway = await stack.enter_async_context(Gateway(chain, skewed))
        endpoint = await gateway.open(port)
        network = Network(endpoint, await _deployment(endpoint, kept), engine, keys)
        if keys is not None:
            await asyncio.to_thread(_write_keys, network)
        if pace is not None:
            await stack.enter_async_context(_mining(gateway, pace))
        yield network


@asynccontextmanager
async def _mining(gateway: Gateway, pace: float) -> AsyncIterator[None]:
    """Blocks come by themselves, one every `pace` seconds, until every transaction is final."""
    while await gateway.mine_until_final():
        pass

    async def mine() -> None:
        while True:
            await asyncio.sleep(pace)
            await gateway.mine_until_final()

    work = asyncio.create_task(mine())
    try:
        yield
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


async def _deployment(endpoint: str, kept: Path | None) -> Deployment:
    """The registry that is there from before, or a new one."""
    record = kept / "deployment.json" if kept is not None else None
    if record is not None and await asyncio.to_thread(record.exists):
        return Deployment(**json.loads(await asyncio.to_thread(record.read_text)))
    deployer = DigestSigner(LocalKey(account_key(DEPLOYER)))
    made = await deploy(endpoint, deployer, poll=0.1)
    if record is not None:
        await asyncio.to_thread(record.write_text, json.dumps(asdict(made)))
    return made


def _write_keys(network: Network) -> None:
    for number in range(DEPLOYER):
        path = network.key_file(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(network.key(number).hex() + "\n", encoding="ascii")
        path.chmod(0o600)


@asynccontextmanager
async def _engine(
    name: str, clock: SkewedClock, chain_id: int, finality: int, kept: Path | None
) -> AsyncIterator[Engine]:
    if name == "py-evm":
        if kept is None:
            yield Embedded(Chain(clock, chain_id, finality=finality))
        else:
            with closing(Storage(kept / "chain.sqlite")) as storage:
                yield Embedded(Chain(clock, chain_id, finality=finality, storage=storage))
        return
    if name == "anvil" and kept is not None:
        raise ValueError("anvil's chain is gone when it ends: use py-evm or geth to keep one")
    with tempfile.TemporaryDirectory(prefix="carbonseal-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        async with (
            anvil.start(folder, clock, chain_id, finality)
            if name == "anvil"
            else geth.start(folder, clock, chain_id, finality, kept)
        ) as started:
            yield started


@contextmanager
def in_thread(
    *,
    chain_id: int = CHAIN_ID,
    finality: int = 2,
    clock: Clock = wall_clock,
    engine: str = "py-evm",
    state: Path | None = None,
    keys: Path | None = None,
) -> Iterator[Network]:
    """`running` in a thread and an event loop of its own, for callers that block."""
    network = running(chain_id=chain_id, finality=finality, clock=clock, engine=engine, state=state, keys=keys)
    with threads.in_thread(network, "carbonseal-devnet") as (started, _):
        yield started
