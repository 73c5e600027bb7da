"""The log that a node grows: its files against the tree computed anew, its start, and its work in the background."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from carbonseal.findings import Refused
from carbonseal.log.checkpoints import Checkpoint, open_checkpoint
from carbonseal.log.entries import Genesis, Heartbeat, RecordEntry, decode
from carbonseal.log.tiles import Tile
from carbonseal.log.tree import leaf_hash, leaf_hashes, tree_root, verify_inclusion
from carbonseal.node import failpoints
from carbonseal.node.config import FILE, load
from carbonseal.node.config_file import render
from carbonseal.node.lock import Locked
from carbonseal.node.node import Node
from carbonseal.node.sealing.batches import PAUSE
from carbonseal.node.sealing.files import LogFiles
from carbonseal.records.sources import Source
from tests import virtual_time
from tests.node import running
from tests.node.conftest import ORIGIN, Begin, ledger_in
from tests.node.sealing.logs import entries_of, seal, within
from tests.nodes import log_config


def test_files_are_those_of_the_tree(begin: Begin) -> None:
    """Batches of awkward sizes: bundles hold the entries, and the root is that of the tree computed at once."""
    directory = begin()
    number = 0
    for size in (1, 254, 1, 300, 211, 512):
        words = [str(number + word) for word in range(size)]
        number += size

        async def work(node: Node, words: list[str] = words) -> Checkpoint:
            items = [Source((word,), json.dumps({"word": word}).encode()) for word in words]
            results = [result async for result in node.submit_many(items, "json/1")]
            assert [result.place for result in results] == [(word,) for word in words]
            note = (await node.sequence()).get("default")
            assert note is not None
            return open_checkpoint(note, node.log().verifier)

        head = within(directory, work)
        entries = entries_of(directory, head.size)
        assert head.size == 1 + number
        assert head.root == tree_root(leaf_hashes(entries))
    assert decode(entries[0]) == Genesis(ORIGIN, {})
    assert all(isinstance(decode(entry), RecordEntry) for entry in entries[1:])
    files = LogFiles(directory / "logs/default")
    assert files.tile(0, 1, 44) == b"".join(
        leaf_hashes(entries[256:300])
    )  # the partial tile is gone, the full one serves
    assert not (directory / "logs/default/tile/0/000.p").exists()
    assert not list((directory / "logs/default").rglob("*.writing"))
    with pytest.raises(Refused) as caught:
        files.tile(3, 0, 1)
    assert caught.value.finding.code.name == "node.missing-tile"


def test_proofs_and_seals_without_ledgers(begin: Begin) -> None:
    directory = begin()

    async def work(node: Node) -> None:
        receipt = await node.submit(b'{"a": 1}', "json/1")
        with pytest.raises(Refused) as caught:
            node.seal(receipt.commitment)
        assert caught.value.finding.code.name == "node.not-sequenced"
        with pytest.raises(Refused) as caught:
            node.seal(bytes(32))
        assert caught.value.finding.code.name == "node.unknown-commitment"
        assert node.log().waiting == 2
        await node.sequence()
        await node.submit(b'{"a": 2}', "json/1")
        await node.sequence()
        assert not await node.sequence()
        seal = node.seal(receipt.commitment)
        assert (seal.index, seal.entry, len(seal.heads)) == (1, b"\1" + receipt.commitment, 1)
        old, new = node.log().proof(1, 2), node.log().proof(1)
        for proof, size in ((old, 2), (new, 3)):
            head = open_checkpoint(proof.checkpoint_note, node.log().verifier)
            assert head.size == size
            verify_inclusion(leaf_hash(seal.entry), 1, size, proof.hashes, head.root)
        with pytest.raises(Refused) as caught:
            node.log().proof(0, 1)
        assert caught.value.finding.code.name == "node.unknown-size"

    within(directory, work)


def test_one_writer(begin: Begin) -> None:
    directory = begin()

    async def work(node: Node) -> None:
        with pytest.raises(Locked) as caught:
            async with Node.open(directory):
                pass
        assert caught.value.address is None
        assert caught.value.finding.code.name == "node.locked"
        node.advertise("http://127.0.0.1:9100")
        with pytest.raises(Locked) as caught:
            async with Node.open(directory):
                pass
        assert caught.value.address == "http://127.0.0.1:9100"
        assert caught.value.finding.code.name == "node.served"

    within(directory, work)
    within(directory, lambda node: node.sequence())


def test_genesis_is_fixed_by_the_first_entry(begin: Begin, tmp_path: Path) -> None:
    """Ledgers can be added until then. Afterwards node.toml must say nothing that genesis does not."""
    directory = begin()
    within(directory, lambda node: asyncio.sleep(0))
    settings = replace(load(directory), ledgers=(ledger_in(tmp_path / "ledger"),))
    (directory / FILE).write_text(render(settings))
    seal(directory, "a")
    genesis = decode(entries_of(directory, 1)[0])
    assert genesis == Genesis(ORIGIN, {"sim:1": "sim-publisher"})
    for changed, code in (
        (replace(settings, logs=(replace(settings.logs[0], origin="other.example"),)), "config.other-genesis"),
        (replace(settings, ledgers=(*settings.ledgers, ledger_in(tmp_path, "sim:2"))), "config.not-in-genesis"),
        (replace(settings, ledgers=(replace(settings.ledgers[0], publisher="me"),)), "config.not-in-genesis"),
    ):
        (directory / FILE).write_text(render(changed))
        with pytest.raises(Refused) as caught:
            within(directory, lambda node: node.sequence())
        assert caught.value.finding.code.name == code


def test_predecessor_stands_in_genesis(begin: Begin) -> None:
    last = Checkpoint("old.example/log", 7, bytes(32))
    directory = begin(logs=[log_config(predecessor=last.encode())])
    seal(directory, "a")
    assert decode(entries_of(directory, 1)[0]) == Genesis(ORIGIN, {}, last)


def test_a_damaged_tile_is_noticed_before_signing(begin: Begin) -> None:
    directory = begin()
    seal(directory, *map(str, range(254)))
    (directory / "logs/default/tile/0/000").write_bytes(bytes(8192))
    with pytest.raises(Refused) as caught:
        seal(directory, "x", "y")
    assert caught.value.finding.code.name == "node.tile-changed"


def test_start_and_proof_read_a_handful_of_tiles(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    """However large the log is: one tile for each level to start, two for each to prove."""
    directory = begin()

    async def fill(node: Node) -> None:
        items = (Source((str(number),), b'{"n":%d}' % number) for number in range(70_000))
        async for result in node.submit_many(items, "json/1"):
            assert result.receipt
        await node.sequence()

    within(directory, fill)
    reads: list[str] = []
    read = LogFiles._read

    def counted(self: LogFiles, wanted: str, full: str, width: int) -> bytes:
        reads.append(wanted)
        return read(self, wanted, full, width)

    monkeypatch.setattr(LogFiles, "_read", counted)

    async def work(node: Node) -> None:
        assert node.log().size == 70_001
        assert 0 < len(reads) <= 9  # three levels, loaded for the edge and compared with checkpoint and guard
        reads.clear()
        node.log().proof(12_345)
        assert len(reads) <= 6
        assert not any("entries" in name for name in reads)

    within(directory, work)


def test_heartbeat(begin: Begin) -> None:
    """A quiet log shows a sign of life, at its rate and no more often."""
    directory = begin(heartbeat=100)

    async def work(node: Node) -> None:
        await node.submit(b"{}", "json/1")
        async with running.in_background(node):
            await asyncio.sleep(1000)

    within(directory, work)
    head = LogFiles(directory / "logs/default").checkpoint()
    assert head is not None
    size = int(head.split(b"\n")[1])
    beats = [entry for entry in map(decode, entries_of(directory, size)) if isinstance(entry, Heartbeat)]
    assert 5 <= len(beats) <= 10
    assert all(later.time - earlier.time >= 100 for earlier, later in pairwise(beats))


def test_tiles_have_the_names_of_the_specification() -> None:
    assert Tile(0, 1234067).path == "tile/0/x001/x234/067"


def test_a_seal_asked_for_in_the_middle_of_a_batch(begin: Begin) -> None:
    """The service asks from its loop while the disk thread sequences: it gets a seal or a clear no, at every point."""
    directory = begin()
    answers: dict[str, str] = {}

    async def work() -> None:
        opened: list[Node] = []
        sealed: list[bytes] = []

        def ask(point: str) -> None:
            if sealed:
                try:
                    answers[point] = f"{len(opened[0].seal(sealed[0]).heads)} head"
                except Refused as refused:
                    answers[point] = refused.finding.code.name

        async with running.opened(directory, reached=ask) as node:
            opened.append(node)
            sealed.append((await node.submit(b'{"a": 1}', "json/1")).commitment)
            await node.sequence()

    virtual_time.run(work())
    assert answers[failpoints.PUBLISHED] == "node.not-sequenced"
    assert answers[failpoints.HEAD_RECORDED] == "1 head"


def test_a_disk_that_takes_nothing_ends_no_node(begin: Begin) -> None:
    """What waits is durable; the batch is made once it can be."""
    directory = begin()
    in_the_way = directory / "logs/default/tile"
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_text("not a folder")

    async def work(node: Node) -> None:
        await node.submit(b"{}", "json/1")
        async with running.in_background(node):
            await asyncio.sleep(3 * PAUSE)
            assert node.log().size == 0
            in_the_way.unlink()
            await asyncio.sleep(2 * PAUSE)
            assert node.log().size == 2

    within(directory, work)


@pytest.mark.parametrize(
    "point", [failpoints.TILES_WRITTEN, failpoints.GUARDED, failpoints.SIGNED, failpoints.PUBLISHED]
)
def test_a_disk_that_fails_within_a_batch_leaves_it_to_the_next_one(point: str, begin: Begin) -> None:
    failing = [point]

    def reached(here: str) -> None:
        if here in failing:
            failing.remove(here)
            raise OSError("no space")

    async def work(node: Node) -> None:
        await node.submit(b"{}", "json/1")
        with pytest.raises(OSError, match="no space"):
            await node.sequence()
        await node.submit(b'{"more": 1}', "json/1")
        await node.sequence()
        assert node.log().size == 3
        assert node.log().head(3).note == node.log().checkpoint()

    running.run(begin(), work, reached=reached)


def test_a_batch_is_made_once_enough_wait_or_one_has_waited_long_enough(begin: Begin) -> None:
    """Also where some waited already, and those that came then were not enough yet."""

    async def work(node: Node) -> None:
        async with running.in_background(node):
            for word, size in (("a", 0), ("b", 0), ("c", 4), ("d", 4), ("e", 4), ("f", 4), ("g", 8), ("h", 8)):
                await node.submit(b'{"word": "%s"}' % word.encode(), "json/1")
                await asyncio.sleep(1)
                assert node.log().size == size  # the first entry says which log this is
            await asyncio.sleep(97)
            assert node.log().size == 8
            await asyncio.sleep(3)
            assert node.log().size == 9

    running.run(begin(batch_size=4, batch_age=100.0), work)
