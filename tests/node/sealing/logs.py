"""What the tests of a log share: sealing, reading back what was sealed, copies of a node, and what froze it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from carbonseal.log.checkpoints import Checkpoint, open_checkpoint
from carbonseal.log.tiles import decode_bundle
from carbonseal.node.node import Node
from carbonseal.node.sealing.files import LogFiles
from carbonseal.node.sealing.guard import Frozen
from tests.node import running

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
