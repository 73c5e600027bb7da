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

from carbonseal.keys.uris import read_uri
from carbonseal_adapters.ethereum.checking.options import to_hex
from carbonseal_adapters.ethereum.sending.signatures import address_of, complete
from carbonseal_adapters.ethereum.sending.transactions import Transaction

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
        came back, `TransientError` where nothing did."""
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
        from carbonseal_adapters.ethereum.sending.signers.remote import RemoteSigner

        return RemoteSigner(read)
    if read.scheme == "pkcs11":
        from carbonseal_adapters.ethereum.sending.signers.token import TokenDigestKey

        return DigestSigner(await asyncio.to_thread(TokenDigestKey, uri, secret))
    from carbonseal_adapters.ethereum.sending.signers.local import open_local_key

    return DigestSigner(await asyncio.to_thread(open_local_key, uri, read, secret))
