"""Organisations, a channel and transactions, without a network."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from fabric_protos.common import common_pb2
from fabric_protos.peer import chaincode_pb2, proposal_pb2, proposal_response_pb2

from carbonseal_devnet.fabric import client, wire
from carbonseal_devnet.fabric.channel import Channel
from carbonseal_devnet.fabric.genesis import Seat, Settings, genesis_block
from carbonseal_devnet.fabric.identity import Identity, Organisation
from carbonseal_devnet.fabric.peer import lifecycle
from carbonseal_devnet.fabric.peer.simulate import Simulator
from carbonseal_devnet.fabric.peer.validate import proposal_hash

CHAINCODE = "store"


@cache
def organisation(name: str) -> Organisation:
    """One for the whole session: Org1, Org2, Org3, Orderer."""
    domain = f"{name.lower()}.example"
    return Organisation(f"{name}MSP", domain, Path(tempfile.mkdtemp()) / domain)


def seats(bft: bool = False) -> list[Seat]:
    nodes = [organisation("Orderer").node(f"orderer{number}", "orderer") for number in range(4 if bft else 1)]
    return [Seat(node, "127.0.0.1", 7050 + number) for number, node in enumerate(nodes)]


@cache
def genesis(bft: bool = False) -> common_pb2.Block:
    peers = [(organisation(name), "127.0.0.1", 7051) for name in ("Org1", "Org2")]
    return genesis_block(Settings(bft=bft), peers, organisation("Orderer"), seats(bft))


def channel(bft: bool = False) -> Channel:
    return Channel.of_block(genesis(bft))


def peers(*names: str) -> list[Identity]:
    return [organisation(name).node("peer0").identity for name in names or ("Org1", "Org2")]


def defined() -> list[wire.Update]:
    """Updates of block 1 that define the chaincode."""
    made = lifecycle.Definition("1.0", 1).encode(CHAINCODE)
    return [wire.Update(lifecycle.NAMESPACE, key.encode(), value, wire.Version(1, 0)) for key, value in made.items()]


def transaction(
    simulator: Simulator,
    endorsers: list[Identity] | None = None,
    user: Identity | None = None,
    *,
    chaincode: str = CHAINCODE,
    change: Callable[[proposal_pb2.ChaincodeAction], object] = lambda action: None,
) -> tuple[bytes, str]:
    """An envelope around what was simulated, raw, and its id. `change` sees the ChaincodeAction before it is endorsed."""
    user = user or organisation("Org1").user("User1")
    identifier, signed = client.propose("carbonseal", chaincode, [b"x"], user)
    proposal = proposal_pb2.Proposal.FromString(signed.proposal_bytes)
    header = common_pb2.Header.FromString(proposal.header)
    action = proposal_pb2.ChaincodeAction(
        results=simulator.results(),
        response=proposal_response_pb2.Response(status=200),
        chaincode_id=chaincode_pb2.ChaincodeID(name=chaincode, version="1.0"),
    )
    change(action)
    body = proposal_response_pb2.ProposalResponsePayload(
        proposal_hash=proposal_hash(header, proposal.payload), extension=action.SerializeToString()
    ).SerializeToString()
    answers = [
        proposal_response_pb2.ProposalResponse(
            payload=body,
            endorsement=proposal_response_pb2.Endorsement(
                endorser=each.serialized, signature=each.sign(body + each.serialized)
            ),
        )
        for each in (peers() if endorsers is None else endorsers)
    ]
    if not answers:
        answers = [proposal_response_pb2.ProposalResponse(payload=body)]
    return client.sign(client.assemble(signed, answers), user), identifier
