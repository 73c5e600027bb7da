"""A transaction that lost a race is in a block like any other: endorsed, ordered, signed. Only a byte that nobody signs says that
it is invalid. Whatever that byte says, and whoever's peer serves the block, it is never reported as valid."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

import pytest
from fabric_protos.peer import proposal_pb2, proposal_response_pb2

from carbonseal.findings import Outcome
from carbonseal.ledger import Attempt, AttemptStatus, Checked, Observation, TransientError
from carbonseal_adapters.fabric.checking.evidence import VERIFIER
from carbonseal_adapters.fabric.checking.packing import FabricEvidence
from carbonseal_adapters.fabric.sending.ledger import FabricLedger
from carbonseal_adapters.fabric.sending.proposals import seal
from carbonseal_devnet.fabric.client import assemble
from carbonseal_devnet.fabric.network import FabricNetwork
from tests.fabric import networks
from tests.fabric.blocks import CONFLICT, UNENDORSED, VALID, Seen, transactions

ONE, OTHER = networks.anchor(1, root="one"), networks.anchor(1, root="other")


async def race(network: FabricNetwork, ledger: FabricLedger) -> tuple[Attempt, Attempt, Seen]:
    """Two roots for one size, both endorsed before either is ordered: whichever comes first wins."""
    attempts = [await networks.until(partial(ledger.prepare, one, ())) for one in (ONE, OTHER)]
    for attempt in attempts:
        await networks.submit(network, ledger, attempt)
    for attempt in attempts:
        await networks.until(partial(ledger._channel.validation_code, attempt.id))
    seen = {each.id: each for each in transactions(network)}
    won, lost = sorted(attempts, key=lambda attempt: seen[attempt.id].code)
    assert [seen[each.id].code for each in (won, lost)] == [VALID, CONFLICT]
    return won, lost, seen[lost.id]


async def never_valid(network: FabricNetwork, ledger: FabricLedger, won: Attempt, lost: Attempt, place: Seen) -> None:
    """By the adapter, by evidence that it makes, and by evidence that somebody else makes of what peers do sign."""
    seen = await ledger.follow([lost])
    assert seen.status is AttemptStatus.REFUSED
    pretended = Observation(AttemptStatus.FINAL, lost.id, {})
    with pytest.raises(TransientError):
        await ledger.evidence(lost, pretended)
    good = await ledger.follow([won])
    assert good.status is AttemptStatus.FINAL
    evidence = await networks.until(lambda: ledger.evidence(won, good))
    assert (await networks.checked(network, ledger, evidence, won.statement)).proved
    found = await networks.checked(network, ledger, evidence, lost.statement)
    assert rejected(found)
    parts = FabricEvidence.decode(evidence.data)
    forged = replace(parts, block=await ledger._channel.block(place.block), index=place.index)
    for statement in (won.statement, lost.statement):
        found = await networks.checked(network, ledger, forged.encode(), statement)
        assert found.proved is None
        assert "fabric.valid" not in {finding.code.name for finding in found.findings}
        assert rejected(found) or found.findings[-1].code.name == "fabric.written-by-another"
    bare = await networks.checked(network, ledger, replace(forged, attestations=()).encode(), lost.statement)
    assert bare.proved is None
    assert "fabric.valid" not in {finding.code.name for finding in bare.findings}
    assert bare.findings[0].code.name == "fabric.ordered"  # which is true, and all that a block shows


def rejected(checked: Checked) -> bool:
    return checked.proved is None and Outcome.REJECTED in {finding.code.outcome for finding in checked.findings}


def test_a_conflict_is_never_valid_whatever_its_filter_byte_says(carbonseal_fresh_fabric: FabricNetwork) -> None:
    network = carbonseal_fresh_fabric

    async def run() -> None:
        async with networks.connected(network) as ledger:
            won, lost, place = await race(network, ledger)
            await never_valid(network, ledger, won, lost, place)
        for msp_id in network.msp_ids:
            await asyncio.to_thread(network.overwrite_filter, msp_id, place.block, place.index, VALID)
            (now,) = [each for each in transactions(network, msp_id) if each.id == lost.id]
            assert now.code == VALID  # says every peer
        async with networks.connected(network) as ledger:
            await networks.until(lambda: ledger.prepare(networks.anchor(2), ()))  # peers know of each other again
            await never_valid(network, ledger, won, lost, place)

    asyncio.run(run())


async def endorsed_by_one(network: FabricNetwork, ledger: FabricLedger) -> tuple[Attempt, Seen]:
    """What no gateway prepares: a transaction with the endorsement of one organisation, where the channel asks for two."""
    statement = ONE.statement
    words = ("anchor", statement.log_id.hex(), str(statement.size), statement.root.hex())
    proposal = ledger._channel.propose(network.chaincode, *(word.encode() for word in words))
    client, (peer, *_) = ledger._options.client, ledger._options.profile.peers["Org1MSP"]
    answer = await ledger._connections.to(peer).ask(client, proposal)
    response = proposal_response_pb2.ProposalResponse.FromString(answer.response)
    envelope = assemble(proposal_pb2.SignedProposal(proposal_bytes=answer.proposal), [response])
    payload = await seal(client, envelope.SerializeToString())
    attempt = Attempt(statement, proposal.transaction, "", payload)
    await ledger._channel.gateway(lambda peer: peer.submit(network.channel, attempt.id, attempt.payload))
    await networks.until(lambda: ledger._channel.validation_code(attempt.id))
    (place,) = [each for each in transactions(network) if each.id == attempt.id]
    assert place.code == UNENDORSED
    return attempt, place


def test_too_few_endorsements_are_never_valid_whatever_the_filter_byte_says(
    carbonseal_fresh_fabric: FabricNetwork,
) -> None:
    """The state has nothing under the anchor's key, so that no peer attests it; then it is anchored properly."""
    network = carbonseal_fresh_fabric

    async def run() -> None:
        async with networks.connected(network) as ledger:
            attempt, place = await endorsed_by_one(network, ledger)
            assert (await ledger.follow([attempt])).status is AttemptStatus.REFUSED
        for msp_id in network.msp_ids:
            await asyncio.to_thread(network.overwrite_filter, msp_id, place.block, place.index, VALID)
        async with networks.connected(network) as ledger:
            await networks.until(lambda: ledger.prepare(ONE, ()))  # peers know of each other again
            assert (await ledger.follow([attempt])).status in (
                AttemptStatus.REFUSED,
                AttemptStatus.PENDING,
            )  # as the peer's index says
            with pytest.raises(TransientError, match="0 organisations attest"):
                await ledger.evidence(attempt, Observation(AttemptStatus.FINAL, attempt.id, {}))
            won, good = await networks.write(ledger, ONE)
            evidence = await networks.until(lambda: ledger.evidence(won, good))
            assert (await networks.checked(network, ledger, evidence, ONE.statement)).proved
            parts = FabricEvidence.decode(evidence.data)
            assert parts.block.number > place.block
            forged = replace(parts, block=await ledger._channel.block(place.block), index=place.index)
            found = await networks.checked(network, ledger, forged.encode(), ONE.statement)
            assert found.proved is None
            assert [finding.code.name for finding in found.findings] == ["fabric.endorsers-missing"]
            lax = VERIFIER.pin(ledger.name, {**await ledger.pins(), "endorse": "1:Org1MSP"})
            found = VERIFIER.check(forged.encode(), ONE.statement, lax, networks.trust(network))
            assert found.proved is None
            assert found.findings[0].code.name == "fabric.ordered"
            assert found.findings[-1].code.name in {
                "fabric.written-by-another",
                "fabric.attested-other",
            }  # time has passed

    asyncio.run(run())
