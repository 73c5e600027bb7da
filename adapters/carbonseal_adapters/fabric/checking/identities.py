"""Who signed, and whether the channel's configuration knows them: membership service providers (MSPs).

An organisation's MSP names its authorities, its revocation lists and the organisational units that tell its peers, orderers,
clients and admins apart. A certificate is validated as of a given time, never as of today. The rules are Fabric's (docs,
"Membership Service Providers"), and stricter where noted: every certificate of the way up has to be valid at that time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import IntEnum
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from carbonseal.findings import Refused
from carbonseal.values import dataclass
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.certificates import (
    check_signature,
    common_name,
    der,
    is_authority,
    issued_by,
    public_key,
    read_certificate,
    units,
)
from carbonseal_adapters.fabric.checking.messages import shapes
from carbonseal_adapters.fabric.checking.messages.protobuf import Message, read

MAX_CHAIN = 8  # certificates on the way up
MAX_CERTIFICATES = 256  # of one organisation
MAX_NAME = 256  # characters of an MSP id


class Role(IntEnum):
    """What a node's organisational unit makes it; the numbers are those of Fabric's `MSPRole`."""

    MEMBER = 0
    ADMIN = 1
    CLIENT = 2
    PEER = 3
    ORDERER = 4


@dataclass(frozen=True, slots=True)
class Identity:
    """A claimed identity: an MSP id and a certificate, not validated yet."""

    msp: str
    certificate: x509.Certificate

    @staticmethod
    def read(raw: bytes) -> Identity:
        """From Fabric's SerializedIdentity."""
        message = read(raw, shapes.SERIALIZED_IDENTITY)
        return Identity.of(message.text(1), message.data(2))

    @staticmethod
    def of(msp: str, pem: bytes) -> Identity:
        """From an MSP id and a certificate in PEM. Raises `Refused` (fabric.msp-unknown, fabric.certificate-malformed)."""
        if len(msp) > MAX_NAME:
            raise Refused(codes.MSP_UNKNOWN(msp=msp[:MAX_NAME]))
        return Identity(msp, read_certificate(pem, msp))

    @property
    def name(self) -> str:
        """The certificate's common name, for messages."""
        return common_name(self.certificate)

    def check_signature(self, signature: bytes, message: bytes) -> None:
        """Raises `Refused` where the signature over `message` is not by this certificate's key."""
        check_signature(self.certificate, self.msp, signature, message)


@dataclass(frozen=True, slots=True)
class Member:
    """An identity that its MSP vouches for, at the time it was asked about."""

    msp: str
    certificate: bytes  # DER
    key: bytes  # what it signs with
    units: frozenset[str]
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisational unit, and the authority that has to have issued its certificates (DER; empty: any of the MSP)."""

    name: str
    authority: bytes

    def fits(self, found: frozenset[str], issuer: bytes) -> bool:
        """Whether a certificate with the units `found`, issued by `issuer` (DER), is in this unit."""
        return self.name in found and self.authority in (b"", issuer)


class Msp:
    """One organisation's definition, from a channel's configuration."""

    def __init__(self, raw: bytes) -> None:
        definition = read(raw, shapes.FABRIC_MSP_CONFIG)
        self.id = definition.text(1)
        if not 0 < len(self.id) <= MAX_NAME:
            raise _unusable("an organisation has no usable MSP id")
        if sum(len(definition.each(field)) for field in (2, 3, 4, 5, 7)) > MAX_CERTIFICATES:
            raise _unusable(f"{self.id} has more than {MAX_CERTIFICATES} certificates, lists and units")
        self.roots = [read_certificate(pem, self.id) for pem in definition.each(2)]
        self._intermediates = [read_certificate(pem, self.id) for pem in definition.each(3)]
        self._admins = {der(read_certificate(pem, self.id)) for pem in definition.each(4)}
        self._revocations = [_revocations(pem, self.id) for pem in definition.each(5)]
        self._units = [self._unit(one) for one in definition.messages(7, shapes.OU_IDENTIFIER)]
        nodes = definition.message(11, shapes.NODE_OUS)
        roles = {2: Role.CLIENT, 3: Role.PEER, 4: Role.ADMIN, 5: Role.ORDERER}
        self._nodes = {
            role: self._unit(nodes.message(field, shapes.OU_IDENTIFIER))
            for field, role in roles.items()
            if nodes.has(field)
        }
        self.tells_roles = bool(nodes.number(1) and self._nodes)
        self._parents = [ca for ca in self._authorities() if any(issued_by(one, ca) for one in self._intermediates)]
        self._ways: dict[bytes, tuple[x509.Certificate, ...]] = {}  # chains of certificates that were validated before

    def validate(self, identity: Identity, at: datetime) -> Member:
        """The identity as a member, as of `at`. Raises `Refused`: untrusted, expired, revoked, of the wrong units."""
        raw = der(identity.certificate)
        if raw not in self._ways:
            self._ways[raw] = self._way(identity)
        way = self._ways[raw]
        for one in way:
            self._check_valid(one, at)
        for one, authority in pairwise(way):
            if any(_revokes(listing, one, authority) for listing in self._revocations):
                raise Refused(codes.CERTIFICATE_REVOKED(msp=self.id, name=common_name(one)))
        found, issuer = units(identity.certificate), der(way[1])
        key = public_key(identity.certificate, self.id)
        return Member(self.id, raw, key, found, self._roles(identity, raw, found, issuer))

    def _way(self, identity: Identity) -> tuple[x509.Certificate, ...]:
        """The way up from a certificate to a root."""
        if is_authority(identity.certificate):
            raise self._untrusted(identity, "it is an authority's own")
        way = [identity.certificate]
        while way[-1] not in self.roots:
            above = next((ca for ca in self._authorities() if issued_by(way[-1], ca)), None)
            if above is None or len(way) == MAX_CHAIN:
                raise self._untrusted(identity, "nobody there has issued it")
            if not is_authority(above):
                raise self._untrusted(identity, f"{common_name(above)} may not issue certificates")
            way.append(above)
        if len(way) < 2 or way[1] in self._parents:
            raise self._untrusted(identity, "it was not issued by one of the lowest authorities")
        return tuple(way)

    def _authorities(self) -> Iterator[x509.Certificate]:
        yield from self._intermediates
        yield from self.roots

    def _check_valid(self, one: x509.Certificate, at: datetime) -> None:
        since, until = one.not_valid_before_utc, one.not_valid_after_utc
        if not since <= at <= until:
            facts = {"name": common_name(one), "msp": self.id, "at": at, "since": since, "until": until}
            raise Refused(codes.CERTIFICATE_EXPIRED(**facts))

    def _roles(self, identity: Identity, raw: bytes, found: frozenset[str], issuer: bytes) -> frozenset[Role]:
        if self._units and not any(unit.fits(found, issuer) for unit in self._units):
            raise self._wrong_unit(identity, "it has none of them")
        roles = {Role.MEMBER} | ({Role.ADMIN} if raw in self._admins else set())
        if self.tells_roles:
            nodes = [(role, unit) for role, unit in self._nodes.items() if unit.name in found]
            if len(nodes) != 1:
                raise self._wrong_unit(identity, f"it is to be one of client, peer, admin, orderer, not {len(nodes)}")
            role, unit = nodes[0]
            if not unit.fits(found, issuer):
                raise self._wrong_unit(identity, f"another authority names its {unit.name}s")
            roles.add(role)
        return frozenset(roles)

    def _unit(self, message: Message) -> Unit:
        pem = message.data(1)
        return Unit(message.text(2), der(read_certificate(pem, self.id)) if pem else b"")

    def _untrusted(self, identity: Identity, problem: str) -> Refused:
        return Refused(codes.CERTIFICATE_UNTRUSTED(msp=self.id, name=identity.name, problem=problem))

    def _wrong_unit(self, identity: Identity, problem: str) -> Refused:
        return Refused(codes.CERTIFICATE_UNIT(msp=self.id, name=identity.name, problem=problem))


def distinct(members: Sequence[Member]) -> list[Member]:
    """Each signer once. A key is one signer of its organisation, whatever certificates it has."""
    return list({(member.msp, member.key): member for member in members}.values())


def _revocations(pem: bytes, msp: str) -> x509.CertificateRevocationList:
    try:
        return x509.load_pem_x509_crl(pem)
    except ValueError as error:
        raise _unusable(f"a revocation list of {msp} cannot be read: {error}") from None


def _revokes(listing: x509.CertificateRevocationList, one: x509.Certificate, authority: x509.Certificate) -> bool:
    """Is the certificate on the list, and the list its authority's own? Being on it counts from any time on, as in Fabric."""
    if listing.issuer != authority.subject:
        return False
    if listing.get_revoked_certificate_by_serial_number(one.serial_number) is None:
        return False
    try:
        return listing.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
    except (TypeError, ValueError, UnsupportedAlgorithm):
        return False


def _unusable(problem: str) -> Refused:
    return Refused(codes.CONFIG_UNSUPPORTED(what=problem))
