"""Who anchors on a channel: a client's certificate from an MSP folder, and its key by URI (`carbonseal.keys.signers`).

Keys are ECDSA on P-256; those that are stored (``file:``, ``env:``) are in PEM, and may be on P-384 too.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from fabric_protos.msp import identities_pb2

from carbonseal.findings import Refused
from carbonseal.keys.codes import SECRET_WRONG_PASSWORD
from carbonseal.keys.signers import Curve, KeyKind, Signer, open_signer
from carbonseal.keys.uris import KeyUri
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.certificates import check_signature, publisher_id, read_certificate

ENCRYPTED = (b"-----BEGIN ENCRYPTED PRIVATE KEY-----", b"Proc-Type: 4,ENCRYPTED")
ORDERS = {
    "secp256r1": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "secp384r1": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
}


class Client:
    """An identity that submits transactions."""

    def __init__(self, msp: str, certificate: x509.Certificate, signer: Signer) -> None:
        """Raises `Refused` where the signer's key is not the certificate's."""
        public_key = public_key_of(signer)
        if _encoded(certificate.public_key()) != _encoded(public_key):
            raise Refused(codes.KEY_OF_ANOTHER("key"))
        self.msp = msp
        self.certificate = certificate
        self.publisher = publisher_id(msp, certificate).hex()
        pem = certificate.public_bytes(Encoding.PEM)
        self.serialized: bytes = identities_pb2.SerializedIdentity(mspid=msp, id_bytes=pem).SerializeToString()
        self._signer, self._order = signer, ORDERS[public_key.curve.name]

    async def sign(self, message: bytes) -> bytes:
        """DER, s low. Raises `Refused` where the key gives no signature that verifies."""
        found = await asyncio.to_thread(self._signer.sign, hashlib.sha256(message).digest())
        r, s = (int.from_bytes(half, "big") for half in (found[: len(found) // 2], found[len(found) // 2 :]))
        signature = encode_dss_signature(r, min(s, self._order - s))
        check_signature(self.certificate, self.msp, signature, message)
        return signature


def open_client(msp: str, folder: Path, key: str | None, secret: Callable[[str], bytes]) -> Client:
    """The client whose MSP folder this is, with the key behind the URI `key`, or the one in its keystore. Raises `Refused`."""
    certificate = read_certificate(_only(folder / "signcerts"), msp)
    uri = key or f"file:{_only_path(folder / 'keystore').absolute()}"
    return Client(msp, certificate, open_signer(uri, CLIENT_KEY, secret))


# --- keys ------------------------------------------------------------------------------------------------------------


class StoredSigner:
    """A key in this process, on P-256 or P-384; a `carbonseal.keys.signers.Signer`."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        self.public_key = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def __repr__(self) -> str:
        return "<a private key>"

    def sign(self, data: bytes, /) -> bytes:
        """r ‖ s over the SHA-256 digest `data`."""
        length = (self._key.curve.key_size + 7) // 8
        return b"".join(
            number.to_bytes(length, "big")
            for number in decode_dss_signature(self._key.sign(data, ec.ECDSA(Prehashed(SHA256()))))
        )


def is_encrypted(stored: bytes) -> bool:
    """Whether a private key in PEM is encrypted."""
    return any(mark in stored for mark in ENCRYPTED)


def _decode(stored: bytes, password: bytes | None, uri: KeyUri) -> StoredSigner:
    return StoredSigner(_private_key(stored, password, uri))


CLIENT_KEY = KeyKind(Curve.P256, is_encrypted, _decode)


def public_key_of(signer: Signer) -> ec.EllipticCurvePublicKey:
    """The public key of a client's key; P-256 and P-384 differ in length. Raises ValueError for a point on neither."""
    curve = ec.SECP256R1() if len(signer.public_key) == 65 else ec.SECP384R1()
    return ec.EllipticCurvePublicKey.from_encoded_point(curve, signer.public_key)


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
