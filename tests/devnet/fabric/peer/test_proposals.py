"""What an embedded peer says to proposals and requests in another form than clients make them, as Fabric's own peers do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from fabric_protos.common import common_pb2
from fabric_protos.gateway import gateway_pb2
from fabric_protos.peer import chaincode_pb2, proposal_pb2

from carbonseal_devnet.fabric.embedded.network import Network
from tests.devnet.fabric.calls import on, refused
from tests.devnet.fabric.clients import TIMEOUT, Client

Parts = dict[str, Any]


def changed(client: Client, change: Callable[[Parts], object]) -> Any:
    """A proposal, signed after a change in one of its parts."""
    _, signed = client.propose("put", "a", "1")
    proposal = proposal_pb2.Proposal.FromString(signed.proposal_bytes)
    header = common_pb2.Header.FromString(proposal.header)
    parts: Parts = {
        "channel": common_pb2.ChannelHeader.FromString(header.channel_header),
        "signature": common_pb2.SignatureHeader.FromString(header.signature_header),
        "payload": proposal_pb2.ChaincodeProposalPayload.FromString(proposal.payload),
    }
    change(parts)
    header.channel_header = parts["channel"].SerializeToString()
    header.signature_header = parts["signature"].SerializeToString()
    proposal.header, proposal.payload = header.SerializeToString(), parts["payload"].SerializeToString()
    raw = proposal.SerializeToString()
    return proposal_pb2.SignedProposal(proposal_bytes=raw, signature=client.user.sign(raw))


def field(part: str, name: str, value: Any) -> Callable[[Parts], object]:
    return lambda parts: setattr(parts[part], name, value)


NOBODY = proposal_pb2.ChaincodeHeaderExtension().SerializeToString()
NOTHING = chaincode_pb2.ChaincodeInvocationSpec(chaincode_spec=chaincode_pb2.ChaincodeSpec()).SerializeToString()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (field("channel", "type", common_pb2.MESSAGE), "invalid header type MESSAGE"),
        (field("channel", "epoch", 1), "epoch is non-zero"),
        (field("signature", "nonce", b""), "nonce is empty"),
        (field("channel", "tx_id", "00"), "incorrectly computed txid"),
        (field("channel", "extension", NOBODY), "Name is empty"),
        (field("channel", "extension", b"\xff"), "error unmarshalling proposal"),
        (field("payload", "input", NOTHING), "did not contain any input"),
    ],
)
def test_a_proposal_in_another_form(change: Callable[[Parts], object], words: str, tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        async with refused(grpc.StatusCode.UNKNOWN, saying=words):
            await client.endorser.ProcessProposal(changed(client, change), timeout=TIMEOUT)

    on(tmp_path, work)


def test_a_proposal_that_was_committed_is_no_new_one(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        identifier, proposal = client.propose("put", "a", "1")
        request = gateway_pb2.EndorseRequest(
            transaction_id=identifier, channel_id=network.channel, proposed_transaction=proposal
        )
        answer = await client.gateway.Endorse(request, timeout=TIMEOUT)
        envelope = answer.prepared_transaction
        envelope.signature = client.user.sign(envelope.payload)
        await client.submit(identifier, envelope)
        await client.status(identifier)
        async with refused(grpc.StatusCode.UNKNOWN, saying="duplicate transaction found"):
            await client.endorser.ProcessProposal(proposal, timeout=TIMEOUT)

    on(tmp_path, work)


def test_requests_to_a_gateway_that_lack_something(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        invalid, gateway = grpc.StatusCode.INVALID_ARGUMENT, client.gateway
        async with refused(invalid, saying="a signed proposal is required"):
            await gateway.Evaluate(gateway_pb2.EvaluateRequest(), timeout=TIMEOUT)
        torn = proposal_pb2.SignedProposal(proposal_bytes=b"\xff")
        async with refused(invalid, saying="failed to unpack transaction proposal"):
            await gateway.Endorse(gateway_pb2.EndorseRequest(proposed_transaction=torn), timeout=TIMEOUT)
        async with refused(invalid, saying="a prepared transaction is required"):
            await gateway.Submit(gateway_pb2.SubmitRequest(), timeout=TIMEOUT)
        unsigned = gateway_pb2.SubmitRequest(prepared_transaction=common_pb2.Envelope(payload=b"x"))
        async with refused(invalid, saying="prepared transaction must be signed"):
            await gateway.Submit(unsigned, timeout=TIMEOUT)
        elsewhere = gateway_pb2.CommitStatusRequest(channel_id="elsewhere").SerializeToString()
        async with refused(grpc.StatusCode.NOT_FOUND, saying="channel elsewhere does not exist"):
            await gateway.CommitStatus(gateway_pb2.SignedCommitStatusRequest(request=elsewhere), timeout=TIMEOUT)

    on(tmp_path, work)
