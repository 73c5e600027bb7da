"""Keys that are stored where their bytes can be read: in a file, or an environment variable."""

from __future__ import annotations

from collections.abc import Callable

from carbonseal.findings import Refused

from .codes import SECRET_ENCRYPTED, SECRET_NOT_ENCRYPTED
from .signers import KeyKind, Secret, Signer
from .uris import KeyUri, read_uri

OPTIONS = {"file": ("password",), "env": ("password",)}


class StoredKeys:
    """The schemes ``file:`` and ``env:``. A URI names a password where, and only where, the key is encrypted."""

    def open(self, uri: str, kind: KeyKind, secret: Secret) -> Signer:
        """The key behind `uri`, as `kind` decodes it. `secret` gives the stored bytes of `uri` itself too. Raises `Refused`."""
        return kind.decode(*read_stored(uri, kind.is_encrypted, secret))


def read_stored(uri: str, is_encrypted: Callable[[bytes], bool], secret: Secret) -> tuple[bytes, bytes | None, KeyUri]:
    """The bytes at `uri`, the password that they are encrypted with if they are, and the URI in its parts. Raises `Refused`."""
    read = read_uri(uri, OPTIONS)
    stored = secret(uri)
    password = secret(read.options["password"]) if "password" in read.options else None
    encrypted = is_encrypted(stored)
    if encrypted and password is None:
        raise Refused(SECRET_ENCRYPTED(uri=read))
    if password is not None and not encrypted:
        raise Refused(SECRET_NOT_ENCRYPTED(uri=read))
    return stored, password, read


SCHEME = StoredKeys()
