"""Starts a Fabric network: embedded in this process, or run by Fabric's own programs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from carbonseal_devnet import threads
from carbonseal_devnet.fabric.embedded import blocking
from carbonseal_devnet.fabric.genesis import Settings
from carbonseal_devnet.fabric.native import network as native
from carbonseal_devnet.fabric.network import FabricNetwork


@contextmanager
def in_thread(
    directory: Path, *, engine: str = "embedded", bft: bool = False, mutual_tls: bool = False
) -> Iterator[FabricNetwork]:
    """A network for as long as the block lasts, for callers that block.

    `engine` is `embedded` or `native`; with `bft` there are four orderers, of which three must sign each block, else one; with
    `mutual_tls` peers ask clients for a certificate. What `directory` holds goes on where it was; else it is made. Raises
    ProgramMissing without Fabric's programs, ProgramFailed where one does not do what it is asked, ValueError where the network
    in `directory` has other orderers, and OSError for a port that is taken.
    """
    if engine == "native":
        with native.started(directory, bft=bft, mutual_tls=mutual_tls) as network:
            yield network
    else:
        with blocking.in_thread(directory, settings=Settings(bft=bft, mutual_tls=mutual_tls)) as embedded:
            yield embedded


@asynccontextmanager
async def running(directory: Path, *, engine: str = "embedded", bft: bool = False) -> AsyncIterator[FabricNetwork]:
    """`in_thread` for callers with an event loop."""
    async with threads.awaited(in_thread(directory, engine=engine, bft=bft)) as network:
        yield network
