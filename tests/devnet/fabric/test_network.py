"""The embedded network, seen by a plain client."""

from __future__ import annotations

import asyncio
import datetime
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import grpc
import pytest
from fabric_protos.common import common_pb2, ledger_pb2
from fabric_protos.common.configtx_pb2 import ConfigGroup
from fabric_protos.gateway import gateway_pb2
from fabric_protos.peer import proposal_pb2, proposal_response_pb2, transaction_pb2
from grpc.aio import AioRpcError

from carbonseal_devnet.fabric import rpc, wire
from carbonseal_devnet.fabric.channel import Channel
from carbonseal_devnet.fabric.deliver import Refusal
from carbonseal_devnet.fabric.embedded.blocking import in_thread
from carbonseal_devnet.fabric.embedded.network import Chaincode, Network, running
from carbonseal_devnet.fabric.genesis import Settings
from carbonseal_devnet.fabric.identity import Identity
from carbonseal_devnet.fabric.msp import Forbidden
from tests.devnet.fabric.clients import Client, code, connected
from tests.devnet.fabric.tiny import dial, nothing, tiny
from tests.repository.sources import REPOSITORY

T = TypeVar("T")
VALID, MVCC, DUPLICATE = 0, code("MVCC_READ_CONFLICT"), code("DUPLICATE_TXID")


def on(
    directory: Path,
    work: Callable[[Network, Client], Awaitable[T]],
    *,
    bft: bool = False,
    chaincode: Chaincode = tiny,
    msp_id: str = "Org1MSP",
    **settings: Any,
) -> T:
    """Run `work(network, client)` against a network."""

    async def run() -> T:
        chosen = replace(Settings(bft=bft, batch_count=1), **settings)
        async with (
            running(directory, settings=chosen, chaincode=chaincode) as network,
            connected(network, msp_id) as client,
        ):
            return await work(network, client)

    return asyncio.run(run())


@asynccontextmanager
async def refused(status: grpc.StatusCode, *, saying: str = "") -> AsyncIterator[Any]:
    with pytest.raises(AioRpcError) as caught:
        yield caught
    assert caught.value.code() == status, caught.value.details()
    assert saying in caught.value.details()


def details(error: AioRpcError) -> str:
    """The ErrorDetails of a Gateway's answer: google.rpc.Status has them third."""
    raw = dict(error.trailing_metadata())["grpc-status-details-bin"]
    return str(raw.decode(errors="replace"))


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
        await network.settled()
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
        await network.settled()
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
        told = await client.ask("GetBlockByNumber", network.channel, str(number), chaincode="qscc")
        block = common_pb2.Block.FromString(told.response.payload)
        assert block.metadata.metadata[wire.FILTER] == bytes([MVCC])
        network.ordering.channel.check_block(block)
        assert (
            common_pb2.Block.FromString(await network.block(number, "Org2MSP")).metadata.metadata[wire.FILTER] == b"\0"
        )

    on(tmp_path, work)


@pytest.mark.parametrize("bft", [False, True])
def test_a_new_organisation_and_a_new_orderer_certificate(tmp_path: Path, bft: bool) -> None:
    async def work(network: Network, client: Client) -> None:
        await client.invoke("put", "a", "1")
        before = network.ordering.channel
        old = network.orderers[0].node.identity.pem
        renewed = await network.renew_orderer()
        joined = await network.add_organisation()
        assert network.orderers[0].node.identity.pem != old
        assert (await client.invoke("put", "b", "1"))[0] == VALID
        await network.settled()
        assert await network.block(5) == await network.block(5, "Org3MSP")
        configs = [common_pb2.Block.FromString(raw) for raw in await network.config_blocks()]
        assert [each.header.number for each in configs] == [0, renewed, joined]
        for older, newer in itertools.pairwise(configs):
            Channel.of_block(older).check_block(newer)
        newest = common_pb2.Block.FromString(await network.block(5))
        Channel.of_block(configs[-1]).check_block(newest)
        if bft:  # there, a certificate is known by the configuration alone
            with pytest.raises(Forbidden):
                before.check_block(newest)
        async with connected(network, "Org3MSP") as third:
            assert await third.evaluate("get", "b") == b"1"

    async def again(network: Network, client: Client) -> None:
        assert (await client.invoke("put", "c", "1"))[0] == VALID
        assert await network.height("Org3MSP") == await network.settled()

    on(tmp_path, work, bft=bft)
    on(tmp_path, again, bft=bft)


def break_timeout(root: ConfigGroup) -> None:
    root.groups["Orderer"].values["BatchTimeout"].value = b"\n\x04soon"


def break_msp(root: ConfigGroup) -> None:
    root.groups["Application"].groups["Org2MSP"].values["MSP"].value = b"\x12\x03abc"


def break_orderers(root: ConfigGroup) -> None:
    for group in root.groups["Orderer"].groups.values():
        group.values["Endpoints"].value = b""


def no_organisations(root: ConfigGroup) -> None:
    root.groups["Application"].groups.clear()


def other_consensus(root: ConfigGroup) -> None:
    root.groups["Orderer"].values["ConsensusType"].value = b"\n\x04solo"


@pytest.mark.parametrize("change", [break_timeout, break_msp, break_orderers, no_organisations, other_consensus])
def test_a_configuration_that_nobody_could_work_with_is_refused(
    tmp_path: Path, change: Callable[[ConfigGroup], None]
) -> None:
    async def work(network: Network, client: Client) -> None:
        with pytest.raises(Refusal):
            await network.update(change)
        assert await client.invoke("put", "a", "1") == (VALID, 2)

    on(tmp_path, work)


def test_a_revoked_user_may_no_more(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        async with connected(network, user="Mallory") as mallory:
            await mallory.invoke("put", "a", "1")
            await network.revoke("Org1MSP", "Mallory")
            async with refused(grpc.StatusCode.UNKNOWN, saying="revoked"):
                await mallory.ask("get", "a")
        await client.evaluate("get", "a")

    on(tmp_path, work)


def test_an_expired_certificate_gets_nowhere(tmp_path: Path) -> None:
    async def work(network: Network, client: Client) -> None:
        organisation = network.organisations["Org1MSP"]
        folder = network.msp("Org1MSP", "Late")
        begins = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=2)
        late = organisation.renew(folder, begins=begins, lasts=datetime.timedelta(days=1))
        async with connected(network, identity=late) as expired, refused(grpc.StatusCode.UNKNOWN, saying="expired"):
            await expired.ask("get", "a")
        identifier, _ = await client.endorse("put", "a", "1")
        late_one = wire.envelope(common_pb2.ENDORSER_TRANSACTION, network.channel, b"", late)
        async with refused(grpc.StatusCode.ABORTED, saying="expired"):
            await client.submit(identifier, common_pb2.Envelope.FromString(late_one))

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
        assert network.settled() == 2
        assert network.profile().exists()
        assert (network.msp() / "config.yaml").exists()
