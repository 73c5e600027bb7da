"""What the tests of contracts share: transactions and calls in ABI words, and contracts compiled from source."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from eth_abi import decode, encode
from eth_account import Account
from eth_utils import keccak

from carbonseal_devnet.ethereum.network import Network

CONTRACTS = Path(__file__).parents[2] / "contracts/ethereum"


def words(signature: str, *values: object) -> bytes:
    """Call data: "anchor(bytes32,uint64,bytes32)" and the values."""
    types = signature[signature.index("(") + 1 : -1]
    return keccak(text=signature)[:4] + encode(types.split(",") if types else [], values)


@cache
def compiled(source: str) -> dict[str, Any]:
    """The artifact of a contract under contracts/ethereum, by the compiler in an environment of its own."""
    command = [sys.executable, str(CONTRACTS / "compile.py"), "--print", str(CONTRACTS / source)]
    artifact: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return artifact


def transact(
    chain: Network, to: str | None, data: bytes, account: int = 0, value: int = 0, gas: int = 2_000_000
) -> dict[str, Any]:
    """Send it whatever it does; the receipt."""
    fields = {
        "chainId": chain.deployment.chain_id,
        "nonce": int(chain.ask("eth_getTransactionCount", chain.publisher(account), "latest"), 16),
        "gas": gas,
        "maxFeePerGas": 10**10,
        "maxPriorityFeePerGas": 10**9,
        "value": value,
        "data": data,
    }
    if to is not None:
        fields["to"] = bytes.fromhex(to[2:])
    signed = Account.sign_transaction(fields, chain.key(account))
    name = chain.ask("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex().removeprefix("0x"))
    receipt: dict[str, Any] = chain.ask("eth_getTransactionReceipt", name)
    return receipt


def deploy(
    chain: Network,
    bytecode: str,
    *arguments: tuple[str, object],
    account: int = 0,
    value: int = 0,
    gas: int = 8_000_000,
) -> str:
    """Make a contract; `arguments` are pairs of an ABI type and a value. Its address."""
    types, values = zip(*arguments, strict=True) if arguments else ((), ())
    code = bytes.fromhex(bytecode.removeprefix("0x")) + encode(types, values)
    receipt = transact(chain, None, code, account, value, gas)
    assert receipt["status"] == "0x1"
    return str(receipt["contractAddress"])


def call(chain: Network, to: str, data: bytes, account: int = 0) -> bytes:
    """What an eth_call returns, as bytes. Raises RuntimeError with what the endpoint says."""
    answer = chain.ask("eth_call", {"from": chain.publisher(account), "to": to, "data": "0x" + data.hex()})
    return bytes.fromhex(answer[2:])


def call_all(chain: Network, to: str, data: Sequence[bytes], account: int = 0) -> list[bytes | None]:
    """What eth_calls return that are asked for in one request; None for what reverts."""
    whence = {"from": chain.publisher(account), "to": to}
    asked = [
        {"id": at, "method": "eth_call", "params": [{**whence, "data": "0x" + one.hex()}]}
        for at, one in enumerate(data)
    ]
    request = urllib.request.Request(chain.endpoint, json.dumps(asked).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        given = json.load(response)
    assert [one["id"] for one in given] == [*range(len(data))]
    assert all("revert" in one["error"]["message"] for one in given if "error" in one)
    return [None if "error" in one else bytes.fromhex(one["result"][2:]) for one in given]


def ask(chain: Network, to: str, signature: str, returns: str, *values: object, account: int = 0) -> Any:
    """The one value that a view returns."""
    return decode([returns], call(chain, to, words(signature, *values), account))[0]
