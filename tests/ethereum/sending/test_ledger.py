"""Sending and following on the embedded chain: what the kit cannot know about nonces, fees, reorgs and endpoints."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

from carbonseal.findings import Code, Refused
from carbonseal.ledger import (
    Attempt,
    AttemptStatus,
    Evidence,
    Observation,
    OutcomeUnknownError,
    PermanentError,
    TransientError,
)
from carbonseal_adapters.ethereum.checking import codes, registry
from carbonseal_adapters.ethereum.checking.evidence import VERIFIER
from carbonseal_adapters.ethereum.gathering.trust import gather
from carbonseal_adapters.ethereum.sending.contracts import contract_of
from carbonseal_adapters.ethereum.sending.fees import Fees
from carbonseal_adapters.ethereum.sending.ledger import connect
from carbonseal_adapters.ethereum.sending.signers import DigestSigner
from carbonseal_adapters.ethereum.sending.signers.local import LocalKey
from carbonseal_adapters.ethereum.sending.transactions import Transaction, fees_of, hash_of
from carbonseal_devnet.ethereum.network import Network
from tests.ethereum.networks import anchor, command, connected, statement

FAR = {"confirmations": "5"}


T = TypeVar("T")


def run(scenario: Callable[[], Coroutine[Any, Any, T]]) -> T:
    return asyncio.run(scenario())


def anchored_events(network: Network) -> list[dict[str, Any]]:
    topics = ["0x" + registry.ANCHORED.hex()]
    found: list[dict[str, Any]] = network.ask(
        "eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest", "topics": topics}
    )
    return found


# --- slots and replacements ----------------------------------------------------------------------------------------


def test_nonces_follow_the_stored_attempts(carbonseal_every_fresh_chain: Network) -> None:
    async def scenario() -> None:
        async with connected(carbonseal_every_fresh_chain) as ledger:
            first = await ledger.prepare(anchor(1), [])
            second = await ledger.prepare(anchor(2), [first])
            third = await ledger.prepare(anchor(3), [first, second])
            assert [first.slot, second.slot, third.slot] == ["0", "1", "2"]
            again = await ledger.prepare(anchor(2), [first, second, third])
            assert again.slot == "1"
            for attempt in (third, again, first):
                await ledger.send(attempt)
            assert (await ledger.follow([third])).status is AttemptStatus.FINAL

    run(scenario)


def test_a_replacement_outbids_by_an_eighth_and_one_of_both_is_included(carbonseal_every_fresh_chain: Network) -> None:
    chain = carbonseal_every_fresh_chain

    async def scenario() -> None:
        async with connected(chain) as ledger:
            await command(chain, "evm_setAutomine", False)
            first = await ledger.prepare(anchor(1), [])
            await ledger.send(first)
            assert (await ledger.follow([first])) == Observation(AttemptStatus.PENDING, first.id)
            second = await ledger.prepare(anchor(1), [first])
            old, new = fees_of(first.payload), fees_of(second.payload)
            assert new.limit * 8 >= old.limit * 9
            assert new.tip * 8 >= old.tip * 9
            await ledger.send(second)
            assert (await ledger.follow([second, first])).attempt == second.id
            with pytest.raises(TransientError, match="underpriced"):
                await ledger.send(first)
            await command(chain, "evm_mine")
            seen = await ledger.follow([second, first])
            assert (seen.status, seen.attempt) == (AttemptStatus.FINAL, second.id)
            await ledger.send(first)  # its nonce is used, and the anchor is included
            assert await ledger.prepare(anchor(1), [first, second]) in {first, second}

    run(scenario)
    assert len(anchored_events(chain)) == 1


def test_a_nonce_that_another_transaction_took(carbonseal_every_fresh_chain: Network) -> None:
    """The attempt can never be included: said as soon as that is final, and then a new one gets a new nonce."""
    chain = carbonseal_every_fresh_chain

    async def scenario() -> None:
        async with connected(chain, 0, **FAR) as ledger:
            attempt = await ledger.prepare(anchor(1), [])
            async with connected(chain) as elsewhere:
                await elsewhere.send(await elsewhere.prepare(anchor(1, log="another"), []))
            with pytest.raises(OutcomeUnknownError):
                await ledger.send(attempt)
            assert (await ledger.follow([attempt])).status is AttemptStatus.PENDING
            assert (await ledger.prepare(anchor(1), [attempt])).slot == "0"  # a reorg could still free it
            for _ in range(4):
                await command(chain, "evm_mine")
            refused = await ledger.follow([attempt])
            assert refused.status is AttemptStatus.REFUSED
            assert refused.reason
            again = await ledger.prepare(anchor(1), [attempt])
            assert again.slot == "1"
            await ledger.send(again)
            assert (await ledger.follow([again, attempt])).status is AttemptStatus.INCLUDED

    run(scenario)


def test_an_anchor_by_a_lost_attempt_counts(carbonseal_every_fresh_chain: Network) -> None:
    chain = carbonseal_every_fresh_chain

    async def scenario() -> None:
        async with connected(chain) as ledger:
            kept = await ledger.prepare(anchor(1), [])
            lost = await ledger.prepare(anchor(1), [kept])
            await ledger.send(lost)
            await ledger.send(kept)
            seen = await ledger.follow([kept])
            assert seen.status is AttemptStatus.FINAL
            assert await ledger.evidence(kept, seen)

    run(scenario)


# --- reorgs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("transactions", ["keep", "drop"])
def test_an_inclusion_that_falls_out_is_noticed(transactions: str, carbonseal_every_fresh_chain: Network) -> None:
    chain = carbonseal_every_fresh_chain

    async def scenario() -> tuple[Evidence, Evidence]:
        async with connected(chain, 0, **FAR) as ledger:
            attempt = await ledger.prepare(anchor(1), [])
            await ledger.send(attempt)
            before = await ledger.follow([attempt])
            assert before.status is AttemptStatus.INCLUDED
            early = await ledger.evidence(attempt, before)
            await command(chain, "dev_reorg", 1, transactions)
            after = await ledger.follow([attempt])
            if transactions == "drop":
                assert after.status is AttemptStatus.MISSING
                await ledger.send(attempt)
                after = await ledger.follow([attempt])
            assert after.status is AttemptStatus.INCLUDED
            assert after.facts and before.facts
            assert after.facts["hash"] != before.facts["hash"]
            with pytest.raises(TransientError, match="reorg"):
                await ledger.evidence(attempt, before)
            for _ in range(4):
                await command(chain, "evm_mine")
            final = await ledger.follow([attempt])
            assert final.status is AttemptStatus.FINAL
            return early, await ledger.evidence(attempt, final)

    early, late = run(scenario)
    pins = VERIFIER.pin(chain.ledger, chain.options(chain.publisher(0)))
    trust = gather(chain.ledger, [early, late], chain.endpoint, "2026-01-01T00:00:00Z")
    assert VERIFIER.check(late, statement(1), pins, trust).proved
    checked = VERIFIER.check(early, statement(1), pins, trust)
    assert checked.proved is None
    assert checked.findings[0].code is codes.BLOCK_DIFFERS
    assert len(anchored_events(chain)) == 1


def test_a_deep_reorg_keeps_every_anchor_once(carbonseal_every_fresh_chain: Network) -> None:
    chain = carbonseal_every_fresh_chain

    async def scenario() -> None:
        async with connected(chain, 0, **FAR) as ledger:
            attempts: list[Attempt] = []
            for size in range(1, 7):
                attempts.append(await ledger.prepare(anchor(size), attempts))
                await ledger.send(attempts[-1])
            await command(chain, "dev_reorg", 6)
            for _ in range(5):
                await command(chain, "evm_mine")
            for attempt in attempts:
                assert (await ledger.follow([attempt])).status is AttemptStatus.FINAL

    run(scenario)
    assert len(anchored_events(chain)) == 6


# --- what the ledger refuses ---------------------------------------------------------------------------------------


def test_another_root_is_refused_before_anything_is_sent(carbonseal_fresh_chain: Network) -> None:
    async def scenario() -> None:
        async with connected(carbonseal_fresh_chain) as ledger:
            await ledger.send(await ledger.prepare(anchor(1), []))
            with pytest.raises(PermanentError, match="another root"):
                await ledger.prepare(anchor(1, root="other"), [])

    run(scenario)


def test_a_transaction_that_reverts_is_refused(carbonseal_every_fresh_chain: Network) -> None:
    """Two roots for one size, prepared before either was there."""
    chain = carbonseal_every_fresh_chain

    async def scenario() -> None:
        async with connected(chain) as ledger:
            honest = await ledger.prepare(anchor(1), [])
            forged = await ledger.prepare(anchor(1, root="other"), [honest])
            await ledger.send(honest)
            await ledger.send(forged)
            seen = await ledger.follow([forged])
            assert seen.status is AttemptStatus.REFUSED
            assert "revert" in seen.reason
            with pytest.raises(PermanentError):
                await ledger.prepare(anchor(1, root="other"), [honest, forged])

    run(scenario)


def test_what_follows_a_reverted_attempt_is_followed(carbonseal_every_fresh_chain: Network) -> None:
    """The first attempt ran out of gas, say because a later fork made storage dearer."""
    chain = carbonseal_every_fresh_chain

    async def scenario() -> None:
        async with connected(chain) as ledger:
            said, to = statement(1), bytes.fromhex(chain.deployment.registry[2:])
            transaction = Transaction(1337, 0, to, registry.call_anchor(said), 30_000, Fees(10**10, 10**9))
            payload = await DigestSigner(LocalKey(chain.key(0))).sign(transaction)
            name = hash_of(payload)
            starved = Attempt(said, name, "0", payload)
            await ledger.send(starved)
            refused = await ledger.follow([starved])
            assert (refused.status, refused.attempt) == (AttemptStatus.REFUSED, name)
            assert "revert" in refused.reason
            await command(chain, "evm_setAutomine", False)
            second = await ledger.prepare(anchor(1), [starved])
            assert second.slot == "1"
            assert (await ledger.follow([second, starved])).status is AttemptStatus.MISSING
            await ledger.send(second)
            assert (await ledger.follow([second, starved])).status is AttemptStatus.PENDING
            await command(chain, "evm_mine")
            seen = await ledger.follow([second, starved])
            assert (seen.status, seen.attempt) == (AttemptStatus.FINAL, second.id)

    run(scenario)


def test_an_account_without_money_is_a_reason_to_wait(carbonseal_every_fresh_chain: Network) -> None:
    chain = carbonseal_every_fresh_chain

    async def scenario() -> None:
        options = {"registry": chain.deployment.registry, "key": "env:KEY"}
        ledger = await connect(chain.uri, options, lambda uri: b"\x07" * 32)
        try:
            attempt = await ledger.prepare(anchor(1), [])
            with pytest.raises(TransientError, match="cannot pay"):
                await ledger.send(attempt)
        finally:
            await ledger.close()

    run(scenario)


# --- options and endpoints -----------------------------------------------------------------------------------------


def refusal(network: Network, **options: str | None) -> Code:
    async def scenario() -> Code:
        all_of_them = {"registry": network.deployment.registry, "key": "env:KEY", **options}
        chosen = {name: value for name, value in all_of_them.items() if value is not None}
        with pytest.raises(Refused) as refused:
            await connect(network.uri, chosen, lambda uri: network.key(0))
        return refused.value.finding.code

    return asyncio.run(scenario())


def test_options_are_read_strictly(carbonseal_chain: Network) -> None:
    assert refusal(carbonseal_chain, registry=None) is codes.OPTION_MISSING
    assert refusal(carbonseal_chain, key=None) is codes.OPTION_MISSING
    assert refusal(carbonseal_chain, confirmation="1") is codes.OPTION_UNKNOWN
    assert refusal(carbonseal_chain, registry="0x12") is codes.ADDRESS_MALFORMED
    assert refusal(carbonseal_chain, confirmations="0") is codes.CONFIRMATIONS_MALFORMED
    assert refusal(carbonseal_chain, confirmations="") is codes.CONFIRMATIONS_MALFORMED
    assert refusal(carbonseal_chain, confirmations="٣") is codes.CONFIRMATIONS_MALFORMED
    assert refusal(carbonseal_chain, finality="safe") is codes.FINALITY_MALFORMED
    assert refusal(carbonseal_chain, finality="finalized", confirmations="3") is codes.FINALITY_MALFORMED
    assert refusal(carbonseal_chain, registry=carbonseal_chain.publisher(0)) is codes.CONTRACT_ABSENT


def test_a_dead_endpoint_is_a_reason_to_retry() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        uri = f"ethereum+http://127.0.0.1:{unused.getsockname()[1]}"

        async def scenario() -> None:
            with pytest.raises(TransientError):
                await connect(uri, {"registry": "0x" + "11" * 20, "key": "env:KEY"}, lambda _: b"\x01" * 32)

        run(scenario)


@pytest.mark.parametrize("uri", ["ethereum+ftp://127.0.0.1", "ethereum+", "ethereum+http://", "ethereum+http://a:b"])
def test_an_address_that_is_none(uri: str) -> None:
    async def scenario() -> None:
        with pytest.raises(Refused) as refused:
            await connect(uri, {"registry": "0x" + "11" * 20, "key": "env:KEY"}, lambda _: b"\x01" * 32)
        assert refused.value.finding.code is codes.ENDPOINT_MALFORMED

    run(scenario)


def test_a_contract_that_is_no_registry_is_named() -> None:
    with pytest.raises(Refused) as refused:
        contract_of({"registry": "0x" + "11" * 20}, "eip155:1337", bytes(32), b"\x22" * 20, b"\x60\x00")
    finding = refused.value.finding
    assert finding.code is codes.CONTRACT_OTHER
    assert "0x" + "11" * 20 in finding.message
    assert finding.remedy
