"""Signed Ethereum transactions (legacy and EIP-1559): encoded for the outbox, and decoded again. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from carbonseal.findings import Refused
from carbonseal_adapters.ethereum.checking import rlp
from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_adapters.ethereum.sending.fees import Fees

TYPE_2 = b"\x02"  # EIP-1559
LEGACY_V = 35  # EIP-155: v is this, twice the chain id, and the parity


@dataclass(frozen=True, slots=True)
class Signature:
    """An ECDSA signature over secp256k1; `parity` (0 or 1) tells which of two keys made it."""

    parity: int
    r: int
    s: int


@dataclass(frozen=True, slots=True)
class Transaction:
    """What is to be signed. It moves no money; the chain id is part of what is signed (EIP-155, EIP-1559)."""

    chain_id: int
    nonce: int
    to: bytes  # 20 bytes, or none for a contract's creation
    data: bytes
    gas: int
    fees: Fees
    legacy: bool = False  # for chains without EIP-1559: `fees.limit` is the gas price

    def digest(self) -> bytes:
        """The 32 bytes that are signed."""
        if self.legacy:
            return keccak256(rlp.encode([*self._items(), rlp.number(self.chain_id), b"", b""]))
        return keccak256(TYPE_2 + rlp.encode(self._items()))

    def signed(self, signature: Signature) -> bytes:
        """The bytes that go to the chain; their Keccak-256 is the transaction's hash."""
        v = signature.parity + (2 * self.chain_id + LEGACY_V if self.legacy else 0)
        encoded = rlp.encode([*self._items(), *map(rlp.number, (v, signature.r, signature.s))])
        return encoded if self.legacy else TYPE_2 + encoded

    def _items(self) -> list[rlp.Item]:
        common = [rlp.number(self.gas), self.to, b"", self.data]
        if self.legacy:
            return [rlp.number(self.nonce), rlp.number(self.fees.limit), *common]
        offered = map(rlp.number, (self.chain_id, self.nonce, self.fees.tip, self.fees.limit))
        return [*offered, *common, []]  # the access list is empty


def read_signed(payload: bytes) -> tuple[Transaction, Signature]:
    """What `Transaction.signed` wrote. Raises ValueError on everything else, also on a transaction of another form."""
    legacy = not payload.startswith(TYPE_2)
    try:
        items = rlp.decode(payload if legacy else payload[1:])
        transaction, signature = (_read_legacy if legacy else _read_type_2)(
            [item for item in items if isinstance(item, bytes)]
        )
    except (Refused, TypeError, ValueError) as error:
        raise ValueError("not a signed transaction") from error
    if transaction.signed(signature) != payload:
        raise ValueError("a transaction with a value, an access list, or numbers in another form")
    return transaction, signature


def _read_legacy(fields: list[bytes]) -> tuple[Transaction, Signature]:
    nonce, price, gas, to, _value, data, v, r, s = fields
    chain_id, parity = divmod(_int(v) - LEGACY_V, 2)
    fees = Fees(_int(price), _int(price))
    transaction = Transaction(_at_least_1(chain_id), _int(nonce), to, data, _int(gas), fees, legacy=True)
    return transaction, Signature(parity, _int(r), _int(s))


def _read_type_2(fields: list[bytes]) -> tuple[Transaction, Signature]:
    chain_id, nonce, tip, limit, gas, to, _value, data, parity, r, s = fields
    fees = Fees(_int(limit), _int(tip))
    transaction = Transaction(_int(chain_id), _int(nonce), to, data, _int(gas), fees)
    return transaction, Signature(_int(parity), _int(r), _int(s))


def _at_least_1(chain_id: int) -> int:
    if chain_id < 1:
        raise ValueError("a transaction for any chain")  # as before EIP-155
    return chain_id


def _int(data: bytes) -> int:
    return int.from_bytes(data, "big")


def hash_of(payload: bytes) -> str:
    """The name of a signed transaction: 0x and the Keccak-256 of its bytes."""
    return "0x" + keccak256(payload).hex()


def fees_of(payload: bytes) -> Fees:
    """The fees that a signed transaction offers. Raises ValueError as `read_signed` does."""
    return read_signed(payload)[0].fees
