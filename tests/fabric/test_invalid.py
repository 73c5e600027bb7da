"""Transactions that are malformed in one place, ordered as they are: the network's peers, embedded or Fabric's own, come to the
same validation codes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from fabric_protos.common import common_pb2
from fabric_protos.peer import chaincode_pb2, proposal_pb2, proposal_response_pb2, transaction_pb2

from carbonseal.ledger import Attempt
from carbonseal_adapters.fabric.sending.ledger import FabricLedger
from carbonseal_adapters.fabric.sending.peers import validation
from carbonseal_devnet.fabric import client
from carbonseal_devnet.fabric.network import FabricNetwork
from carbonseal_devnet.fabric.peer.validate import proposal_hash
from tests.fabric import networks

GARBAGE = b"\xff\xff\xff"
Forged = tuple[str, bytes]  # a transaction's id, and its envelope


class Parts:
    """The parts of a transaction, to be changed before they are put together."""

    def __init__(self, network: FabricNetwork) -> None:
        self.network = network
        self.user = network.organisations["Org1MSP"].user("User1")
        self.id, self.signed = client.propose(network.channel, network.chaincode, [b"x"], self.user)
        self.proposal = proposal_pb2.Proposal.FromString(self.signed.proposal_bytes)
        named = chaincode_pb2.ChaincodeID(name=network.chaincode, version="1")
        done = proposal_response_pb2.Response(status=200)
        self.action = proposal_pb2.ChaincodeAction(results=b"\x08\x00", response=done, chaincode_id=named)
        header = common_pb2.Header.FromString(self.proposal.header)
        self.hash = proposal_hash(header, self.proposal.payload)
        self.extension: bytes | None = None  # in place of the action
        self.body: bytes | None = None  # in place of what endorsers sign

    def envelope(self) -> bytes:
        """Endorsed by both organisations' peers."""
        extension = self.action.SerializeToString() if self.extension is None else self.extension
        response = proposal_response_pb2.ProposalResponsePayload(proposal_hash=self.hash, extension=extension)
        body = response.SerializeToString() if self.body is None else self.body
        peers = [self.network.organisations[each].node("peer0").identity for each in self.network.msp_ids]
        endorsements = [
            proposal_response_pb2.Endorsement(endorser=each.serialized, signature=each.sign(body + each.serialized))
            for each in peers
        ]
        answers = [proposal_response_pb2.ProposalResponse(payload=body, endorsement=each) for each in endorsements]
        return client.sign(client.assemble(self.signed, answers), self.user)


def garbage_transaction(parts: Parts) -> bytes:
    return rewritten(parts, lambda payload: setattr(payload, "data", GARBAGE))


def garbage_action_payload(parts: Parts) -> bytes:
    def change(payload: common_pb2.Payload) -> None:
        transaction = transaction_pb2.Transaction.FromString(payload.data)
        transaction.actions[0].payload = GARBAGE
        payload.data = transaction.SerializeToString()

    return rewritten(parts, change)


def rewritten(parts: Parts, change: Callable[[common_pb2.Payload], None]) -> bytes:
    envelope = common_pb2.Envelope.FromString(parts.envelope())
    payload = common_pb2.Payload.FromString(envelope.payload)
    change(payload)
    return client.sign(common_pb2.Envelope(payload=payload.SerializeToString()), parts.user)


def changed(**members: bytes) -> Callable[[Parts], bytes]:
    def forge(parts: Parts) -> bytes:
        for name, value in members.items():
            setattr(parts, name, value)
        return parts.envelope()

    return forge


def acting(change: Callable[[proposal_pb2.ChaincodeAction], object]) -> Callable[[Parts], bytes]:
    def forge(parts: Parts) -> bytes:
        change(parts.action)
        return parts.envelope()

    return forge


CASES: Mapping[str, tuple[Callable[[Parts], bytes], str]] = {
    "as it should be": (changed(), "VALID"),
    "a transaction that cannot be read": (garbage_transaction, "INVALID_ENDORSER_TRANSACTION"),
    "an action's payload that cannot be read": (garbage_action_payload, "INVALID_ENDORSER_TRANSACTION"),
    "an answer that cannot be read": (changed(body=GARBAGE), "INVALID_ENDORSER_TRANSACTION"),
    "no answer": (changed(body=b""), "INVALID_ENDORSER_TRANSACTION"),
    "an answer to another proposal": (changed(hash=bytes(32)), "INVALID_ENDORSER_TRANSACTION"),
    "no extension": (changed(extension=b""), "BAD_RESPONSE_PAYLOAD"),
    "an extension that cannot be read": (changed(extension=GARBAGE), "BAD_RESPONSE_PAYLOAD"),
    "results that cannot be read": (acting(lambda action: setattr(action, "results", GARBAGE)), "BAD_RWSET"),
    "no results": (acting(lambda action: action.ClearField("results")), "VALID"),
    "no chaincode": (acting(lambda action: action.ClearField("chaincode_id")), "INVALID_OTHER_REASON"),
    "no version": (acting(lambda action: action.chaincode_id.ClearField("version")), "INVALID_CHAINCODE"),
    "another version": (acting(lambda action: setattr(action.chaincode_id, "version", "9")), "VALID"),
    "another chaincode": (acting(lambda action: setattr(action.chaincode_id, "name", "x")), "INVALID_CHAINCODE"),
}


async def fate(network: FabricNetwork, ledger: FabricLedger, parts: Parts, envelope: bytes) -> str:
    """The name of the code that one's own peer gives the transaction."""
    await networks.submit(network, ledger, Attempt(networks.anchor(1).statement, parts.id, "", envelope))
    return validation(await networks.until(lambda: ledger._channel.validation_code(parts.id)))


def test_peers_come_to_these_codes(carbonseal_fabric: FabricNetwork) -> None:
    """Code 0 for those that nothing is wrong with, though they write nothing."""
    network, found = carbonseal_fabric, {}

    async def run() -> None:
        async with networks.connected(network) as ledger:
            for name, (forge, _) in CASES.items():
                parts = Parts(network)
                found[name] = await fate(network, ledger, parts, forge(parts))

    asyncio.run(run())
    assert found == {name: expected for name, (_, expected) in CASES.items()}
