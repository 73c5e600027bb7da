"""The guard: a log that went back in time freezes, and so does one whose guard is missing or malformed."""

from __future__ import annotations

import asyncio
import json
import shutil

import pytest

from carbonseal.log.checkpoints import open_checkpoint
from carbonseal.node import failpoints
from carbonseal.node.node import Node
from carbonseal.node.sealing.guard import Frozen
from tests.node.conftest import Begin
from tests.node.sealing.logs import backup, freeze_of, restore, seal, within


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
    for name in ("node.toml", "keys/log-default.key", "keys/salt-default.key", "keys/witness.key"):
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
