"""A plain JSON-RPC client and a wallet: what an integrator has, and nothing of carbonseal's."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from eth_account import Account

from carbonseal_devnet.ethereum.network import Network

GWEI = 10**9


def post(endpoint: str, body: bytes, timeout: float = 30) -> Any:
    request = urllib.request.Request(endpoint, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=timeout) as response:
        return json.load(response)


def asked(method: str, *params: str | bool) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


def transfer(network: Network, nonce: int, *, fee: int = 100 * GWEI, tip: int = GWEI, account: int = 0) -> str:
    fees = {"maxFeePerGas": fee, "maxPriorityFeePerGas": tip}
    fields = {"type": 2, "chainId": 1337, "nonce": nonce, "to": b"\x77" * 20, "value": 1, "gas": 21_000, **fees}
    return "0x" + bytes(Account.from_key(network.key(account)).sign_transaction(fields).raw_transaction).hex()


def send(network: Network, nonce: int, **fields: int) -> str:
    return str(network.ask("eth_sendRawTransaction", transfer(network, nonce, **fields)))


def block(network: Network, which: str | int = "latest") -> dict[str, Any]:
    found: dict[str, Any] = network.ask("eth_getBlockByNumber", which if isinstance(which, str) else hex(which), False)
    return found


def place(network: Network, transaction: str) -> int | None:
    """The number of the block that holds it, if one does."""
    receipt = network.ask("eth_getTransactionReceipt", transaction)
    return receipt and int(receipt["blockNumber"], 16)


def nonce(network: Network, account: int = 0) -> int:
    return int(network.ask("eth_getTransactionCount", network.publisher(account), "latest"), 16)
