"""Endorser service: simulates a proposal and signs the result."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fabric_protos.common import common_pb2
from fabric_protos.peer import chaincode_pb2, chaincode_shim_pb2, proposal_pb2, proposal_response_pb2

from carbonseal_devnet.fabric import rpc
from carbonseal_devnet.fabric.channel import Channel
from carbonseal_devnet.fabric.identity import Identity
from carbonseal_devnet.fabric.ledger import Ledger
from carbonseal_devnet.fabric.msp import Forbidden, certificate_of
from carbonseal_devnet.fabric.peer.runtime import Failed, Runtime
from carbonseal_devnet.fabric.peer.simulate import Simulator
from carbonseal_devnet.fabric.peer.system import Rejected, SystemChaincodes
from carbonseal_devnet.fabric.peer.validate import proposal_hash
from carbonseal_devnet.fabric.wire import Malformed, decode, transaction_id

ERROR, ERROR_THRESHOLD = 500, 400
SYSTEM_VERSION = "syscc"
Response = proposal_response_pb2.ProposalResponse


class Refused(Exception):
    """The proposal is invalid: the call fails with an error, and has no response."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A signed proposal, decoded."""

    signed: Any
    header: Any
    channel: Any
    creator: bytes
    nonce: bytes
    payload: bytes  # without transient data
    chaincode: str
    input: Any

    @classmethod
    def of(cls, signed: Any) -> Proposal:
        """Raises Refused."""
        try:
            proposal = decode(proposal_pb2.Proposal, signed.proposal_bytes)
            header = decode(common_pb2.Header, proposal.header)
            channel = decode(common_pb2.ChannelHeader, header.channel_header)
            signature = decode(common_pb2.SignatureHeader, header.signature_header)
            extension = decode(proposal_pb2.ChaincodeHeaderExtension, channel.extension)
            payload = decode(proposal_pb2.ChaincodeProposalPayload, proposal.payload)
            spec = decode(chaincode_pb2.ChaincodeInvocationSpec, payload.input).chaincode_spec
        except Malformed as error:
            raise Refused(f"error unmarshalling proposal: {error}") from error
        if not extension.chaincode_id.name:
            raise Refused("ChaincodeHeaderExtension.ChaincodeId.Name is empty")
        if not spec.HasField("input"):
            raise Refused("chaincode input did not contain any input")
        visible = proposal_pb2.ChaincodeProposalPayload(input=payload.input).SerializeToString()
        name = extension.chaincode_id.name
        return cls(signed, header, channel, signature.creator, signature.nonce, visible, name, spec.input)


class Endorser:
    """The endorser of one peer. `lies` is a fault: it signs something other than what the chaincode answered."""

    def __init__(self, identity: Identity, ledger: Ledger, channel: Callable[[], Channel], runtime: Runtime) -> None:
        self.identity, self.lies = identity, False
        self.ledger, self._channel, self._runtime = ledger, channel, runtime
        self._system = SystemChaincodes(ledger, channel)

    async def ProcessProposal(self, signed: Any, context: Any) -> Any:  # noqa: N802
        try:
            return await self.process(signed)
        except Refused as error:
            return await rpc.Failure(rpc.Status.UNKNOWN, str(error)).abort(context)

    async def process(self, signed: Any) -> Any:
        """A ProposalResponse. Raises Refused."""
        proposal = Proposal.of(signed)
        channel = self._channel()
        if proposal.channel.channel_id not in ("", channel.name):
            return _answer(ERROR, f"channel '{proposal.channel.channel_id}' not found")
        try:
            self._check(proposal, channel)
        except Refused as error:
            raise Refused(f"error validating proposal: {error}") from error
        if proposal.channel.channel_id:
            self._check_use(proposal, channel)
        try:
            return await self._endorse(proposal)
        except (Failed, Rejected) as error:
            return _answer(ERROR, str(error))

    def _check(self, proposal: Proposal, channel: Channel) -> None:
        if proposal.channel.type not in (common_pb2.ENDORSER_TRANSACTION, common_pb2.CONFIG):
            raise Refused(f"invalid header type {common_pb2.HeaderType.Name(proposal.channel.type)}")
        if proposal.channel.epoch:
            raise Refused("epoch is non-zero")
        if not proposal.nonce:
            raise Refused("nonce is empty")
        expected = transaction_id(proposal.nonce, proposal.creator)
        if proposal.channel.tx_id != expected:
            raise Refused(f"incorrectly computed txid '{proposal.channel.tx_id}' -- expected '{expected}'")
        try:
            member = channel.signer((proposal.creator, proposal.signed.proposal_bytes, proposal.signed.signature))
        except Forbidden as error:
            raise Refused(f"access denied: channel [{proposal.channel.channel_id}]: {error}") from error
        if certificate_of(member.certificate).not_valid_after_utc < datetime.datetime.now(datetime.UTC):
            raise Refused("proposal client identity expired")

    def _check_use(self, proposal: Proposal, channel: Channel) -> None:
        if self.ledger.knows(proposal.channel.tx_id):
            raise Refused(f"duplicate transaction found [{proposal.channel.tx_id}]. Creator [{proposal.creator.hex()}]")
        policy = "Readers" if proposal.chaincode in SystemChaincodes.NAMES else "Writers"
        try:
            signed = (proposal.creator, proposal.signed.proposal_bytes, proposal.signed.signature)
            channel.require(f"/Channel/Application/{policy}", [signed])
        except Forbidden as error:
            raise Refused(str(error)) from error

    async def _endorse(self, proposal: Proposal) -> Any:
        simulator = Simulator(self.ledger.state()) if proposal.channel.channel_id else None
        if proposal.chaincode in SystemChaincodes.NAMES:
            version, event = SYSTEM_VERSION, None
            payload = self._system.invoke(proposal.chaincode, list(proposal.input.args), simulator)
            response = proposal_response_pb2.Response(status=200, payload=payload)
            if proposal.chaincode in ("qscc", "cscc"):
                simulator = None
        else:
            version, response, event = await self._simulate(proposal, simulator)
        if self.lies:
            response.payload = bytes(byte ^ 1 for byte in response.payload) or b"a lie"
        results = simulator.results() if simulator else b""
        action = proposal_pb2.ChaincodeAction(
            results=results,
            events=event.SerializeToString() if event else b"",
            response=response,
            chaincode_id=chaincode_pb2.ChaincodeID(name=proposal.chaincode, version=version),
        )
        body = proposal_response_pb2.ProposalResponsePayload(
            proposal_hash=proposal_hash(proposal.header, proposal.payload), extension=action.SerializeToString()
        ).SerializeToString()
        if response.status >= ERROR:
            return Response(response=response, payload=body)
        if response.status >= ERROR_THRESHOLD or not proposal.channel.channel_id:
            return Response(response=response)
        endorser = self.identity.serialized
        endorsement = proposal_response_pb2.Endorsement(
            endorser=endorser, signature=self.identity.sign(body + endorser)
        )
        return Response(version=1, response=response, payload=body, endorsement=endorsement)

    async def _simulate(self, proposal: Proposal, simulator: Simulator | None) -> tuple[str, Any, Any]:
        found = simulator.definition(proposal.chaincode) if simulator else None
        if simulator is None or found is None:
            where = (
                f"chaincode {proposal.chaincode} has been successfully defined on channel {proposal.channel.channel_id}"
            )
            raise Failed(f"make sure the {where} and try again: chaincode {proposal.chaincode} not found")
        message = chaincode_shim_pb2.ChaincodeMessage(
            type=chaincode_shim_pb2.ChaincodeMessage.TRANSACTION,
            payload=proposal.input.SerializeToString(),
            txid=proposal.channel.tx_id,
            channel_id=proposal.channel.channel_id,
            proposal=proposal.signed,
        )
        message.timestamp.CopyFrom(proposal.channel.timestamp)
        try:
            response, event = await self._runtime.execute(proposal.chaincode, simulator, message)
        except Failed as error:
            raise Failed(f"error in simulation: {error}") from error
        return found.version, response, event if response.status < ERROR_THRESHOLD else None


def _answer(status: int, message: str) -> Any:
    return Response(response=proposal_response_pb2.Response(status=status, message=message))
