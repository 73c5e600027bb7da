"""The chaincode service, asked as a peer asks it: many calls at once on one stream, questions, errors, events, TLS."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from pathlib import Path

import grpc
import pytest
from fabric_protos.common import common_pb2
from fabric_protos.peer import chaincode_pb2, chaincode_shim_pb2, proposal_pb2, proposal_response_pb2
from fabric_protos.peer.chaincode_shim_pb2_grpc import ChaincodeStub

from carbonseal_adapters.fabric.chaincode.registry import Declined
from carbonseal_adapters.fabric.chaincode.shim import PeerCall, serving
from carbonseal_devnet.fabric.identity import Organisation

Message = chaincode_shim_pb2.ChaincodeMessage


async def answer(call: PeerCall) -> bytes:
    """Reads a key for each argument, in turn, and gives what it read; or does what its first argument names."""
    match call.arguments:
        case [b"decline"]:
            raise Declined(418, "no coffee")
        case [b"break"]:
            raise ZeroDivisionError
        case [b"tell", payload]:
            call.announce("news", payload)
            return b""
        case keys:
            return b" ".join([await call.get(key.decode()) for key in keys])


def transaction(number: int, *arguments: bytes, kind: int = Message.TRANSACTION) -> chaincode_shim_pb2.ChaincodeMessage:
    header = common_pb2.Header(
        channel_header=common_pb2.ChannelHeader(channel_id="anchors").SerializeToString(),
        signature_header=common_pb2.SignatureHeader(creator=b"somebody").SerializeToString(),
    )
    proposal = proposal_pb2.Proposal(header=header.SerializeToString()).SerializeToString()
    asked = chaincode_pb2.ChaincodeInput(args=arguments).SerializeToString()
    signed = proposal_pb2.SignedProposal(proposal_bytes=proposal)
    return Message(type=kind, txid=f"tx{number}", channel_id="anchors", payload=asked, proposal=signed)


async def converse(
    calls: list[chaincode_shim_pb2.ChaincodeMessage],
    credentials: grpc.ServerCredentials | None = None,
    channel: Callable[[str], grpc.aio.Channel] = grpc.aio.insecure_channel,
    refuse: Collection[str] = (),
) -> tuple[list[proposal_response_pb2.Response], dict[str, chaincode_shim_pb2.ChaincodeMessage]]:
    """Do what a peer does: all `calls` at once, and the value of a key is the key in capitals. What came, by transaction."""
    done: dict[str, chaincode_shim_pb2.ChaincodeMessage] = {}
    async with (
        serving("127.0.0.1:0", "carbonseal_1:00", answer, credentials) as port,
        channel(f"127.0.0.1:{port}") as wire,
    ):
        stream = ChaincodeStub(wire).Connect()
        registered = await stream.read()
        assert registered.type == Message.REGISTER
        assert chaincode_pb2.ChaincodeID.FromString(registered.payload).name == "carbonseal_1:00"
        await stream.write(Message(type=Message.REGISTERED))
        await stream.write(Message(type=Message.READY))
        for call in calls:
            await stream.write(call)
        while len(done) < len(calls):
            message = await stream.read()
            if message.type == Message.COMPLETED:
                done[message.txid] = message
                continue
            key = chaincode_shim_pb2.GetState.FromString(message.payload).key
            reply = Message(type=Message.RESPONSE, payload=key.upper().encode())
            if key in refuse:
                reply = Message(type=Message.ERROR, payload=b"the ledger is shut")
            reply.txid, reply.channel_id = message.txid, message.channel_id
            await stream.write(reply)
        await stream.done_writing()
    return [proposal_response_pb2.Response.FromString(done[call.txid].payload) for call in calls], done


def test_two_hundred_calls_at_once_each_with_three_questions() -> None:
    calls = [transaction(number, *(f"key{number}-{each}".encode() for each in range(3))) for number in range(200)]
    found, _ = asyncio.run(converse(calls))
    assert [each.status for each in found] == [200] * 200
    assert found[7].payload == b"KEY7-0 KEY7-1 KEY7-2"


def test_declined_broken_announced_and_unreadable() -> None:
    unreadable = transaction(4)
    unreadable.payload = b"\xff"
    calls = [transaction(1, b"decline"), transaction(2, b"break"), transaction(3, b"tell", b"news"), unreadable]
    found, done = asyncio.run(converse([*calls, transaction(5, b"shut"), transaction(6, b"a")], refuse={"shut"}))
    assert [each.status for each in found] == [418, 500, 200, 400, 500, 200]
    assert found[0].message == "no coffee"
    assert "ZeroDivision" not in found[1].message
    assert (done["tx3"].chaincode_event.event_name, done["tx3"].chaincode_event.payload) == ("news", b"news")
    assert found[4].message == "the peer does not answer: the ledger is shut"


def test_over_tls(tmp_path: Path) -> None:
    organisation = Organisation("Org1MSP", "org1.example", tmp_path)
    pair = organisation.node("peer0").tls()
    credentials = grpc.ssl_server_credentials([pair])

    def channel(address: str) -> grpc.aio.Channel:
        return grpc.aio.secure_channel(address, grpc.ssl_channel_credentials(organisation.tls_ca.pem))

    found, _ = asyncio.run(converse([transaction(1, b"a")], credentials, channel))
    assert found[0].payload == b"A"


def test_an_address_that_is_taken() -> None:
    async def run() -> None:
        async with serving("127.0.0.1:0", "x", answer) as port:
            with pytest.raises(RuntimeError):
                async with serving(f"127.0.0.1:{port}", "x", answer):
                    pass

    asyncio.run(run())
