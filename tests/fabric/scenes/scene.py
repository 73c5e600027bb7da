"""Evidence of a Fabric channel without a network: for tests, vectors and benchmarks.

Encoded by Hyperledger's own classes and `cryptography`, which share no code with the verifier. Everything follows from the
arguments (keys are derived, signatures deterministic), so that two runs make the same bytes. Every step takes what an attacker
could change.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fabric_protos.common import common_pb2
from fabric_protos.ledger.rwset import rwset_pb2
from fabric_protos.ledger.rwset.kvrwset import kv_rwset_pb2
from fabric_protos.peer import (
    chaincode_pb2,
    proposal_pb2,
    proposal_response_pb2,
    transaction_pb2,
)

from carbonseal.ledger import Statement, TrustItem
from carbonseal_adapters.fabric.checking.attestations import Attestation
from carbonseal_adapters.fabric.checking.packing import FabricEvidence
from tests.fabric.scenes.channels import Channel, channel_header
from tests.fabric.scenes.identities import Signer, publisher
from tests.fabric.scenes.wire import TIME, block_of, header, key, packed, raw_message, value


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
        head = channel_header(
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
        one = transaction_pb2.TransactionAction(header=head.signature_header, payload=raw_message(action))
        whole = common_pb2.Payload(header=head, data=raw_message(transaction_pb2.Transaction(actions=[one])))
        signature = (self.signed_by or self.creator).sign(raw_message(whole))
        return raw_message(common_pb2.Envelope(payload=raw_message(whole), signature=signature))

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
        head = channel_header(
            common_pb2.ENDORSER_TRANSACTION, self.on or call.channel.name, call.creator, nonce=self.nonce,
            time=self.time, extension=_extension(chaincode), transaction=self.transaction,
        )  # fmt: skip
        reads = {chaincode: kv_rwset_pb2.KVRWSet(reads=[_read(self.read_key or call.anchor_key, self.version)])}
        found = call.anchor_value if self.payload is None else self.payload
        answer = _answer(self.proposal_hash or _proposal_hash(head, payload), reads, self.status, found, chaincode)
        endorser = self.peer.serialized
        proposal = raw_message(proposal_pb2.Proposal(header=raw_message(head), payload=payload))
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
        """Of the configurations: their header hashes, and the root keys of their organisations."""
        blocks = (self.trusted.block(), *self.configs)
        found = {f"fabric-config:{hashlib.sha256(header(block.header)).hexdigest()}" for block in blocks}
        ends = (self.trusted, self.channel)  # between which no scene has others
        for one in {one for end in ends for one in (end.ordering, *end.organisations)}:
            key = one.ca.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            found.add(f"fabric-member:{self.channel.name}:{hashlib.sha256(key).hexdigest()}")
        return sorted(found)

    def trust(self) -> TrustItem:
        made = self.trusted.block()
        raw = {"block": base64.b64encode(raw_message(made)).decode(), "number": self.trusted.number}
        return TrustItem(self.ledger, "config-block", raw, "made up", "2026-01-01T00:00:00Z")


def scene(statement: Statement, channel: Channel | None = None) -> Scene:
    """An anchor in the third block of a channel whose first block is pinned."""
    channel = channel or Channel()
    return Scene(channel, Call(channel, statement), channel)


def _extension(chaincode: str) -> bytes:
    return raw_message(proposal_pb2.ChaincodeHeaderExtension(chaincode_id=chaincode_pb2.ChaincodeID(name=chaincode)))


def _proposal_payload(chaincode: str, arguments: Sequence[str]) -> bytes:
    called = chaincode_pb2.ChaincodeInput(args=[one.encode() for one in arguments])
    spec = chaincode_pb2.ChaincodeSpec(type=1, chaincode_id=chaincode_pb2.ChaincodeID(name=chaincode), input=called)
    invocation = chaincode_pb2.ChaincodeInvocationSpec(chaincode_spec=spec)
    return raw_message(proposal_pb2.ChaincodeProposalPayload(input=raw_message(invocation)))


def _proposal_hash(head: Any, payload: bytes) -> bytes:
    return hashlib.sha256(head.channel_header + head.signature_header + payload).digest()


def _read(name: str, version: tuple[int, int] | None) -> Any:
    found = version and kv_rwset_pb2.Version(block_num=version[0], tx_num=version[1])
    return kv_rwset_pb2.KVRead(key=name, version=found)


def _answer(digest: bytes, rwsets: Mapping[str, Any], status: int, payload: bytes, chaincode: str) -> bytes:
    spaces = [rwset_pb2.NsReadWriteSet(namespace=name, rwset=raw_message(one)) for name, one in sorted(rwsets.items())]
    action = proposal_pb2.ChaincodeAction(
        results=raw_message(rwset_pb2.TxReadWriteSet(ns_rwset=spaces)),
        response=proposal_response_pb2.Response(status=status, payload=payload),
        chaincode_id=chaincode_pb2.ChaincodeID(name=chaincode, version="1.0"),
    )
    return raw_message(
        proposal_response_pb2.ProposalResponsePayload(proposal_hash=digest, extension=raw_message(action))
    )
