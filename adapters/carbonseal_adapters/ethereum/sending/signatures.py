"""Signatures of secp256k1 as Ethereum takes them: made complete, and checked where others made them."""

from __future__ import annotations

from eth_keys.datatypes import PublicKey
from eth_keys.datatypes import Signature as Recoverable
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from carbonseal.findings import Refused
from carbonseal_adapters.ethereum.checking import codes
from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_adapters.ethereum.checking.options import to_hex
from carbonseal_adapters.ethereum.sending.transactions import Signature, Transaction

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # of secp256k1


def r_and_s(signature: bytes) -> tuple[int, int]:
    """Both numbers of a signature that is r ‖ s, 64 bytes."""
    return int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")


def complete(digest: bytes, r: int, s: int, address: bytes) -> Signature:
    """The signature by `address` that Ethereum takes: with the lower of both values of s (EIP-2), and the parity by which
    the address is recovered. Raises `Refused` where neither parity leads to it."""
    s = min(s, ORDER - s)
    for parity in (0, 1):
        signature = Signature(parity, r, s)
        if recover(digest, signature) == address:
            return signature
    raise Refused(codes.SIGNER_OTHER_ACCOUNT(expected=to_hex(address)))


def recover(digest: bytes, signature: Signature) -> bytes | None:
    """The address that signed, or None where nobody can have."""
    try:
        recoverable = Recoverable(vrs=(signature.parity, signature.r, signature.s))
        return address_of(recoverable.recover_public_key_from_msg_hash(digest).to_bytes())
    except (BadSignature, ValidationError, ValueError):
        return None


def check_signed(transaction: Transaction, found: Transaction, signature: Signature, address: bytes) -> None:
    """See that a transaction which others signed is `transaction`, by `address`. Raises `Refused`."""
    if found.chain_id != transaction.chain_id:
        raise Refused(codes.SIGNER_OTHER_CHAIN(found=found.chain_id, expected=transaction.chain_id))
    if found != transaction:
        raise Refused(codes.SIGNER_OTHER_TRANSACTION())
    if signature.s > ORDER // 2:
        raise Refused(codes.SIGNER_HIGH_S())
    if recover(transaction.digest(), signature) != address:
        raise Refused(codes.SIGNER_OTHER_ACCOUNT(expected=to_hex(address)))


def address_of(public_key: bytes) -> bytes:
    """The last 20 bytes of the Keccak-256 of x ‖ y."""
    return keccak256(PublicKey(public_key).to_bytes())[12:]
