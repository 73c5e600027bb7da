"""Chain on Foundry's anvil, which mines when it is called to, and keeps nothing when it ends.

By default its pool differs from a real node's: it refuses what pays less than the next block's base fee, and forgets what
can no longer pay it. So what is sent is handed over as if the next block were free, and what is forgotten is handed over again.
One thing stays: a replacement has to raise maxFeePerGas, be it by one wei, where geth wants 10 % more of both fees.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from carbonseal_devnet.ethereum.accounts import LOOPBACK, genesis
from carbonseal_devnet.ethereum.engine import SkewedClock
from carbonseal_devnet.ethereum.faults import SENDING
from carbonseal_devnet.ethereum.native.programs import Native, find, supervised


@asynccontextmanager
async def start(scratch: Path, clock: SkewedClock, chain_id: int, finality: int) -> AsyncIterator[Native]:
    """Anvil on a chain of its own. Its `finalized` lies 2n blocks back for an n of its own: finality is rounded up."""
    (scratch / "genesis.json").write_text(json.dumps(genesis(chain_id)))
    path = scratch / "anvil.ipc"
    command = [find("anvil"), "--init", str(scratch / "genesis.json"), "--ipc", str(path), "--host", LOOPBACK]
    command += ["--port", "0", "--no-mining", "--hardfork", "prague", "--accounts", "0"]
    command += ["--slots-in-an-epoch", str((finality + 1) // 2), "--disable-default-create2-deployer"]
    async with supervised(command, path, scratch / "anvil.log") as program:
        anvil = Anvil(clock)
        anvil.program = program
        yield anvil


class Anvil(Native):
    """`anvil_reorg` makes blocks as old as their parents and none longer than before: rolling back and mining does not."""

    async def ask(self, method: str, *params: Any) -> Any:
        if method != SENDING:
            return await super().ask(method, *params)
        await self._expect(0)
        try:
            return await super().ask(method, *params)
        finally:
            await self._expect(base_fee_after(await self._head()))

    async def mine(self) -> None:
        waiting = await self.waiting()
        raw = {each["hash"]: await self._raw(each["hash"]) for each in waiting}
        await self.ask("anvil_setCoinbase", f"0x{self.forks:040x}")
        await self.ask("evm_mine", hex(self.clock.after(int((await self._head())["timestamp"], 16))))
        kept = {each["hash"] for each in await self.waiting()} | set((await self._head())["transactions"])
        await self._resend([raw[each["hash"]] for each in waiting if each["hash"] not in kept])

    async def rewind(self, number: int) -> None:
        height = int(await self.ask("eth_blockNumber"), 16)
        await self.ask("anvil_rollback", height - number)
        await self._expect(base_fee_after(await self._head()))  # it would go on from the lost head's

    async def forget(self) -> None:
        await self.ask("anvil_dropAllTransactions")

    async def _head(self) -> dict[str, Any]:
        head: dict[str, Any] = await self.ask("eth_getBlockByNumber", "latest", False)
        return head

    async def _expect(self, base_fee: int) -> None:
        """Let the next block have that base fee, in wei."""
        await self.ask("anvil_setNextBlockBaseFeePerGas", hex(base_fee))


def base_fee_after(block: dict[str, Any]) -> int:
    """The base fee of the block after this one, in wei (EIP-1559)."""
    base, used, target = (int(block[name], 16) for name in ("baseFeePerGas", "gasUsed", "gasLimit"))
    target //= 2
    change = base * abs(used - target) // target // 8
    return base + max(change, 1) if used > target else base - change
