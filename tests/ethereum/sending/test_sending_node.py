"""A node on a chain: stuck attempts are replaced, anchors that were reorged out are sent again, and not final meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from carbonseal.cli.formatting.node_status import ledger_lines
from carbonseal.ledger import Attempt, Checked, Evidence, Statement, TrustItem
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.notes import Note
from carbonseal.node.anchoring.tracked import Limits, State
from carbonseal.node.config import LedgerConfig, LogConfig
from carbonseal.node.node import Node
from carbonseal.node.sealing.guard import Frozen
from carbonseal.passport.seals import Head
from carbonseal_adapters.ethereum.checking import codes, registry
from carbonseal_adapters.ethereum.checking.evidence import VERIFIER
from carbonseal_adapters.ethereum.gathering.trust import gather
from carbonseal_adapters.ethereum.sending.transactions import fees_of
from carbonseal_devnet.ethereum.network import Network
from tests import nodes
from tests.ethereum.networks import command


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


def make_node(
    directory: Path,
    network: Network,
    options: Mapping[str, str] | None = None,
    *,
    account: int = 0,
    more: Sequence[LogConfig] = (),
) -> Path:
    options = {"registry": network.deployment.registry, "key": "file:keys/ethereum.key", **(options or {})}
    ledger = LedgerConfig(network.ledger, network.uri, network.publisher(account), 3600, options)
    own = nodes.log_config(origin=f"{directory.name}.example/log")
    nodes.make_node(directory, nodes.settings(own, *more, ledgers=(ledger,)))
    (directory / "keys/ethereum.key").write_text(network.key(account).hex())
    (directory / "keys/ethereum.key").chmod(0o600)
    return directory


def attempts(node: Node, size: int) -> list[Attempt]:
    """What was signed for the anchor of a size."""
    (ledger,) = node.config.ledgers
    (anchor,) = (one for one in node._outbox.anchors(ledger.name) if one.size == size)
    return node._outbox.attempts(anchor)


@asynccontextmanager
async def opened(directory: Path, **options: Any) -> AsyncIterator[Node]:
    clock = Clock()
    async with Node.open(directory, clock=clock, sleep=clock.sleep, **options) as node:
        yield node


async def new_head(node: Node, word: str, tenant: str = "default") -> bytes:
    """The commitment of a record under a new head that is due."""
    receipt = await node.submit(json.dumps({"word": word}).encode(), "json/1", tenant)
    await node.sequence()
    await node.anchor()
    return receipt.commitment


async def until(node: Node, condition: Callable[[list[State]], bool]) -> None:
    """Let the node go on until its anchors' states are as they should become, the largest first."""
    async with asyncio.timeout(30):
        while not condition([anchor.state for anchor in node._outbox.anchors(node.config.ledgers[0].name)]):
            await node._workers[0].advance()
            await node._sleep(1)


async def rounds(node: Node, count: int) -> None:
    """Let the node go on for so many rounds."""
    for _ in range(count):
        await node._workers[0].advance()
        await node._sleep(1)


def events_of(network: Network) -> list[dict[str, Any]]:
    topics = ["0x" + registry.ANCHORED.hex()]
    found: list[dict[str, Any]] = network.ask(
        "eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest", "topics": topics}
    )
    return found


def sent_by(network: Network, account: int = 0, tag: str = "latest") -> int:
    return int(network.ask("eth_getTransactionCount", network.publisher(account), tag), 16)


def statement_of(head: Head) -> Statement:
    return Checkpoint.parse(Note.parse(head.checkpoint).text).statement()


def checked(network: Network, head: Head, evidence: Evidence, trust: Sequence[TrustItem]) -> Checked:
    pins = VERIFIER.pin(network.ledger, network.options(network.publisher(0)))
    return VERIFIER.check(evidence, statement_of(head), pins, trust)


# --- stuck ---------------------------------------------------------------------------------------------------------


def test_what_is_stuck_is_replaced_in_time(carbonseal_every_fresh_chain: Network, tmp_path: Path) -> None:
    chain = carbonseal_every_fresh_chain
    directory = make_node(tmp_path / "node", chain, {"replace-after": "60", "max-fee": "500"})

    async def scenario() -> None:
        async with opened(directory) as node:
            await new_head(node, "a")
            await until(node, lambda states: states == [State.SENT])
            await command(chain, "dev_crowd", 14)
            began = node._clock()
            await until(node, lambda states: len(attempts(node, 2)) == 2)
            assert 55 <= node._clock() - began <= 90
            newer, older = attempts(node, 2)
            assert newer.slot == older.slot
            assert fees_of(newer.payload).limit * 10 >= fees_of(older.payload).limit * 11
            await until(node, lambda states: states == [State.SENT])
            while not sent_by(chain):
                await command(chain, "evm_mine")
                await until(node, lambda states: states[0] in (State.SENT, State.FINAL))
            await until(node, lambda states: states == [State.FINAL])

    chain.automine(False)
    asyncio.run(scenario())
    assert len(events_of(chain)) == sent_by(chain) == 1


def test_swallowed_again_and_again(carbonseal_every_fresh_chain: Network, tmp_path: Path) -> None:
    """The endpoint takes transactions and drops them: sent again, prepared anew, and one of all is included."""
    chain = carbonseal_every_fresh_chain
    endpoint = chain.another()
    directory = make_node(tmp_path / "node", endpoint, {"replace-after": "30"})

    async def scenario() -> None:
        async with opened(directory) as node:
            await new_head(node, "a")
            await until(node, lambda states: len(attempts(node, 2)) == 3)
            await asyncio.to_thread(endpoint.heal)
            await until(node, lambda states: states == [State.FINAL])
            assert {attempt.slot for attempt in attempts(node, 2)} == {"0"}

    endpoint.fault("swallow")
    asyncio.run(scenario())
    assert len(events_of(chain)) == sent_by(chain) == 1


def test_the_gap_of_a_failed_attempt_is_filled(carbonseal_every_fresh_chain: Network, tmp_path: Path) -> None:
    """An anchor that failed holds a nonce, and another one waits behind it: the first is sent again, and both are included."""
    chain = carbonseal_every_fresh_chain
    endpoint = chain.another()
    directory = make_node(tmp_path / "node", endpoint, {"replace-after": "1000000"})

    async def scenario() -> None:
        async with opened(directory, limits=Limits(tries=6)) as node:
            await new_head(node, "a")
            await until(node, lambda states: states == [State.FAILED])
            await asyncio.to_thread(endpoint.heal)
            assert sent_by(chain) == 0
            await new_head(node, "b")
            await until(node, lambda states: states == [State.FINAL, State.FINAL])

    endpoint.fault("busy", "eth_sendRawTransaction")
    asyncio.run(scenario())
    assert len(events_of(chain)) == sent_by(chain) == 2


# --- falling out ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("drop", [True, False])
def test_evidence_before_finality_and_after_a_reorg(
    drop: bool, carbonseal_every_fresh_chain: Network, tmp_path: Path
) -> None:
    """A seal has evidence as soon as the anchor is included. It counts where the verifier's trust has that block, and for
    nothing once the block is gone; the final evidence is of the block that stayed."""
    chain = carbonseal_every_fresh_chain
    directory = make_node(tmp_path / "node", chain, {"confirmations": "4"})

    def trust(*evidence: Evidence) -> Sequence[TrustItem]:
        return gather(chain.ledger, evidence, chain.endpoint, "2026-01-01T00:00:00Z")

    async def scenario() -> None:
        async with opened(directory) as node:
            commitment = await new_head(node, "a")
            await until(node, lambda states: states == [State.SENT])
            await command(chain, "evm_mine")
            await until(node, lambda states: states == [State.INCLUDED])
            assert not node.is_final(commitment)
            (head,) = node.seal(commitment).heads
            (early,) = [anchor.evidence for anchor in head.anchors]
            before = await asyncio.to_thread(trust, early)
            assert checked(chain, head, early, before).proved
            assert checked(chain, head, early, []).findings[0].code is codes.BLOCK_NOT_PINNED
            await command(chain, "dev_reorg", 1, "drop" if drop else "keep")
            if drop:
                await until(node, lambda states: states != [State.INCLUDED])
                assert node.seal(commitment).heads[0].anchors == ()
            for _ in range(8):
                await rounds(node, 3)  # which find it missing, and send it again
                await command(chain, "evm_mine")
            await until(node, lambda states: states == [State.FINAL])
            assert node.is_final(commitment)
            (head,) = node.seal(commitment).heads
            (late,) = [anchor.evidence for anchor in head.anchors]
            assert late != early
            now = await asyncio.to_thread(trust, early, late)
            assert checked(chain, head, late, now).proved
            stale = checked(chain, head, early, now)
            assert stale.proved is None
            assert stale.findings[0].code is codes.BLOCK_DIFFERS

    chain.automine(False)
    asyncio.run(scenario())
    assert len(events_of(chain)) == sent_by(chain) == 1


def test_deeper_than_the_confirmations(carbonseal_every_fresh_chain: Network, tmp_path: Path) -> None:
    """An anchor that was final by confirmations is reorged out: noticed, sent again, and proved from the new block."""
    chain = carbonseal_every_fresh_chain
    directory = make_node(tmp_path / "node", chain, {"confirmations": "2"})

    async def scenario() -> None:
        async with opened(directory) as node:
            commitment = await new_head(node, "a")
            await until(node, lambda states: states == [State.INCLUDED])
            await new_head(node, "b")
            await until(node, lambda states: states == [State.INCLUDED, State.FINAL])
            await command(chain, "evm_mine")
            await until(node, lambda states: states == [State.FINAL, State.FINAL])
            early = node.seal(commitment)
            await command(chain, "dev_reorg", 3, "drop")
            assert sent_by(chain) == 0
            await until(node, lambda states: State.FINAL not in states)
            assert not node.is_final(commitment)
            assert node.seal(commitment).heads[0].anchors != early.heads[0].anchors
            while sent_by(chain) < 2:
                await node._workers[0].advance()
                await node._sleep(1)
            await command(chain, "evm_mine")
            await until(node, lambda states: states == [State.FINAL, State.FINAL])
            assert node.seal(commitment).heads[0].anchors != early.heads[0].anchors
            for _ in range(64):
                await command(chain, "evm_mine")
            await until(node, lambda states: not node._outbox.live(chain.ledger))  # irreversible

    asyncio.run(scenario())
    assert len(events_of(chain)) == sent_by(chain) == 2


# --- an account ----------------------------------------------------------------------------------------------------


def test_two_logs_that_share_an_account_by_mistake(carbonseal_every_fresh_chain: Network, tmp_path: Path) -> None:
    """Slow, and right: whoever loses a nonce notices, and takes another when that is final."""
    chain = carbonseal_every_fresh_chain
    options = {"confirmations": "2", "replace-after": "40"}
    one, two = (make_node(tmp_path / name, chain, options) for name in ("one", "two"))

    async def scenario() -> None:
        async with opened(one) as first, opened(two) as second:
            for word in "abc":
                for node in (first, second):
                    await new_head(node, word)
            for _ in range(60):
                for node in (first, second):
                    await node._workers[0].advance()
                    await node._sleep(5)
                await command(chain, "evm_mine")
            for node in (first, second):
                await until(node, lambda states: set(states) == {State.FINAL})

    chain.automine(False)
    asyncio.run(scenario())
    anchored = [(event["topics"][2], event["topics"][3]) for event in events_of(chain)]
    assert len(set(anchored)) == len(anchored) == sent_by(chain) == sent_by(chain, tag="pending")


def test_a_frozen_log_that_is_stuck_holds_up_no_other(carbonseal_every_fresh_chain: Network, tmp_path: Path) -> None:
    """Its transaction is in the pool, next in line, and pays too little, and nothing more is offered: another takes its place."""
    chain = carbonseal_every_fresh_chain
    motors = nodes.log_config("motors", "motors.example/log")
    directory = make_node(tmp_path / "node", chain, {"max-fee": "5000", "max-cost": "1"}, more=[motors])

    async def scenario() -> bytes:
        async with opened(directory) as node:
            for tenant in ("default", "motors"):
                await new_head(node, "a", tenant)
                await until(node, lambda states: set(states) == {State.SENT})
            with pytest.raises(Frozen):
                await node.log().compare(chain.ledger, Statement(node.log().id, 9, bytes(32)))
            await command(chain, "dev_crowd", 14)
            offered = fees_of(
                node._outbox.attempts(node._outbox.anchors(chain.ledger, log=node.log().id)[0])[0].payload
            )
            while not any(one.state is State.FINAL for one in node._outbox.anchors(chain.ledger)):
                for _ in range(10):
                    await node._workers[0].advance()
                    await node._sleep(3)
                latest = await command(chain, "eth_getBlockByNumber", "latest", False)
                cheap = int(latest["baseFeePerGas"], 16) < 1.5 * offered.limit
                await (command(chain, "dev_crowd", 2) if cheap else command(chain, "evm_mine"))
            return node.log("motors").id

    chain.automine(False)
    log = asyncio.run(scenario())
    assert [event["topics"][2] for event in events_of(chain)] == ["0x" + log.hex()]


# --- status --------------------------------------------------------------------------------------------------------


def test_status_tells_what_anchors_cost(carbonseal_every_fresh_chain: Network, tmp_path: Path) -> None:
    chain = carbonseal_every_fresh_chain
    directory = make_node(tmp_path / "node", chain, {"low-balance": "10000"})

    async def scenario() -> dict[str, Any]:
        async with opened(directory) as node:
            for word in ("a", "b"):
                await new_head(node, word)
                await node.wait_for_anchors(200)
            await node._sleep(100)
            await node._workers[0].advance()
        async with opened(directory) as node:  # known without asking
            return node.states()[0].to_json()

    state = asyncio.run(scenario())
    sent = [event["transactionHash"] for event in events_of(chain)]
    receipts = [chain.ask("eth_getTransactionReceipt", name) for name in sent]
    paid = sum(int(one["gasUsed"], 16) * int(one["effectiveGasPrice"], 16) for one in receipts)
    assert int(float(state["costs"]["spent"]) * 10**18) == pytest.approx(paid)
    assert float(state["costs"]["per-anchor"]) == pytest.approx(paid / 2 / 10**18)
    assert float(state["costs"]["per-record"]) == pytest.approx(paid / 3 / 10**18)
    assert "pays for" in state["costs"]["warning"]
    shown = "\n".join(ledger_lines(state, {}))
    assert "an anchor" in shown
    assert "a record" in shown
    assert "fund it" in shown
