"""Peers, orderers and chaincodes that are down, late or lying."""

from __future__ import annotations

import asyncio
from pathlib import Path

import grpc
from fabric_protos.common import common_pb2
from grpc.aio import AioRpcError

from carbonseal_devnet.fabric import wire
from carbonseal_devnet.fabric.embedded.network import Network
from tests.devnet.fabric.calls import MVCC, VALID, details, on, refused
from tests.devnet.fabric.clients import Client, connected


def test_a_peer_is_down_and_comes_back(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        await network.peers["Org2MSP"].stop()
        async with refused(grpc.StatusCode.ABORTED, saying="failed to collect enough") as caught:
            await client.endorse("put", "a", "1")
        assert "Org2MSP" in details(caught.value)
        await network.peers["Org2MSP"].start()
        assert (await client.invoke("put", "a", "1"))[0] == VALID
        await network.peers["Org1MSP"].stop()
        async with refused(grpc.StatusCode.UNAVAILABLE):
            await client.evaluate("get", "a")
        async with connected(network, "Org2MSP") as other:
            await other.evaluate("get", "a")
        await network.peers["Org1MSP"].start()

    on(tmp_path, work)


def test_a_peer_that_was_down_catches_up(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        ready = [await client.endorse("put", str(number), "x") for number in range(3)]
        await network.peers["Org2MSP"].stop()
        for each in ready:
            await client.submit(*each)
            assert (await client.status(each[0]))[0] == VALID
        assert await network.height("Org2MSP") == 2
        await network.peers["Org2MSP"].start()
        await network.synced()
        assert await network.block(4) == await network.block(4, "Org2MSP")

    on(tmp_path, work)


def test_the_chaincode_is_down_and_comes_back(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        await network.services["Org1MSP"].stop()
        async with refused(grpc.StatusCode.ABORTED, saying="see attached details"):
            await client.endorse("put", "a", "1")
        async with connected(network, "Org2MSP") as other:
            await other.evaluate("get", "a")
        await network.services["Org1MSP"].start()
        assert (await client.invoke("put", "a", "1"))[0] == VALID

    on(tmp_path, work)


def test_the_orderer_is_down_and_the_kept_envelope_succeeds_later(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        kept = await client.endorse("put", "a", "1")
        await network.orderers[0].stop()
        async with refused(grpc.StatusCode.UNAVAILABLE, saying="no orderers could"):
            await client.submit(*kept)
        await network.orderers[0].start()
        while True:
            try:
                await client.submit(*kept)
                break
            except AioRpcError as error:
                assert error.code() == grpc.StatusCode.UNAVAILABLE
        assert (await client.status(kept[0]))[0] == VALID

    on(tmp_path, work)


def test_bft_goes_on_with_three_of_four_and_stops_with_two(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        await network.orderers[0].stop()
        assert (await client.invoke("put", "a", "1"))[0] == VALID
        block = common_pb2.Block.FromString(await network.block(2))
        signatures = common_pb2.Metadata.FromString(block.metadata.metadata[wire.SIGNATURES]).signatures
        named = [common_pb2.IdentifierHeader.FromString(each.identifier_header).identifier for each in signatures]
        assert named == [2, 3, 4]
        kept = await client.endorse("put", "b", "1")
        await network.orderers[1].stop()
        async with refused(grpc.StatusCode.UNAVAILABLE):
            await client.submit(*kept)
        await network.orderers[0].start()
        assert network.orderers[0].ledger.raw(2) == network.orderers[3].ledger.raw(2)
        await client.submit(*kept)
        assert (await client.status(kept[0]))[0] == VALID

    on(tmp_path, work, bft=True)


def test_a_held_peer_commits_late(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        await network.hold("Org1MSP")
        identifier, envelope = await client.endorse("put", "a", "1")
        await client.submit(identifier, envelope)
        waiting = asyncio.create_task(client.status(identifier))
        async with connected(network, "Org2MSP") as other:
            assert (await other.status(identifier))[0] == VALID
        assert await client.evaluate("get", "a") == b""
        assert not waiting.done()
        await network.release("Org1MSP")
        assert await waiting == (VALID, 2)

    on(tmp_path, work)


def test_a_lying_peer_is_found_out(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        network.peers["Org2MSP"].endorser.lies = True
        async with refused(grpc.StatusCode.ABORTED) as caught:
            await client.endorse("put", "a", "1")
        assert "do not match" in details(caught.value)
        network.peers["Org2MSP"].endorser.lies = False
        await client.invoke("put", "a", "truth")
        honest = await client.ask("get", "a")
        async with connected(network, "Org2MSP") as other:
            network.peers["Org2MSP"].endorser.lies = True
            lie = await other.ask("get", "a")
        assert honest.response.payload == b"truth" != lie.response.payload
        channel = network.ordering.channel
        for answer in (honest, lie):
            endorsement = answer.endorsement
            channel.signer((endorsement.endorser, answer.payload + endorsement.endorser, endorsement.signature))

    on(tmp_path, work)


def test_an_overwritten_filter_byte_breaks_no_signature(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        number = (await client.invoke("put", "a", "1"))[1]
        await network.overwrite_filter("Org1MSP", number, 0, MVCC)
        answer = await client.ask("GetBlockByNumber", network.channel, str(number), chaincode="qscc")
        block = common_pb2.Block.FromString(answer.response.payload)
        assert block.metadata.metadata[wire.FILTER] == bytes([MVCC])
        network.ordering.channel.check_block(block)
        assert (
            common_pb2.Block.FromString(await network.block(number, "Org2MSP")).metadata.metadata[wire.FILTER] == b"\0"
        )

    on(tmp_path, work)
