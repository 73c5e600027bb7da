"""A plain Gateway client: stubs and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fabric_protos.common import common_pb2
from fabric_protos.gateway import gateway_pb2, gateway_pb2_grpc
from fabric_protos.peer import peer_pb2_grpc, transaction_pb2
from fabric_protos.peer.proposal_pb2 import SignedProposal
from fabric_protos.peer.proposal_response_pb2 import ProposalResponse
from grpc.aio import Channel

from carbonseal_devnet.fabric import client, rpc
from carbonseal_devnet.fabric.embedded.network import Network
from carbonseal_devnet.fabric.identity import Identity

TIMEOUT = 20


def code(name: str) -> int:
    return int(transaction_pb2.TxValidationCode.Value(name))


class Client:
    def __init__(self, network: Network, connection: Channel, user: Identity, msp_id: str) -> None:
        self.network, self.user, self.msp_id = network, user, msp_id
        self.gateway = gateway_pb2_grpc.GatewayStub(connection)
        self.endorser = peer_pb2_grpc.EndorserStub(connection)

    def propose(
        self, *args: str | bytes, chaincode: str | None = None, channel: str | None = None
    ) -> tuple[str, SignedProposal]:
        encoded = [each if isinstance(each, bytes) else each.encode() for each in args]
        chaincode = self.network.chaincode if chaincode is None else chaincode
        return client.propose(channel or self.network.channel, chaincode, encoded, self.user)

    async def ask(self, *args: str, chaincode: str | None = None, channel: str | None = None) -> ProposalResponse:
        """A peer's own answer, signed."""
        _, proposal = self.propose(*args, chaincode=chaincode, channel=channel)
        return await self.endorser.ProcessProposal(proposal, timeout=TIMEOUT)

    async def evaluate(self, *args: str | bytes, chaincode: str | None = None) -> bytes:
        _, proposal = self.propose(*args, chaincode=chaincode)
        request = gateway_pb2.EvaluateRequest(proposed_transaction=proposal)
        return bytes((await self.gateway.Evaluate(request, timeout=TIMEOUT)).result.payload)

    async def endorse(self, *args: str, organisations: Sequence[str] = ()) -> tuple[str, common_pb2.Envelope]:
        """A transaction's id, and the signed envelope."""
        identifier, proposal = self.propose(*args)
        request = gateway_pb2.EndorseRequest(
            transaction_id=identifier,
            channel_id=self.network.channel,
            proposed_transaction=proposal,
            endorsing_organizations=organisations,
        )
        answer = await self.gateway.Endorse(request, timeout=TIMEOUT)
        return identifier, common_pb2.Envelope.FromString(client.sign(answer.prepared_transaction, self.user))

    async def submit(self, identifier: str, envelope: common_pb2.Envelope) -> None:
        request = gateway_pb2.SubmitRequest(
            transaction_id=identifier, channel_id=self.network.channel, prepared_transaction=envelope
        )
        await self.gateway.Submit(request, timeout=TIMEOUT)

    async def status(self, identifier: str) -> tuple[int, int]:
        """Validation code and block number."""
        raw = gateway_pb2.CommitStatusRequest(
            transaction_id=identifier, channel_id=self.network.channel, identity=self.user.serialized
        ).SerializeToString()
        request = gateway_pb2.SignedCommitStatusRequest(request=raw, signature=self.user.sign(raw))
        answer = await self.gateway.CommitStatus(request, timeout=TIMEOUT)
        return answer.result, answer.block_number

    async def invoke(self, *args: str, organisations: Sequence[str] = ()) -> tuple[int, int]:
        identifier, envelope = await self.endorse(*args, organisations=organisations)
        await self.submit(identifier, envelope)
        return await self.status(identifier)


@asynccontextmanager
async def connected(
    network: Network, msp_id: str = "Org1MSP", user: str = "User1", identity: Identity | None = None
) -> AsyncIterator[Client]:
    async with rpc.connect(network.endpoint(msp_id), network.tls_ca(msp_id).read_bytes()) as connection:
        yield Client(network, connection, identity or network.organisations[msp_id].user(user), msp_id)
