"""Puts an AnchorRegistry on a chain. Its code is the same everywhere: policies pin the artifact's code hash."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from carbonseal.ledger import Never, Unknown
from carbonseal_adapters.ethereum import registry, rlp
from carbonseal_adapters.ethereum.fees import suggest
from carbonseal_adapters.ethereum.options import to_hex
from carbonseal_adapters.ethereum.rpc import Rpc, RpcError
from carbonseal_adapters.ethereum.signers import Signer
from carbonseal_adapters.ethereum.transactions import Transaction, hash_of
from carbonseal_adapters.ethereum.trie import keccak256

GAS = 800_000  # deploying takes 491,658


@dataclass(frozen=True, slots=True)
class Deployment:
    """What a policy pins, as it writes it."""

    chain_id: int
    genesis: str
    registry: str
    code: str
    block: int  # the registry exists from this block on


async def deploy(endpoint: str, signer: Signer, *, poll: float = 1.0, patience: int = 300) -> Deployment:
    """Deploy from the account of `signer` and wait until it is included, asking every `poll` seconds, `patience` times.

    Raises `Never` where the account cannot pay or the code on the chain is another, `Retry` and `Unknown` as an adapter.
    """
    rpc = Rpc(endpoint)
    try:
        chain_id = await rpc.number("eth_chainId")
        genesis = await rpc.ask("eth_getBlockByNumber", "0x0", False)
        nonce = await rpc.number("eth_getTransactionCount", signer.shown, "pending")
        code = bytes.fromhex(registry.artifact()["bytecode"][2:])
        market = await suggest(rpc)
        payload = await signer.sign(Transaction(chain_id, nonce, b"", code, GAS, market.fees(), market.legacy))
        name = hash_of(payload)
        try:
            await rpc.call("eth_sendRawTransaction", to_hex(payload))
        except RpcError as error:
            raise Never(f"the endpoint refuses the deployment: {error}", f"is {signer.shown} funded?") from error
        for _ in range(patience):
            receipt = await rpc.ask("eth_getTransactionReceipt", name)
            if receipt is not None:
                break
            await asyncio.sleep(poll)
        else:
            raise Unknown(f"the deployment {name} is not included yet")
        address = to_hex(keccak256(rlp.encode([signer.address, rlp.number(nonce)]))[12:])
        found = await rpc.ask("eth_getCode", address, "latest")
        if found != registry.artifact()["bytecode_runtime"]:
            raise Never(
                f"the contract at {address} has other code", "the chain does not run code for Prague; use another"
            )
        with rpc.reading("eth_getBlockByNumber"):
            block = int(receipt["blockNumber"], 16)
            return Deployment(chain_id, genesis["hash"], address, registry.artifact()["code_hash"], block)
    finally:
        await rpc.close()
