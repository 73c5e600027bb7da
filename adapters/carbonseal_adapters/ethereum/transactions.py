"""Transactions as the outbox stores them: signed, complete, and readable again. Nothing here talks to anyone."""

from __future__ import annotations

from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

from carbonseal.ledger import Never
from carbonseal_adapters.ethereum import rlp
from carbonseal_adapters.ethereum.fees import Fees


class Signer:
    """Signs with one private key. Signers of other kinds need these three alone: `address`, `shown` and `sign`."""

    def __init__(self, secret: bytes) -> None:
        """`secret` is the key's 32 bytes or their 64 hexadecimal digits. Raises `Never`; the secret is never named."""
        try:
            key = secret if len(secret) == 32 else bytes.fromhex(secret.decode().strip().removeprefix("0x"))
            self._account: LocalAccount = Account.from_key(key)
        except ValueError:
            reason, remedy = "the Ethereum key is unusable", "keep 64 hexadecimal digits behind key="
            raise Never(reason, remedy) from None
        self.shown = self._account.address.lower()  # as policies write publishers
        self.address = bytes.fromhex(self.shown[2:])

    def sign(self, *, chain_id: int, nonce: int, to: bytes, data: bytes, gas: int, fees: Fees) -> tuple[str, bytes]:
        """The transaction's hash (0x…) and its bytes. The chain id is part of what is signed (EIP-155, EIP-1559)."""
        transaction: dict[str, Any] = {
            "type": 2,
            "chainId": chain_id,
            "nonce": nonce,
            "value": 0,
            "data": data,
            "gas": gas,
            "maxFeePerGas": fees.limit,
            "maxPriorityFeePerGas": fees.tip,
        }
        if to:
            transaction["to"] = to
        signed = self._account.sign_transaction(transaction)
        return signed.hash.to_0x_hex(), bytes(signed.raw_transaction)


def fees_of(payload: bytes) -> Fees:
    """What a transaction that `Signer.sign` made offers: type 2, then [chain id, nonce, tip, limit, …]."""
    fields: Any = rlp.decode(payload[1:])
    return Fees(limit=int.from_bytes(fields[3], "big"), tip=int.from_bytes(fields[2], "big"))
