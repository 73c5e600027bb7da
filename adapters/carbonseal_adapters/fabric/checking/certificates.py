"""Certificates and ECDSA signatures, as Fabric uses them. Raises `Refused` on what cannot be read or does not hold."""

from __future__ import annotations

import hashlib
import warnings
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from carbonseal.findings import Refused
from carbonseal_adapters.fabric.checking import codes

PUBLISHER_DOMAIN = b"carbonseal/fabric-publisher/v1\0"
MAX_CERTIFICATE = 64 * 1024
UNREADABLE = (
    ValueError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType,
    TypeError, LookupError, OverflowError,  # names, features and numbers of kinds that the library does not know
)  # fmt: skip

# Half of each curve's order (SEC 2, sections 2.4.2 and 2.5.1): of the two forms of a signature, Fabric allows the one with the
# smaller s, which must not be larger than this.
_HALF_ORDERS = {
    "secp256r1": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551 >> 1,
    "secp384r1": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973
    >> 1,
}


@lru_cache(maxsize=256)  # the same few peers and orderers sign everything
def read_certificate(pem: bytes, msp: str) -> x509.Certificate:
    """The one certificate in `pem`."""
    if len(pem) > MAX_CERTIFICATE or pem.count(b"-----BEGIN") != 1:
        raise Refused(codes.CERTIFICATE_MALFORMED(msp=msp, problem="it is not one PEM block"))
    try:
        # The library warns of oddities, such as a country of three letters, that Fabric takes; what is wrong, it raises.
        with warnings.catch_warnings(action="ignore"):
            certificate = x509.load_pem_x509_certificate(pem)
            certificate.extensions, certificate.subject, certificate.issuer  # noqa: B018 - read lazily, and refused here
    except UNREADABLE as error:
        raise Refused(codes.CERTIFICATE_MALFORMED(msp=msp, problem=error)) from None
    return certificate


def is_authority(certificate: x509.Certificate) -> bool:
    """Does it say that it may issue others (basic constraints)?"""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Is its issuer's name the authority's, and the signature on it the authority's?"""
    if certificate.issuer != authority.subject:
        return False
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def units(certificate: x509.Certificate) -> frozenset[str]:
    """The organisational units in its subject."""
    found = certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATIONAL_UNIT_NAME)
    return frozenset(str(one.value) for one in found)


def common_name(certificate: x509.Certificate) -> str:
    """The subject's first common name; the whole subject where there is none."""
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def check_signature(certificate: x509.Certificate, msp: str, signature: bytes, message: bytes) -> None:
    """ECDSA with SHA-256 over `message`, DER, low S."""
    key = _key(certificate, msp)
    try:
        _, s = decode_dss_signature(signature)
    except ValueError:
        raise Refused(codes.SIGNATURE_MALFORMED(msp=msp)) from None
    if s > _HALF_ORDERS[key.curve.name]:
        raise Refused(codes.SIGNATURE_HIGH_S(msp=msp))
    try:
        key.verify(signature, message, ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise Refused(codes.SIGNATURE_FAILS(msp=msp, name=common_name(certificate))) from None


def public_key(certificate: x509.Certificate, msp: str) -> bytes:
    """Its point, uncompressed. Certificates of different bytes can have one key, and anyone can spell an authority's signature
    on one of them in another way."""
    return _key(certificate, msp).public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def key_digest(certificate: x509.Certificate) -> bytes:
    """SHA-256 of its SubjectPublicKeyInfo as the certificate has it (RFC 5280, section 4.1), whatever kind of key that is."""
    return hashlib.sha256(_parts(certificate.tbs_certificate_bytes)[5]).digest()


def _key(certificate: x509.Certificate, msp: str) -> ec.EllipticCurvePublicKey:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Refused(codes.KEY_UNSUPPORTED(msp=msp, what=error)) from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name not in _HALF_ORDERS:
        raise Refused(codes.KEY_UNSUPPORTED(msp=msp, what=type(key).__name__))
    return key


def publisher_id(msp: str, certificate: x509.Certificate) -> bytes:
    """The 32 bytes that name a publisher: its organisation's MSP id, and its certificate's subject and issuer. A renewed
    certificate has the same."""
    _, _, issuer, _, subject, _ = _parts(certificate.tbs_certificate_bytes)
    parts = (msp.encode(), subject, issuer)
    return hashlib.sha256(PUBLISHER_DOMAIN + b"".join(len(part).to_bytes(2, "big") + part for part in parts)).digest()


def der(certificate: x509.Certificate) -> bytes:
    """The certificate's bytes, in DER."""
    return certificate.public_bytes(Encoding.DER)


def _parts(tbs: bytes) -> list[bytes]:
    """Serial number, algorithm, issuer, validity, subject and key as they stand in a certificate's signed part (RFC 5280,
    section 4.1), which is known to be DER."""
    start, _ = _content(tbs, 0)
    elements: list[bytes] = []
    while len(elements) < 6:
        _, end = _content(tbs, start)
        if tbs[start] != 0xA0:  # the version, which may be left out
            elements.append(tbs[start:end])
        start = end
    return elements


def _content(data: bytes, at: int) -> tuple[int, int]:
    """Where the content of the DER element at `at` begins and ends."""
    length, at = data[at + 1], at + 2
    if length >= 0x80:
        size = length & 0x7F
        length, at = int.from_bytes(data[at : at + size], "big"), at + size
    return at, at + length
