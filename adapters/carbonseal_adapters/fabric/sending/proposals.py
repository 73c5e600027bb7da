"""What a client signs: proposals, and the envelope that is made of one and its endorsements.

Built with Hyperledger's own classes; what comes back from a gateway is taken apart by the strict reader that verifies evidence.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fabric_protos.common import common_pb2
from fabric_protos.peer import chaincode_pb2, proposal_pb2, proposal_response_pb2, transaction_pb2

from carbonseal_adapters.fabric.checking.answers import Answer
from carbonseal_adapters.fabric.checking.messages.headers import Header
from carbonseal_adapters.fabric.checking.transactions import Transaction
from carbonseal_adapters.fabric.sending.signers import Client


class NotOurs(Exception):
    """An envelope that was not made of our proposal: it must not be signed."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A call of a chaincode, raw, before it is signed."""

    channel: str
    raw: bytes
    transaction: str  # its id

    @property
    def header(self) -> Header:
        """The proposal's header, read again from its bytes."""
        return Header.read(proposal_pb2.Proposal.FromString(self.raw).header)

    async def signed(self, client: Client) -> Any:
        """A SignedProposal."""
        return proposal_pb2.SignedProposal(proposal_bytes=self.raw, signature=await client.sign(self.raw))


def propose(client: Client, channel: str, chaincode: str, arguments: Sequence[bytes], now: float) -> Proposal:
    """A proposal to call `chaincode`; `now` is its timestamp, in seconds."""
    nonce = secrets.token_bytes(24)
    signature_header = common_pb2.SignatureHeader(creator=client.serialized, nonce=nonce).SerializeToString()
    transaction = hashlib.sha256(nonce + client.serialized).hexdigest()
    called = chaincode_pb2.ChaincodeID(name=chaincode)
    header = common_pb2.ChannelHeader(
        type=common_pb2.ENDORSER_TRANSACTION,
        channel_id=channel,
        tx_id=transaction,
        extension=proposal_pb2.ChaincodeHeaderExtension(chaincode_id=called).SerializeToString(),
    )
    header.timestamp.FromNanoseconds(int(now * 1_000_000) * 1000)
    call = chaincode_pb2.ChaincodeSpec(chaincode_id=called, input=chaincode_pb2.ChaincodeInput(args=arguments))
    invocation = chaincode_pb2.ChaincodeInvocationSpec(chaincode_spec=call).SerializeToString()
    proposal = proposal_pb2.Proposal(
        header=common_pb2.Header(
            channel_header=header.SerializeToString(), signature_header=signature_header
        ).SerializeToString(),
        payload=proposal_pb2.ChaincodeProposalPayload(input=invocation).SerializeToString(),
    )
    return Proposal(channel, proposal.SerializeToString(), transaction)


def check_prepared(proposal: Proposal, chaincode: str, envelope: bytes) -> Answer:
    """What endorsers answered to our proposal, as the envelope holds it. Raises `NotOurs` where it holds anything else, and
    `Refused` where it cannot be read."""
    prepared, ours = Transaction.read(envelope), proposal.header
    if (prepared.header.channel_header, prepared.header.signature_header) != (
        ours.channel_header,
        ours.signature_header,
    ):
        raise NotOurs("the gateway prepared a transaction with another header than our proposal's")
    if prepared.action_header != ours.signature_header:
        raise NotOurs("the gateway prepared a transaction whose action is another submitter's")
    if prepared.proposal_payload != proposal_pb2.Proposal.FromString(proposal.raw).payload:
        raise NotOurs("the gateway prepared a transaction with other arguments than our proposal's")
    answer = Answer.read(prepared.answer)
    answer.check(ours.proposal_hash(prepared.proposal_payload), chaincode)
    return answer


def assemble(proposal: Proposal, answers: Sequence[bytes]) -> bytes:
    """The envelope of our proposal and endorsers' equal answers, ProposalResponses raw; not yet signed."""
    responses = [proposal_response_pb2.ProposalResponse.FromString(answer) for answer in answers]
    asked = proposal_pb2.Proposal.FromString(proposal.raw)
    endorsed = transaction_pb2.ChaincodeEndorsedAction(
        proposal_response_payload=responses[0].payload, endorsements=[each.endorsement for each in responses]
    )
    payload = transaction_pb2.ChaincodeActionPayload(chaincode_proposal_payload=asked.payload, action=endorsed)
    header = common_pb2.Header.FromString(asked.header)
    action = transaction_pb2.TransactionAction(header=header.signature_header, payload=payload.SerializeToString())
    data = transaction_pb2.Transaction(actions=[action]).SerializeToString()
    raw: bytes = common_pb2.Envelope(
        payload=common_pb2.Payload(header=header, data=data).SerializeToString()
    ).SerializeToString()
    return raw


async def seal(client: Client, envelope: bytes) -> bytes:
    """The envelope with the client's signature."""
    payload = common_pb2.Envelope.FromString(envelope).payload
    signed: bytes = common_pb2.Envelope(payload=payload, signature=await client.sign(payload)).SerializeToString()
    return signed
