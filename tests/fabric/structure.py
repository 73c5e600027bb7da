"""The structure of evidence: which fields are there, down to the last byte string that holds a message, and the constants in
them. What differs from one anchor to the next (hashes, keys, signatures, times) is left out."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

from fabric_protos.common import common_pb2
from fabric_protos.ledger.rwset import rwset_pb2
from fabric_protos.ledger.rwset.kvrwset import kv_rwset_pb2
from fabric_protos.msp import identities_pb2
from fabric_protos.peer import chaincode_event_pb2, chaincode_pb2, proposal_pb2, proposal_response_pb2, transaction_pb2
from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet

INSIDE = {  # byte strings that hold messages
    "Envelope.payload": common_pb2.Payload,
    "Payload.data": transaction_pb2.Transaction,
    "Header.channel_header": common_pb2.ChannelHeader,
    "Header.signature_header": common_pb2.SignatureHeader,
    "ChannelHeader.extension": proposal_pb2.ChaincodeHeaderExtension,
    "SignatureHeader.creator": identities_pb2.SerializedIdentity,
    "TransactionAction.header": common_pb2.SignatureHeader,
    "TransactionAction.payload": transaction_pb2.ChaincodeActionPayload,
    "ChaincodeActionPayload.chaincode_proposal_payload": proposal_pb2.ChaincodeProposalPayload,
    "ChaincodeProposalPayload.input": chaincode_pb2.ChaincodeInvocationSpec,
    "ChaincodeEndorsedAction.proposal_response_payload": proposal_response_pb2.ProposalResponsePayload,
    "ProposalResponsePayload.extension": proposal_pb2.ChaincodeAction,
    "ChaincodeAction.results": rwset_pb2.TxReadWriteSet,
    "ChaincodeAction.events": chaincode_event_pb2.ChaincodeEvent,
    "NsReadWriteSet.rwset": kv_rwset_pb2.KVRWSet,
    "Endorsement.endorser": identities_pb2.SerializedIdentity,
    "Metadata.value": common_pb2.OrdererBlockMetadata,
    "MetadataSignature.signature_header": common_pb2.SignatureHeader,
    "MetadataSignature.identifier_header": common_pb2.IdentifierHeader,
    "Proposal.header": common_pb2.Header,
    "Proposal.payload": proposal_pb2.ChaincodeProposalPayload,
}
CONSTANT = {
    "ChannelHeader.type",
    "ChannelHeader.version",
    "ChaincodeID.name",
    "ChaincodeSpec.type",
    "ChaincodeEvent.event_name",
    "NsReadWriteSet.namespace",
    "TxReadWriteSet.data_model",
    "Response.status",
    "SerializedIdentity.mspid",
}
PARTS = {
    "attestations": {
        "proposal": proposal_pb2.Proposal,
        "payload": proposal_response_pb2.ProposalResponsePayload,
        "endorser": identities_pb2.SerializedIdentity,
    },
    "envelopes": common_pb2.Envelope,
    "signatures": common_pb2.Metadata,
}


def structure(evidence: bytes) -> set[str]:
    """Evidence's data, JSON -> set of paths, each with the lengths or constants at its end."""
    value = json.loads(evidence)
    found = set()
    for attestation in value["attestations"]:
        found |= {f"attestation {key}" for key in attestation}
        for key, kind in PARTS["attestations"].items():
            found |= paths(kind.FromString(b64decode(attestation[key])), f"attestation {key}")
    found |= block(value["block"], "block", INSIDE)
    configurations = {key: kind for key, kind in INSIDE.items() if key != "Payload.data"}  # each channel has its own
    for each in value["config"]:
        found |= block(each, "config", configurations)
    return found | {f"evidence {key}" for key in value}


def block(parts: dict[str, Any], name: str, inside: dict[str, Any]) -> set[str]:
    found = {f"{name} {key}: {type(value).__name__}" for key, value in parts.items()}
    for key in ("previous_hash", "data_hash"):
        found.add(f"{name} {key}: {len(b64decode(parts[key]))} bytes")
    for envelope in parts["envelopes"]:
        found |= paths(common_pb2.Envelope.FromString(b64decode(envelope)), f"{name} envelope", inside)
    return found | paths(common_pb2.Metadata.FromString(b64decode(parts["signatures"])), f"{name} signatures", inside)


def paths(message: Message, path: str, inside: dict[str, Any] | None = None) -> set[str]:
    inside = INSIDE if inside is None else inside
    found: set[str] = set()
    kind = message.DESCRIPTOR.name
    for field, value in message.ListFields():
        name, place = f"{kind}.{field.name}", f"{path}.{field.name}"
        values = list(value) if field.label == field.LABEL_REPEATED else [value]
        if name in CONSTANT:
            place += f" = {value}"
        found.add(place)
        for each in values:
            if name in inside:
                found |= paths(inside[name].FromString(each), place, inside)
            elif field.message_type is not None:
                found |= paths(each, place, inside)
    if len(UnknownFieldSet(message)):
        found.add(f"{path} has unknown fields")
    return found
