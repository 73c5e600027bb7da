"""Chain on go-ethereum, driven as a consensus client drives it: through the engine API (Prague), block by block.

Not by `--dev`: its miner (v1.16.9) fills the chain with blocks while a transaction waits that pays too little, and can
hold back none. What is tested here is the same client's pool, execution and rules.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

from carbonseal.transport import backoff
from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_devnet.ethereum.accounts import GAS_LIMIT, genesis
from carbonseal_devnet.ethereum.engine import SkewedClock
from carbonseal_devnet.ethereum.native.programs import TIMEOUT, Native, find, supervised
from carbonseal_devnet.supervised_process import ProgramFailed

FEES = ("maxFeePerGas", "maxPriorityFeePerGas")
ZERO = "0x" + "00" * 32
BUILDS = 12  # how often a block is built again because a transaction is missing that it could hold
SETTINGS = '[Node.P2P]\nListenAddr = ""\nNoDiscovery = true\nMaxPeers = 0\n'  # no command-line option says the first


@asynccontextmanager
async def start(
    scratch: Path, clock: SkewedClock, chain_id: int, finality: int, directory: Path | None
) -> AsyncIterator[Native]:
    """Geth on a chain of its own, kept in `directory`, or deleted with `scratch`. It connects to no peers."""
    program, kept = find("geth"), directory or scratch / "geth"
    storage = ["--datadir", str(kept), "--state.scheme", "hash"]
    if not (kept / "geth" / "chaindata").exists():
        (scratch / "genesis.json").write_text(json.dumps(genesis(chain_id)))
        init = [program, *storage, "init", str(scratch / "genesis.json")]
        made = await asyncio.to_thread(subprocess.run, init, capture_output=True, text=True, check=False)
        if made.returncode:
            raise ProgramFailed(made.stderr[-2000:])
    (scratch / "geth.toml").write_text(SETTINGS)
    command = [program, *storage, "--config", str(scratch / "geth.toml"), "--gcmode", "archive", "--syncmode", "full"]
    command += ["--networkid", str(chain_id), "--authrpc.port", "0", "--ipcpath", str(scratch / "geth.ipc")]
    command += ["--nodiscover", "--nat", "none", "--maxpeers", "0", "--nousb", "--cache", "64"]
    command += ["--txpool.nolocals"]  # else it sends again, after ten seconds, what a reorg dropped
    command += ["--history.logs.disable"]  # its index of logs breaks now and then when a chain is reorganised
    command += ["--miner.gasprice", "1", "--miner.gaslimit", str(GAS_LIMIT), "--rpc.txfeecap", "0"]
    async with AsyncExitStack() as running:
        geth = Geth(clock, finality, running, command, scratch)
        await geth.start()
        yield geth
        if directory is not None:
            await geth.program.stop()


class Geth(Native):
    """Each block is asked for, checked to hold what it can, and made the head."""

    def __init__(
        self, clock: SkewedClock, finality: int, running: AsyncExitStack, command: list[str], scratch: Path
    ) -> None:
        super().__init__(clock)
        self._finality = finality
        self._running = running
        self._command = command
        self._scratch = scratch
        self._builds = 0

    async def start(self) -> None:
        """Start the program, and wait until it answers."""
        program = supervised(self._command, self._scratch / "geth.ipc", self._scratch / "geth.log")
        self.program = await self._running.enter_async_context(program)

    async def mine(self) -> None:
        parent = await self.ask("eth_getBlockByNumber", "latest", False)
        for tries in range(1, BUILDS + 1):
            payload, requests = await self._build(parent, backoff(tries, 0.008, 0.2))
            if await self._is_full(payload):
                break
        await self.ask("engine_newPayloadV4", payload, [], ZERO, requests)
        await self._choose(payload["blockHash"], int(payload["blockNumber"], 16))

    async def _build(self, parent: dict[str, Any], pause: float) -> tuple[dict[str, Any], list[str]]:
        """A block on the head: geth has an empty one at once, and one with transactions after `pause` seconds or so."""
        self._builds += 1
        attributes = {
            "timestamp": hex(self.clock.after(int(parent["timestamp"], 16))),
            "prevRandao": f"0x{self._builds:064x}",  # what was built once is not built again
            "suggestedFeeRecipient": f"0x{self.forks:040x}",
            "withdrawals": [],
            "parentBeaconBlockRoot": ZERO,
        }
        chosen = await self._choose(parent["hash"], int(parent["number"], 16), attributes)
        await asyncio.sleep(pause)
        envelope = await self.ask("engine_getPayloadV4", chosen["payloadId"])
        return envelope["executionPayload"], envelope["executionRequests"]

    async def _is_full(self, payload: dict[str, Any]) -> bool:
        """Whether it holds what pays best, and then all that there was gas for."""
        included = {"0x" + keccak256(bytes.fromhex(raw[2:])).hex() for raw in payload["transactions"]}
        able = await self._includable(int(payload["baseFeePerGas"], 16))
        if able and max(able, key=lambda name: able[name][0]) not in included:
            return False
        free = int(payload["gasLimit"], 16) - int(payload["gasUsed"], 16)
        return all(name in included or gas > free for name, (_, gas) in able.items())

    async def _includable(self, base_fee: int) -> dict[str, tuple[int, int]]:
        """The hashes of what waits and can pay that base fee, each with its tip and its gas."""
        found, nonces = dict[str, tuple[int, int]](), dict[str, int]()
        for each in await self.waiting():
            sender, nonce = each["from"], int(each["nonce"], 16)
            if sender not in nonces:
                nonces[sender] = int(await self.ask("eth_getTransactionCount", sender, "latest"), 16)
            most, most_tip = (int(each.get(name, each["gasPrice"]), 16) for name in FEES)
            tip = min(most - base_fee, most_tip)
            if nonce == nonces[sender] and tip > 0:
                found[each["hash"]] = (tip, int(each["gas"], 16))
                nonces[sender] += 1
        return found

    async def _choose(self, head: str, number: int, attributes: dict[str, Any] | None = None) -> Any:
        """Make a block the head, with what lies below it safe and final, and begin another on it where asked."""
        state = {"headBlockHash": head, "safeBlockHash": head, "finalizedBlockHash": head}
        for tag, depth in [("safeBlockHash", (self._finality + 1) // 2), ("finalizedBlockHash", self._finality)]:
            if depth:
                below = await self.ask("eth_getBlockByNumber", hex(max(0, number - depth)), False)
                state[tag] = below["hash"]
        return await self.ask("engine_forkchoiceUpdatedV3", state, attributes)

    async def rewind(self, number: int) -> None:
        """Geth's pool follows the chain in its own time. It is waited for: before, since it would keep what it has not yet seen in
        a block, and after, since it would refuse again what it has seen there."""
        height = int(await self.ask("eth_blockNumber"), 16)
        blocks = [await self.ask("eth_getBlockByNumber", hex(each), True) for each in range(number + 1, height + 1)]
        lost = [each for block in blocks for each in block["transactions"]]
        first = {each["from"]: int(each["nonce"], 16) for each in reversed(lost)}

        async def all_seen() -> bool:
            return {each["hash"] for each in lost}.isdisjoint(each["hash"] for each in await self.waiting())

        async def all_forgotten() -> bool:
            next_ones = {who: await self.ask("eth_getTransactionCount", who, "pending") for who in first}
            return all(int(next_ones[who], 16) <= nonce for who, nonce in first.items())

        await _until(all_seen)
        await self.ask("debug_setHead", hex(number))
        await _until(all_forgotten)

    async def forget(self) -> None:
        """It offers no command for this, but keeps its pool in memory: it is stopped and started."""
        await self.program.stop()
        await self._running.aclose()
        await self.start()


async def _until(done: Callable[[], Awaitable[bool]]) -> None:
    """Raises TimeoutError where it takes longer than any answer may."""
    async with asyncio.timeout(TIMEOUT):
        for tries in count(1):
            if await done():
                return
            await asyncio.sleep(backoff(tries, 0.001, 0.1))
