"""The embedded Ethereum-like network: one chain behind JSON-RPC on loopback, with an AnchorRegistry on it."""

from __future__ import annotations

import asyncio
import json
import threading
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from carbonseal_adapters.ethereum.deploy import Deployment, deploy
from carbonseal_adapters.ethereum.signers import DigestSigner
from carbonseal_adapters.ethereum.signers_local import LocalKey
from carbonseal_devnet.ethereum_chain import Chain, Clock, account_key, address_of
from carbonseal_devnet.ethereum_rpc import application

LOOPBACK = "127.0.0.1"
ACCOUNTS = 10
DEPLOYER = ACCOUNTS - 1  # the registry's; the accounts before it are for publishers


@dataclass(frozen=True, slots=True)
class Network:
    """What is needed to use a running network. `account(n)` for n from 0 to 8 are free to take."""

    endpoint: str
    deployment: Deployment

    @property
    def ledger(self) -> str:
        """Its name, as policies write it."""
        return f"eip155:{self.deployment.chain_id}"

    @property
    def uri(self) -> str:
        """Its address, as `node.toml` writes it."""
        return f"ethereum+{self.endpoint}"

    @staticmethod
    def key(number: int) -> bytes:
        """The private key of an account, 32 bytes."""
        return account_key(number)

    @staticmethod
    def publisher(number: int) -> str:
        """The address of an account, as policies write it."""
        return "0x" + address_of(account_key(number)).hex()

    def options(self, *publishers: str) -> dict[str, str]:
        """The options of a policy's `ledger` line under which these publishers count."""
        made = self.deployment
        pinned = {"genesis": made.genesis, "registry": made.registry, "code": made.code}
        return {**pinned, "publisher": ",".join(publishers)}

    def ask(self, method: str, *params: Any) -> Any:
        """Call the network, blocking: `evm_mine`, `dev_reorg` and the like. Raises RuntimeError with what it answers."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self.endpoint, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
        if "error" in answer:
            raise RuntimeError(answer["error"]["message"])
        return answer["result"]


def wall_clock() -> int:
    return int(time.time())


@asynccontextmanager
async def running(*, port: int = 0, finality: int = 2, clock: Clock = wall_clock) -> AsyncIterator[Network]:
    """A network for as long as the block lasts, in this event loop. Port 0 takes a free one."""
    runner = web.AppRunner(application(Chain(clock, accounts=ACCOUNTS, finality=finality)), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, port).start()
        endpoint = f"http://{LOOPBACK}:{runner.addresses[0][1]}"
        yield Network(endpoint, await deploy(endpoint, DigestSigner(LocalKey(account_key(DEPLOYER)))))
    finally:
        await runner.cleanup()


@contextmanager
def in_thread(*, finality: int = 2, clock: Clock = wall_clock) -> Iterator[Network]:
    """A network for as long as the block lasts, in a thread and an event loop of its own: for callers that block."""
    started: list[Network] = []
    failed: list[BaseException] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with running(finality=finality, clock=clock) as network:
            started.append(network)
            ready.set()
            await stop.wait()

    def work() -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(serve())
        except BaseException as error:  # noqa: BLE001 - handed to the caller below
            failed.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=work, name="carbonseal-devnet", daemon=True)
    thread.start()
    ready.wait()
    try:
        if failed:
            raise failed[0]
        yield started[0]
    finally:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)
        thread.join()
