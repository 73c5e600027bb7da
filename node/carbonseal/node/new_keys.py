"""The keys of a node that does not exist yet: made in memory, used as if they were there, and written with all the rest."""

from __future__ import annotations

import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.log.notes import SigningKey

from .secrets import KEY_BYTES, open_key, open_secret, open_signer


class NewKeys:
    """`carbonseal.ledger.Secrets` for a directory in which some keys are still missing."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._made: dict[str, bytes] = {}

    def make(self, uri: str) -> None:
        """A new random key where `uri` is a plain file, and there is none. What is encrypted, or is elsewhere, is made by
        whoever knows the password."""
        path = uri.removeprefix("file:")
        if uri.startswith("file:") and "?" not in uri and not (self.directory / path).exists():
            self._made.setdefault(uri, secrets.token_bytes(KEY_BYTES))

    def __call__(self, uri: str) -> bytes:
        """The secret behind `uri`, there or to be. Raises Refused; the finding never holds the secret."""
        made = self._made.get(uri)
        return open_secret(uri, self.directory) if made is None else made.hex().encode()

    def check(self, uri: str) -> None:
        """See that `uri` leads to a secret of 32 bytes, there or to be. Raises Refused."""
        if uri not in self._made:
            open_key(uri, self.directory)

    def signer(self, uri: str) -> SigningKey:
        """The Ed25519 key behind `uri`, there or to be. Raises Refused."""
        made = self._made.get(uri)
        return open_signer(uri, self.directory) if made is None else Ed25519PrivateKey.from_private_bytes(made)

    def files(self) -> dict[Path, bytes]:
        """What is to be written, for its owner's eyes alone."""
        return {
            self.directory / uri.removeprefix("file:"): made.hex().encode() + b"\n" for uri, made in self._made.items()
        }
