"""The log that a node grows: its files against the tree computed anew, its guard, and what freezes it."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import pytest

from carbonseal.findings import Refused
from carbonseal.ledger import Statement, log_id
from carbonseal.log.checkpoints import Checkpoint, open_checkpoint
from carbonseal.log.entries import Genesis, Heartbeat, RecordEntry, decode
from carbonseal.log.tiles import Tile, decode_bundle
from carbonseal.log.tree import leaf_hash, leaf_hashes, tree_root, verify_inclusion
from carbonseal.node import failpoints
from carbonseal.node.config import FILE, load
from carbonseal.node.config_file import render
from carbonseal.node.lock import Locked
from carbonseal.node.node import Node
from carbonseal.node.sealing.batches import PAUSE
from carbonseal.node.sealing.files import LogFiles
from carbonseal.node.sealing.guard import Frozen
from carbonseal.records.sources import Source
from tests import virtual_time
from tests.node import running
from tests.node.conftest import ORIGIN, Begin, ledger_in
from tests.node.simulated import SimulatedLedger
from tests.nodes import log_config

T = TypeVar("T")


def within(directory: Path, work: Callable[[Node], Awaitable[T]]) -> T:
    return running.run(directory, work)


def seal(directory: Path, *words: str) -> Checkpoint:
    """Submit, and sequence in one batch: the new head."""

    async def work(node: Node) -> Checkpoint:
        for word in words:
            await node.submit(json.dumps({"word": word}).encode(), "json/1")
        note = (await node.sequence()).get("default")
        assert note is not None
        assert note == node.log().checkpoint()
        return open_checkpoint(note, node.log().verifier)

    return within(directory, work)


def freeze_of(directory: Path) -> str:
    """The code with which a node refuses to sign and to take in, after a second start too."""

    async def work(node: Node) -> str:
        with pytest.raises(Frozen) as caught:
            await node.sequence()
        for refused in (node.submit(b"{}", "json/1"), node.anchor(), node.log().submit_foreign(b"")):
            with pytest.raises(Frozen):
                await refused
        frozen = node.log().frozen
        assert frozen is not None
        assert frozen == caught.value.finding
        assert frozen.code.remedy
        return frozen.code.name

    first = within(directory, work)
    assert within(directory, work) == first
    return first


def entries_of(directory: Path, size: int) -> list[bytes]:
    files = LogFiles(directory / "logs/default")
    entries: list[bytes] = []
    while len(entries) < size:
        width = min(256, size - len(entries))
        entries += decode_bundle(files.entries(len(entries) // 256, width), width)
    return entries


# --- growing -------------------------------------------------------------------------------------------------------


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


# --- going back in time --------------------------------------------------------------------------------------------


def backup(directory: Path, name: str = "backup") -> Path:
    """A copy of everything but the guard, as a backup should be."""
    copy = directory.with_name(name)
    shutil.copytree(directory, copy, ignore=lambda _folder, names: {"guard"} & set(names))
    return copy


def restore(copy: Path, directory: Path) -> None:
    for path in directory.iterdir():
        if path.name != "guard":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(copy, directory, dirs_exist_ok=True)


def test_restored_from_an_old_copy(begin: Begin) -> None:
    directory = begin()
    seal(directory, "a")
    copy = backup(directory)
    seal(directory, "b")
    restore(copy, directory)
    assert freeze_of(directory) == "frozen.went-back"


def test_restored_and_grown_to_the_same_size(begin: Begin) -> None:
    """The old copy took in another record before anybody looked: the guard knows another root for its size."""
    directory = begin()
    seal(directory, "a")
    copy = backup(directory)
    seal(directory, "b")
    kept = (directory / "guard").rename(directory.with_name("guard-kept"))
    restore(copy, directory)
    within(directory, lambda node: node.adopt_guard())
    within(directory, lambda node: node.submit(b'{"word": "c"}', "json/1"))
    shutil.rmtree(directory / "guard")
    kept.rename(directory / "guard")
    assert freeze_of(directory) == "frozen.other-root"


def test_freeze_outlives_a_newer_restore(begin: Begin) -> None:
    directory = begin()
    seal(directory, "a")
    old = backup(directory)
    seal(directory, "b")
    new = backup(directory, "newest")
    restore(old, directory)
    assert freeze_of(directory) == "frozen.went-back"
    restore(new, directory)
    assert freeze_of(directory) == "frozen.went-back"


def test_database_older_than_the_checkpoint(begin: Begin) -> None:
    directory = begin()
    seal(directory, "a")
    database = (directory / "logs/default.db").read_bytes()
    seal(directory, "b")
    for path in directory.glob("logs/default.db*"):
        path.unlink()
    (directory / "logs/default.db").write_bytes(database)
    assert freeze_of(directory) == "frozen.lost-entries"


@pytest.mark.parametrize("point", [failpoints.GUARDED, failpoints.SIGNED])
def test_after_a_crash_the_head_that_the_guard_knows_is_the_next_one(begin: Begin, point: str) -> None:
    """It may have been signed and seen: a larger one in its place would be a second history with the same key."""
    directory = begin()
    assert seal(directory, "a").size == 2

    def crash(here: str) -> None:
        if here == point:
            raise ConnectionAbortedError(point)

    async def ends_in_a_crash() -> None:
        async with Node.open(directory, reached=crash) as node:
            await node.submit(b'{"word": "b"}', "json/1")
            with pytest.raises(ConnectionAbortedError):
                await node.sequence()

    sizes: list[int] = []

    async def goes_on() -> None:
        def published(here: str) -> None:
            if here == failpoints.PUBLISHED:
                note = (directory / "logs/default/checkpoint").read_bytes()
                sizes.append(open_checkpoint(note, opened[0].log().verifier).size)

        opened: list[Node] = []
        async with Node.open(directory, reached=published) as node:
            opened.append(node)
            await node.submit(b'{"word": "c"}', "json/1")
            await node.sequence()
            await node.sequence()
            assert node.log().waiting == 0

    asyncio.run(ends_in_a_crash())
    asyncio.run(goes_on())
    assert sizes == [3, 4]


def test_guard_missing(begin: Begin) -> None:
    """Settings and keys alone, restored, do not begin the log again; and a whole copy signs when the operator says so."""
    directory = begin()
    seal(directory, "a")
    (directory / "guard/default").unlink()
    assert freeze_of(directory) == "frozen.guard-missing"

    async def adopt(node: Node) -> None:
        await node.adopt_guard()
        await node.submit(b"{}", "json/1")
        assert await node.sequence()

    within(directory, adopt)
    seal(directory, "b")
    empty = directory.with_name("empty")
    (empty / "keys").mkdir(parents=True)
    for name in ("node.toml", "keys/log-default.key", "keys/salt-default.key"):
        shutil.copy(directory / name, empty / name)
    assert freeze_of(empty) == "frozen.guard-missing"


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"origin":"x","size":1,"root":"","frozen":null}'])
def test_guard_malformed(begin: Begin, content: bytes) -> None:
    directory = begin()
    seal(directory, "a")
    (directory / "guard/default").write_bytes(content)
    assert freeze_of(directory) == "frozen.guard-malformed"


@pytest.mark.parametrize(
    "change", [{"version": 2}, {"version": None}, {"more": 1}, {"root": "AAAA"}, {"origin": "other.example/log"}]
)
def test_a_guard_has_exactly_the_members_of_its_version(begin: Begin, change: dict[str, object]) -> None:
    """One without a version, as it was written before the first release, is none either; it is left as it is."""
    directory = begin()
    seal(directory, "a")
    path = directory / "guard/default"
    value = {**json.loads(path.read_bytes()), **change}
    path.write_text(json.dumps({name: member for name, member in value.items() if member is not None}))
    before = path.read_bytes()
    assert freeze_of(directory) == "frozen.guard-malformed"
    assert path.read_bytes() == before


def test_older_guard_of_the_same_log_does_no_harm(begin: Begin) -> None:
    directory = begin()
    seal(directory, "a")
    old = (directory / "guard/default").read_bytes()
    seal(directory, "b")
    (directory / "guard/default").write_bytes(old)
    assert seal(directory, "c").size == 4


@pytest.mark.parametrize(
    ("size", "code"),
    [(2, "frozen.ledger-other-root"), (1, "frozen.ledger-other-root"), (9, "frozen.ledger-knows-more")],
)
def test_ledger_knows_otherwise(begin: Begin, tmp_path: Path, size: int, code: str) -> None:
    directory = begin(ledgers=(ledger_in(tmp_path / "ledger"),))
    seal(directory, "a")
    SimulatedLedger(tmp_path / "ledger/ledger.db").plant(Statement(log_id(ORIGIN), size, bytes(32)))
    assert freeze_of(directory) == code

    async def adopt(node: Node) -> None:
        with pytest.raises(Frozen):
            await node.adopt_guard()

    within(directory, adopt)


def test_guard_lost_and_ledger_knows_more(begin: Begin, tmp_path: Path) -> None:
    """Vouching for an old copy does not help: the ledgers are asked before anything is signed."""
    directory = begin(ledgers=(ledger_in(tmp_path / "ledger"),))
    seal(directory, "a")
    SimulatedLedger(tmp_path / "ledger/ledger.db").plant(Statement(log_id(ORIGIN), 3, bytes(32)))
    (directory / "guard/default").unlink()
    assert freeze_of(directory) == "frozen.guard-missing"

    async def adopt(node: Node) -> None:
        await node.adopt_guard()
        with pytest.raises(Frozen):
            await node.sequence()

    within(directory, adopt)
    assert freeze_of(directory) == "frozen.ledger-knows-more"


def test_a_ledgers_claim_freezes_as_long_as_it_is_claimed(begin: Begin, tmp_path: Path) -> None:
    """What an endpoint says is a claim. It stops the log, also while nobody can be asked; taken back, the log goes on."""
    directory = begin(ledgers=(ledger_in(tmp_path / "ledger"),))
    seal(directory, "a")
    ledger = SimulatedLedger(tmp_path / "ledger/ledger.db")
    ledger.plant(Statement(log_id(ORIGIN), 10**9, bytes(32)))
    assert freeze_of(directory) == "frozen.ledger-knows-more"
    (tmp_path / "ledger/down").touch()
    assert freeze_of(directory) == "frozen.ledger-knows-more"
    (tmp_path / "ledger/down").unlink()
    ledger.reorg(drop=True)
    assert seal(directory, "b").size == 3
    (tmp_path / "ledger/down").touch()
    assert seal(directory, "c").size == 4


def test_a_claim_of_a_ledger_that_is_used_no_more(begin: Begin, tmp_path: Path) -> None:
    """An operator whose ledger lies takes it out of the log's, and the log goes on; what the guard knows, it still knows."""
    directory = begin(ledgers=(ledger_in(tmp_path / "ledger"),))
    seal(directory, "a")
    copy = backup(directory)
    seal(directory, "b")
    SimulatedLedger(tmp_path / "ledger/ledger.db").plant(Statement(log_id(ORIGIN), 9, bytes(32)))
    assert freeze_of(directory) == "frozen.ledger-knows-more"
    settings = load(directory)
    (directory / FILE).write_text(render(replace(settings, ledgers=())))
    assert seal(directory, "c").size == 4
    restore(copy, directory)
    (directory / FILE).write_text(render(replace(settings, ledgers=())))
    assert freeze_of(directory) == "frozen.went-back"


def test_what_one_ledger_takes_back_another_still_claims(begin: Begin, tmp_path: Path) -> None:
    """An old copy with its old guard, and two ledgers that know it: neither's silence or change of mind frees the log."""
    one, two = ledger_in(tmp_path / "one", "sim:1"), ledger_in(tmp_path / "two", "sim:2")
    directory = begin(ledgers=(one, two))
    seal(directory, "a")
    ledgers = [SimulatedLedger(tmp_path / name / "ledger.db") for name in ("one", "two")]
    for ledger in ledgers:
        ledger.plant(Statement(log_id(ORIGIN), 9, bytes(32)))
    assert freeze_of(directory) == "frozen.ledger-knows-more"
    ledgers[0].reorg(drop=True)
    (tmp_path / "two/down").touch()
    assert freeze_of(directory) == "frozen.ledger-knows-more"
    (tmp_path / "two/down").unlink()
    assert freeze_of(directory) == "frozen.ledger-knows-more"
    ledgers[1].reorg(drop=True)
    assert seal(directory, "b").size == 3


def test_a_claim_that_was_not_heard_before_the_freeze(begin: Begin, tmp_path: Path) -> None:
    """The first ledger's claim froze the log while the second could not be asked: taken back, the second is asked before anything
    is signed, in whatever order they answer."""
    one, two = ledger_in(tmp_path / "one", "sim:1"), ledger_in(tmp_path / "two", "sim:2")
    for first, second in (("one", "two"), ("two", "one")):
        directory = begin(first, ledgers=(one, two))
        seal(directory, "a")
        liar, honest = (SimulatedLedger(tmp_path / name / "ledger.db") for name in (first, second))
        (tmp_path / second / "down").touch()
        liar.plant(Statement(log_id(ORIGIN), 9, bytes(32)))
        assert freeze_of(directory) == "frozen.ledger-knows-more"
        liar.reorg(drop=True)
        (tmp_path / second / "down").unlink()
        honest.plant(Statement(log_id(ORIGIN), 2, bytes(32)))
        assert freeze_of(directory) == "frozen.ledger-other-root"
        honest.reorg(drop=True)


def test_a_claim_that_is_taken_back_frees_every_command(begin: Begin, tmp_path: Path) -> None:
    """Not only what submits gives the ledger a moment to take it back."""
    directory = begin(ledgers=(ledger_in(tmp_path / "ledger"),))
    seal(directory, "a")
    ledger = SimulatedLedger(tmp_path / "ledger/ledger.db")

    async def anchor(node: Node) -> None:
        await node.anchor()

    async def sequence(node: Node) -> None:
        await node.sequence()

    for command in (anchor, sequence):
        ledger.plant(Statement(log_id(ORIGIN), 9, bytes(32)))
        assert freeze_of(directory) == "frozen.ledger-knows-more"
        ledger.reorg(drop=True)
        within(directory, command)


def test_a_guard_that_goes_away_freezes_at_once(begin: Begin) -> None:
    """Its disk is gone, say: the log tells so, instead of failing batch after batch."""
    directory = begin()
    seal(directory, "a")

    async def work(node: Node) -> None:
        await node.submit(b"{}", "json/1")
        (directory / "guard/default").unlink()
        with pytest.raises(Frozen):
            await node.sequence()
        frozen = node.log().frozen
        assert frozen is not None
        assert frozen.code.name == "frozen.guard-missing"
        await node.adopt_guard()
        assert await node.sequence()

    within(directory, work)


def test_a_lost_checkpoint_file_is_written_again(begin: Begin) -> None:
    directory = begin()
    seal(directory, "a")
    older = (directory / "logs/default/checkpoint").read_bytes()
    seal(directory, "b")
    newest = (directory / "logs/default/checkpoint").read_bytes()
    for lost in (None, older):
        (directory / "logs/default/checkpoint").unlink()
        if lost is not None:
            (directory / "logs/default/checkpoint").write_bytes(lost)
        assert within(directory, _size) == 3
        assert (directory / "logs/default/checkpoint").read_bytes() == newest
    assert seal(directory, "c").size == 4


async def _size(node: Node) -> int:
    return node.log().size


def test_ledger_down_at_start(begin: Begin, tmp_path: Path) -> None:
    """The node signs meanwhile, and compares before it anchors there."""
    directory = begin(ledgers=(ledger_in(tmp_path / "ledger"),))
    seal(directory, "a")
    SimulatedLedger(tmp_path / "ledger/ledger.db").plant(Statement(log_id(ORIGIN), 2, bytes(32)))
    (tmp_path / "ledger/down").touch()

    async def work(node: Node) -> None:
        await node.submit(b"{}", "json/1")
        assert await node.sequence()
        (state,) = node.states()
        assert (state.compared, state.problem) == (False, "the ledger is down")
        await node.anchor()
        (tmp_path / "ledger/down").unlink()
        await node.wait_for_anchors(20)
        frozen = node.log().frozen
        assert frozen is not None
        assert frozen.code.name == "frozen.ledger-other-root"

    within(directory, work)
    assert len(SimulatedLedger(tmp_path / "ledger/ledger.db").included()) == 1


# --- starting ------------------------------------------------------------------------------------------------------


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
