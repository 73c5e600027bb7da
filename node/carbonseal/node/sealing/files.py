"""Static files of a log, as C2SP tlog-tiles v0.1.0 names them: `tile/...`, `tile/entries/...`, `checkpoint`.

- A tile is written once, under another name first: what has its name is whole and durable. It never changes.
- A partial tile is removed once the full one that continues it is published, which the specification allows. Whoever asks for
  it then gets the beginning of the full one.
- A file that is there already has to hold the same bytes: otherwise the disk is damaged, and nothing is written over it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from carbonseal.findings import Refused
from carbonseal.log.tiles import Tile, bundle_path, cut_bundle

from .codes import NODE_MISSING_TILE, NODE_TILE_CHANGED

_WRITING = ".writing"  # suffix of a file that is not complete


def replace_file(path: Path, data: bytes, mode: int = 0o666) -> None:
    """Replace a file, durably: after a crash either the old one or the new one is there, whole. `mode` is what the process's umask
    leaves of it. Raises OSError."""
    _write(path.with_name(path.name + _WRITING), data, mode)
    path.with_name(path.name + _WRITING).replace(path)
    _sync_directory(path.parent)


class LogFiles:
    """The static files of one log below `root`; a `carbonseal.log.tiles.TileReader`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    # --- reading ---------------------------------------------------------------------------------------------------

    def tile(self, level: int, index: int, width: int) -> bytes:
        """The first `width` hashes of a tile: 32 * width bytes. Raises Refused where no file holds them."""
        return self._read(Tile(level, index, width).path, Tile(level, index).path, width)[: 32 * width]

    def entries(self, index: int, width: int) -> bytes:
        """The bundle of `width` entries. Raises Refused where no file holds them."""
        return cut_bundle(self._read(bundle_path(index, width), bundle_path(index), width), width)

    def checkpoint(self) -> bytes | None:
        """The newest signed checkpoint, or None before the first."""
        path = self.root / "checkpoint"
        return path.read_bytes() if path.exists() else None

    def _read(self, wanted: str, full: str, width: int) -> bytes:
        """The wanted file, or one that begins with it: the full one, or a wider partial one."""
        for path in (wanted, full):
            try:
                return (self.root / path).read_bytes()
            except FileNotFoundError:
                continue
        partial = (self.root / full).with_name(Path(full).name + ".p")
        wider = [int(path.name) for path in partial.glob("*") if path.name.isdigit() and int(path.name) > width]
        if not wider:
            raise Refused(NODE_MISSING_TILE(path=wanted))
        return (partial / str(min(wider))).read_bytes()

    # --- writing ---------------------------------------------------------------------------------------------------

    def write(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write tiles and bundles, durably. Those that are there already must be the same: raises Refused otherwise."""
        fresh: list[Path] = []
        directories: set[Path] = set()
        for name, data in files:
            path = self.root / name
            if path.exists():
                if path.read_bytes() != data:
                    raise Refused(NODE_TILE_CHANGED(path=name))
                continue
            directories |= self._make(path.parent)
            writing = path.with_name(path.name + _WRITING)
            writing.write_bytes(data)
            fresh.append(writing)
        for writing in fresh:  # all written, then all synced: the first sync does most of the work for the others
            _sync(writing)
            writing.rename(writing.with_suffix(""))
        for directory in directories:
            _sync_directory(directory)

    def publish(self, checkpoint: bytes) -> None:
        """Put the new checkpoint where everybody reads it, durably. All that it covers is written already."""
        replace_file(self.root / "checkpoint", checkpoint)

    def prune(self, full: Iterable[str]) -> None:
        """Remove the partial files that these full ones continue."""
        for name in full:
            path = self.root / name
            shutil.rmtree(path.with_name(path.name + ".p"), ignore_errors=True)

    def _make(self, directory: Path) -> set[Path]:
        """Make `directory`; the directories whose entries change thereby, and itself."""
        changed = {directory}
        missing = directory
        while not missing.exists():
            missing = missing.parent
            changed.add(missing)
        directory.mkdir(parents=True, exist_ok=True)
        return changed


def _write(path: Path, data: bytes, mode: int) -> None:
    path.unlink(missing_ok=True)  # what a crash left may have another mode
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_sync_directory = _sync
