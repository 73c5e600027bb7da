"""Programs that run a chain: found on this machine, supervised, called over a local socket."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from carbonseal_devnet.ethereum.engine import RpcError, SkewedClock
from carbonseal_devnet.supervised_process import ProgramFailed, ProgramMissing, end_of, supervise

TIMEOUT = 60.0  # seconds to start, and for any answer
LARGEST = 64 << 20  # bytes of an answer


def find(name: str) -> str:
    """Where `anvil` or `geth` is: CARBONSEAL_ANVIL or CARBONSEAL_GETH, or on the PATH. Raises ProgramMissing."""
    variable = f"CARBONSEAL_{name.upper()}"
    chosen = os.environ.get(variable, "")
    found = shutil.which(chosen or name)
    if found is None:
        what = f"{variable} names no program ({chosen})" if chosen else f"{name} is not on the PATH"
        raise ProgramMissing(f"{what}; {INSTALL[name]}, and set {variable} or the PATH")
    return found


INSTALL = {
    "anvil": "npm install @foundry-rs/anvil",
    "geth": "go install github.com/ethereum/go-ethereum/cmd/geth@v1.16.9",
}


class Program:
    """A running program that answers JSON-RPC over a Unix socket, one line a message, one question at a time."""

    def __init__(
        self, process: subprocess.Popen[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer

    async def ask(self, method: str, *params: Any) -> Any:
        """The result of one call. Raises RpcError with what the chain answers, ProgramFailed where it ended."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        self._writer.write(json.dumps(body).encode() + b"\n")
        async with asyncio.timeout(TIMEOUT):
            line = await self._reader.readline()
        if not line:
            raise ProgramFailed(f"the program ended while it was asked {method}")
        answer = json.loads(line)
        if "error" in answer:
            error = answer["error"]
            raise RpcError(error["code"], error["message"], error.get("data"))
        return answer["result"]

    async def stop(self) -> None:
        """Stop the program; it writes what it holds first."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"stop")
        self._process.stdin.flush()
        await asyncio.to_thread(self._process.wait, TIMEOUT)

    async def close(self) -> None:
        """Close the connection; the program goes on."""
        self._writer.close()
        await asyncio.gather(self._writer.wait_closed(), return_exceptions=True)  # it may be gone already


@asynccontextmanager
async def supervised(command: Sequence[str], path: Path, log: Path) -> AsyncIterator[Program]:
    """The program, answering on the socket `path`, until the block ends: then it is killed, if it was not stopped."""
    process = await asyncio.to_thread(supervise, command, log)
    try:
        program = await _connect(path, process)
        if program is None:
            raise ProgramFailed(f"{command[0]} does not run: {await asyncio.to_thread(end_of, log)}")
        try:
            yield program
        finally:
            await program.close()
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await asyncio.to_thread(process.wait)


async def _connect(path: Path, process: subprocess.Popen[bytes]) -> Program | None:
    until = time.monotonic() + TIMEOUT
    while process.poll() is None and time.monotonic() < until:
        try:
            return Program(process, *await asyncio.open_unix_connection(path, limit=LARGEST))
        except OSError:
            await asyncio.sleep(0.01)
    return None


class Native:
    """What anvil and geth do alike; each says how it mines, rewinds and forgets."""

    program: Program

    def __init__(self, clock: SkewedClock) -> None:
        self.clock = clock
        self.forks = 0  # blocks of another fork pay another coinbase, so that two empty ones on one parent differ

    async def ask(self, method: str, *params: Any) -> Any:
        return await self.program.ask(method, *params)

    async def mine(self) -> None:
        raise NotImplementedError

    async def rewind(self, number: int) -> None:
        """Make that block the head; the transactions after it are lost."""
        raise NotImplementedError

    async def forget(self) -> None:
        """Empty the pool."""
        raise NotImplementedError

    async def reorg(self, depth: int, *, drop: bool) -> None:
        height = int(await self.ask("eth_blockNumber"), 16)
        lost: list[str] = []
        for number in range(height - depth + 1, height + 1):
            block = await self.ask("eth_getBlockByNumber", hex(number), False)
            lost += [await self._raw(transaction) for transaction in block["transactions"]]
        self.forks += 1
        await self.rewind(height - depth)
        for _ in range(depth):
            await self.mine()
        if not drop:
            await self._resend(lost)
        await self.mine()

    async def drop(self, transaction: str) -> bool:
        waiting = await self.waiting()
        others = [await self._raw(each["hash"]) for each in waiting if each["hash"] != transaction]
        if len(others) == len(waiting):
            return False
        await self.forget()
        await self._resend(others)
        return True

    async def waiting(self) -> list[dict[str, Any]]:
        """What is in the pool, each sender's in the order of nonces."""
        pool = await self.ask("txpool_content")
        found = [each for kind in pool.values() for senders in kind.values() for each in senders.values()]
        return sorted(found, key=lambda each: int(each["nonce"], 16))

    async def _raw(self, transaction: str) -> str:
        return str(await self.ask("eth_getRawTransactionByHash", transaction))

    async def _resend(self, transactions: Sequence[str]) -> None:
        for raw in transactions:
            try:
                await self.ask("eth_sendRawTransaction", raw)
            except RpcError:  # something took its place, as it may after any reorg
                continue
