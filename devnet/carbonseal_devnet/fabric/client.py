"""Client of a Fabric network, with what the network needs for itself: proposals, and transactions made of responses."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from fabric_protos.common import common_pb2
from fabric_protos.peer import chaincode_pb2, proposal_pb2, transaction_pb2

from carbonseal_devnet.fabric import wire
from carbonseal_devnet.fabric.wire import Signer


def propose(channel: str, chaincode: str, args: Sequence[bytes], signer: Signer) -> tuple[str, Any]:
    """A transaction's id and its SignedProposal."""
    nonce = os.urandom(24)
    identifier = wire.transaction_id(nonce, signer.serialized)
    name = chaincode_pb2.ChaincodeID(name=chaincode)
    extension = proposal_pb2.ChaincodeHeaderExtension(chaincode_id=name).SerializeToString()
    header = common_pb2.Header(
        channel_header=wire.channel_header(
            common_pb2.ENDORSER_TRANSACTION, channel, transaction=identifier, extension=extension
        ),
        signature_header=wire.signature_header(signer.serialized, nonce),
    ).SerializeToString()
    spec = chaincode_pb2.ChaincodeSpec(
        type=chaincode_pb2.ChaincodeSpec.GOLANG, chaincode_id=name, input=chaincode_pb2.ChaincodeInput(args=args)
    )
    invocation = chaincode_pb2.ChaincodeInvocationSpec(chaincode_spec=spec).SerializeToString()
    payload = proposal_pb2.ChaincodeProposalPayload(input=invocation).SerializeToString()
    raw = proposal_pb2.Proposal(header=header, payload=payload).SerializeToString()
    return identifier, proposal_pb2.SignedProposal(proposal_bytes=raw, signature=signer.sign(raw))


def assemble(signed: Any, responses: Sequence[Any]) -> Any:
    """The envelope for a proposal and what endorsers answered, not yet signed."""
    proposal = proposal_pb2.Proposal.FromString(signed.proposal_bytes)
    header = common_pb2.Header.FromString(proposal.header)
    visible = proposal_pb2.ChaincodeProposalPayload(
        input=proposal_pb2.ChaincodeProposalPayload.FromString(proposal.payload).input
    )
    endorsed = transaction_pb2.ChaincodeEndorsedAction(
        proposal_response_payload=responses[0].payload, endorsements=[each.endorsement for each in responses]
    )
    payload = transaction_pb2.ChaincodeActionPayload(
        chaincode_proposal_payload=visible.SerializeToString(), action=endorsed
    ).SerializeToString()
    action = transaction_pb2.TransactionAction(header=header.signature_header, payload=payload)
    data = transaction_pb2.Transaction(actions=[action]).SerializeToString()
    return common_pb2.Envelope(payload=common_pb2.Payload(header=header, data=data).SerializeToString())


def sign(envelope: Any, signer: Signer) -> bytes:
    """The envelope, signed, raw."""
    signed = common_pb2.Envelope(payload=envelope.payload, signature=signer.sign(envelope.payload))
    raw: bytes = signed.SerializeToString()
    return raw
