"""A channel as its configuration describes it: whose identities count, and what a policy is satisfied by.

Peers and orderers know of the channel this, read from its last config block, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID
from fabric_protos.common import common_pb2, configtx_pb2, configuration_pb2, policies_pb2
from fabric_protos.msp import identities_pb2, msp_config_pb2, msp_principal_pb2
from fabric_protos.orderer import configuration_pb2 as orderer_pb2
from fabric_protos.peer import configuration_pb2 as peer_pb2

from carbonseal_devnet.fabric.identity import ORDER, ROLES
from carbonseal_devnet.fabric.wire import Malformed, decode, header_bytes, open_envelope

Signed = tuple[bytes, bytes, bytes]
"""A serialised identity, a message, its signature."""


class Forbidden(Exception):
    """Who signed may not do this."""


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
        """Expiry aside, which those judge who take requests. Raises Forbidden."""
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


def value(group: Any, name: str) -> bytes:
    """A value of a ConfigGroup, empty if it has none. Protobuf's own lookup would put one there."""
    raw: bytes = group.values[name].value if name in group.values else b""
    return raw


class Channel:
    """A channel under one configuration."""

    def __init__(self, name: str, config: Any) -> None:
        self.name = name
        self.config = config
        self.group = config.channel_group
        organisations = [
            group
            for part in ("Application", "Orderer")
            if part in self.group.groups
            for group in self.group.groups[part].groups.values()
        ]
        msps = [Msp(value(group, "MSP")) for group in organisations]
        self.msps = {msp.id: msp for msp in msps}

    @classmethod
    def of_block(cls, block: Any) -> Channel:
        """From a config block. Raises Malformed."""
        message = open_envelope(block.data.data[0])
        if message.channel.type != common_pb2.CONFIG:
            raise Malformed("no config block")
        return cls(message.channel.channel_id, decode(configtx_pb2.ConfigEnvelope, message.data).config)

    # What it says

    @cached_property
    def batch_size(self) -> Any:
        return decode(orderer_pb2.BatchSize, value(self.group.groups["Orderer"], "BatchSize"))

    @cached_property
    def batch_timeout(self) -> float:
        """Seconds."""
        text = decode(orderer_pb2.BatchTimeout, value(self.group.groups["Orderer"], "BatchTimeout")).timeout
        return float(text[:-2]) / 1000 if text.endswith("ms") else float(text.removesuffix("s"))

    @cached_property
    def consensus(self) -> str:
        kind: str = decode(orderer_pb2.ConsensusType, value(self.group.groups["Orderer"], "ConsensusType")).type
        return kind

    @cached_property
    def consenters(self) -> dict[int, Any]:
        """BFT's signers, by the identifier that block signatures carry."""
        orderers = decode(configuration_pb2.Orderers, value(self.group.groups["Orderer"], "Orderers"))
        return {each.id: each for each in orderers.consenter_mapping}

    @cached_property
    def orderer_endpoints(self) -> list[tuple[str, bytes]]:
        """Addresses, and the TLS roots of the organisation that runs each."""
        found = []
        for group in self.group.groups["Orderer"].groups.values():
            roots = Msp(value(group, "MSP")).tls_roots
            addresses = decode(configuration_pb2.OrdererAddresses, value(group, "Endpoints")).addresses
            found += [(address, roots) for address in addresses]
        return found

    @cached_property
    def application(self) -> dict[str, str]:
        """The organisations that run peers: their groups' names by MSP id."""
        groups = self.group.groups["Application"].groups
        return {Msp(value(group, "MSP")).id: name for name, group in groups.items()}

    @cached_property
    def anchors(self) -> dict[str, str]:
        """The address of a peer of each organisation, by MSP id."""
        found = {}
        for msp_id, name in self.application.items():
            group = self.group.groups["Application"].groups[name]
            for anchor in decode(peer_pb2.AnchorPeers, value(group, "AnchorPeers")).anchor_peers[:1]:
                found[msp_id] = f"{anchor.host}:{anchor.port}"
        return found

    def check(self) -> None:
        """That everything it must say can be read. Raises ValueError."""
        if not (
            self.batch_size.max_message_count and self.batch_timeout and self.orderer_endpoints and self.application
        ):
            raise Malformed("the configuration leaves nobody to send to, or nothing to order")
        if self.consensus not in ("etcdraft", "BFT") or (self.consensus == "BFT" and not self.consenters):
            raise Malformed(f"the consensus type {self.consensus} is unknown, or has nobody to sign")

    # Who may

    def member(self, identity: bytes) -> Member:
        """Raises Forbidden."""
        try:
            parsed = decode(identities_pb2.SerializedIdentity, identity)
        except Malformed as error:
            raise Forbidden("the creator is malformed") from error
        if parsed.mspid not in self.msps:
            raise Forbidden(f"the MSP {parsed.mspid} is unknown")
        return self.msps[parsed.mspid].member(parsed.id_bytes)

    def signer(self, signed: Signed) -> Member:
        """Who signed. Raises Forbidden."""
        identity, message, signature = signed
        member = self.member(identity)
        if not verifies(member.certificate, message, signature):
            raise Forbidden("the signature is not the creator's")
        return member

    def signers(self, signed: Iterable[Signed]) -> list[Member]:
        """Everybody whose signature holds, each once."""
        found: dict[bytes, Member] = {}
        for each in signed:
            try:
                found.setdefault(each[0], self.signer(each))
            except Forbidden:
                continue
        return list(found.values())

    def require(self, policy: str, signed: Iterable[Signed]) -> None:
        """A policy by its path, like /Channel/Application/Writers. Raises Forbidden."""
        if not self.satisfied(policy, self.signers(signed)):
            raise Forbidden(f"implicit policy evaluation failed: the policy {policy} is not satisfied")

    def satisfied(self, policy: str, members: Sequence[Member]) -> bool:
        *path, name = policy.removeprefix("/Channel/").split("/")
        group = self.group
        for step in path:
            if step not in group.groups:
                return False
            group = group.groups[step]
        return _group_satisfied(group, name, members)

    def satisfied_by(self, application_policy: bytes, members: Sequence[Member]) -> bool:
        """A chaincode's endorsement policy: a serialised ApplicationPolicy."""
        policy = decode(policies_pb2.ApplicationPolicy, application_policy)
        if policy.HasField("signature_policy"):
            return signature_satisfied(policy.signature_policy, members)
        reference = policy.channel_config_policy_reference
        absolute = reference if reference.startswith("/") else f"/Channel/Application/{reference}"
        return self.satisfied(absolute, members)

    def check_block(self, block: Any) -> None:
        """That the ordering service signed it, under this configuration. Raises Forbidden."""
        metadata = decode(common_pb2.Metadata, block.metadata.metadata[common_pb2.SIGNATURES])
        header = header_bytes(block.header.number, block.header.previous_hash, block.header.data_hash)
        signed: list[Signed] = []
        for each in metadata.signatures:
            identity, covered = self._block_signer(each)
            signed.append((identity, metadata.value + covered + header, each.signature))
        self.require("/Channel/Orderer/BlockValidation", signed)

    def _block_signer(self, signature: Any) -> tuple[bytes, bytes]:
        if not signature.identifier_header:
            header = decode(common_pb2.SignatureHeader, signature.signature_header)
            return header.creator, signature.signature_header
        identifier = decode(common_pb2.IdentifierHeader, signature.identifier_header).identifier
        consenter = self.consenters.get(identifier)
        if consenter is None:
            return b"", signature.identifier_header
        identity = identities_pb2.SerializedIdentity(mspid=consenter.msp_id, id_bytes=consenter.identity)
        return identity.SerializeToString(), signature.identifier_header


def _group_satisfied(group: Any, name: str, members: Sequence[Member]) -> bool:
    if name not in group.policies:
        return False
    policy = group.policies[name].policy
    if policy.type == policies_pb2.Policy.SIGNATURE:
        return signature_satisfied(decode(policies_pb2.SignaturePolicyEnvelope, policy.value), members)
    meta = decode(policies_pb2.ImplicitMetaPolicy, policy.value)
    held = [_group_satisfied(each, meta.sub_policy, members) for each in group.groups.values()]
    majority = len(held) // 2 + 1 if held else 0
    needed = {meta.ANY: min(1, len(held)), meta.ALL: len(held), meta.MAJORITY: majority}[meta.rule]
    return sum(held) >= needed


def signature_satisfied(envelope: Any, members: Sequence[Member]) -> bool:
    """A SignaturePolicyEnvelope; nobody counts for two principals."""
    principals = [_principal(each) for each in envelope.identities]

    def walk(rule: Any, free: list[Member]) -> list[Member] | None:
        """Who is still free afterwards, or None if the rule isn't met."""
        if rule.HasField("signed_by"):
            for member in free:
                if principals[rule.signed_by](member):
                    return [each for each in free if each is not member]
            return None
        met = 0
        for part in rule.n_out_of.rules:
            if (left := walk(part, free)) is not None:
                met, free = met + 1, left
        return free if met >= rule.n_out_of.n else None

    return walk(envelope.rule, list(members)) is not None


def _principal(principal: Any) -> Any:
    if principal.principal_classification == msp_principal_pb2.MSPPrincipal.ROLE:
        role = decode(msp_principal_pb2.MSPRole, principal.principal)
        wanted = msp_principal_pb2.MSPRole.MSPRoleType.Name(role.role).lower()
        return lambda member: member.msp_id == role.msp_identifier and (wanted == "member" or wanted in member.roles)
    if principal.principal_classification == msp_principal_pb2.MSPPrincipal.IDENTITY:
        identity = decode(identities_pb2.SerializedIdentity, principal.principal)
        return lambda member: member.msp_id == identity.mspid and member.certificate == identity.id_bytes
    return lambda _member: False
