"""Who anchors: a client's certificate from an MSP folder, and its key by URI.

===========  =======================================================  ===========================
scheme       the key                                                  options
===========  =======================================================  ===========================
file:, env:  ECDSA on P-256 or P-384, in PEM                          password= where encrypted
pkcs11:      ECDSA on P-256 in a token, which never leaves it         module-path=, pin-source=
===========  =======================================================  ===========================
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from fabric_protos.msp import identities_pb2

from carbonseal.findings import Refused
from carbonseal.keys.codes import SECRET_ENCRYPTED, SECRET_NOT_ENCRYPTED, SECRET_WRONG_PASSWORD
from carbonseal.keys.tokens import P256, TokenKey
from carbonseal.keys.uris import KeyUri, read_uri
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.certificates import check_signature, publisher_id, read_certificate

KNOWN = {"file": ("password",), "env": ("password",), "pkcs11": ("module-path", "pin-source")}
ENCRYPTED = (b"-----BEGIN ENCRYPTED PRIVATE KEY-----", b"Proc-Type: 4,ENCRYPTED")
ORDERS = {
    "secp256r1": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "secp384r1": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
}


class Key(Protocol):
    """Signs messages with ECDSA and SHA-256. Called in a thread."""

    public_key: ec.EllipticCurvePublicKey

    def sign(self, message: bytes) -> bytes:
        """A DER signature, s low or high. Raises `Refused`."""
        ...


class Client:
    """An identity that submits transactions."""

    def __init__(self, msp: str, certificate: x509.Certificate, key: Key) -> None:
        """Raises `Refused` where the key is not the certificate's."""
        if _encoded(certificate.public_key()) != _encoded(key.public_key):
            raise Refused(codes.KEY_OF_ANOTHER("key"))
        self.msp = msp
        self.certificate = certificate
        self.publisher = publisher_id(msp, certificate).hex()
        pem = certificate.public_bytes(Encoding.PEM)
        self.serialized: bytes = identities_pb2.SerializedIdentity(mspid=msp, id_bytes=pem).SerializeToString()
        self._key = key

    async def sign(self, message: bytes) -> bytes:
        """DER, s low. Raises `Refused` where the key gives no signature that verifies."""
        r, s = decode_dss_signature(await asyncio.to_thread(self._key.sign, message))
        order = ORDERS[self._key.public_key.curve.name]
        signature = encode_dss_signature(r, min(s, order - s))
        check_signature(self.certificate, self.msp, signature, message)
        return signature


def open_client(msp: str, folder: Path, key: str | None, secret: Callable[[str], bytes]) -> Client:
    """The client whose MSP folder this is, with the key behind the URI `key`, or the one in its keystore. Raises `Refused`."""
    certificate = read_certificate(_only(folder / "signcerts"), msp)
    return Client(msp, certificate, _open_key(key or f"file:{_only_path(folder / 'keystore').absolute()}", secret))


# --- keys ------------------------------------------------------------------------------------------------------------


class LocalKey:
    """A key in this process."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        self.public_key = key.public_key()

    def __repr__(self) -> str:
        return "<a private key>"

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message, ec.ECDSA(SHA256()))


class InToken:
    """A key that never leaves its token."""

    def __init__(self, uri: str, secret: Callable[[str], bytes]) -> None:
        """Raises `Refused`."""
        self._key = TokenKey(uri, secret, P256)
        self.public_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self._key.public_key)

    def __repr__(self) -> str:
        return repr(self._key)

    def sign(self, message: bytes) -> bytes:
        signature = self._key.sign(hashlib.sha256(message).digest())
        return encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))


def _open_key(uri: str, secret: Callable[[str], bytes]) -> Key:
    read = read_uri(uri, KNOWN)
    if read.scheme == "pkcs11":
        return InToken(uri, secret)
    stored = secret(uri)
    password = secret(read.options["password"]) if "password" in read.options else None
    is_encrypted = any(mark in stored for mark in ENCRYPTED)
    if is_encrypted != (password is not None):
        raise Refused((SECRET_ENCRYPTED if is_encrypted else SECRET_NOT_ENCRYPTED)(uri=read))
    return LocalKey(_private_key(stored, password, read))


def _private_key(stored: bytes, password: bytes | None, uri: KeyUri) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(stored, password)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Refused((SECRET_WRONG_PASSWORD if password else codes.KEY_MALFORMED)(uri=uri)) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name not in ORDERS:
        raise Refused(codes.KEY_MALFORMED(uri=uri))
    return key


def _encoded(key: object) -> bytes:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return b""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _only_path(folder: Path) -> Path:
    try:
        found = [path for path in folder.iterdir() if path.is_file()]
    except OSError as error:
        raise Refused(codes.FOLDER_UNREADABLE("msp", folder=folder.name, problem=error.strerror)) from None
    if len(found) != 1:
        raise Refused(
            codes.FOLDER_UNREADABLE("msp", folder=folder.name, problem=f"it holds {len(found)} files, not one")
        )
    return found[0]


def _only(folder: Path) -> bytes:
    return _only_path(folder).read_bytes()
