"""Ethereum network: a running chain, which is used, advanced and made to fail through its JSON-RPC endpoint alone."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from carbonseal_adapters.ethereum.sending.deploy import Deployment
from carbonseal_devnet.ethereum.accounts import DEPLOYER, account_key, address_of


@dataclass(frozen=True, slots=True)
class Network:
    """A running chain (`carbonseal_devnet.network.LocalNetwork`). The accounts 0 to 8 are free to take.

    Every method that asks the chain blocks, and raises RuntimeError with what the chain answers.
    """

    endpoint: str
    deployment: Deployment
    engine: str = "py-evm"  # what runs it: py-evm, anvil or geth
    keys: Path | None = None  # the folder with key files of the accounts that are free to take

    @property
    def ledger(self) -> str:
        return f"eip155:{self.deployment.chain_id}"

    @property
    def uri(self) -> str:
        return f"ethereum+{self.endpoint}"

    def node_options(self) -> dict[str, str]:
        """For account 0. Raises ValueError where the network was started without a folder for keys."""
        return {"registry": self.deployment.registry, "key": f"file:{self.key_file(0)}"}

    def facts(self) -> Iterator[tuple[str, str]]:
        made = self.deployment
        yield from (("genesis", made.genesis), ("registry", made.registry), ("code", made.code))
        if self.keys is not None:
            for number in range(DEPLOYER):
                yield "publisher", f"{self.publisher(number)}  file:{self.key_file(number)}"

    def key_file(self, number: int) -> Path:
        """Where an account's private key is, in hex. Raises ValueError as `node_options` does."""
        if self.keys is None:
            raise ValueError("this network was started without a folder for key files")
        return self.keys / f"ethereum-{number}.key"

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
        """Call a method of the network's JSON-RPC."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self.endpoint, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
        if "error" in answer:
            raise RuntimeError(answer["error"]["message"])
        return answer["result"]

    # --- moving the chain --------------------------------------------------------------------------------------------

    @property
    def height(self) -> int:
        """The number of the newest block."""
        return int(self.ask("eth_blockNumber"), 16)

    def mine(self, blocks: int = 1) -> None:
        """Mine so many blocks."""
        for _ in range(blocks):
            self.ask("evm_mine")

    def automine(self, on: bool) -> None:
        """Whether every transaction that is sent gets a block at once, as it does at first."""
        self.ask("evm_setAutomine", on)

    def reorg(self, depth: int, *, drop: bool = False) -> None:
        """Replace the newest `depth` blocks by `depth` + 1 others, with the transactions that were in them or without."""
        self.ask("dev_reorg", depth, "drop" if drop else "keep")

    def drop(self, transaction: str) -> bool:
        """Let the pool forget a waiting transaction; whether it held it."""
        return bool(self.ask("dev_drop", transaction))

    def crowd(self, blocks: int) -> None:
        """Mine so many blocks that others fill: each raises the base fee by an eighth, and what pays less is stuck.

        Every block that is not full lowers it again.
        """
        self.ask("dev_crowd", blocks)

    def skew(self, seconds: int) -> None:
        """Set the error of the clock of later blocks, in seconds; 0 removes it. No block is older than its parent."""
        self.ask("dev_skew", seconds)

    # --- breaking the endpoint ---------------------------------------------------------------------------------------

    def another(self) -> Network:
        """The same chain through one more endpoint, which has faults of its own."""
        return replace(self, endpoint=self.ask("dev_endpoint"))

    def fault(self, kind: str, *methods: str, times: int | None = None, seconds: float = 1.0) -> None:
        """Let the endpoint misbehave when these methods are asked (none named: all), so many times or until `heal`.

        `stall` (until healed), `delay` (by `seconds`), `busy` (429, for `seconds`), `failing` (503), `garbage`, `half` an answer,
        `hang-up`, `lose` (do it, then hang up), `swallow` (take transactions and drop them), `lie` (about blocks).
        """
        self.ask("dev_fault", kind, {"methods": methods, "times": times, "seconds": seconds})

    def heal(self) -> None:
        """Lift the endpoint's faults. What was stalled is answered now."""
        self.ask("dev_heal")
