"""Organisations and identities, in the folder layout of Fabric's cryptogen, which consortia hand out.

<organisation>/ca, tlsca            certificate authorities with their keys
<organisation>/msp                  what others need to know of it: cacerts, tlscacerts, config.yaml
<organisation>/peers, orderers      nodes: msp/{cacerts,keystore,signcerts,tlscacerts}, tls/{ca.crt,server.crt,server.key}
<organisation>/users/Name@domain    people: the same
"""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from fabric_protos.msp import identities_pb2, msp_config_pb2

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
ROLES = ("client", "peer", "admin", "orderer")
YEAR = datetime.timedelta(days=365)
TEN_YEARS = 10 * YEAR

NODE_OUS = "NodeOUs:\n  Enable: true\n" + "".join(
    f"  {role.capitalize()}OUIdentifier:\n    Certificate: cacerts/{{ca}}\n    OrganizationalUnitIdentifier: {role}\n"
    for role in ROLES
)

EARLIER = datetime.timedelta(minutes=5)  # than made: clocks differ


def low_s(signature: bytes) -> bytes:
    """The smaller of an ECDSA signature's two forms: Fabric refuses the other one."""
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, ORDER - s))


@dataclass(frozen=True)
class Identity:
    """A member of an organisation, able to sign."""

    msp_id: str
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @cached_property
    def pem(self) -> bytes:
        """The certificate, PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @cached_property
    def serialized(self) -> bytes:
        """A serialised SerializedIdentity: MSP id and certificate."""
        raw: bytes = identities_pb2.SerializedIdentity(mspid=self.msp_id, id_bytes=self.pem).SerializeToString()
        return raw

    def sign(self, message: bytes) -> bytes:
        """The low-S ECDSA signature (DER) over SHA-256 of the message."""
        return low_s(self.key.sign(message, ec.ECDSA(hashes.SHA256())))

    @classmethod
    def load(cls, msp_id: str, folder: Path) -> Identity:
        """From an MSP folder."""
        (certificate,), (key,) = (folder / "signcerts").iterdir(), (folder / "keystore").iterdir()
        return cls(msp_id, x509.load_pem_x509_certificate(certificate.read_bytes()), _load_key(key))


@dataclass(frozen=True)
class Authority:
    """A certificate authority, kept in a folder with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def open(cls, folder: Path, name: str, organisation: str) -> Authority:
        """Made on first use."""
        certificate, key = folder / f"{name}-cert.pem", folder / "priv_sk"
        if not certificate.exists():
            private = ec.generate_private_key(ec.SECP256R1())
            subject = _name(name, organisation)
            begins = datetime.datetime.now(datetime.UTC) - YEAR  # so that members' certificates can have expired by now
            built = _certificate(subject, subject, private.public_key(), begins, YEAR + TEN_YEARS)
            usage = _key_usage(digital_signature=True, key_cert_sign=True, crl_sign=True)
            built = built.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            built = built.add_extension(usage, critical=True)
            write_key(key, private)
            write_pem(certificate, built.sign(private, hashes.SHA256()))
        return cls(x509.load_pem_x509_certificate(certificate.read_bytes()), _load_key(key))

    @property
    def pem(self) -> bytes:
        """The certificate, PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def _key_identifier(self) -> x509.AuthorityKeyIdentifier:
        """By which what it issues names it. A revocation list that names another identifier is passed over."""
        extension = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(extension.value)

    def issue(
        self, subject: x509.Name, public: ec.EllipticCurvePublicKey, *extensions: x509.ExtensionType,
        begins: datetime.datetime | None = None, lasts: datetime.timedelta = TEN_YEARS,
    ) -> x509.Certificate:  # fmt: skip
        """A certificate for a public key, signed by this authority; valid from `begins` (now) for `lasts`."""
        begins = begins or datetime.datetime.now(datetime.UTC)
        begins = max(begins, self.certificate.not_valid_before_utc + EARLIER)  # none begins before its issuer's
        built = _certificate(subject, self.certificate.subject, public, begins, lasts)
        for extension in extensions:
            built = built.add_extension(extension, critical=False)
        built = built.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        built = built.add_extension(_key_usage(digital_signature=True), critical=True)
        return low_s_certificate(built.add_extension(self._key_identifier, critical=False), self.key)

    def revoke(self, *revoked: x509.Certificate) -> bytes:
        """A revocation list, PEM."""
        now = datetime.datetime.now(datetime.UTC)
        crl = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        crl = crl.last_update(now).next_update(now + TEN_YEARS)
        crl = crl.add_extension(self._key_identifier, critical=False)
        for certificate in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(now)
            crl = crl.add_revoked_certificate(entry.build())
        return crl.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@dataclass
class Organisation:
    """One member of the consortium, kept in `folder`; `domain` names its nodes (peer0.<domain>)."""

    msp_id: str
    domain: str
    folder: Path
    revoked: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ca = Authority.open(self.folder / "ca", f"ca.{self.domain}", self.domain)
        self.tls_ca = Authority.open(self.folder / "tlsca", f"tlsca.{self.domain}", self.domain)
        self._lay_msp(self.folder / "msp")

    @property
    def tls_ca_file(self) -> Path:
        """The TLS authority's certificate, PEM."""
        return self.folder / "tlsca" / f"tlsca.{self.domain}-cert.pem"

    def node(self, name: str, kind: str = "peer") -> Node:
        """A peer or an orderer, made on first use."""
        home = self.folder / f"{kind}s" / f"{name}.{self.domain}"
        if not (home / "msp" / "signcerts").exists():
            self._enrol(home / "msp", f"{name}.{self.domain}", kind)
            self._secure(home / "tls", f"{name}.{self.domain}", "server")
        return Node(Identity.load(self.msp_id, home / "msp"), home)

    def user(self, name: str, role: str = "client") -> Identity:
        """Somebody with a signing identity, made on first use. `Admin` is its administrator."""
        msp = self.user_folder(name)
        if not (msp / "signcerts").exists():
            self._enrol(msp, f"{name}@{self.domain}", "admin" if name == "Admin" else role)
            self._secure(msp.parent / "tls", f"{name}@{self.domain}", "client")
        return Identity.load(self.msp_id, msp)

    def user_folder(self, name: str) -> Path:
        """The user's MSP folder."""
        return self.folder / "users" / f"{name}@{self.domain}" / "msp"

    def renew(
        self, folder: Path, *, begins: datetime.datetime | None = None, lasts: datetime.timedelta = TEN_YEARS
    ) -> Identity:
        """A new key and certificate for the identity in an MSP folder: same subject, same issuer. Overwrites it."""
        old = Identity.load(self.msp_id, folder)
        private = ec.generate_private_key(ec.SECP256R1())
        (certificate,), (key,) = (folder / "signcerts").iterdir(), (folder / "keystore").iterdir()
        new = self.ca.issue(old.certificate.subject, private.public_key(), begins=begins, lasts=lasts)
        write_key(key, private)
        write_pem(certificate, new)
        return Identity.load(self.msp_id, folder)

    def renew_node(self, node: Node) -> Node:
        """A new identity and a new TLS certificate for a node of the organisation."""
        self._secure(node.home / "tls", node.home.name, "server")
        return Node(self.renew(node.home / "msp"), node.home)

    def revoke(self, *certificates: x509.Certificate) -> None:
        """Takes effect with the channel's next configuration that carries `msp_config()`."""
        self.revoked = [self.ca.revoke(*certificates)]

    def msp_config(self) -> bytes:
        """What a channel's configuration says of it: a serialised MSPConfig."""
        ous = {
            f"{role}_ou_identifier": msp_config_pb2.FabricOUIdentifier(
                certificate=self.ca.pem, organizational_unit_identifier=role
            )
            for role in ROLES
        }
        config = msp_config_pb2.FabricMSPConfig(
            name=self.msp_id,
            root_certs=[self.ca.pem],
            tls_root_certs=[self.tls_ca.pem],
            revocation_list=self.revoked,
            fabric_node_ous=msp_config_pb2.FabricNodeOUs(enable=True, **ous),
            crypto_config=msp_config_pb2.FabricCryptoConfig(
                signature_hash_family="SHA2", identity_identifier_hash_function="SHA256"
            ),
        )
        raw: bytes = msp_config_pb2.MSPConfig(type=0, config=config.SerializeToString()).SerializeToString()
        return raw

    def _enrol(self, msp: Path, name: str, role: str) -> None:
        private = ec.generate_private_key(ec.SECP256R1())
        subject = _name(name, None, role)
        self._lay_msp(msp)
        write_key(msp / "keystore" / "priv_sk", private)
        write_pem(msp / "signcerts" / f"{name}-cert.pem", self.ca.issue(subject, private.public_key()))

    def _secure(self, tls: Path, name: str, role: str) -> None:
        private = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName(
            [
                x509.DNSName(name.replace("@", ".")),
                x509.DNSName("localhost"),
                x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
            ]
        )
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
        certificate = self.tls_ca.issue(_name(name, None), private.public_key(), names, usage)
        write_key(tls / f"{role}.key", private)
        write_pem(tls / f"{role}.crt", certificate)
        write_pem(tls / "ca.crt", self.tls_ca.certificate)

    def _lay_msp(self, msp: Path) -> None:
        name = f"ca.{self.domain}-cert.pem"
        write_pem(msp / "cacerts" / name, self.ca.certificate)
        write_pem(msp / "tlscacerts" / f"tls{name}", self.tls_ca.certificate)
        (msp / "config.yaml").write_text(NODE_OUS.format(ca=name), encoding="ascii")


@dataclass(frozen=True)
class Node:
    """A peer or an orderer: its identity, and the folder with `msp` and `tls`."""

    identity: Identity
    home: Path

    def tls(self) -> tuple[bytes, bytes]:
        """Private key and certificate of its server, PEM."""
        return (self.home / "tls" / "server.key").read_bytes(), (self.home / "tls" / "server.crt").read_bytes()


def low_s_certificate(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """Signed until the signature is low-S, for Fabric refuses members' certificates with the other form."""
    while True:
        made = builder.sign(key, hashes.SHA256())
        if decode_dss_signature(made.signature)[1] <= ORDER // 2:
            return made


def write_pem(path: Path, certificate: x509.Certificate) -> None:
    """Write a certificate as PEM."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Write a private key as unencrypted PKCS #8, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = serialization.NoEncryption()
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    path.chmod(0o600)


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{path} holds no elliptic-curve key")
    return key


def _name(common: str, organisation: str | None, role: str | None = None) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "EU")]
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    if role:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, role))
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, public: Any, begins: datetime.datetime, lasts: datetime.timedelta
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(begins - EARLIER).not_valid_after(begins + lasts)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)


def _key_usage(*, digital_signature: bool, key_cert_sign: bool = False, crl_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature, key_cert_sign=key_cert_sign, crl_sign=crl_sign,
        content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
