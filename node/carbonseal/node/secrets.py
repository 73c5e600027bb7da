"""Secrets and signing keys by URI. A secret is never logged and never part of a finding.

========  ===================================================================  ===========================
scheme    location                                                             options
========  ===================================================================  ===========================
file:     a file, relative to the node's directory, readable by its owner only  password= where encrypted
env:      an environment variable                                              password= where encrypted
pkcs11:   a key in a token (RFC 7512), which never leaves it                   module-path=, pin-source=
========  ===================================================================  ===========================

`password=` and `pin-source=` are themselves URIs of a secret: ``file:keys/log.pem?password=env:LOG_KEY_PASSWORD``.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from carbonseal.findings import Refused
from carbonseal.keys.codes import (
    SECRET_ENCRYPTED,
    SECRET_KEY_MALFORMED,
    SECRET_MALFORMED,
    SECRET_MISSING,
    SECRET_NOT_ENCRYPTED,
    SECRET_OPEN_TO_OTHERS,
    SECRET_SIGNATURE_WRONG,
    SECRET_TOO_LONG,
    SECRET_WRONG_PASSWORD,
)
from carbonseal.keys.tokens import ED25519, TokenKey
from carbonseal.keys.uris import KeyUri, read_uri
from carbonseal.log.notes import NoteSigner, SigningKey, VerifierKey

KEY_BYTES = 32
MAX_SECRET = 64 * 1024  # bytes: keystores and PEM files have less than one
STORED = {"file": ("password",), "env": ("password",)}
ENCRYPTED_PEM = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"


def open_secret(uri: str, base: Path) -> bytes:
    """The bytes at `uri` (``file:`` or ``env:``, relative to `base`), without surrounding white space. Where the URI names a
    password, the bytes are returned encrypted, and the caller MUST check that they are. Raises `Refused`; the finding never
    holds the secret."""
    return _read(read_uri(uri, STORED), base)


def open_key(uri: str, base: Path) -> bytes:
    """A secret of 32 bytes, kept as 64 hexadecimal digits. Raises `Refused`."""
    read = read_uri(uri, dict.fromkeys(STORED, ()))
    key = _from_hex(_read(read, base))
    if key is None:
        raise Refused(SECRET_MALFORMED(uri=read))
    return key


def open_signer(uri: str, base: Path) -> SigningKey:
    """The Ed25519 key at `uri`: 64 hexadecimal digits, PKCS#8 in PEM (RFC 8410; encrypted where the URI names a
    password), or a key in a token. Raises `Refused`."""
    if uri.startswith("pkcs11:"):
        return TokenSigner(uri, base)
    read = read_uri(uri, STORED)
    stored = _read(read, base)
    password = open_secret(read.options["password"], base) if "password" in read.options else None
    is_encrypted = stored.startswith(ENCRYPTED_PEM)
    if is_encrypted and password is None:
        raise Refused(SECRET_ENCRYPTED(uri=read))
    if password is not None and not is_encrypted:
        raise Refused(SECRET_NOT_ENCRYPTED(uri=read))
    key = _from_hex(stored)
    if key is not None:
        return Ed25519PrivateKey.from_private_bytes(key)
    try:
        loaded = load_pem_private_key(stored, password)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Refused((SECRET_WRONG_PASSWORD if is_encrypted else SECRET_KEY_MALFORMED)(uri=read)) from None
    if not isinstance(loaded, Ed25519PrivateKey):
        raise Refused(SECRET_KEY_MALFORMED(uri=read))
    return loaded


class TokenSigner:
    """An Ed25519 key in a PKCS#11 token. Each signature is verified before it is returned."""

    def __init__(self, uri: str, base: Path) -> None:
        self._key = TokenKey(uri, lambda source: open_secret(source, base), ED25519)
        self._public_key = Ed25519PublicKey.from_public_bytes(self._key.public_key)

    def __repr__(self) -> str:
        return repr(self._key)

    def public_key(self) -> Ed25519PublicKey:
        """The token's public key, read when it was opened."""
        return self._public_key

    def sign(self, data: bytes, /) -> bytes:
        """The signature, 64 bytes (RFC 8032). Raises `Refused` where the token gives none that verifies."""
        signature = self._key.sign(data)
        try:
            self._public_key.verify(signature, data)
        except InvalidSignature:
            raise Refused(SECRET_SIGNATURE_WRONG(uri=self._key.uri)) from None
        return signature


def verifier_of(origin: str, uri: str, base: Path) -> VerifierKey:
    """The verifier key (C2SP signed-note) of the log `origin`, whose signing key is at `uri`. Raises `Refused`."""
    return NoteSigner(origin, open_signer(uri, base)).verifier


def make_key(path: Path) -> bytes:
    """Write a random 32-byte key, as hexadecimal digits, into a new file of mode 0600. Raises FileExistsError: no key is ever
    overwritten."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = secrets.token_bytes(KEY_BYTES)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.hex().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def _read(uri: KeyUri, base: Path) -> bytes:
    if uri.scheme == "env":
        value = os.environ.get(uri.path)
        if value is None:
            raise Refused(SECRET_MISSING(uri=uri, reason="the variable is not set"))
        return value.strip().encode()
    try:
        with (base / uri.path).open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if os.name == "posix" and mode & (stat.S_IRGRP | stat.S_IROTH) and "password" not in uri.options:
                raise Refused(SECRET_OPEN_TO_OTHERS(uri=uri, path=base / uri.path))
            content = file.read(MAX_SECRET + 1)
    except (OSError, ValueError) as error:
        raise Refused(SECRET_MISSING(uri=uri, reason=getattr(error, "strerror", None) or "unreadable")) from None
    if len(content) > MAX_SECRET:
        raise Refused(SECRET_TOO_LONG(uri=uri, limit=MAX_SECRET))
    return content.strip()


def _from_hex(text: bytes) -> bytes | None:
    try:
        key = bytes.fromhex(text.decode().removeprefix("0x"))
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None
