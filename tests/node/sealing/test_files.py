"""What a log's files on disk outlive: a power cut at any moment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from carbonseal.node.sealing.files import LogFiles, replace_file

FILES = (("tile/0/x001/234.p/7", b"hashes"), ("tile/entries/000", b"entries"))


class Syncs:
    """The inodes that were synced, in order, and which of the watched paths had a file at that moment."""

    def __init__(self, patch: pytest.MonkeyPatch, *watched: Path) -> None:
        self.inodes: list[int] = []
        self.visible: list[set[Path]] = []
        sync = os.fsync

        def recorded(descriptor: int) -> None:
            self.inodes.append(os.fstat(descriptor).st_ino)
            self.visible.append({path for path in watched if path.exists()})
            sync(descriptor)

        patch.setattr(os, "fsync", recorded)

    def of(self, path: Path) -> int:
        """Which sync was the last of this file or directory. Raises ValueError where there was none."""
        return len(self.inodes) - 1 - self.inodes[::-1].index(path.stat().st_ino)


def test_tiles_are_on_disk_before_they_have_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / name for name, _ in FILES]
    syncs = Syncs(monkeypatch, *paths)
    LogFiles(tmp_path).write(FILES)
    for path, (_, data) in zip(paths, FILES, strict=True):
        assert path.read_bytes() == data
        assert path not in syncs.visible[syncs.of(path)]


def test_the_names_of_tiles_are_on_disk_when_they_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is synced in a directory that is not may have no name after a power cut; so may a new directory."""
    paths = [tmp_path / name for name, _ in FILES]
    syncs = Syncs(monkeypatch, *paths)
    LogFiles(tmp_path).write(FILES)
    for path in paths:
        for directory in path.parents[: path.parents.index(tmp_path) + 1]:
            assert path in syncs.visible[syncs.of(directory)], directory


def test_a_checkpoint_is_on_disk_before_and_its_name_after_it_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "checkpoint"
    syncs = Syncs(monkeypatch, path)
    replace_file(path, b"note")
    assert path not in syncs.visible[syncs.of(path)]
    assert path in syncs.visible[syncs.of(tmp_path)]
