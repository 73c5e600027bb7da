"""Who signs transactions, by URI. Whatever a signer is, what it gives is checked here before anyone stores or sends it.

===========  =======================================================================  =============================
scheme       who signs                                                                options
===========  =======================================================================  =============================
file:, env:  a key: 64 hexadecimal digits, or a keystore (Ethereum V3, encrypted)     password= where encrypted
pkcs11:      a secp256k1 key in a token (RFC 7512), which never leaves it             module-path=, pin-source=
web3signer:  an endpoint that knows `eth_signTransaction`                             address=
clef:        geth's Clef, `account_signTransaction`                                   address=
===========  =======================================================================  =============================
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from eth_keys.datatypes import PublicKey
from eth_keys.datatypes import Signature as Recoverable
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from carbonseal.findings import Refused
from carbonseal.keys.uris import read_uri
from carbonseal_adapters.ethereum import codes
from carbonseal_adapters.ethereum.options import to_hex
from carbonseal_adapters.ethereum.transactions import Signature, Transaction
from carbonseal_adapters.ethereum.trie import keccak256

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # of secp256k1
REMOTE = ("web3signer", "clef")
SCHEMES = {
    "file": ("password",),
    "env": ("password",),
    "pkcs11": ("module-path", "pin-source"),
    **dict.fromkeys(REMOTE, ("address",)),
}


class Signer(Protocol):
    """Signs for one account."""

    address: bytes  # 20 bytes

    @property
    def shown(self) -> str:
        """The address as policies write publishers."""
        ...

    async def sign(self, transaction: Transaction) -> bytes:
        """`transaction`, signed by this account and checked: what goes to the chain. Raises `Refused` on anything else that
        came back, `Retry` where nothing did."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class DigestKey(Protocol):
    """A private key that signs 32 bytes and knows nothing of transactions. Called in a thread."""

    public_key: bytes  # x ‖ y, 64 bytes

    def sign_digest(self, digest: bytes) -> tuple[int, int]:
        """(r, s) of an ECDSA signature, s low or high. Raises `Refused`."""
        ...


class DigestSigner:
    """An account whose key signs digests."""

    def __init__(self, key: DigestKey) -> None:
        self._key = key
        self.address = address_of(key.public_key)
        self.shown = to_hex(self.address)

    def __repr__(self) -> str:
        return f"<signer {self.shown}>"

    async def sign(self, transaction: Transaction) -> bytes:
        digest = transaction.digest()
        r, s = await asyncio.to_thread(self._key.sign_digest, digest)
        return transaction.signed(complete(digest, r, s, self.address))

    async def close(self) -> None:
        """There is no connection."""


async def open_signer(uri: str, secret: Callable[[str], bytes]) -> Signer:
    """The signer behind `uri`; `secret` opens the URIs of what is kept in files and variables. Raises `Refused`."""
    read = read_uri(uri, SCHEMES)
    if read.scheme in REMOTE:
        from carbonseal_adapters.ethereum.signers_remote import RemoteSigner

        return RemoteSigner(read)
    if read.scheme == "pkcs11":
        from carbonseal_adapters.ethereum.signers_token import TokenDigestKey

        return DigestSigner(await asyncio.to_thread(TokenDigestKey, uri, secret))
    from carbonseal_adapters.ethereum.signers_local import open_local_key

    return DigestSigner(await asyncio.to_thread(open_local_key, uri, read, secret))


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
