"""What the tests of contracts share: transactions and calls in ABI words, and contracts compiled from source."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

from eth_abi import decode, encode
from eth_account import Account
from eth_utils import keccak

CONTRACTS = Path(__file__).parents[2] / "contracts/ethereum"


def words(signature, *values):
    """Call data: "anchor(bytes32,uint64,bytes32)" and the values."""
    types = signature[signature.index("(") + 1 : -1]
    return keccak(text=signature)[:4] + encode(types.split(",") if types else [], values)


@cache
def compiled(source):
    """The artifact of a contract under contracts/ethereum, by the compiler in an environment of its own."""
    command = [sys.executable, str(CONTRACTS / "compile.py"), "--print", str(CONTRACTS / source)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def transact(chain, to, data, account=0, value=0, gas=2_000_000):
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
    return chain.ask("eth_getTransactionReceipt", name)


def deploy(chain, bytecode, *arguments, account=0, value=0, gas=8_000_000):
    """Make a contract; `arguments` are pairs of an ABI type and a value. Its address."""
    types, values = zip(*arguments, strict=True) if arguments else ((), ())
    code = bytes.fromhex(bytecode.removeprefix("0x")) + encode(types, values)
    receipt = transact(chain, None, code, account, value, gas)
    assert receipt["status"] == "0x1"
    return receipt["contractAddress"]


def call(chain, to, data, account=0):
    """What an eth_call returns, as bytes. Raises RuntimeError with what the endpoint says."""
    answer = chain.ask("eth_call", {"from": chain.publisher(account), "to": to, "data": "0x" + data.hex()})
    return bytes.fromhex(answer[2:])


def ask(chain, to, signature, returns, *values, account=0):
    """The one value that a view returns."""
    return decode([returns], call(chain, to, words(signature, *values), account))[0]
