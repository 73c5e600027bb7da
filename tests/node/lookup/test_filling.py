"""The index as worker processes fill it: part by part, each once, and what a node that reads meanwhile sees."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from carbonseal.findings import BrokenOff
from carbonseal.node.lookup import indexer as indexing
from carbonseal.node.lookup.filling import Part, fill
from carbonseal.node.lookup.indexer import Indexer
from carbonseal.node.node import Node
from carbonseal.node.working.config import WorkersConfig
from carbonseal.node.working.work import Here, Workers
from tests import nodes
from tests.records.documents import encoded, footprint

FIGURE = "/pcf/pcfExcludingBiogenicUptake"


def document(number: int, figure: str = "1.0") -> bytes:
    own = {"/id": f"5a0a1b34-6b1d-4a5a-9d7a-{number:012x}", "/productIds": [f"urn:xy:{number}"], FIGURE: figure}
    return encoded(footprint(own))


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node whose log has 11 records, of which two give one footprint two figures."""
    path = nodes.make_node(tmp_path_factory.mktemp("filling") / "node", nodes.settings())

    async def seal() -> None:
        async with Node.open(path) as node:
            for raw in (*map(document, range(10)), document(3, "2.0")):
                await node.submit(raw, "pact/3.0")
            await node.sequence()

    asyncio.run(seal())
    return path


def test_a_worker_process_fills_it_part_by_part(
    directory: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "PART", 4)

    async def go() -> None:
        workers = Workers(WorkersConfig(records=1))
        async with Node.open(directory) as node:
            indexer = Indexer(tmp_path, node.logs, workers, read_only=False)
            with caplog.at_level(logging.WARNING):
                await indexer.catch_up()
            assert {one.indexed for one in indexer.reach().values()} == {node.log().size} == {12}
            assert len(indexer.index.by_tenant("default", 0, 100)) == 11
            (dispute,) = indexer.index.disputes(nodes.ORIGIN, 0, 10)
            assert (dispute.first.entry, dispute.second.entry) == (4, 11)
            indexer.close()
        await workers.close()

    asyncio.run(go())
    assert caplog.text.count("second figure under one footprint id") == 1


def test_a_part_that_is_filled_twice_is_there_once(directory: Path, tmp_path: Path) -> None:
    async def go() -> None:
        async with Node.open(directory) as node:
            log = node.log()
            indexer = Indexer(tmp_path, node.logs, Here(), read_only=False)
            part = Part(log.origin, 0, 12, log.entry(11), by_time=False)
            assert indexer.index.covered(log.origin) == (0, b"")
            first, second = (fill(tmp_path / "index.db", part, log.records(0, 12)) for _ in range(2))
            assert (len(first.disputes), second.disputes) == (1, [])
            assert indexer.index.covered(log.origin) == (12, log.entry(11))
            assert len(indexer.index.by_tenant("default", 0, 100)) == 11
            indexer.close()

    asyncio.run(go())


def test_an_index_that_cannot_be_opened_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(BrokenOff):
        fill(tmp_path / "nowhere" / "index.db", Part("log", 0, 1, b"entry", by_time=False), [])
