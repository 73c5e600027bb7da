"""Transaction pool under the rules of geth's pool, with geth's messages for refusals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import rlp
from eth.exceptions import UnrecognizedTransactionType
from eth_utils.exceptions import ValidationError


class Rejected(Exception):
    """Why the pool does not take a transaction."""


class Pool:
    """At most one transaction for each account and nonce."""

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

    def drop(self, digest: bytes) -> bool:
        """Forget a transaction; whether it was there."""
        found = self.find(digest)
        if found is not None:
            del self.waiting[(found.sender, found.nonce)]
        return found is not None

    def find(self, digest: bytes) -> Any | None:
        """The waiting transaction with that hash."""
        return next((transaction for transaction in self.waiting.values() if transaction.hash == digest), None)

    def choose(self, header: Any, state: Any) -> Sequence[Any]:
        """What the block of that header can include: what tips most first, in nonce order, within gas and funds."""
        chosen: list[Any] = []
        nonces = {sender: state.get_nonce(sender) for sender, _ in self.waiting}
        funds = {sender: state.get_balance(sender) for sender in nonces}
        gas = header.gas_limit

        def fits(transaction: Any) -> bool:
            pays = bool(transaction.max_fee_per_gas >= header.base_fee_per_gas)
            return pays and transaction.gas <= gas and _cost(transaction) <= funds[transaction.sender]

        while candidates := [
            transaction
            for place in nonces.items()
            if (transaction := self.waiting.get(place)) is not None and fits(transaction)
        ]:
            best = max(candidates, key=lambda transaction: _tip(transaction, header.base_fee_per_gas))
            chosen.append(best)
            gas -= best.gas
            nonces[best.sender] += 1
            funds[best.sender] -= _cost(best)
        return chosen

    def forget_mined(self, state: Any) -> None:
        """Drop what can never be included after the head's state."""
        self.waiting = {place: tx for place, tx in self.waiting.items() if place[1] >= state.get_nonce(place[0])}


def _tip(transaction: Any, base_fee: int) -> int:
    """What the miner gets per gas."""
    return int(min(transaction.max_priority_fee_per_gas, transaction.max_fee_per_gas - base_fee))


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
