"""Keys of a node that is being created: generated in memory, usable at once, written together with the node's other files."""

from __future__ import annotations

import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.log.notes import SigningKey

from .secrets import KEY_BYTES, open_key, open_secret, open_signer


class NewKeys:
    """A `carbonseal.ledger.Secrets` for a directory in which some key files do not exist yet."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._made: dict[str, bytes] = {}

    def make(self, uri: str) -> None:
        """Generate a random key of 32 bytes if `uri` is an unencrypted ``file:`` that does not exist. Encrypted keys and keys in
        other places have to exist."""
        path = uri.removeprefix("file:")
        if uri.startswith("file:") and "?" not in uri and not (self.directory / path).exists():
            self._made.setdefault(uri, secrets.token_bytes(KEY_BYTES))

    def __call__(self, uri: str) -> bytes:
        """The secret at `uri`, existing or generated. Raises `Refused`; the finding never holds the secret."""
        made = self._made.get(uri)
        return open_secret(uri, self.directory) if made is None else made.hex().encode()

    def check(self, uri: str) -> None:
        """Raises `Refused` unless `uri` is a secret of 32 bytes, existing or generated."""
        if uri not in self._made:
            open_key(uri, self.directory)

    def signer(self, uri: str) -> SigningKey:
        """The Ed25519 key at `uri`, existing or generated. Raises `Refused`."""
        made = self._made.get(uri)
        return open_signer(uri, self.directory) if made is None else Ed25519PrivateKey.from_private_bytes(made)

    def files(self) -> dict[Path, bytes]:
        """The generated keys, 64 hexadecimal digits each, by the path to write them to with mode 0600."""
        return {
            self.directory / uri.removeprefix("file:"): made.hex().encode() + b"\n" for uri, made in self._made.items()
        }
