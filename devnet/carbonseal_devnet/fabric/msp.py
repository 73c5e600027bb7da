"""MSP: an organisation's identities as a channel's configuration describes them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID
from fabric_protos.msp import msp_config_pb2

from carbonseal_devnet.fabric.identity import ORDER, ROLES
from carbonseal_devnet.fabric.wire import decode


class Forbidden(Exception):
    """The signer is not authorised to do this."""


@lru_cache(maxsize=4096)
def certificate_of(pem: bytes) -> x509.Certificate:
    """Raises ValueError."""
    return x509.load_pem_x509_certificate(pem)


@lru_cache(maxsize=4096)
def verifies(pem: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the certificate's key made this low-S signature over SHA-256 of the message."""
    key = certificate_of(pem).public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    try:
        if decode_dss_signature(signature)[1] > ORDER // 2:
            return False
        key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Member:
    """An identity that the channel vouches for."""

    msp_id: str
    certificate: bytes
    roles: frozenset[str]


class Msp:
    """One organisation's identities. `config` is a serialised MSPConfig."""

    def __init__(self, config: bytes) -> None:
        fabric = decode(msp_config_pb2.FabricMSPConfig, decode(msp_config_pb2.MSPConfig, config).config)
        self.id: str = fabric.name
        self.roots: list[bytes] = list(fabric.root_certs)
        self.tls_roots: bytes = b"".join(fabric.tls_root_certs)
        self._authorities = [certificate_of(pem) for pem in [*fabric.root_certs, *fabric.intermediate_certs]]
        self._revoked = {
            (crl.issuer.public_bytes(), entry.serial_number)
            for crl in map(x509.load_pem_x509_crl, fabric.revocation_list)
            for entry in crl
        }
        named = {role: getattr(fabric.fabric_node_ous, f"{role}_ou_identifier") for role in ROLES}
        self._units = {each.organizational_unit_identifier: role for role, each in named.items()}
        self._known: dict[bytes, Member] = {}

    def member(self, pem: bytes) -> Member:
        """The member with that certificate (PEM). Does not check its expiry: services that take requests do. Raises Forbidden."""
        if (known := self._known.get(pem)) is None:
            known = self._known[pem] = self._judge(pem)
        return known

    def _judge(self, pem: bytes) -> Member:
        try:
            certificate = certificate_of(pem)
        except ValueError as error:
            raise Forbidden("the identity holds no certificate") from error
        if not any(_issued(certificate, authority) for authority in self._authorities):
            raise Forbidden(f"the certificate is not signed by an authority of {self.id}")
        if (certificate.issuer.public_bytes(), certificate.serial_number) in self._revoked:
            raise Forbidden("the certificate has been revoked")
        units = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
        roles = frozenset(role for unit in units if (role := self._units.get(str(unit.value))))
        if len(roles) != 1:
            raise Forbidden("the certificate must have exactly one of the organisation's node units")
        return Member(self.id, pem, roles)


def _issued(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True
