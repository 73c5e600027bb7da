"""A secp256k1 key in a token, reached through PKCS#11."""

from __future__ import annotations

from collections.abc import Callable

from carbonseal.keys.tokens import SECP256K1, TokenKey


class TokenDigestKey:
    """A key that never leaves its token."""

    def __init__(self, uri: str, secret: Callable[[str], bytes]) -> None:
        """Raises `Refused`."""
        self._key = TokenKey(uri, secret, SECP256K1)
        self.public_key = self._key.public_key[1:]

    def __repr__(self) -> str:
        return repr(self._key)

    def sign_digest(self, digest: bytes) -> tuple[int, int]:
        signature = self._key.sign(digest)
        return int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
