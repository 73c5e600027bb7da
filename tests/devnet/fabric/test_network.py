"""The embedded network, seen by a plain client."""

from __future__ import annotations

import asyncio
from pathlib import Path

import grpc
import pytest
from fabric_protos.common import common_pb2, ledger_pb2
from fabric_protos.gateway import gateway_pb2
from fabric_protos.peer import proposal_pb2, proposal_response_pb2, transaction_pb2
from grpc.aio import AioRpcError

from carbonseal_devnet.fabric import rpc, wire
from carbonseal_devnet.fabric.embedded.blocking import in_thread
from carbonseal_devnet.fabric.embedded.network import Network
from carbonseal_devnet.fabric.identity import Identity
from tests.devnet.fabric.calls import DUPLICATE, MVCC, VALID, details, on, refused
from tests.devnet.fabric.clients import Client, code, connected
from tests.devnet.fabric.tiny import dial, nothing
from tests.repository.sources import REPOSITORY


def ordering_metadata(raw: bytes) -> bytes:
    """What orderers sign beside a block's header."""
    block = common_pb2.Block.FromString(raw)
    assert len(block.metadata.metadata) == 5
    return bytes(common_pb2.Metadata.FromString(block.metadata.metadata[wire.SIGNATURES]).value)


@pytest.mark.parametrize("bft", [False, True])
def test_transactions_are_committed_everywhere_and_outlive_a_restart(tmp_path: Path, bft: bool) -> None:
    async def first(network: Network, client: Client) -> str:
        assert await client.invoke("put", "a", "1") == (VALID, 2)
        assert await client.evaluate("get", "a") == b"1"
        await network.synced()
        for number in range(3):
            assert await network.block(number) == await network.block(number, "Org2MSP")
        recorded = REPOSITORY / "tests" / "vectors" / "fabric" / ("3.1-bft" if bft else "2.5-raft") / "2.block"
        assert ordering_metadata(await network.block(2)) == ordering_metadata(recorded.read_bytes())
        return network.ledger

    async def second(network: Network, client: Client) -> str:
        assert await client.evaluate("get", "a") == b"1"
        assert await client.invoke("put", "a", "2") == (VALID, 3)
        assert await client.evaluate("get", "a") == b"2"
        return network.ledger

    assert on(tmp_path, first, bft=bft) == on(tmp_path, second, bft=bft, msp_id="Org2MSP")


def test_a_directory_keeps_its_kind(tmp_path: Path) -> None:
    async def idle(network: Network, client: Client) -> None:
        pass

    on(tmp_path, idle)
    with pytest.raises(ValueError, match="another kind"):
        on(tmp_path, idle, bft=True)


def test_reads_never_see_own_writes_and_deleting_deletes(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        answer = await client.ask("put", "a", "1")
        assert answer.response.payload == b""
        await client.invoke("put", "a", "1")
        await client.invoke("delete", "a")
        assert await client.evaluate("get", "a") == b""
        await client.invoke("put", "a", "")
        assert await client.evaluate("get", "a") == b""

    on(tmp_path, work)


def test_ranges_of_several_pages(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        await client.invoke("many", "k", "250")
        keys = (await client.evaluate("count", "k", "l")).decode().split(",")
        assert keys == [f"k{number:04}" for number in range(250)]
        assert (await client.invoke("count", "k", "l", "sum"))[0] == VALID
        assert await client.evaluate("get", "sum") == b"250"

    on(tmp_path, work)


def test_of_racing_transactions_in_one_block_one_is_valid(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        ready = [await client.endorse("add", "a", str(number)) for number in range(10)]
        await asyncio.gather(*(client.submit(*each) for each in ready))
        codes = [await client.status(identifier) for identifier, _ in ready]
        assert sorted(each for each, _ in codes) == [VALID] + [MVCC] * 9
        assert len({block for _, block in codes}) == 1
        assert len(await client.evaluate("get", "a")) == 1

    on(tmp_path, work, batch_count=10, batch_timeout=1000)


def test_a_key_that_came_into_a_range_is_a_phantom(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        counting = await client.endorse("count", "k", "l", "sum")
        await client.invoke("put", "k1", "x")
        await client.submit(*counting)
        assert (await client.status(counting[0]))[0] == code("PHANTOM_READ_CONFLICT")

    on(tmp_path, work)


@pytest.mark.parametrize("bft", [False, True])
def test_the_same_envelope_never_commits_twice(tmp_path: Path, bft: bool) -> None:
    async def work(network: Network, client: Client) -> None:
        identifier, envelope = await client.endorse("add", "a", "1")
        network.ordering.duplicating = True
        await client.submit(identifier, envelope)
        assert await client.status(identifier) == (VALID, 2)
        network.ordering.duplicating = False
        await client.submit(identifier, envelope)
        await client.invoke("put", "b", "1")
        assert await client.status(identifier) == (VALID, 2)
        assert await client.evaluate("get", "a") == b"1"
        blocks = [common_pb2.Block.FromString(await network.block(number)) for number in (2, 3, 4)]
        codes = b"".join(block.metadata.metadata[wire.FILTER] for block in blocks)
        assert codes == bytes([VALID, DUPLICATE, DUPLICATE])

    on(tmp_path, work, bft=bft)


def test_what_chaincodes_answer_other_than_success(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        missing = await client.ask("missing")
        assert (missing.response.status, missing.payload, missing.HasField("endorsement")) == (404, b"", False)
        broken = await client.ask("broken")
        assert broken.response.status == 500
        assert broken.payload
        assert not broken.HasField("endorsement")
        async with refused(grpc.StatusCode.UNKNOWN, saying="chaincode response 404, missing"):
            await client.evaluate("missing")
        async with refused(grpc.StatusCode.ABORTED, saying="see attached details") as caught:
            await client.endorse("missing")
        assert "chaincode response 404, missing" in details(caught.value)
        async with refused(grpc.StatusCode.ABORTED, saying="private data are not offered"):
            await client.evaluate("private", "x")
        unknown = await client.ask("get", "a", chaincode="other")
        assert unknown.response.status == 500
        assert "other not found" in unknown.response.message
        elsewhere = await client.ask("get", "a", channel="elsewhere")
        assert elsewhere.response.message == "channel 'elsewhere' not found"

    on(tmp_path, work)


def test_who_may_not(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        stranger = network.organisations["Org2MSP"].user("User1")
        false = Identity("Org1MSP", stranger.certificate, stranger.key)
        async with connected(network, identity=false) as client:
            async with refused(grpc.StatusCode.UNKNOWN, saying="access denied"):
                await client.ask("get", "a")
            async with refused(grpc.StatusCode.FAILED_PRECONDITION, saying="access denied"):
                await client.evaluate("get", "a")
            async with refused(grpc.StatusCode.PERMISSION_DENIED):
                await client.status("00")
        orderer = network.orderers[0].node.identity
        denied = refused(grpc.StatusCode.UNKNOWN, saying="/Channel/Application/Writers")
        async with connected(network, identity=orderer) as client, denied:
            await client.ask("get", "a")

    on(tmp_path, work)


def test_requests_that_are_none(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        async with refused(grpc.StatusCode.INVALID_ARGUMENT):
            await client.gateway.Evaluate(gateway_pb2.EvaluateRequest())
        async with refused(grpc.StatusCode.INVALID_ARGUMENT):
            await client.gateway.Endorse(gateway_pb2.EndorseRequest())
        async with refused(grpc.StatusCode.INVALID_ARGUMENT):
            await client.gateway.Submit(gateway_pb2.SubmitRequest())
        async with refused(grpc.StatusCode.INVALID_ARGUMENT):
            await client.gateway.CommitStatus(gateway_pb2.SignedCommitStatusRequest(request=b"\xff"))
        identifier, envelope = await client.endorse("put", "a", "1")
        envelope.signature = network.organisations["Org2MSP"].user("User1").sign(envelope.payload)
        async with refused(grpc.StatusCode.ABORTED, saying="FORBIDDEN"):
            await client.submit(identifier, envelope)
        _, proposal = client.propose("get", "a")
        proposal.signature = b"\x30" + proposal.signature[1:-1]
        async with refused(grpc.StatusCode.UNKNOWN, saying="signature"):
            await client.endorser.ProcessProposal(proposal)

    on(tmp_path, work)


def test_too_few_endorsements_make_a_transaction_invalid(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        assert (await client.invoke("put", "a", "1", organisations=["Org1MSP"]))[0] == code(
            "ENDORSEMENT_POLICY_FAILURE"
        )
        assert await client.evaluate("get", "a") == b""

    on(tmp_path, work)


def test_qscc_answers_are_signed(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        identifier, envelope = await client.endorse("put", "a", "1")
        await client.submit(identifier, envelope)
        _, number = await client.status(identifier)
        answer = await client.ask("GetTransactionByID", network.channel, identifier, chaincode="qscc")
        found = transaction_pb2.ProcessedTransaction.FromString(answer.response.payload)
        assert found.validationCode == VALID
        assert found.transactionEnvelope == envelope
        body = proposal_response_pb2.ProposalResponsePayload.FromString(answer.payload)
        assert proposal_pb2.ChaincodeAction.FromString(body.extension).response.payload == answer.response.payload
        assert proposal_pb2.ChaincodeAction.FromString(body.extension).results == b""
        raw = await client.evaluate("GetBlockByTxID", network.channel, identifier, chaincode="qscc")
        assert raw == await network.block(number)
        block = common_pb2.Block.FromString(raw)
        digest = wire.header_hash(block.header)
        assert await client.evaluate("GetBlockByHash", network.channel, digest, chaincode="qscc") == raw
        info = ledger_pb2.BlockchainInfo.FromString(
            await client.evaluate("GetChainInfo", network.channel, chaincode="qscc")
        )
        assert (info.height, info.currentBlockHash) == (number + 1, digest)
        config = await client.evaluate("GetConfigBlock", network.channel, chaincode="cscc")
        assert wire.header_hash(common_pb2.Block.FromString(config).header).hex() == network.ledger.removeprefix(
            "fabric:"
        )
        for wrong in (["Nonsense"], ["GetChainInfo", "elsewhere"], ["GetBlockByNumber", network.channel],
                      ["GetBlockByNumber", network.channel, "99"], ["GetBlockByNumber", network.channel, "x"],
                      ["GetTransactionByID", network.channel, "x"], ["GetBlockByTxID", network.channel, "x"]):  # fmt: skip
            refusal = await client.ask(*wrong, chaincode="qscc")
            assert (refusal.response.status, refusal.payload) == (500, b"")

    on(tmp_path, work)


def test_chaincode_events_of_valid_transactions(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        identifier, envelope = await client.endorse("announce", "hello", "world")
        await client.submit(identifier, envelope)
        await client.status(identifier)
        raw = gateway_pb2.ChaincodeEventsRequest(
            channel_id=network.channel, chaincode_id=network.chaincode, identity=client.user.serialized
        )
        raw.start_position.specified.number = 0
        body = raw.SerializeToString()
        request = gateway_pb2.SignedChaincodeEventsRequest(request=body, signature=client.user.sign(body))
        async for answer in client.gateway.ChaincodeEvents(request):
            assert answer.block_number == 2
            assert [(each.event_name, each.payload, each.tx_id) for each in answer.events] == [
                ("hello", b"world", identifier)
            ]
            break

    on(tmp_path, work)


def test_a_chaincode_that_dials_the_peers(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        async with asyncio.TaskGroup() as dialling:
            tasks = []
            for msp_id in network.msp_ids:
                network.peers[msp_id].runtime.services.clear()
                connection = rpc.connect(network.endpoint(msp_id), network.tls_ca(msp_id).read_bytes())
                tasks.append(dialling.create_task(dial(connection, f"{network.chaincode}:1")))
            while True:
                try:
                    assert (await client.invoke("put", "a", "1"))[0] == VALID
                    break
                except AioRpcError as error:
                    assert error.code() == grpc.StatusCode.ABORTED
            for task in tasks:
                task.cancel()

    on(tmp_path, work, chaincode=nothing)


def test_in_a_thread_with_carbonseals_own_chaincode(tmp_path: Path) -> None:
    with in_thread(tmp_path) as network:
        assert network.height() == 2
        network.stop_peer("Org2MSP")
        network.start_peer("Org2MSP")
        assert network.synced() == 2
        assert network.profile().exists()
        assert (network.msp() / "config.yaml").exists()
