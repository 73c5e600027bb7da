"""Blocks, transactions, receipts and logs as Ethereum's JSON-RPC writes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import rlp

from carbonseal_adapters.ethereum.checking.keccak import keccak256


def data(value: bytes) -> str:
    """Bytes as JSON-RPC writes them: `0x` and hexadecimal digits."""
    return "0x" + value.hex()


def word(value: int) -> str:
    """A storage word as JSON-RPC writes it: 0x and 64 digits."""
    return f"0x{value:064x}"


def block_json(block: Any, *, full: bool) -> dict[str, Any]:
    """A block as JSON-RPC has it; `full`: with its transactions, not their hashes alone."""
    header = block.header
    transactions = block.transactions
    return {
        "hash": data(header.hash),
        "parentHash": data(header.parent_hash),
        "sha3Uncles": data(header.uncles_hash),
        "miner": data(header.coinbase),
        "stateRoot": data(header.state_root),
        "transactionsRoot": data(header.transaction_root),
        "receiptsRoot": data(header.receipt_root),
        "logsBloom": f"0x{header.bloom:0512x}",
        "difficulty": hex(header.difficulty),
        "number": hex(header.block_number),
        "gasLimit": hex(header.gas_limit),
        "gasUsed": hex(header.gas_used),
        "timestamp": hex(header.timestamp),
        "extraData": data(header.extra_data),
        "mixHash": data(header.mix_hash),
        "nonce": data(header.nonce),
        "baseFeePerGas": hex(header.base_fee_per_gas),
        "withdrawalsRoot": data(header.withdrawals_root),
        "blobGasUsed": hex(header.blob_gas_used),
        "excessBlobGas": hex(header.excess_blob_gas),
        "parentBeaconBlockRoot": data(header.parent_beacon_block_root),
        "requestsHash": data(header.requests_hash),
        "size": hex(len(rlp.encode(block))),
        "uncles": [],
        "withdrawals": [],
        "transactions": [
            transaction_json(transaction, header, index) if full else data(transaction.hash)
            for index, transaction in enumerate(transactions)
        ],
    }


def transaction_json(transaction: Any, header: Any | None, index: int | None) -> dict[str, Any]:
    """Without header and index it is still waiting."""
    kind = transaction.type_id or 0
    fees = {"gasPrice": hex(effective_price(transaction, header))}
    if kind == 2:
        fees["maxFeePerGas"] = hex(transaction.max_fee_per_gas)
        fees["maxPriorityFeePerGas"] = hex(transaction.max_priority_fee_per_gas)
    return {
        "hash": data(transaction.hash),
        "type": hex(kind),
        "chainId": hex(transaction.chain_id),
        "nonce": hex(transaction.nonce),
        "from": data(transaction.sender),
        "to": data(transaction.to) if transaction.to else None,
        "value": hex(transaction.value),
        "gas": hex(transaction.gas),
        "input": data(transaction.data),
        "blockHash": data(header.hash) if header else None,
        "blockNumber": hex(header.block_number) if header else None,
        "transactionIndex": None if index is None else hex(index),
        "accessList": [],
        "v": hex(transaction.y_parity),
        "r": hex(transaction.r),
        "s": hex(transaction.s),
        **fees,
    }


def effective_price(transaction: Any, header: Any | None) -> int:
    """What a transaction pays for its gas (EIP-1559), in wei; without a header, the most that it may pay."""
    if header is None:
        return int(transaction.max_fee_per_gas)
    tip = transaction.max_priority_fee_per_gas
    return int(min(transaction.max_fee_per_gas, header.base_fee_per_gas + tip))


def receipts_json(block: Any, receipts: Sequence[Any]) -> list[dict[str, Any]]:
    """Of all of a block's transactions, in order."""
    header = block.header
    written, before, first_log = [], 0, 0
    for index, (transaction, receipt) in enumerate(zip(block.transactions, receipts, strict=True)):
        contract = None if transaction.to else keccak256(rlp.encode([transaction.sender, transaction.nonce]))[12:]
        place = {
            "transactionHash": data(transaction.hash),
            "transactionIndex": hex(index),
            "blockHash": data(header.hash),
            "blockNumber": hex(header.block_number),
        }
        logs = [
            {
                **place,
                "address": data(log.address),
                "topics": [word(topic) for topic in log.topics],
                "data": data(log.data),
                "logIndex": hex(first_log + offset),
                "removed": False,
            }
            for offset, log in enumerate(receipt.logs)
        ]
        written.append(
            {
                **place,
                "type": hex(transaction.type_id or 0),
                "status": "0x1" if receipt.state_root == b"\x01" else "0x0",
                "from": data(transaction.sender),
                "to": data(transaction.to) if transaction.to else None,
                "contractAddress": data(contract) if contract else None,
                "cumulativeGasUsed": hex(receipt.gas_used),
                "gasUsed": hex(receipt.gas_used - before),
                "effectiveGasPrice": hex(effective_price(transaction, header)),
                "logsBloom": f"0x{receipt.bloom:0512x}",
                "logs": logs,
            }
        )
        before, first_log = receipt.gas_used, first_log + len(logs)
    return written


def matching(logs: Sequence[dict[str, Any]], asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The logs that a filter's address and topics let through; null lets every topic through, a list any of its own."""
    addresses = _lowered(asked.get("address"))
    topics = [_lowered(topic) for topic in asked.get("topics") or ()]
    for log in logs:
        found = log["topics"]
        if (
            (addresses is None or log["address"] in addresses)
            and len(topics) <= len(found)
            and all(wanted is None or topic in wanted for wanted, topic in zip(topics, found, strict=False))
        ):
            yield log


def _lowered(wanted: str | list[str] | None) -> set[str] | None:
    if wanted is None:
        return None
    return {text.lower() for text in ([wanted] if isinstance(wanted, str) else wanted)}
