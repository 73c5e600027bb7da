"""Two nodes that anchor in each other, and cosign each other's heads, stop when idle: both real, over HTTP, in virtual time."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from carbonseal.log.notes import Cosigner
from carbonseal.node.anchoring.tracked import Limits, State
from carbonseal.node.config import LedgerConfig, WitnessConfig
from carbonseal.node.node import Node
from carbonseal.node.secrets import make_key, open_signer, verifier_of
from carbonseal.node.witnessing.settings import CosignerConfig
from carbonseal.service.app import serving
from tests import nodes, virtual_time
from tests.node.running import anchors, in_background, opened
from tests.service.nodes import free_port

LONG = 3 * 3600.0  # three times as long as a ledger's cadence
SELDOM = Limits(longest_round=600)


def make_pair(path: Path) -> dict[str, int]:
    """Two nodes, each of which anchors in the other: their ports by name."""
    ports = {name: free_port() for name in ("east", "west")}
    logs = {name: nodes.log_config(origin=f"{name}.example/log") for name in ports}
    for name, log in logs.items():
        make_key(path / name / log.key.removeprefix("file:"))
    keys = {name: verifier_of(log.origin, log.key, path / name) for name, log in logs.items()}
    for name, other in (("east", "west"), ("west", "east")):
        uri = f"tlog+http://127.0.0.1:{ports[other]}/v1/logs/default"
        ledger = LedgerConfig(f"tlog:{keys[other].name}", uri, "", 3600, {"key": keys[other].encode()})
        settings = nodes.settings(logs[name], ledgers=(ledger,), foreign=nodes.foreign(keys[other]))
        url = f"http://127.0.0.1:{ports[other]}/v1/logs/default"
        nodes.make_keys(path / other, [settings.cosigner.key])
        cosigner = CosignerConfig.beside(logs[other].origin)
        witness = Cosigner(cosigner.name, open_signer(cosigner.key, path / other)).verifier
        nodes.make_node(path / name, replace(settings, witnesses=(WitnessConfig(witness, url),)))
    return ports


def test_two_nodes_that_anchor_in_each_other_come_to_rest(tmp_path: Path) -> None:
    ports = make_pair(tmp_path)

    async def go() -> None:
        async with AsyncExitStack() as stack:
            pair: list[Node] = []
            for name, port in ports.items():
                node = await stack.enter_async_context(opened(tmp_path / name, limits=SELDOM))
                await stack.enter_async_context(serving(node, port=port))
                await stack.enter_async_context(in_background(node))
                pair.append(node)
            east, west = pair
            await east.submit(b'{"record": 1}', "json/1")
            await west.submit(b'{"record": 2}', "json/1")
            await asyncio.sleep(LONG)
            sizes = [node.log().size for node in pair]
            assert sizes == [3, 3]  # genesis, a record, and the other's head
            await asyncio.sleep(LONG)
            assert [node.log().size for node in pair] == sizes
            assert [node.log().waiting for node in pair] == [0, 0]
            for node in pair:
                assert node.states()[0].counts == {State.FINAL: 1}
            await east.submit(b'{"record": 3}', "json/1")
            await asyncio.sleep(LONG)
            assert [node.log().size for node in pair] == [4, 4]
            assert [node.states()[0].counts for node in pair] == [{State.FINAL: 2}, {State.FINAL: 1}]

    virtual_time.run(go())


def test_an_anchor_that_the_witness_has_overtaken_makes_way_for_the_newest_head(tmp_path: Path) -> None:
    """The other node took a larger head as a witness before the anchor came: it takes no smaller one, and gets the newest."""
    ports = make_pair(tmp_path)

    async def go() -> None:
        async with opened(tmp_path / "east") as east, opened(tmp_path / "west") as west:
            await east.submit(b'{"record": 1}', "json/1")
            await east.sequence()
            await east.anchor()
            await east.submit(b'{"record": 2}', "json/1")
            await east.sequence()
            async with serving(west, port=ports["west"]), in_background(west):
                await east.log().ask_witnesses()
                (state,) = await east.wait_for_anchors(3600)
                assert state.counts == {State.FINAL: 1}
                assert anchors(state) == {3: State.FINAL}
                assert west.log().foreign(east.log().id, 2) is None

    virtual_time.run(go())
