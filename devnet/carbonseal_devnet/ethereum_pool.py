"""The transactions that wait to be mined, under the rules of a real node's pool, and with geth's words for refusals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import rlp
from eth.exceptions import UnrecognizedTransactionType
from eth_utils.exceptions import ValidationError


class Rejected(Exception):
    """Why the pool does not take a transaction."""


class Pool:
    """At most one transaction for each account and nonce; the pool's order is that of arrival."""

    def __init__(self) -> None:
        self.waiting: dict[tuple[bytes, int], Any] = {}

    @staticmethod
    def read(raw: bytes, builder: Any) -> Any:
        """The transaction in these bytes, with a signature that holds. Raises `Rejected`."""
        try:
            transaction = builder.decode(raw)
            transaction.check_signature_validity()
        except (rlp.exceptions.RLPException, ValidationError, UnrecognizedTransactionType, IndexError) as error:
            raise Rejected(f"invalid transaction: {error}") from error
        return transaction

    def add(self, transaction: Any, chain_id: int, state: Any) -> None:
        """Take it, or raise `Rejected`."""
        place = (transaction.sender, transaction.nonce)
        there = self.waiting.get(place)
        if there is not None and there.hash == transaction.hash:
            raise Rejected("already known")
        if transaction.chain_id != chain_id:
            raise Rejected("invalid chain id for signer")
        if transaction.gas < transaction.intrinsic_gas:
            raise Rejected("intrinsic gas too low")
        nonce = state.get_nonce(transaction.sender)
        if transaction.nonce < nonce:
            raise Rejected(f"nonce too low: next nonce {nonce}, tx nonce {transaction.nonce}")
        if state.get_balance(transaction.sender) < _cost(transaction):
            raise Rejected("insufficient funds for gas * price + value")
        if there is not None and not _outbids(transaction, there):
            raise Rejected("replacement transaction underpriced")
        self.waiting[place] = transaction

    def put_back(self, transaction: Any) -> None:
        """What a reorg freed, unless something has taken its place."""
        self.waiting.setdefault((transaction.sender, transaction.nonce), transaction)

    def find(self, digest: bytes) -> Any | None:
        return next((transaction for transaction in self.waiting.values() if transaction.hash == digest), None)

    def choose(self, header: Any, state: Any) -> Sequence[Any]:
        """What the block of that header can include: in nonce order, paying the base fee, within gas and funds."""
        chosen: list[Any] = []
        nonces: dict[bytes, int] = {}
        spent: dict[bytes, int] = {}
        gas = header.gas_limit
        for (sender, nonce), transaction in sorted(self.waiting.items(), key=lambda item: item[0][1]):
            cost = spent.get(sender, 0) + _cost(transaction)
            if (
                nonce == nonces.setdefault(sender, state.get_nonce(sender))
                and transaction.max_fee_per_gas >= header.base_fee_per_gas
                and transaction.gas <= gas
                and cost <= state.get_balance(sender)
            ):
                chosen.append(transaction)
                nonces[sender], spent[sender], gas = nonce + 1, cost, gas - transaction.gas
        return chosen

    def forget_mined(self, state: Any) -> None:
        """Drop what can never be included after the head's state."""
        self.waiting = {place: tx for place, tx in self.waiting.items() if place[1] >= state.get_nonce(place[0])}


def _cost(transaction: Any) -> int:
    cost: int = transaction.gas * transaction.max_fee_per_gas + transaction.value
    return cost


def _outbids(new: Any, old: Any) -> bool:
    """At least 10 % more of both fees, as geth wants it."""
    return bool(
        new.max_fee_per_gas * 10 >= old.max_fee_per_gas * 11
        and new.max_priority_fee_per_gas * 10 >= old.max_priority_fee_per_gas * 11
        and new.max_fee_per_gas > old.max_fee_per_gas
    )
