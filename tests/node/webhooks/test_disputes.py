"""Second figures as events of a node with several logs: at the same places however often, and in which order, the index is made."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from carbonseal.node.config import FILE, TenantConfig, load
from carbonseal.node.config_file import render
from carbonseal.node.node import Node
from carbonseal.node.webhooks.sources import SecondFigures
from tests import nodes
from tests.records.documents import encoded, footprint

NEXT = "log.example/next"
TENANTS = tuple(TenantConfig(name, f"file:keys/salt-{name}.key") for name in ("mine", "theirs"))


class Clock:
    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def figure(value: str, number: int = 1) -> bytes:
    own = {"/id": f"5a0a1b34-6b1d-4a5a-9d7a-{number:012x}", "/pcf/pcfExcludingBiogenicUptake": value}
    return encoded(footprint(own))


def told(node: Node, tenant: str = "mine") -> dict[tuple[str, int], list[tuple[str, Any]]]:
    """What a receiver gets from each position on, of each log."""
    found: dict[tuple[str, int], list[tuple[str, Any]]] = {}
    for log in node.logs.values():
        source = SecondFigures(node.lookup, log, [tenant])
        for position in range(log.size + 1):
            events, end = source.read(tenant, position)
            assert end >= position
            found[log.name, position] = [(event.subject, event.data) for event in events]
    return found


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    logs = (nodes.log_config(), nodes.log_config("next", NEXT))
    directory = nodes.make_node(tmp_path / "node", nodes.settings(*logs, tenants=TENANTS))

    async def fill() -> None:
        clock = Clock()
        for log, figures in (("default", ("3.86", "3.80")), ("next", ("1.93", "1.90", "3.86"))):
            settings = load(directory)
            (directory / FILE).write_text(render(replace(settings, tenants=(replace(TENANTS[0], log=log), TENANTS[1]))))
            async with Node.open(directory, clock=clock) as node:
                for value in figures:
                    await node.submit(figure(value), "pact/3.0", "mine")
                    await node.submit(figure(value, 2), "pact/3.0", "theirs")
                    await node.sequence()
                    await node.lookup.indexer.catch_up()

    asyncio.run(fill())
    return directory


@pytest.mark.parametrize("first", ["default", "next"])
def test_an_index_that_is_made_anew_tells_the_same_at_the_same_places(directory: Path, first: str) -> None:
    async def go() -> None:
        async with Node.open(directory) as node:
            await node.lookup.indexer.catch_up()
            before = told(node), told(node, "theirs")
            assert [len(before[0][log, 0]) for log in ("default", "next")] == [1, 3]
            indexes = [one["index"] for _, data in before[0]["next", 0] for one in data["records"]]
            assert len(indexes) == 2 * 3
        (directory / "index.db").unlink()
        async with Node.open(directory) as node:
            indexer, logs = node.lookup.indexer, sorted(node.logs.values(), key=lambda log: log.name != first)
            ends = [SecondFigures(node.lookup, log, ["mine"]).end() for log in logs]
            assert ends == [0, 0]  # nothing is told of half an index
            while await indexer.step(logs[0]):
                pass
            await indexer.step(logs[0])
            assert SecondFigures(node.lookup, logs[0], ["mine"]).end() == 0
            await indexer.catch_up()
            assert (told(node), told(node, "theirs")) == before

    asyncio.run(go())
