"""Evidence of a Fabric channel without a network: for tests, vectors and benchmarks.

Encoded by Hyperledger's own classes and `cryptography`, which share no code with the verifier. Everything follows from the
arguments (keys are derived, signatures deterministic), so that two runs make the same bytes. Every step takes what an attacker
could change.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fabric_protos.common import common_pb2, configtx_pb2, configuration_pb2, policies_pb2
from fabric_protos.ledger.rwset import rwset_pb2
from fabric_protos.ledger.rwset.kvrwset import kv_rwset_pb2
from fabric_protos.msp import identities_pb2, msp_config_pb2, msp_principal_pb2
from fabric_protos.orderer import configuration_pb2 as orderer_pb2
from fabric_protos.peer import (
    chaincode_pb2,
    proposal_pb2,
    proposal_response_pb2,
    transaction_pb2,
)

from carbonseal.ledger import Statement, TrustItem
from carbonseal_adapters.fabric.checking.attestations import Attestation
from carbonseal_adapters.fabric.checking.blocks import Block
from carbonseal_adapters.fabric.checking.packing import FabricEvidence

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
TIME = 1_795_000_000  # 2026-11-18
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
ROLES = ("client", "peer", "admin", "orderer")
META = policies_pb2.ImplicitMetaPolicy
ROLE = msp_principal_pb2.MSPRole


def secret(name: str) -> ec.EllipticCurvePrivateKey:
    """The private key that belongs to a name."""
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
        return _raw(identities_pb2.SerializedIdentity(mspid=self.msp, id_bytes=self.pem))

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
    ) -> Signer:
        key = secret(f"{self.msp} {name} {renewal}")
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
        return _raw(msp_config_pb2.MSPConfig(config=_raw(config)))

    def _unit(self, name: str) -> Any:
        pem = b"" if self.intermediates else self.ca.pem
        return msp_config_pb2.FabricOUIdentifier(certificate=pem, organizational_unit_identifier=name)


@dataclass(frozen=True)
class Channel:
    """A channel at one configuration. With `bft`, all orderers sign, else the first one does."""

    name: str = "anchors"
    chaincode: str = "carbonseal"
    organisations: tuple[Organisation, ...] = (Organisation("MillMSP"), Organisation("PortMSP"))
    ordering: Organisation = Organisation("OrdererMSP")
    bft: bool = False
    orderers: tuple[Signer, ...] = ()
    sequence: int = 0
    number: int = 0  # of the block with this configuration
    hashing: str = "SHA256"
    endorsement: Any = None  # a Policy instead of the usual one
    validation: Any = None  # likewise

    @cached_property
    def signers(self) -> tuple[Signer, ...]:
        count = 4 if self.bft else 1
        return self.orderers or tuple(self.ordering.node(f"orderer{at}", "orderer") for at in range(1, count + 1))

    @property
    def genesis(self) -> str:
        """The hash of the channel's first block, if this is it."""
        return hashlib.sha256(header(self.block().header)).hexdigest()

    def peer(self, at: int, name: str = "peer0", **changes: Any) -> Signer:
        return self.organisations[at].node(name, "peer", **changes)

    @property
    def client(self) -> Signer:
        return self.organisations[0].node("node", "client")

    def updated(self, **changes: Any) -> Channel:
        """The next configuration."""
        return replace(self, **{"sequence": self.sequence + 1, "number": self.number + 3, **changes})

    def block(self, under: Channel | None = None, *, time: int = TIME - 1000, **changes: Any) -> Any:
        """The block with this configuration, signed under another one; a first block is signed by nobody."""
        config = configtx_pb2.ConfigEnvelope(
            config=configtx_pb2.Config(sequence=self.sequence, channel_group=_root(self))
        )
        creator = self.signers[0]
        payload = common_pb2.Payload(header=_header(common_pb2.CONFIG, self.name, creator, nonce=b"\1" * 24, time=time))
        payload.data = _raw(config)
        envelope = _raw(common_pb2.Envelope(payload=_raw(payload), signature=creator.sign(_raw(payload))))
        if under is None:
            made = block_of(self.number, bytes(32) if self.number else b"", [envelope])
            made.metadata.metadata.append(b"\n\x02\n\0")
            return made
        return under.sign(block_of(self.number, bytes(32), [envelope]), **{"last_config": self.number, **changes})

    def sign(
        self,
        block: Any,
        *,
        last_config: int | None = None,
        signers: Sequence[Signer | tuple[int, Signer]] | None = None,
        high_s: bool = False,
    ) -> Any:
        """Put the orderers' signatures on it. Under BFT a signer may be given with the number that it claims."""
        last = common_pb2.LastConfig(index=self.number if last_config is None else last_config)
        value = _raw(common_pb2.OrdererBlockMetadata(last_config=last, consenter_metadata=b"term 1"))
        metadata = common_pb2.Metadata(value=value)
        everyone: Sequence[Signer | tuple[int, Signer]] = (
            list(enumerate(self.signers, 1)) if self.bft else self.signers[:1]
        )
        for one in everyone if signers is None else signers:
            number, signer = one if isinstance(one, tuple) else (0, one)
            if number:
                named = _raw(common_pb2.IdentifierHeader(identifier=number, nonce=b"\2" * 24))
            else:
                named = _raw(common_pb2.SignatureHeader(creator=signer.serialized, nonce=b"\2" * 24))
            signature = signer.sign(value + named + header(block.header), high_s=high_s)
            place = {"identifier_header" if number else "signature_header": named}
            metadata.signatures.append(common_pb2.MetadataSignature(signature=signature, **place))
        del block.metadata.metadata[:]
        block.metadata.metadata.extend([_raw(metadata), b"", b"\0" * len(block.data.data), b"", b""])
        return block


@dataclass(frozen=True)
class Call:
    """A call of the chaincode that writes an anchor, and everything that could be wrong with it."""

    channel: Channel
    statement: Statement
    time: int = TIME
    client: Signer | None = None
    endorsers: tuple[Signer, ...] | None = None
    key: str | None = None
    value: bytes | None = None
    writes: tuple[tuple[str, str, bytes], ...] = ()  # more of them: namespace, key, value
    name: str | None = None  # of the chaincode
    on: str | None = None  # of the channel
    status: int = 200
    transaction: str | None = None
    proposal_hash: bytes | None = None
    endorsed: bytes | None = None  # what the last endorser signs, where it is something else
    high_s: bool = False
    signed_by: Signer | None = None
    deletes: bool = False

    @property
    def creator(self) -> Signer:
        return self.client or self.channel.client

    @property
    def publisher(self) -> bytes:
        return publisher(self.creator)

    @property
    def anchor_key(self) -> str:
        return self.key or key(self.publisher, self.statement)

    @property
    def anchor_value(self) -> bytes:
        return value(self.statement, self.time) if self.value is None else self.value

    def envelope(self) -> bytes:
        chaincode, nonce = self.name or self.channel.chaincode, b"\3" * 24
        log, size, root = self.statement.log_id.hex(), str(self.statement.size), self.statement.root.hex()
        payload = _proposal_payload(chaincode, ("anchor", log, size, root))
        head = _header(
            common_pb2.ENDORSER_TRANSACTION, self.on or self.channel.name, self.creator, nonce=nonce,
            time=self.time, extension=_extension(chaincode), transaction=self.transaction,
        )  # fmt: skip
        answer = self._answer(chaincode, head, payload)
        peers = self.endorsers
        if peers is None:
            peers = tuple(self.channel.peer(at) for at in range(len(self.channel.organisations)))
        signed = [answer] * len(peers)
        if self.endorsed is not None:
            signed[-1] = self.endorsed
        endorsements = [
            proposal_response_pb2.Endorsement(
                endorser=peer.serialized, signature=peer.sign(what + peer.serialized, high_s=self.high_s)
            )
            for peer, what in zip(peers, signed, strict=True)
        ]
        endorsed = transaction_pb2.ChaincodeEndorsedAction(proposal_response_payload=answer, endorsements=endorsements)
        action = transaction_pb2.ChaincodeActionPayload(chaincode_proposal_payload=payload, action=endorsed)
        one = transaction_pb2.TransactionAction(header=head.signature_header, payload=_raw(action))
        whole = common_pb2.Payload(header=head, data=_raw(transaction_pb2.Transaction(actions=[one])))
        signature = (self.signed_by or self.creator).sign(_raw(whole))
        return _raw(common_pb2.Envelope(payload=_raw(whole), signature=signature))

    def _answer(self, chaincode: str, head: Any, payload: bytes) -> bytes:
        reads = {"_lifecycle": kv_rwset_pb2.KVRWSet(reads=[_read(f"namespaces/fields/{chaincode}/Sequence", (1, 0))])}
        write = kv_rwset_pb2.KVWrite(key=self.anchor_key, value=self.anchor_value, is_delete=self.deletes)
        reads[chaincode] = kv_rwset_pb2.KVRWSet(reads=[_read(self.anchor_key, None)], writes=[write])
        for namespace, more, what in self.writes:
            rwset = reads.setdefault(namespace, kv_rwset_pb2.KVRWSet())
            rwset.writes.append(kv_rwset_pb2.KVWrite(key=more, value=what))
        digest = self.proposal_hash or _proposal_hash(head, payload)
        return _answer(digest, reads, self.status, self.anchor_value, chaincode)


@dataclass(frozen=True)
class Question:
    """A peer's answer to `get`, and everything that could be wrong with it."""

    call: Call
    peer: Signer
    version: tuple[int, int] | None
    time: int = TIME + 5
    arguments: tuple[str, ...] | None = None
    payload: bytes | None = None
    name: str | None = None
    on: str | None = None
    status: int = 200
    read_key: str | None = None
    proposal_hash: bytes | None = None
    high_s: bool = False
    transaction: str | None = None
    nonce: bytes = b"\4" * 24

    def attestation(self) -> Attestation:
        call, chaincode = self.call, self.name or self.call.channel.chaincode
        log, size = call.statement.log_id.hex(), str(call.statement.size)
        arguments = self.arguments or ("get", call.publisher.hex(), log, size)
        payload = _proposal_payload(chaincode, arguments)
        head = _header(
            common_pb2.ENDORSER_TRANSACTION, self.on or call.channel.name, call.creator, nonce=self.nonce,
            time=self.time, extension=_extension(chaincode), transaction=self.transaction,
        )  # fmt: skip
        reads = {chaincode: kv_rwset_pb2.KVRWSet(reads=[_read(self.read_key or call.anchor_key, self.version)])}
        found = call.anchor_value if self.payload is None else self.payload
        answer = _answer(self.proposal_hash or _proposal_hash(head, payload), reads, self.status, found, chaincode)
        endorser = self.peer.serialized
        proposal = _raw(proposal_pb2.Proposal(header=_raw(head), payload=payload))
        return Attestation(proposal, answer, endorser, self.peer.sign(answer + endorser, high_s=self.high_s))


@dataclass(frozen=True)
class Scene:
    """Sound evidence, step by step; replace a step to attack it."""

    channel: Channel  # that governs the block
    call: Call
    trusted: Channel  # whose block is pinned
    configs: tuple[Any, ...] = ()  # Block messages
    before: tuple[bytes, ...] = ()  # envelopes before the anchor's
    number: int = 0  # of the block; 0: two after the configuration
    signing: Mapping[str, Any] = field(default_factory=dict)
    answers: tuple[Attestation, ...] | None = None

    @property
    def block_number(self) -> int:
        return self.number or self.channel.number + 2

    def question(self, peer: Signer, **changes: Any) -> Attestation:
        given = {"version": (self.block_number, len(self.before)), **changes}
        return Question(self.call, peer, **given).attestation()

    def attestations(self) -> tuple[Attestation, ...]:
        if self.answers is not None:
            return self.answers
        return tuple(self.question(self.channel.peer(at)) for at in range(len(self.channel.organisations)))

    def block(self) -> Any:
        made = block_of(self.block_number, b"\5" * 32, [*self.before, self.call.envelope()])
        return self.channel.sign(made, **self.signing)

    def evidence(self) -> FabricEvidence:
        return FabricEvidence(
            packed(self.block()), len(self.before), tuple(map(packed, self.configs)), self.attestations()
        )

    @property
    def ledger(self) -> str:
        return f"fabric:{self.trusted.genesis}"

    @property
    def options(self) -> dict[str, str]:
        ids = [one.msp for one in self.channel.organisations]
        return {
            "config": self.trusted.genesis,
            "chaincode": self.channel.chaincode,
            "attest": f"{len(ids)}:{','.join(ids)}",
            "publisher": self.call.publisher.hex(),
        }

    @property
    def identities(self) -> list[str]:
        """Of the configurations: their header hashes, and the root keys of the organisations that order."""
        blocks = (self.trusted.block(), *self.configs)
        found = {f"fabric-config:{hashlib.sha256(header(block.header)).hexdigest()}" for block in blocks}
        for one in (self.trusted.ordering, self.channel.ordering):
            key = one.ca.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            found.add(f"fabric-orderer:{self.channel.name}:{hashlib.sha256(key).hexdigest()}")
        return sorted(found)

    def trust(self) -> TrustItem:
        made = self.trusted.block()
        raw = {"block": base64.b64encode(_raw(made)).decode(), "number": self.trusted.number}
        return TrustItem(self.ledger, "config-block", raw, "made up", "2026-01-01T00:00:00Z")


def scene(statement: Statement, channel: Channel | None = None) -> Scene:
    """An anchor in the third block of a channel whose first block is pinned."""
    channel = channel or Channel()
    return Scene(channel, Call(channel, statement), channel)


# --- formats ---------------------------------------------------------------------------------------------------------


def publisher(signer: Signer) -> bytes:
    parts = signer.msp.encode(), signer.certificate.subject.public_bytes(), signer.certificate.issuer.public_bytes()
    joined = b"".join(len(part).to_bytes(2, "big") + part for part in parts)
    return hashlib.sha256(b"carbonseal/fabric-publisher/v1\0" + joined).digest()


def key(publisher: bytes, statement: Statement) -> str:
    return "/".join(("anchor", publisher.hex(), statement.log_id.hex(), f"{statement.size:016x}"))


def value(statement: Statement, time: int) -> bytes:
    stated = statement.log_id + statement.size.to_bytes(8, "big") + statement.root
    return stated + hashlib.sha256(b"carbonseal/anchor/v1\0" + stated).digest() + time.to_bytes(8, "big")


def header(block_header: Any) -> bytes:
    """DER of a block's header."""
    number = block_header.number.to_bytes(block_header.number.bit_length() // 8 + 1, "big")
    parts = (b"\x02", number), (b"\x04", block_header.previous_hash), (b"\x04", block_header.data_hash)
    body = b"".join(tag + bytes([len(content)]) + content for tag, content in parts)
    return b"\x30" + bytes([len(body)]) + body


def block_of(number: int, previous: bytes, envelopes: Sequence[bytes]) -> Any:
    made = common_pb2.Block(data=common_pb2.BlockData(data=envelopes), metadata=common_pb2.BlockMetadata())
    made.header.number, made.header.previous_hash = number, previous
    made.header.data_hash = hashlib.sha256(b"".join(envelopes)).digest()
    return made


def packed(block: Any) -> Block:
    """What of a Block message goes into evidence."""
    head = block.header
    signatures = block.metadata.metadata[0]
    return Block(head.number, head.previous_hash, head.data_hash, tuple(block.data.data), signatures)


def _raw(message: Any) -> bytes:
    raw: bytes = message.SerializeToString(deterministic=True)
    return raw


def _name(common: str, organisation: str, units: Sequence[str]) -> x509.Name:
    kinds = x509.NameOID
    parts = [(kinds.COUNTRY_NAME, "PT"), (kinds.ORGANIZATION_NAME, organisation)]
    parts += [(kinds.ORGANIZATIONAL_UNIT_NAME, unit) for unit in units]
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in [*parts, (kinds.COMMON_NAME, common)]])


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


def _header(
    kind: int,
    channel: str,
    creator: Signer,
    *,
    nonce: bytes,
    time: int,
    extension: bytes = b"",
    transaction: str | None = None,
) -> Any:
    id_ = hashlib.sha256(nonce + creator.serialized).hexdigest() if transaction is None else transaction
    head = common_pb2.ChannelHeader(type=kind, channel_id=channel, tx_id=id_, extension=extension)
    head.timestamp.FromDatetime(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=time))
    signature = common_pb2.SignatureHeader(creator=creator.serialized, nonce=nonce)
    return common_pb2.Header(channel_header=_raw(head), signature_header=_raw(signature))


def _extension(chaincode: str) -> bytes:
    return _raw(proposal_pb2.ChaincodeHeaderExtension(chaincode_id=chaincode_pb2.ChaincodeID(name=chaincode)))


def _proposal_payload(chaincode: str, arguments: Sequence[str]) -> bytes:
    called = chaincode_pb2.ChaincodeInput(args=[one.encode() for one in arguments])
    spec = chaincode_pb2.ChaincodeSpec(type=1, chaincode_id=chaincode_pb2.ChaincodeID(name=chaincode), input=called)
    invocation = chaincode_pb2.ChaincodeInvocationSpec(chaincode_spec=spec)
    return _raw(proposal_pb2.ChaincodeProposalPayload(input=_raw(invocation)))


def _proposal_hash(head: Any, payload: bytes) -> bytes:
    return hashlib.sha256(head.channel_header + head.signature_header + payload).digest()


def _read(name: str, version: tuple[int, int] | None) -> Any:
    found = version and kv_rwset_pb2.Version(block_num=version[0], tx_num=version[1])
    return kv_rwset_pb2.KVRead(key=name, version=found)


def _answer(digest: bytes, rwsets: Mapping[str, Any], status: int, payload: bytes, chaincode: str) -> bytes:
    spaces = [rwset_pb2.NsReadWriteSet(namespace=name, rwset=_raw(one)) for name, one in sorted(rwsets.items())]
    action = proposal_pb2.ChaincodeAction(
        results=_raw(rwset_pb2.TxReadWriteSet(ns_rwset=spaces)),
        response=proposal_response_pb2.Response(status=status, payload=payload),
        chaincode_id=chaincode_pb2.ChaincodeID(name=chaincode, version="1.0"),
    )
    return _raw(proposal_response_pb2.ProposalResponsePayload(proposal_hash=digest, extension=_raw(action)))


# --- configurations --------------------------------------------------------------------------------------------------


def _root(channel: Channel) -> Any:
    root = configtx_pb2.ConfigGroup()
    _value(root, "HashingAlgorithm", configuration_pb2.HashingAlgorithm(name=channel.hashing))
    _value(root, "BlockDataHashingStructure", configuration_pb2.BlockDataHashingStructure(width=0xFFFFFFFF))
    capability = "V3_0" if channel.bft else "V2_0"
    known = configuration_pb2.Capabilities(capabilities={capability: configuration_pb2.Capability()})
    _value(root, "Capabilities", known)
    orderer, application = root.groups["Orderer"], root.groups["Application"]
    _organisation(orderer, channel.ordering, "Writers", ROLE.MEMBER)
    consensus = orderer_pb2.ConsensusType(type="BFT" if channel.bft else "etcdraft", metadata=b"")
    _value(orderer, "ConsensusType", consensus)
    if channel.bft:
        seats = [
            configuration_pb2.Consenter(id=at, host="127.0.0.1", port=7050 + at, msp_id=one.msp, identity=one.pem)
            for at, one in enumerate(channel.signers, 1)
        ]
        _value(orderer, "Orderers", configuration_pb2.Orderers(consenter_mapping=seats))
        _policy(orderer, "BlockValidation", policies_pb2.Policy.SIGNATURE, _quorum_of(channel.signers))
    else:
        any_writer = META(sub_policy="Writers", rule=META.ANY)
        _policy(orderer, "BlockValidation", policies_pb2.Policy.IMPLICIT_META, any_writer)
    if channel.validation is not None:
        orderer.policies["BlockValidation"].policy.CopyFrom(channel.validation)
    for one in channel.organisations:
        _organisation(application, one, "Endorsement", ROLE.PEER if one.node_ous else ROLE.MEMBER)
    most = META(sub_policy="Endorsement", rule=META.MAJORITY)
    _policy(application, "Endorsement", policies_pb2.Policy.IMPLICIT_META, most)
    if channel.endorsement is not None:
        application.policies["Endorsement"].policy.CopyFrom(channel.endorsement)
    return root


def _organisation(group: Any, organisation: Organisation, policy: str, role: int) -> None:
    one = group.groups[organisation.msp]
    one.values["MSP"].value = organisation.definition()
    _policy(one, policy, policies_pb2.Policy.SIGNATURE, one_of(_role(organisation.msp, role)))


def one_of(*principals: Any, count: int = 1) -> Any:
    """A signature policy: so many of these."""
    rules = [policies_pb2.SignaturePolicy(signed_by=at) for at in range(len(principals))]
    out_of = policies_pb2.SignaturePolicy.NOutOf(n=count, rules=rules)
    return policies_pb2.SignaturePolicyEnvelope(
        rule=policies_pb2.SignaturePolicy(n_out_of=out_of), identities=principals
    )


def _role(msp: str, role: int) -> Any:
    return msp_principal_pb2.MSPPrincipal(principal=_raw(ROLE(msp_identifier=msp, role=role)))


def _quorum_of(signers: Sequence[Signer]) -> Any:
    kind = msp_principal_pb2.MSPPrincipal.IDENTITY
    principals = [
        msp_principal_pb2.MSPPrincipal(principal_classification=kind, principal=one.serialized) for one in signers
    ]
    return one_of(*principals, count=-(-(len(signers) + (len(signers) - 1) // 3 + 1) // 2))


def _policy(group: Any, name: str, kind: int, policy: Any) -> None:
    group.policies[name].policy.type, group.policies[name].policy.value = kind, _raw(policy)


def _value(group: Any, name: str, message: Any) -> None:
    group.values[name].value = _raw(message)
