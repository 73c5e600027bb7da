"""The chain of Foundry's anvil, which mines when it is told to and forgets everything when it ends.

It differs from a real node: what can no longer pay the base fee leaves its pool, and is refused until it can again.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from carbonseal_devnet.ethereum.accounts import LOOPBACK, genesis
from carbonseal_devnet.ethereum.engine import SkewedClock
from carbonseal_devnet.ethereum.native import Native, find, held


@asynccontextmanager
async def start(scratch: Path, clock: SkewedClock, finality: int) -> AsyncIterator[Native]:
    """Anvil on a chain of its own. Its `finalized` lies 2n blocks back for an n of its own: finality is rounded up."""
    (scratch / "genesis.json").write_text(json.dumps(genesis()))
    path = scratch / "anvil.ipc"
    command = [find("anvil"), "--init", str(scratch / "genesis.json"), "--ipc", str(path), "--host", LOOPBACK]
    command += ["--port", "0", "--no-mining", "--hardfork", "prague", "--accounts", "0"]
    command += ["--slots-in-an-epoch", str((finality + 1) // 2), "--disable-default-create2-deployer"]
    async with held(command, path, scratch / "anvil.log") as program:
        anvil = Anvil(clock)
        anvil.program = program
        yield anvil


class Anvil(Native):
    """`anvil_reorg` makes blocks as old as their parents and none longer than before: rolling back and mining does not."""

    async def mine(self) -> None:
        parent = await self.ask("eth_getBlockByNumber", "latest", False)
        await self.ask("anvil_setCoinbase", f"0x{self.forks:040x}")
        await self.ask("evm_mine", hex(self.clock.after(int(parent["timestamp"], 16))))

    async def rewind(self, number: int) -> None:
        height = int(await self.ask("eth_blockNumber"), 16)
        await self.ask("anvil_rollback", height - number)

    async def forget(self) -> None:
        await self.ask("anvil_dropAllTransactions")
