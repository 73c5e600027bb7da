"""Several logs of one node, and one account: one sequence of nonces, whatever happens to one log."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

from carbonseal.ledger import Statement
from carbonseal.node import failpoints
from carbonseal.node.anchoring.tracked import State
from carbonseal.node.config import LedgerConfig
from carbonseal.node.node import Node
from carbonseal_devnet.ethereum.network import Network
from tests import nodes
from tests.node.driver import run

NAMES = ("default", "motors", "cables")


def make_node(directory: Path, chain: Network, **more: str) -> Path:
    options = {"registry": chain.deployment.registry, "key": "file:keys/ethereum.key", **more}
    ledger = LedgerConfig(chain.ledger, chain.uri, chain.publisher(0), 3600, options)
    logs = [nodes.log_config(name, f"{name}.example/log") for name in NAMES]
    nodes.make_node(directory, nodes.settings(*logs, ledgers=(ledger,)))
    (directory / "keys/ethereum.key").write_text(chain.key(0).hex())
    (directory / "keys/ethereum.key").chmod(0o600)
    return directory


def anchored(chain: Network) -> list[Statement]:
    """All anchors in the registry, by the chain's events."""
    asked = {"fromBlock": "0x0", "toBlock": "latest", "address": chain.deployment.registry}
    return [
        Statement(bytes.fromhex(log["topics"][2][2:]), int(log["topics"][3], 16), bytes.fromhex(log["data"][2:66]))
        for log in chain.ask("eth_getLogs", asked)
    ]


def nonce(chain: Network) -> int:
    return int(chain.ask("eth_getTransactionCount", chain.publisher(0), "latest"), 16)


async def grow(node: Node, *names: str) -> None:
    for name in names:
        log = node.log(name)
        await node.submit(b'{"record": %d}' % (log.size + log.waiting), "json/1", name)
    await node.sequence()


def test_heads_of_all_logs_in_one_line_of_nonces(carbonseal_fresh_chain: Network, tmp_path: Path) -> None:
    """Blocks come only after every log has signed its attempts, so that all wait in the pool together."""
    chain = carbonseal_fresh_chain
    directory = make_node(tmp_path / "node", chain)
    before = nonce(chain)

    async def scenario() -> None:
        async with Node.open(directory) as node:
            for _ in range(2):
                chain.ask("evm_setAutomine", False)
                await grow(node, *NAMES)
                await node.anchor()
                await until(node, lambda counts: not counts.get(State.DUE) and not counts.get(State.SIGNED))
                chain.ask("evm_setAutomine", True)
                chain.mine(1)
                await node.wait_for_anchors(300)
            (state,) = node.states()
            assert state.counts == {State.FINAL: 6}
            assert state.costs is not None
            assert (state.costs.anchors, state.costs.entries) == (6, 9)
            assert state.costs.spent > 0

    asyncio.run(scenario())
    found = anchored(chain)
    assert len({(statement.log_id, statement.size) for statement in found}) == len(found) == 6
    assert nonce(chain) - before == 6


def test_what_a_frozen_log_signed_and_never_sent_is_in_nobodys_way(
    carbonseal_fresh_chain: Network, tmp_path: Path
) -> None:
    """Its attempt holds the next nonce, and the other logs' wait behind it. It is not sent any more; the line goes on."""
    chain = carbonseal_fresh_chain
    directory = make_node(tmp_path / "node", chain, **{"replace-after": "0.2"})
    before = nonce(chain)
    assert run(directory, failpoints.ATTEMPT_STORED, "a") == -signal.SIGKILL

    async def scenario() -> None:
        (directory / "guard/default").unlink()
        async with Node.open(directory) as node:
            assert node.log().frozen is not None
            await grow(node, "motors", "cables")
            await node.anchor()
            (state,) = await node.wait_for_anchors(600)
            final = {anchor.log for anchor in state.newest if anchor.state is State.FINAL}
            assert final == {node.log("motors").id, node.log("cables").id}
        async with Node.open(directory) as node:
            await node.adopt_guard()
            (state,) = await node.wait_for_anchors(600)
            assert state.counts == {State.FINAL: 3}

    asyncio.run(scenario())
    found = anchored(chain)
    assert len({(statement.log_id, statement.size) for statement in found}) == len(found) == 3
    assert nonce(chain) - before == 3


async def until(node: Node, condition: Callable[[Mapping[State, int]], bool]) -> None:
    waiting = asyncio.create_task(node.wait_for_anchors(600))
    async with asyncio.timeout(60):
        while not condition(node.states()[0].counts):  # noqa: ASYNC110 - states tell nobody that they changed
            await asyncio.sleep(0.01)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
