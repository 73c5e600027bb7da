"""Secrets and signing keys of a node, by URI. A secret is never logged and never part of a finding.

- A secret is in a file (``file:``, relative to the node's directory, readable and writable by its owner only) or in an
  environment variable (``env:``).
- A signing key may also be where `carbonseal.keys.signers` finds it: in a token (``pkcs11:``), or in what an installed package
  brings.
- `password=` and `pin-source=` are themselves URIs of a secret: ``file:keys/log.pem?password=env:LOG_KEY_PASSWORD``.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from carbonseal.findings import Code, Refused
from carbonseal.inputs.regular_files import open_regular
from carbonseal.keys import signers
from carbonseal.keys.codes import (
    SECRET_KEY_MALFORMED,
    SECRET_MALFORMED,
    SECRET_MISSING,
    SECRET_ML_DSA_MALFORMED,
    SECRET_OPEN_TO_OTHERS,
    SECRET_PUBLIC_KEY,
    SECRET_SIGNATURE_WRONG,
    SECRET_TOO_LONG,
    SECRET_WRITABLE_BY_OTHERS,
    SECRET_WRONG_PASSWORD,
)
from carbonseal.keys.signers import Curve, KeyKind, Signer
from carbonseal.keys.stored import OPTIONS as STORED
from carbonseal.keys.uris import KeyUri, read_uri, split_uri
from carbonseal.log.notes import MLDSASigningKey, NoteSigner, SigningKey, VerifierKey
from carbonseal.public_keys import check_ed25519, check_ml_dsa_44, verifies_ed25519, verifies_ml_dsa_44

KEY_BYTES = 32
MAX_SECRET = 64 * 1024  # bytes: keystores and PEM files have less than one


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
    """The Ed25519 key at `uri`, whatever its scheme (`carbonseal.keys.signers`). Stored keys are 64 hexadecimal digits, or PKCS#8
    in PEM (RFC 8410; encrypted where the URI names a password). Raises `Refused`."""
    return VerifiedSigner(uri, signers.open_signer(uri, ED25519_KEY, lambda source: open_secret(source, base)))


def open_ml_dsa_44(uri: str, base: Path) -> MLDSASigningKey:
    """The ML-DSA-44 key at `uri`. Stored keys are PKCS#8 in PEM (RFC 9881; encrypted where the URI names a password): 32 bytes in
    hexadecimal are refused, since they could be an Ed25519 key. Raises `Refused`."""
    return VerifiedMLDSASigner(uri, signers.open_signer(uri, ML_DSA_44_KEY, lambda source: open_secret(source, base)))


class VerifiedSigner:
    """An Ed25519 key of any scheme. A token or a service may be faulty: its public key is checked, and each signature is
    verified before it is returned. Raises `Refused`."""

    def __init__(self, uri: str, signer: Signer) -> None:
        self._uri = split_uri(uri)
        self._signer = signer
        try:
            check_ed25519(signer.public_key)
        except ValueError as error:
            raise Refused(SECRET_PUBLIC_KEY(uri=self._uri, problem=error)) from error

    def __repr__(self) -> str:
        return f"<{self._uri}>"

    def public_key(self) -> Ed25519PublicKey:
        """The public key, as it was when the key was opened."""
        return Ed25519PublicKey.from_public_bytes(self._signer.public_key)

    def sign(self, data: bytes, /) -> bytes:
        """The signature, 64 bytes (RFC 8032). Raises `Refused` where the key gives none that verifies."""
        signature = self._signer.sign(data)
        if not verifies_ed25519(self._signer.public_key, signature, data):
            raise Refused(SECRET_SIGNATURE_WRONG(uri=self._uri))
        return signature


class VerifiedMLDSASigner:
    """An ML-DSA-44 key of any scheme, looked after as a `VerifiedSigner` is. Raises `Refused`."""

    def __init__(self, uri: str, signer: Signer) -> None:
        self._uri = split_uri(uri)
        self._signer = signer
        try:
            check_ml_dsa_44(signer.public_key)
        except ValueError as error:
            raise Refused(SECRET_PUBLIC_KEY(uri=self._uri, problem=error)) from error

    def __repr__(self) -> str:
        return f"<{self._uri}>"

    def public_key(self) -> MLDSA44PublicKey:
        """The public key, as it was when the key was opened."""
        return MLDSA44PublicKey.from_public_bytes(self._signer.public_key)

    def sign(self, data: bytes, /) -> bytes:
        """The signature, 2420 bytes (FIPS 204, with an empty context). Raises `Refused` where the key gives none that
        verifies."""
        signature = self._signer.sign(data)
        if not verifies_ml_dsa_44(self._signer.public_key, signature, data):
            raise Refused(SECRET_SIGNATURE_WRONG(uri=self._uri))
        return signature


class StoredSigner:
    """An Ed25519 or ML-DSA-44 key in this process; a `carbonseal.keys.signers.Signer`."""

    def __init__(self, key: Ed25519PrivateKey | MLDSA44PrivateKey) -> None:
        self._key = key
        self.public_key = key.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return "<a private key>"

    def sign(self, data: bytes, /) -> bytes:
        """The signature: 64 bytes (RFC 8032), or 2420 (FIPS 204)."""
        return self._key.sign(data)


def _is_encrypted(stored: bytes) -> bool:
    return stored.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")


def _decode(stored: bytes, password: bytes | None, uri: KeyUri) -> StoredSigner:
    key = _from_hex(stored)
    if key is not None:
        return StoredSigner(Ed25519PrivateKey.from_private_bytes(key))
    loaded = _load_pem(stored, password, uri, SECRET_KEY_MALFORMED)
    if not isinstance(loaded, Ed25519PrivateKey):
        raise Refused(SECRET_KEY_MALFORMED(uri=uri))
    return StoredSigner(loaded)


def _decode_ml_dsa_44(stored: bytes, password: bytes | None, uri: KeyUri) -> StoredSigner:
    loaded = _load_pem(stored, password, uri, SECRET_ML_DSA_MALFORMED)
    if not isinstance(loaded, MLDSA44PrivateKey):
        raise Refused(SECRET_ML_DSA_MALFORMED(uri=uri))
    return StoredSigner(loaded)


def _load_pem(stored: bytes, password: bytes | None, uri: KeyUri, malformed: Code) -> PrivateKeyTypes:
    try:
        return load_pem_private_key(stored, password)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Refused((SECRET_WRONG_PASSWORD if password is not None else malformed)(uri=uri)) from None


ED25519_KEY = KeyKind(Curve.ED25519, _is_encrypted, _decode)
ML_DSA_44_KEY = KeyKind(Curve.ML_DSA_44, _is_encrypted, _decode_ml_dsa_44)


def verifier_of(origin: str, uri: str, base: Path) -> VerifierKey:
    """The verifier key (C2SP signed-note) of the log `origin`, whose signing key is at `uri`. Raises `Refused`."""
    return NoteSigner(origin, open_signer(uri, base)).verifier


def make_key(path: Path) -> bytes:
    """Write a random 32-byte key, as hexadecimal digits, into a new file of mode 0600. Raises FileExistsError: no key is ever
    overwritten."""
    key = secrets.token_bytes(KEY_BYTES)
    write_key(path, key.hex().encode() + b"\n")
    return key


def make_ml_dsa_44_key(path: Path) -> None:
    """Write a random ML-DSA-44 key, as PKCS#8 in PEM (RFC 9881), as `write_key` does."""
    key = MLDSA44PrivateKey.generate()
    write_key(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def write_key(path: Path, stored: bytes) -> None:
    """Write a key, as it is to be stored, into a new file of mode 0600. Raises FileExistsError: no key is ever overwritten."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(stored)
        file.flush()
        os.fsync(file.fileno())


def _read(uri: KeyUri, base: Path) -> bytes:
    if uri.scheme == "env":
        value = os.environ.get(uri.path)
        if value is None:
            raise Refused(SECRET_MISSING(uri=uri, reason="the variable is not set"))
        return value.strip().encode()
    path = base / uri.path
    try:
        with open_regular(path) as file:
            if os.name == "posix":
                _check_modes(uri, path, os.fstat(file.fileno()).st_mode)
            content = file.read(MAX_SECRET + 1)
    except (OSError, ValueError) as error:
        raise Refused(SECRET_MISSING(uri=uri, reason=getattr(error, "strerror", None) or "unreadable")) from None
    if len(content) > MAX_SECRET:
        raise Refused(SECRET_TOO_LONG(uri=uri, limit=MAX_SECRET))
    return content.strip()


def _check_modes(uri: KeyUri, path: Path, mode: int) -> None:
    """Raise `Refused` where users other than the owner may read a secret that is not encrypted, or put another one in its
    place: the file is writable for its group or for all, or its folder is for all and not sticky. A folder that its group may
    write is let pass: with umask 002 that group is often the owner alone."""
    if mode & (stat.S_IRGRP | stat.S_IROTH) and "password" not in uri.options:
        raise Refused(SECRET_OPEN_TO_OTHERS(uri=uri, path=path))
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise Refused(SECRET_WRITABLE_BY_OTHERS(uri=uri, path=path, mode=f"{stat.S_IMODE(mode):04o}"))
    for folder in (path.parent, path.resolve().parent):  # of the link, and of the file that it leads to
        mode = folder.stat().st_mode
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise Refused(SECRET_WRITABLE_BY_OTHERS(uri=uri, path=folder, mode=f"{stat.S_IMODE(mode):04o}"))


def _from_hex(text: bytes) -> bytes | None:
    try:
        key = bytes.fromhex(text.decode().removeprefix("0x"))
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None
