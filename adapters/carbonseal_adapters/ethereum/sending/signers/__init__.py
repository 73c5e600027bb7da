"""Who signs transactions, by URI (`carbonseal.keys.signers`). Whatever signs, what it gives is checked here before anyone stores
or sends it.

- A key of any scheme signs digests: :class:`DigestSigner`. Stored keys (``file:``, ``env:``) are 64 hexadecimal digits, or an
  encrypted Ethereum keystore, version 3.
- ``web3signer:`` and ``clef:`` sign whole transactions: `remote.RemoteSigner`.

Private.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from carbonseal.keys.signers import Secret, Signer, as_signer, open_key
from carbonseal_adapters.ethereum.checking.options import to_hex
from carbonseal_adapters.ethereum.sending.signatures import address_of, complete, r_and_s
from carbonseal_adapters.ethereum.sending.transactions import Transaction


class TransactionSigner(Protocol):
    """Signs for one account."""

    address: bytes  # 20 bytes

    @property
    def account(self) -> str:
        """The address as policies write publishers."""
        ...

    async def sign(self, transaction: Transaction) -> bytes:
        """`transaction`, signed by this account and checked: what goes to the chain. Raises `Refused` on anything else that
        came back, `TransientError` where nothing did."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class DigestSigner:
    """An account whose key signs digests."""

    def __init__(self, key: Signer) -> None:
        """`key` is on secp256k1."""
        self._key = key
        self.address = address_of(key.public_key[1:])
        self.account = to_hex(self.address)

    def __repr__(self) -> str:
        return f"<signer {self.account}>"

    async def sign(self, transaction: Transaction) -> bytes:
        digest = transaction.digest()
        signature = await asyncio.to_thread(self._key.sign, digest)
        return transaction.signed(complete(digest, *r_and_s(signature), self.address))

    async def close(self) -> None:
        """There is no connection."""


async def open_signer(uri: str, secret: Secret) -> TransactionSigner:
    """The signer at `uri`; `secret` opens the URIs of what is kept in files and variables. Raises `Refused`."""
    from carbonseal_adapters.ethereum.sending.signers.local import ACCOUNT_KEY
    from carbonseal_adapters.ethereum.sending.signers.remote import RemoteSigner

    opened = await asyncio.to_thread(open_key, uri, ACCOUNT_KEY, secret)
    if isinstance(opened, RemoteSigner):
        return opened
    return DigestSigner(as_signer(uri, opened))
