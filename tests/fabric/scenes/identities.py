"""Organisations of a channel that exists nowhere: keys, authorities and certificates, the same in every run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from fabric_protos.msp import identities_pb2, msp_config_pb2

from tests.fabric.scenes.wire import raw_message

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)


ROLES = ("client", "peer", "admin", "orderer")


@cache
def secret(name: str, curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    """The private key that belongs to a name: on P-256, or on another curve of at least 224 bits."""
    if curve is not None:
        return ec.derive_private_key(int.from_bytes(hashlib.sha256(name.encode()).digest()[:27], "big"), curve)
    number = int.from_bytes(hashlib.sha256(name.encode()).digest(), "big") % (ORDER - 1) + 1
    return ec.derive_private_key(number, ec.SECP256R1())


@dataclass(frozen=True)
class Signer:
    """Somebody with a certificate and its key."""

    msp: str
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @cached_property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @cached_property
    def serialized(self) -> bytes:
        return raw_message(identities_pb2.SerializedIdentity(mspid=self.msp, id_bytes=self.pem))

    def sign(self, message: bytes, *, high_s: bool = False) -> bytes:
        r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True)))
        return encode_dss_signature(r, max(s, ORDER - s) if high_s else min(s, ORDER - s))


@dataclass(frozen=True)
class Authority:
    """A certificate authority of an organisation."""

    msp: str
    name: str
    above: Authority | None = None
    until: datetime = END

    @cached_property
    def key(self) -> ec.EllipticCurvePrivateKey:
        return secret(f"{self.msp} {self.name}")

    @cached_property
    def certificate(self) -> x509.Certificate:
        above = self.above or self
        basic = x509.BasicConstraints(ca=True, path_length=None)
        return _certificate(
            self.subject, above.subject, self.key, above.key, basic=basic, since=BEGIN, until=self.until
        )

    @property
    def subject(self) -> x509.Name:
        return _name(self.name, self.msp, ())

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def issue(
        self,
        name: str,
        *units: str,
        renewal: int = 0,
        since: datetime = BEGIN,
        until: datetime = END,
        ca: bool = False,
        curve: ec.EllipticCurve | None = None,
    ) -> Signer:
        key = secret(f"{self.msp} {name} {renewal}", curve)
        basic = x509.BasicConstraints(ca=ca, path_length=None)
        subject = _name(name, self.msp, units)
        return Signer(
            self.msp, _certificate(subject, self.subject, key, self.key, basic=basic, since=since, until=until), key
        )

    def revoke(self, *signers: Signer, by: Authority | None = None) -> bytes:
        """A revocation list in PEM, signed by this authority (or by another one that claims to be it)."""
        listing = x509.CertificateRevocationListBuilder().issuer_name(self.subject).last_update(BEGIN).next_update(END)
        for signer in signers:
            one = x509.RevokedCertificateBuilder().serial_number(signer.certificate.serial_number)
            listing = listing.add_revoked_certificate(one.revocation_date(BEGIN).build())
        return listing.sign((by or self).key, SHA256(), ecdsa_deterministic=True).public_bytes(Encoding.PEM)


@dataclass(frozen=True)
class Organisation:
    """An organisation as a channel's configuration defines it."""

    msp: str
    intermediates: tuple[Authority, ...] = ()
    revoked: tuple[bytes, ...] = ()
    node_ous: bool = True
    admins: tuple[bytes, ...] = ()
    units: tuple[str, ...] = ()

    @property
    def ca(self) -> Authority:
        return Authority(self.msp, f"ca.{self.msp.lower()}.example")

    def node(self, name: str, role: str, **changes: Any) -> Signer:
        return self.ca.issue(f"{name}.{self.msp.lower()}.example", role, **changes)

    def definition(self) -> bytes:
        ous = {f"{role}_ou_identifier": self._unit(role) for role in ROLES} if self.node_ous else {}
        config = msp_config_pb2.FabricMSPConfig(
            name=self.msp,
            root_certs=[self.ca.pem],
            intermediate_certs=[one.pem for one in self.intermediates],
            revocation_list=self.revoked,
            admins=self.admins,
            organizational_unit_identifiers=[self._unit(name) for name in self.units],
            fabric_node_ous=msp_config_pb2.FabricNodeOUs(enable=self.node_ous, **ous),
        )
        return raw_message(msp_config_pb2.MSPConfig(config=raw_message(config)))

    def _unit(self, name: str) -> Any:
        pem = b"" if self.intermediates else self.ca.pem
        return msp_config_pb2.FabricOUIdentifier(certificate=pem, organizational_unit_identifier=name)


def publisher(signer: Signer) -> bytes:
    parts = signer.msp.encode(), signer.certificate.subject.public_bytes(), signer.certificate.issuer.public_bytes()
    joined = b"".join(len(part).to_bytes(2, "big") + part for part in parts)
    return hashlib.sha256(b"carbonseal/fabric-publisher/v1\0" + joined).digest()


@cache
def _name(common: str, organisation: str, units: tuple[str, ...]) -> x509.Name:
    kinds = x509.NameOID
    parts = [(kinds.COUNTRY_NAME, "PT"), (kinds.ORGANIZATION_NAME, organisation)]
    parts += [(kinds.ORGANIZATIONAL_UNIT_NAME, unit) for unit in units]
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in [*parts, (kinds.COMMON_NAME, common)]])


@cache
def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, *,
    basic: x509.BasicConstraints, since: datetime, until: datetime,
) -> x509.Certificate:  # fmt: skip
    public = key.public_key()
    serial = int.from_bytes(hashlib.sha256(public.public_numbers().x.to_bytes(32, "big")).digest()[:16], "big") | 1
    built = x509.CertificateBuilder(issuer, subject, public, serial, since, until)
    built = built.add_extension(basic, critical=True)
    built = built.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    built = built.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    return built.sign(by, SHA256(), ecdsa_deterministic=True)
