"""Anchors in EAS: on a double and on EAS's own code; and a third party that is faster than the node."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from carbonseal.findings import Code, Refused
from carbonseal.ledger import (
    Attempt,
    AttemptStatus,
    Checked,
    Evidence,
    Observation,
    Statement,
    TransientError,
)
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.notes import Note
from carbonseal.node.config import LedgerConfig
from carbonseal.node.node import Node
from carbonseal.passport.seals import Seal
from carbonseal_adapters.conformance import CHECKS, Check, Stranger, Subject
from carbonseal_adapters.ethereum.checking import codes, eas
from carbonseal_adapters.ethereum.checking.evidence import VERIFIER
from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_adapters.ethereum.gathering.trust import gather
from carbonseal_adapters.ethereum.sending.ledger import EthereumLedger, connect
from carbonseal_devnet.ethereum.network import Network
from tests import nodes
from tests.ethereum import calls, eas_contracts, endpoints, networks

WHEN = "2026-01-01T00:00:00Z"


@pytest.fixture(scope="module", params=eas_contracts.KINDS)
def contract(request: pytest.FixtureRequest, carbonseal_chain: Network) -> eas_contracts.Eas:
    return eas_contracts.deployed(carbonseal_chain, request.param)


@asynccontextmanager
async def connected(
    chain: Network, at: eas_contracts.Eas, account: int = 5, **options: Any
) -> AsyncIterator[EthereumLedger]:
    options = {"contract": "eas", "eas": at.address, "slot": str(at.slot), "key": "env:KEY", **options}
    ledger = await connect(chain.uri, options, lambda _: chain.key(account))
    try:
        yield ledger
    finally:
        await ledger.close()


def policy_options(chain: Network, contract: eas_contracts.Eas) -> dict[str, str]:
    code = bytes.fromhex(chain.ask("eth_getCode", contract.address, "latest")[2:])
    pinned = {"genesis": chain.deployment.genesis, "eas": contract.address, "code": "0x" + keccak256(code).hex()}
    return {"contract": "eas", "slot": str(contract.slot), "publisher": "any", **pinned}


def verified(chain: Network, contract: eas_contracts.Eas, evidence: Evidence, statement: Statement) -> Checked:
    pins = VERIFIER.pin(chain.ledger, policy_options(chain, contract))
    return VERIFIER.check(evidence, statement, pins, gather(chain.ledger, [evidence], chain.endpoint, WHEN))


async def until_final(chain: Network, ledger: EthereumLedger, attempts: list[Attempt]) -> Observation:
    for _ in range(10):
        seen = await ledger.follow(attempts)
        if seen.status is AttemptStatus.FINAL:
            return seen
        await networks.command(chain, "evm_mine")
    raise AssertionError(seen)


def stamp(chain: Network, contract: eas_contracts.Eas, statement: Statement, account: int = 6) -> dict[str, Any]:
    """Anybody can send this transaction first."""
    return calls.transact(chain, contract.address, eas.call_timestamp(statement), account)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_conforms(check: Check, contract: eas_contracts.Eas, carbonseal_chain: Network) -> None:
    chain, sizes = carbonseal_chain, itertools.count(1)
    options = {"contract": "eas", "eas": contract.address, "slot": str(contract.slot), "key": "env:KEY"}

    is_down: list[bool] = []

    async def progress() -> None:
        await networks.command(chain, "evm_mine")

    @asynccontextmanager
    async def outage() -> AsyncIterator[None]:
        is_down.append(True)
        yield
        is_down.clear()

    def adapter(account: int) -> Coroutine[Any, Any, EthereumLedger]:
        return connect(f"ethereum+{endpoint}", options, lambda _: chain.key(account))

    subject = Subject(
        connect=lambda: adapter(5),
        anchor=lambda: networks.anchor(next(sizes), f"eas {contract} {check.__name__}"),
        contradiction=lambda anchor: replace(anchor, statement=replace(anchor.statement, root=b"\x66" * 32)),
        progress=progress,
        verifier=VERIFIER,
        options=policy_options(chain, contract),
        publisher="any",
        trust=lambda evidence: gather(chain.ledger, [evidence], chain.endpoint, WHEN),
        stranger=Stranger(lambda: adapter(6), policy_options(chain, contract), "any"),
        outage=outage,
    )
    with endpoints.before(chain, lambda _method, _params, answer: None if is_down else answer()) as endpoint:
        asyncio.run(check(subject))


def test_a_second_root_is_taken_and_nothing_tells_the_latest(
    contract: eas_contracts.Eas, carbonseal_chain: Network
) -> None:
    """What EAS does not offer, compared with a registry."""

    async def scenario() -> None:
        async with connected(carbonseal_chain, contract) as ledger:
            for root in ("root", "another root"):
                said = networks.anchor(7, f"two roots {contract}", root)
                attempt = await ledger.prepare(said, [])
                await ledger.send(attempt)
                seen = await until_final(carbonseal_chain, ledger, [attempt])
                assert verified(carbonseal_chain, contract, await ledger.evidence(attempt, seen), said.statement).proved
            assert await ledger.latest(said.statement.log_id) is None

    asyncio.run(scenario())


def test_the_time_is_that_of_the_first_whoever_it_was(contract: eas_contracts.Eas, carbonseal_chain: Network) -> None:
    """Somebody else has timestamped the digest long ago: there is nothing to send, and the older time is proved."""
    chain, said = carbonseal_chain, networks.anchor(8, f"older {contract}")
    receipt = stamp(chain, contract, said.statement)
    first = chain.ask("eth_getBlockByNumber", receipt["blockNumber"], False)
    assert stamp(chain, contract, said.statement)["status"] == "0x0"  # AlreadyTimestamped

    async def scenario() -> Evidence:
        await networks.command(chain, "evm_mine")
        async with connected(chain, contract) as ledger:
            attempt = await ledger.prepare(said, [])
            await ledger.send(attempt)
            return await ledger.evidence(attempt, await until_final(chain, ledger, [attempt]))

    nonce = chain.ask("eth_getTransactionCount", chain.publisher(5), "latest")
    evidence = asyncio.run(scenario())
    proved = verified(chain, contract, evidence, said.statement).proved
    assert proved is not None
    assert proved.time == int(first["timestamp"], 16)
    assert chain.ask("eth_getTransactionCount", chain.publisher(5), "latest") == nonce


@pytest.fixture
def fresh(carbonseal_fresh_chain: Network) -> tuple[Network, eas_contracts.Eas]:
    return carbonseal_fresh_chain, eas_contracts.deployed(carbonseal_fresh_chain, "double")


def test_a_front_runner_makes_the_transaction_revert_and_the_anchor_is_there(
    fresh: tuple[Network, eas_contracts.Eas],
) -> None:
    chain, contract = fresh
    said = networks.anchor(1, "front-run")

    async def scenario() -> Evidence:
        async with connected(chain, contract) as ledger:
            attempt = await ledger.prepare(said, [])
            await asyncio.to_thread(stamp, chain, contract, said.statement)
            await ledger.send(attempt)
            seen = await until_final(chain, ledger, [attempt])
            assert seen.attempt == attempt.id
            receipt = await networks.command(chain, "eth_getTransactionReceipt", attempt.id)
            assert receipt["status"] == "0x0"
            following = await ledger.prepare(networks.anchor(2, "front-run"), [])
            await ledger.send(following)  # no nonce is left out
            await until_final(chain, ledger, [following])
            return await ledger.evidence(attempt, seen)

    assert verified(chain, contract, asyncio.run(scenario()), said.statement).proved


def test_a_revert_without_an_anchor_is_no_success(fresh: tuple[Network, eas_contracts.Eas]) -> None:
    """The front-runner was reorged out, and the node's own transaction had reverted before it."""
    chain, contract = fresh
    said = networks.anchor(1, "both fall")

    async def scenario() -> Evidence:
        await networks.command(chain, "evm_mine")
        async with connected(chain, contract, confirmations="3") as ledger:
            attempt = await ledger.prepare(said, [])
            await asyncio.to_thread(stamp, chain, contract, said.statement)
            await ledger.send(attempt)
            assert (await ledger.follow([attempt])).status is AttemptStatus.INCLUDED
            await networks.command(chain, "dev_reorg", 2, "drop")
            seen = await ledger.follow([attempt])
            assert seen.status in {AttemptStatus.MISSING, AttemptStatus.PENDING}
            await ledger.send(attempt)
            seen = await until_final(chain, ledger, [attempt])
            receipt = await networks.command(chain, "eth_getTransactionReceipt", attempt.id)
            assert receipt["status"] == "0x1"
            return await ledger.evidence(attempt, seen)

    assert verified(chain, contract, asyncio.run(scenario()), said.statement).proved


def test_somebody_is_quicker_while_the_node_prepares(fresh: tuple[Network, eas_contracts.Eas]) -> None:
    """The call reverts where nothing stood a moment ago: that is a reason to look again, not to give up for ever."""
    chain, contract = fresh
    said = networks.anchor(1, "quicker")

    async def scenario() -> Evidence:
        async with connected(chain, contract) as ledger:
            estimate = ledger._chain.gas

            async def beaten(data: bytes) -> int:
                await asyncio.to_thread(stamp, chain, contract, said.statement)
                return await estimate(data)

            with pytest.MonkeyPatch.context() as patch, pytest.raises(TransientError):
                patch.setattr(ledger._chain, "gas", beaten)
                await ledger.prepare(said, [])
            await networks.command(chain, "evm_mine")
            attempt = await ledger.prepare(said, [])
            await ledger.send(attempt)
            return await ledger.evidence(attempt, await until_final(chain, ledger, [attempt]))

    assert verified(chain, contract, asyncio.run(scenario()), said.statement).proved


def test_a_node_anchors_in_eas(fresh: tuple[Network, eas_contracts.Eas], tmp_path: Path) -> None:
    """From node.toml to evidence that a verifier takes."""
    chain, contract = fresh
    directory = tmp_path / "eas"
    (directory / "keys").mkdir(parents=True)
    (directory / "keys/chain.key").write_text(chain.key(5).hex())
    (directory / "keys/chain.key").chmod(0o600)
    options = {"contract": "eas", "eas": contract.address, "slot": str(contract.slot), "key": "file:keys/chain.key"}
    ledger = LedgerConfig(chain.ledger, chain.uri, "any", 3600, options)
    own = nodes.log_config(origin="eas.example/log")
    nodes.make_node(directory, nodes.settings(own, ledgers=(ledger,)))

    async def scenario() -> Seal:
        async with Node.open(directory) as node:
            receipt = await node.submit(b'{"kilograms":"12.50"}', "json/1")
            await node.sequence()
            await node.anchor()
            await node.wait_for_anchors(300)
            return node.seal(receipt.commitment)

    (head,) = asyncio.run(scenario()).heads
    (anchored,) = head.anchors
    said = Checkpoint.parse(Note.parse(head.checkpoint).text).statement()
    proved = verified(chain, contract, anchored.evidence, said).proved
    assert proved is not None
    assert proved.publisher == "any"


def test_options_are_read_strictly(fresh: tuple[Network, eas_contracts.Eas]) -> None:
    chain, contract = fresh

    def refusal(**changes: Any) -> Code:
        async def scenario() -> None:
            async with connected(chain, contract, **changes):
                raise AssertionError("it was taken")

        with pytest.raises(Refused) as refused:
            asyncio.run(scenario())
        return refused.value.finding.code

    assert refusal(contract="registry") is codes.CONTRACT_UNKNOWN
    assert refusal(registry=chain.deployment.registry) is codes.OPTION_UNKNOWN
    assert refusal(slot="two") is codes.SLOT_MALFORMED
    assert refusal(eas="0x12") is codes.ADDRESS_MALFORMED
    assert refusal(eas=chain.publisher(0)) is codes.CONTRACT_ABSENT


def test_a_slot_that_is_none_gives_no_evidence(fresh: tuple[Network, eas_contracts.Eas]) -> None:
    """The node checks its own evidence: a slip in node.toml shows at the first anchor, not at the verifier's."""
    chain, contract = fresh

    async def scenario() -> None:
        async with connected(chain, replace(contract, slot=contract.slot + 1)) as ledger:
            attempt = await ledger.prepare(networks.anchor(1, "slot"), [])
            await ledger.send(attempt)
            seen = await until_final(chain, ledger, [attempt])
            with pytest.raises(TransientError, match="nothing is shown at the place"):
                await ledger.evidence(attempt, seen)

    asyncio.run(scenario())


def test_gas(contract: eas_contracts.Eas, carbonseal_chain: Network) -> None:
    receipt = stamp(carbonseal_chain, contract, networks.statement(9, f"gas {contract}"))
    gas = int(receipt["gasUsed"], 16)
    print(f"gas: a timestamp in EAS (slot {contract.slot}) {gas:,}")
    assert gas <= 46_500
