"""JSON-RPC methods of the embedded chain: those that wallets, web3 and carbonseal's adapter call."""

# ruff: noqa: N802 - methods bear the names that the protocol gives them

from __future__ import annotations

from typing import Any

from eth.exceptions import VMError
from eth_utils.exceptions import ValidationError

from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_devnet.ethereum.accounts import GWEI
from carbonseal_devnet.ethereum.embedded.chain import Call, Chain
from carbonseal_devnet.ethereum.embedded.pool import Rejected
from carbonseal_devnet.ethereum.embedded.shapes import block_json, data, matching, receipts_json, transaction_json, word
from carbonseal_devnet.ethereum.engine import RpcError

PREFIXES = ("eth_", "net_", "web3_")


class Embedded:
    """The engine that runs in this process."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._methods = Methods(chain)

    async def ask(self, method: str, *params: Any) -> Any:
        called = getattr(self._methods, method, None) if method.startswith(PREFIXES) else None
        if called is None:
            raise RpcError(-32601, f"the method {method} does not exist")
        try:
            return called(*params)
        except Rejected as error:
            raise RpcError(-32000, str(error)) from error
        except (KeyError, ValidationError) as error:
            raise ValueError(str(error)) from error

    async def mine(self) -> None:
        self._chain.mine()

    async def reorg(self, depth: int, *, drop: bool) -> None:
        self._chain.reorg(depth, drop=drop)

    async def drop(self, transaction: str) -> bool:
        return self._chain.pool.drop(_bytes(transaction))


class Methods:
    """Every public method is one that a client can call."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    # --- about the chain ---------------------------------------------------------------------------------------------

    def web3_clientVersion(self) -> str:
        return "carbonseal-devnet/py-evm"

    def net_version(self) -> str:
        return str(self._chain.chain_id)

    def eth_chainId(self) -> str:
        return hex(self._chain.chain_id)

    def eth_syncing(self) -> bool:
        return False

    def eth_blockNumber(self) -> str:
        return hex(self._chain.head.block_number)

    def eth_gasPrice(self) -> str:
        return hex(self._chain.head.base_fee_per_gas + GWEI)

    def eth_maxPriorityFeePerGas(self) -> str:
        return hex(GWEI)

    def eth_feeHistory(self, count: str | int, newest: str, percentiles: list[float] | None = None) -> dict[str, Any]:
        last = self._header(newest).block_number
        first = max(0, last + 1 - _number(count))
        headers = [self._chain.header(number) for number in range(first, last + 1)]
        history: dict[str, Any] = {
            "oldestBlock": hex(first),
            "baseFeePerGas": [hex(h.base_fee_per_gas) for h in headers if h] + [hex(self._chain.base_fee_after(last))],
            "gasUsedRatio": [h.gas_used / h.gas_limit for h in headers if h],
        }
        if percentiles:
            history["reward"] = [[hex(GWEI)] * len(percentiles) for _ in headers]
        return history

    # --- blocks and transactions -------------------------------------------------------------------------------------

    def eth_getBlockByNumber(self, which: str, full: bool = False) -> dict[str, Any] | None:
        header = self._find(which)
        return header and block_json(self._chain.block(header), full=full)

    def eth_getBlockByHash(self, digest: str, full: bool = False) -> dict[str, Any] | None:
        header = self._chain.header_by_hash(_bytes(digest))
        return header and block_json(self._chain.block(header), full=full)

    def eth_getTransactionByHash(self, digest: str) -> dict[str, Any] | None:
        waiting = self._chain.pool.find(_bytes(digest))
        if waiting is not None:
            return transaction_json(waiting, None, None)
        place = self._chain.place_of(_bytes(digest))
        return place and transaction_json(self._chain.block(place[0]).transactions[place[1]], *place)

    def eth_getTransactionReceipt(self, digest: str) -> dict[str, Any] | None:
        place = self._chain.place_of(_bytes(digest))
        return place and self._receipts(place[0])[place[1]]

    def eth_getBlockReceipts(self, which: str) -> list[dict[str, Any]] | None:
        header = self._find(which)
        return header and self._receipts(header)

    def eth_getLogs(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        if "blockHash" in asked:
            headers = [self._chain.header_by_hash(_bytes(asked["blockHash"]))]
        else:
            first = self._header(asked.get("fromBlock", "latest")).block_number
            last = self._header(asked.get("toBlock", "latest")).block_number
            headers = [self._chain.header(number) for number in range(first, last + 1)]
        receipts = [receipt for header in headers if header for receipt in self._receipts(header)]
        return [log for receipt in receipts for log in matching(receipt["logs"], asked)]

    def eth_sendRawTransaction(self, raw: str) -> str:
        return data(self._chain.send(_bytes(raw)))

    # --- state -------------------------------------------------------------------------------------------------------

    def eth_accounts(self) -> list[str]:
        return []

    def eth_getBalance(self, account: str, which: str = "latest") -> str:
        return hex(self._state(which).get_balance(_bytes(account)))

    def eth_getTransactionCount(self, account: str, which: str = "latest") -> str:
        if which == "pending":
            return hex(self._chain.next_nonce(_bytes(account)))
        return hex(self._state(which).get_nonce(_bytes(account)))

    def eth_getCode(self, account: str, which: str = "latest") -> str:
        return data(self._state(which).get_code(_bytes(account)))

    def eth_getStorageAt(self, account: str, slot: str, which: str = "latest") -> str:
        return word(self._state(which).get_storage(_bytes(account), _number(slot)))

    def eth_getProof(self, account: str, slots: list[str], which: str = "latest") -> dict[str, Any]:
        header, address = self._header(which), _bytes(account)
        numbers = [_number(slot) for slot in slots]
        (nonce, balance, storage_root, code), (proof, *storage) = self._chain.prove(address, numbers, header)
        state = self._chain.state(header)
        return {
            "address": data(address),
            "nonce": hex(int.from_bytes(nonce, "big")),
            "balance": hex(int.from_bytes(balance, "big")),
            "storageHash": data(storage_root),
            "codeHash": data(code),
            "accountProof": [data(node) for node in proof],
            "storageProof": [
                {"key": key, "value": hex(state.get_storage(address, slot)), "proof": [data(node) for node in nodes]}
                for key, slot, nodes in zip(slots, numbers, storage, strict=True)
            ],
        }

    def eth_call(self, call: dict[str, Any], which: str = "latest") -> str:
        computation = self._chain.run(_call(call), self._header(which))
        if computation.is_error:
            raise _failed(computation.error)
        return data(computation.output)

    def eth_estimateGas(self, call: dict[str, Any], which: str = "latest") -> str:
        try:
            return hex(self._chain.estimate(_call(call), self._header(which)))
        except VMError as error:
            raise _failed(error) from error

    # --- what the methods share --------------------------------------------------------------------------------------

    def _find(self, which: str | dict[str, Any]) -> Any | None:
        """The header that a number, a tag, or an EIP-1898 object means."""
        if isinstance(which, dict):
            if "blockHash" in which:
                return self._chain.header_by_hash(_bytes(which["blockHash"]))
            which = str(which["blockNumber"])
        head = self._chain.head.block_number
        numbers = {
            "earliest": 0,
            "latest": head,
            "pending": head,
            "safe": max(0, head - (self._chain.finality + 1) // 2),
            "finalized": max(0, head - self._chain.finality),
        }
        return self._chain.header(numbers[which] if which in numbers else _number(which))

    def _header(self, which: str | dict[str, Any]) -> Any:
        header = self._find(which)
        if header is None:
            raise RpcError(-32000, "header not found")
        return header

    def _state(self, which: str) -> Any:
        return self._chain.state(self._header(which))

    def _receipts(self, header: Any) -> list[dict[str, Any]]:
        return receipts_json(self._chain.block(header), self._chain.receipts(header))


def _failed(error: VMError) -> RpcError:
    """The error in geth's form: the contract's reason in the message, its whole output as data."""
    output = error.args[0] if error.args and isinstance(error.args[0], bytes) else b""
    reason = ""
    if output[:4] == keccak256(b"Error(string)")[:4]:
        length = int.from_bytes(output[36:68], "big")
        reason = ": " + output[68 : 68 + length].decode(errors="replace")
    return RpcError(3, "execution reverted" + reason, data(output))


def _call(call: dict[str, Any]) -> Call:
    return Call(
        sender=_bytes(call.get("from") or "0x" + "00" * 20),
        to=_bytes(call.get("to") or "0x"),
        value=_number(call.get("value") or 0),
        data=_bytes(call.get("input") or call.get("data") or "0x"),
    )


def _bytes(text: str) -> bytes:
    if not text.startswith("0x"):
        raise ValueError(f"{text} does not start with 0x")
    return bytes.fromhex(text[2:])


def _number(value: str | int) -> int:
    return value if isinstance(value, int) else int(value, 16)
