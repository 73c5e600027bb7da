"""A gateway that prepares another transaction than the one that was proposed: nothing of it is signed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fabric_protos.common import common_pb2
from fabric_protos.gateway import gateway_pb2
from fabric_protos.peer import proposal_pb2, transaction_pb2

from carbonseal.findings import Refused
from carbonseal_adapters.fabric.sending.proposals import NotOurs, Proposal, check_prepared
from carbonseal_devnet.fabric.embedded.network import Network
from tests.devnet.fabric.calls import on
from tests.devnet.fabric.clients import TIMEOUT, Client


async def prepared(client: Client, *arguments: str) -> tuple[Proposal, bytes]:
    """A proposal, and the transaction that an honest gateway prepares of it."""
    identifier, signed = client.propose(*arguments)
    channel = client.network.channel
    request = gateway_pb2.EndorseRequest(transaction_id=identifier, channel_id=channel, proposed_transaction=signed)
    answer = await client.gateway.Endorse(request, timeout=TIMEOUT)
    return Proposal(channel, signed.proposal_bytes, identifier), answer.prepared_transaction.SerializeToString()


def changed(envelope: bytes, change: Callable[[Any], object]) -> bytes:
    """With a change in the one action of its transaction."""
    made = common_pb2.Envelope.FromString(envelope)
    payload = common_pb2.Payload.FromString(made.payload)
    transaction = transaction_pb2.Transaction.FromString(payload.data)
    change(transaction.actions[0])
    payload.data = transaction.SerializeToString()
    made.payload = payload.SerializeToString()
    return bytes(made.SerializeToString())


def other_submitter(action: Any) -> None:
    action.header = common_pb2.SignatureHeader(creator=b"somebody", nonce=b"\1" * 24).SerializeToString()


def other_arguments(action: Any) -> None:
    body = transaction_pb2.ChaincodeActionPayload.FromString(action.payload)
    body.chaincode_proposal_payload = proposal_pb2.ChaincodeProposalPayload(input=b"\n\0").SerializeToString()
    action.payload = body.SerializeToString()


def test_only_what_was_proposed_is_signed(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        proposal, envelope = await prepared(client, "put", "a", "1")
        _, other = await prepared(client, "put", "a", "2")
        answer = check_prepared(proposal, network.chaincode, envelope)
        assert answer.written(network.chaincode) == ("a", b"1")
        for wrong, what in (
            (other, "another header"),
            (changed(envelope, other_submitter), "another submitter's"),
            (changed(envelope, other_arguments), "other arguments"),
        ):
            with pytest.raises(NotOurs, match=what):
                check_prepared(proposal, network.chaincode, wrong)
        with pytest.raises(Refused):
            check_prepared(proposal, "another-chaincode", envelope)
        with pytest.raises(Refused):
            check_prepared(proposal, network.chaincode, b"\xff")

    on(tmp_path, work)
