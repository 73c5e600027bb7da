"""Anchors while parts of the network are down, conflict, or come back: each is written once, and only what is valid is proved."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import replace
from functools import partial

import pytest
from fabric_protos.common import common_pb2
from fabric_protos.peer import transaction_pb2

from carbonseal.ledger import Attempt, AttemptStatus, Evidence, PermanentError, TransientError
from carbonseal_adapters.fabric.checking.anchors import Place
from carbonseal_adapters.fabric.checking.answers import Answer
from carbonseal_adapters.fabric.checking.evidence import VERIFIER
from carbonseal_adapters.fabric.checking.messages import shapes
from carbonseal_adapters.fabric.checking.messages.headers import Header
from carbonseal_adapters.fabric.checking.messages.protobuf import read
from carbonseal_adapters.fabric.checking.packing import FabricEvidence
from carbonseal_adapters.fabric.checking.transactions import Transaction
from carbonseal_adapters.fabric.sending.channels import Channel
from carbonseal_adapters.fabric.sending.ledger import FabricLedger
from carbonseal_devnet.fabric.network import FabricNetwork
from tests.fabric import networks
from tests.programs import storms

ANCHORS = storms.anchors(50)
VALID, CONFLICT, DUPLICATE = (
    transaction_pb2.TxValidationCode.Value(name) for name in ("VALID", "MVCC_READ_CONFLICT", "DUPLICATE_TXID")
)


def transactions(network: FabricNetwork, msp_id: str = "Org1MSP") -> list[tuple[str, int, bytes]]:
    """Every transaction on the channel: its id, its validation code and its envelope, as a peer has them."""
    found = []
    for number in range(network.height(msp_id)):
        block = common_pb2.Block.FromString(network.block(number, msp_id))
        codes = block.metadata.metadata[common_pb2.TRANSACTIONS_FILTER]
        for raw, code in zip(block.data.data, codes, strict=True):
            payload = common_pb2.Payload.FromString(common_pb2.Envelope.FromString(raw).payload)
            header = common_pb2.ChannelHeader.FromString(payload.header.channel_header)
            if header.type == common_pb2.ENDORSER_TRANSACTION:
                found.append((header.tx_id, code, raw))
    return found


def test_what_was_stored_is_sent_when_the_orderer_is_back(carbonseal_fresh_fabric: FabricNetwork) -> None:
    network = carbonseal_fresh_fabric

    async def run() -> None:
        async with networks.connected(network) as ledger:
            attempt = await networks.until(lambda: ledger.prepare(networks.anchor(1), ()))
            orderers = 4 if has_quorum_of_four(network) else 1
            for number in range(orderers):
                await asyncio.to_thread(network.stop_orderer, number)
            with pytest.raises(TransientError, match="did not take"):
                await ledger.send(attempt)
            assert (await ledger.follow([attempt])).status is AttemptStatus.MISSING
            for number in range(orderers):
                await asyncio.to_thread(network.start_orderer, number)

            async def send() -> bool:
                await ledger.send(attempt)
                return True

            await networks.until(send)
            assert (await networks.final(ledger, [attempt])).attempt == attempt.id

    asyncio.run(run())


def has_quorum_of_four(network: FabricNetwork) -> bool:
    try:
        network.orderer_endpoint(3)
    except IndexError:
        return False
    return True


@pytest.mark.parametrize("fault", ["chaincode", "peer"])
def test_without_an_endorser_it_waits_and_then_goes_on(fault: str, carbonseal_fresh_fabric: FabricNetwork) -> None:
    network = carbonseal_fresh_fabric

    async def run() -> None:
        async with networks.connected(network) as ledger:
            await networks.write(ledger, networks.anchor(1))
            await asyncio.to_thread(getattr(network, f"stop_{fault}"), "Org2MSP")
            with pytest.raises(TransientError):
                await ledger.prepare(networks.anchor(2), ())
            await asyncio.to_thread(getattr(network, f"start_{fault}"), "Org2MSP")
            attempt, seen = await networks.write(ledger, networks.anchor(2))
            evidence = await networks.until(lambda: ledger.evidence(attempt, seen))
            assert (await networks.checked(network, ledger, evidence, networks.anchor(2).statement)).proved

    asyncio.run(run())


def test_no_evidence_without_enough_attesters(carbonseal_fresh_fabric: FabricNetwork) -> None:
    network = carbonseal_fresh_fabric

    async def run() -> None:
        async with (
            networks.connected(network) as ledger,
            networks.connected(network, attest="1:Org1MSP,Org2MSP") as one,
        ):
            attempt, seen = await networks.write(ledger, networks.anchor(1))
            await asyncio.to_thread(network.stop_peer, "Org2MSP")
            with pytest.raises(TransientError, match="1 organisations attest the anchor"):
                await ledger.evidence(attempt, seen)
            evidence = await one.evidence(attempt, seen)
            statement = networks.anchor(1).statement
            assert (await networks.checked(network, one, evidence, statement)).proved
            found = await networks.checked(network, ledger, evidence, statement)
            assert [each.code.name for each in found.findings] == ["fabric.ordered", "fabric.attesters-missing"]

    asyncio.run(run())


def test_of_two_attempts_in_one_block_one_is_valid_and_only_that_is_proved(
    carbonseal_fresh_fabric: FabricNetwork,
) -> None:
    network = carbonseal_fresh_fabric
    statement = networks.anchor(1).statement

    async def race(ledger: FabricLedger) -> tuple[Attempt, Attempt]:
        first, second = [await networks.until(lambda: ledger.prepare(networks.anchor(1), ())) for _ in range(2)]
        for attempt in (first, second):
            await networks.submit(network, ledger, attempt)
        return first, second

    async def run() -> None:
        async with networks.connected(network) as ledger:
            attempts = await race(ledger)
            seen = await networks.final(ledger, attempts)
            won = next(attempt for attempt in attempts if attempt.id == seen.attempt)
            evidence = await networks.until(lambda: ledger.evidence(won, seen))
            for attempt in attempts:  # they may be in two blocks
                await networks.until(partial(ledger._channel.validation_code, attempt.id))
            codes = {name: code for name, code, _ in await asyncio.to_thread(transactions, network)}
            assert sorted(codes[attempt.id] for attempt in attempts) == [VALID, CONFLICT]
            assert codes[seen.attempt] == VALID
            assert (await networks.checked(network, ledger, evidence, statement)).proved
            await the_other_is_never_proved(network, ledger, evidence, attempts, seen.attempt)

    async def the_other_is_never_proved(
        network: FabricNetwork, ledger: FabricLedger, evidence: Evidence, attempts: tuple[Attempt, Attempt], winner: str
    ) -> None:
        """The same attestations beside the transaction that lost: its block is as well signed."""
        (loser,) = [attempt for attempt in attempts if attempt.id != winner]
        parts = FabricEvidence.decode(evidence.data)
        for number in range(network.height()):
            block = await ledger._channel.block(number)
            for index, raw in enumerate(block.envelopes):
                payload = common_pb2.Payload.FromString(common_pb2.Envelope.FromString(raw).payload)
                if Header.read(payload.header.SerializeToString()).transaction == loser.id:
                    lost = replace(parts, block=block, index=index).encode()
                    found = await networks.checked(network, ledger, lost, statement)
                    assert found.proved is None
                    other_config = {"fabric.config-other", "fabric.config-older"}
                    assert found.findings[-1].code.name in {"fabric.written-by-another", *other_config}
                    return
        raise AssertionError("the transaction that lost is in no block")

    asyncio.run(run())


def test_a_conflicting_attempt_alone_is_refused_by_name_and_prepared_anew(
    carbonseal_fresh_fabric: FabricNetwork,
) -> None:
    """Endorsed on one state and ordered on another, by no fault of its own."""
    network = carbonseal_fresh_fabric

    async def run() -> None:
        async with networks.connected(network) as ledger:
            late = await networks.until(lambda: ledger.prepare(networks.anchor(1), ()))
            await networks.write(ledger, networks.anchor(1))
            await ledger._channel.gateway(lambda peer: peer.submit(network.channel, late.id, late.payload))
            await networks.until(lambda: ledger._channel.validation_code(late.id))
            assert await ledger._channel.validation_code(late.id) == CONFLICT
            again = await ledger.prepare(networks.anchor(1), [late])
            await ledger.send(again)  # it is written already: nothing is submitted
            assert (await ledger.follow([again, late])).status is AttemptStatus.FINAL
            assert await ledger._channel.validation_code(again.id) is None

    asyncio.run(run())


def test_many_anchors_while_nodes_are_killed_at_random(carbonseal_fresh_fabric: FabricNetwork) -> None:
    network, dice = carbonseal_fresh_fabric, random.Random(20261122)
    done = asyncio.Event()
    faults = [
        ("orderer", 0),
        ("peer", "Org1MSP"),
        ("peer", "Org2MSP"),
        ("chaincode", "Org1MSP"),
        ("chaincode", "Org2MSP"),
    ]

    async def break_things() -> None:
        deck = dice.sample(faults, len(faults))  # each of them once, before one comes again
        while not done.is_set():
            kind, which = deck.pop() if deck else dice.choice(faults)
            await asyncio.to_thread(getattr(network, f"stop_{kind}"), which)
            await asyncio.sleep(dice.random() / 4)
            await asyncio.to_thread(getattr(network, f"start_{kind}"), which)
            await asyncio.sleep(dice.random() / 2)

    async def run() -> None:
        sizes = iter(range(1, ANCHORS + 1))
        proved = {}

        async def worker() -> None:
            async with networks.connected(network) as ledger:
                for size in sizes:
                    one = networks.anchor(size)
                    attempt, seen = await networks.write(ledger, one)
                    proved[size] = await networks.until(partial(ledger.evidence, attempt, seen))

        async with asyncio.TaskGroup() as group:
            breaking = group.create_task(break_things())
            workers = [group.create_task(worker()) for _ in range(4)]
            await asyncio.wait(workers)
            done.set()
            await breaking
        await asyncio.to_thread(network.synced)
        async with networks.connected(network) as ledger:
            pins = VERIFIER.pin(ledger.name, await ledger.pins())
        places = set()
        for size, evidence in proved.items():
            checked = VERIFIER.check(evidence, networks.anchor(size).statement, pins, networks.trust(network))
            assert checked.proved, checked.findings
            parts = FabricEvidence.decode(evidence.data)
            places.add((parts.block.number, parts.index))
        assert len(places) == ANCHORS, "two anchors rest on one transaction"

    asyncio.run(run())
    found = transactions(network)
    assert {code for _, code, _ in found} <= {VALID, CONFLICT, DUPLICATE}
    keys = Counter(key for _, code, raw in found if code == VALID for key in written(network, raw))
    place = [
        Place(bytes.fromhex(network.publisher()), networks.anchor(size).statement) for size in range(1, ANCHORS + 1)
    ]
    assert keys == {each.key: 1 for each in place}


def written(network: FabricNetwork, envelope: bytes) -> list[str]:
    """The keys that a transaction writes in the chaincode's namespace."""
    transaction = Transaction.read(envelope)
    called = read(transaction.header.extension, shapes.CHAINCODE_HEADER_EXTENSION).message(2, shapes.CHAINCODE_ID)
    if called.text(2) != network.chaincode:
        return []
    namespace = Answer.read(transaction.answer).namespaces.get(network.chaincode)
    return [write.text(1) for write in namespace.messages(3, shapes.KV_WRITE)] if namespace else []


def test_a_clock_that_is_wrong_is_reported(carbonseal_fabric: FabricNetwork) -> None:
    async def run() -> None:
        async with networks.connected(carbonseal_fabric) as ledger:
            channel = ledger._channel
            ledger._channel = Channel(
                channel.name,
                channel.client,
                ledger._connections,
                ledger._options.gateways,
                lambda: channel._clock() - 400,
            )
            with pytest.raises(TransientError, match="more than 300 seconds from this chaincode's clock"):
                await ledger.prepare(networks.anchor(1, "clock"), ())

    asyncio.run(run())


def test_a_second_root_is_refused_when_it_is_prepared(carbonseal_fabric: FabricNetwork) -> None:
    async def run() -> None:
        async with networks.connected(carbonseal_fabric) as ledger:
            await networks.write(ledger, networks.anchor(1, "second root"))
            with pytest.raises(PermanentError, match="another root"):
                await ledger.prepare(networks.anchor(1, "second root", "another"), ())

    asyncio.run(run())
