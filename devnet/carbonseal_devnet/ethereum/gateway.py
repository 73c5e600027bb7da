"""Gateway: the endpoints of a chain. JSON-RPC over HTTP on loopback, the commands that move the chain, and faults.

Commands, the same on every chain: `evm_mine`, `evm_setAutomine` [on], `dev_reorg` [depth, "keep" or "drop" the
transactions], `dev_drop` [transaction], `dev_crowd` [blocks to fill], `dev_skew`
[seconds], `dev_endpoint` (opens one more, healthy), and of the one
endpoint that is asked: `dev_fault` [kind, {"methods": [...], "times": n, "seconds": s}] and `dev_heal`. No fault stops
a command.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from aiohttp import web

from carbonseal_adapters.ethereum.sending.fees import Fees
from carbonseal_adapters.ethereum.sending.signers import DigestSigner
from carbonseal_adapters.ethereum.sending.signers.local import LocalKey
from carbonseal_adapters.ethereum.sending.transactions import Transaction
from carbonseal_devnet.ethereum.accounts import DEPLOYER, GAS_LIMIT, GWEI, LOOPBACK, account_key
from carbonseal_devnet.ethereum.engine import Engine, RpcError, SkewedClock
from carbonseal_devnet.ethereum.faults import SENDING, Faults

MAX_BODY = 1 << 20
DEPLOYER_KEY = account_key(DEPLOYER)
FILLER_TIP = 100 * GWEI  # 3 ether a block

Command = Callable[..., Awaitable[Any]]


class Gateway:
    """All endpoints of one chain. What is asked through them is done one after the other."""

    def __init__(self, engine: Engine, clock: SkewedClock) -> None:
        self._engine = engine
        self._clock = clock
        self._automine = True
        self._turn = asyncio.Lock()
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Gateway:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def open(self, port: int = 0) -> str:
        """One more endpoint, until all are closed; its URL."""
        faults = Faults()
        made = web.Application(client_max_size=MAX_BODY)
        commands = self._commands() | _fault_commands(faults)

        async def respond(request: web.Request) -> web.StreamResponse:
            return await self._respond(request, faults, commands)

        made.router.add_post("/", respond)
        runner = web.AppRunner(made, access_log=None, shutdown_timeout=1)
        await runner.setup()
        self._open.push_async_callback(runner.cleanup)
        self._open.callback(faults.heal)
        await web.TCPSite(runner, LOOPBACK, port).start()
        return f"http://{LOOPBACK}:{runner.addresses[0][1]}"

    async def _respond(self, request: web.Request, faults: Faults, commands: dict[str, Command]) -> web.StreamResponse:
        try:
            asked = json.loads(await request.read())
        except ValueError:
            return web.json_response(_failure(None, RpcError(-32700, "this is not JSON")))
        if isinstance(asked, dict) and asked.get("method") in commands:
            return web.json_response(await self._answer(asked, commands))

        async def answer() -> Any:
            if isinstance(asked, list):
                return [await self._answer(one, commands) for one in asked]
            return await self._answer(asked, commands)

        return await faults.respond(request, asked, answer)

    async def _answer(self, asked: Any, commands: dict[str, Command]) -> dict[str, Any]:
        if not isinstance(asked, dict):
            return _failure(None, RpcError(-32600, "not a valid request"))
        name, params = str(asked.get("method")), asked.get("params") or []
        try:
            async with self._turn:
                result = await (commands[name](*params) if name in commands else self._engine.ask(name, *params))
                if name == SENDING and self._automine:
                    await self._engine.mine()
            return {"jsonrpc": "2.0", "id": asked.get("id"), "result": result}
        except RpcError as error:
            return _failure(asked.get("id"), error)
        except (ValueError, TypeError, AttributeError) as error:
            return _failure(asked.get("id"), RpcError(-32602, f"invalid parameters of {name}: {error}"))

    async def mine_until_final(self) -> bool:
        """Mine one block where a block with transactions is not final yet and blocks are mined by themselves; whether one was."""
        async with self._turn:
            final = await self._engine.ask("eth_getBlockByNumber", "finalized", False)
            first = int(final["number"], 16) + 1 if final else 0
            last = int(await self._engine.ask("eth_blockNumber"), 16)
            blocks = [
                await self._engine.ask("eth_getBlockByNumber", hex(number), False) for number in range(first, last + 1)
            ]
            if not self._automine or not any(block["transactions"] for block in blocks):
                return False
            await self._engine.mine()
            return True

    def _commands(self) -> dict[str, Command]:
        async def mine() -> str:
            await self._engine.mine()
            return await self._head()

        async def automine(on: bool) -> bool:
            self._automine = bool(on)
            return True

        async def reorg(depth: int, transactions: str = "keep") -> str:
            if transactions not in {"keep", "drop"}:
                raise ValueError("transactions are kept or dropped")
            height = int(await self._engine.ask("eth_blockNumber"), 16)
            if not 0 < depth <= height:
                raise ValueError(f"only {height} blocks can be replaced")
            await self._engine.reorg(depth, drop=transactions == "drop")
            return await self._head()

        async def skew(seconds: int) -> bool:
            self._clock.skew = int(seconds)
            return True

        async def crowd(blocks: int) -> str:
            for _ in range(blocks):
                await self._engine.ask(SENDING, await self._filler())
                await self._engine.mine()
            return await self._head()

        return {
            "evm_mine": mine,
            "evm_setAutomine": automine,
            "dev_reorg": reorg,
            "dev_drop": self._engine.drop,
            "dev_skew": skew,
            "dev_crowd": crowd,
            "dev_endpoint": self.open,
        }

    async def _head(self) -> str:
        block = await self._engine.ask("eth_getBlockByNumber", "latest", False)
        return str(block["hash"])

    async def _filler(self) -> str:
        """A transaction that pays best, takes a whole block's gas, and burns it: its first instruction is invalid."""
        deployer = DigestSigner(LocalKey(DEPLOYER_KEY))
        nonce = int(await self._engine.ask("eth_getTransactionCount", deployer.account, "latest"), 16)
        head = await self._engine.ask("eth_getBlockByNumber", "latest", False)
        chain_id = int(await self._engine.ask("eth_chainId"), 16)
        fees = Fees(2 * int(head["baseFeePerGas"], 16) + FILLER_TIP, FILLER_TIP)
        signed = await deployer.sign(Transaction(chain_id, nonce, b"", b"\xfe", GAS_LIMIT, fees))
        return "0x" + signed.hex()


def _fault_commands(faults: Faults) -> dict[str, Command]:
    async def fault(kind: str, options: dict[str, Any] | None = None) -> bool:
        chosen = {"methods": [], "times": None, "seconds": 1.0} | (options or {})
        faults.add(kind, **chosen)
        return True

    async def heal() -> bool:
        faults.heal()
        return True

    return {"dev_fault": fault, "dev_heal": heal}


def _failure(request_id: Any, error: RpcError) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": request_id, "error": error.body}
