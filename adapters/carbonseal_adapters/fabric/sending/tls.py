"""Mutual TLS: the certificate and key by which a client is known to peers that ask for them (`clientAuthRequired`).

They are another pair than the one that signs transactions: an organisation's TLS authority issues them. gRPC makes the
connections and needs the key itself, so that it is stored (``file:``, ``env:``), in PEM, encrypted or not, and never in a token.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from carbonseal.findings import Refused
from carbonseal.inputs.regular_files import read_regular
from carbonseal.keys.codes import SECRET_WRONG_PASSWORD
from carbonseal.keys.stored import read_stored
from carbonseal.keys.uris import KeyUri
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.sending.signers import is_encrypted


@dataclass(frozen=True, slots=True)
class TlsIdentity:
    """A client's TLS certificate, with those that lead to its authority if any, and its key: both PEM, the key unencrypted."""

    chain: bytes
    key: bytes

    def __repr__(self) -> str:
        return "<a TLS identity>"

    @property
    def certificate(self) -> x509.Certificate:
        """The client's own, which comes first."""
        return x509.load_pem_x509_certificates(self.chain)[0]

    @property
    def hash(self) -> bytes:
        """SHA-256 of the certificate in DER: what a request names where a peer binds it to its connection."""
        return hashlib.sha256(self.certificate.public_bytes(Encoding.DER)).digest()


def open_tls(certificate: Path, key: str, secret: Callable[[str], bytes]) -> TlsIdentity:
    """The certificate in a file, and the key behind a URI. Raises `Refused`, placed at `tls-certificate` or `tls-key`."""
    try:
        chain = read_regular(certificate)
        own = x509.load_pem_x509_certificates(chain)[0]
    except (OSError, ValueError) as error:
        raise Refused(codes.TLS_CERTIFICATE_UNREADABLE("tls-certificate", path=certificate, problem=error)) from None
    try:
        found = _private_key(*read_stored(key, is_encrypted, secret))
    except Refused as refused:
        raise refused.under("tls-key") from None
    public = found.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if public != own.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo):
        raise Refused(codes.KEY_OF_ANOTHER("tls-key"))
    return TlsIdentity(chain, found.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _private_key(stored: bytes, password: bytes | None, uri: KeyUri) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    """ECDSA or RSA: gRPC's TLS (BoringSSL) takes no Ed25519 certificates."""
    try:
        key = load_pem_private_key(stored, password)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Refused((SECRET_WRONG_PASSWORD if password else codes.TLS_KEY_MALFORMED)(uri=uri)) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise Refused(codes.TLS_KEY_MALFORMED(uri=uri))
    return key
