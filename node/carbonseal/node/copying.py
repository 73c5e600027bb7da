"""Backups of a node: made while it runs, whole or not at all, without the guard; and put back.

A backup is a folder:

    backup.json       {"version": 1, "made": time, "files": {path: {"size", "sha256", "mode"}}, "logs": {name: {"size", "root"}}}
    node.toml         as it was
    node.db           anchors and their evidence, passports, revocations, tokens
    logs/NAME.db      entries, records and their salts, signed heads
    logs/NAME/...     the newest head of that database, as the file `checkpoint`, and the tiles and bundles of its size

- Each database is one committed state. `node.db` comes first, so that no log is older than what it knows of it.
- Tiles derive from committed rows: they are read last, those that the copied database's newest head needs and no others.
- `backup.json` is written last, into a folder of another name, which is then renamed: a backup that was cut off is none.
- Modes are kept. Guards and keys are left out: a guard in a backup would let an old copy sign, and keys are kept apart.
- To restore, all files are compared with `backup.json` first, and `node.toml` is written last: a directory that was half restored
  is no node.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carbonseal.findings import Refused
from carbonseal.inputs.regular_files import NotRegular, read_regular
from carbonseal.instants import format_seconds
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.notes import Note
from carbonseal.log.tiles import WIDTH, Tile, bundle_path, partial_tiles
from carbonseal.storage.database import Database
from carbonseal.storage.schema import LOG, NODE, Schema

from . import config
from .codes import BACKUP_DAMAGED, BACKUP_EXISTS, BACKUP_NONE, BACKUP_NOT_EMPTY
from .config import FILE
from .lock import Locked, ReadLock
from .sealing.files import LogFiles, replace_file
from .sealing.heads import Heads

MANIFEST = "backup.json"
VERSION = 1
WRITING = ".writing"  # suffix of a file that is not complete
UNFINISHED = ".unfinished"  # suffix of the folder that is not a backup yet
LEFT_OUT = ("guard", "keys")  # may be in a directory before a backup is restored there
DATABASE, FOLDER = "node.db", "logs"
Progress = Callable[[str], None]  # called with the path of each file that is done


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds, by its `backup.json`."""

    made: str
    files: Mapping[str, Mapping[str, Any]]
    logs: Mapping[str, Mapping[str, Any]]


def _nothing(_path: str) -> None:
    pass


# --- making one --------------------------------------------------------------------------------------------------------


def back_up(directory: Path, to: Path, now: float, progress: Progress = _nothing) -> Backup:
    """Make a backup of the node in `directory`, which may run, in the new folder `to`. `now` is in seconds since 1970. Raises
    Refused where `to` exists, and on settings; `BrokenOff`, OSError. What is cut off is a folder of another name."""
    settings = config.load(directory)
    if to.exists():
        raise Refused(BACKUP_EXISTS(path=to))
    unfinished = to.with_name(to.name + UNFINISHED)
    if unfinished.exists():
        _remove(unfinished)  # what a crash left
    try:
        unfinished.mkdir(mode=0o700)
    except FileNotFoundError as error:  # not made: it may be a disk that is not mounted
        raise FileNotFoundError(error.errno, error.strerror, str(to.parent)) from error
    logs: dict[str, Mapping[str, Any]] = {}
    with _live(directory) as live:
        _copy_database(directory, unfinished, DATABASE, NODE, live=live)
        progress(DATABASE)
        for own in settings.logs:
            name = f"{FOLDER}/{own.name}.db"
            _folder(directory, unfinished, FOLDER)
            _copy_database(directory, unfinished, name, LOG, live=live)
            progress(name)
            if head := _newest_head(unfinished / name, own.origin):
                logs[own.name] = {"size": head.size, "root": head.root.hex()}
                for path in _copy_tiles(directory, unfinished, own.name, head.size):
                    progress(path)
            progress(f"{FOLDER}/{own.name}")
        _copy(directory / FILE, unfinished / FILE)
        progress(FILE)
    files = {path: _describe(unfinished / path) for path in _files(unfinished)}
    made = Backup(format_seconds(int(now)), files, logs)
    value = {"version": VERSION, "made": made.made, "files": made.files, "logs": made.logs}
    replace_file(unfinished / MANIFEST, json.dumps(value, indent=1).encode() + b"\n", 0o600)
    for folder in (unfinished, *(path for path in unfinished.rglob("*") if path.is_dir())):
        _sync(folder)
    unfinished.rename(to)
    _sync(to.parent)
    return made


@contextmanager
def _live(directory: Path) -> Iterator[bool]:
    """Whether another process has the node open. Where none has, none begins to meanwhile."""
    try:
        lock = ReadLock(directory)
    except Locked:
        yield True
        return
    with closing(lock):
        yield False


def _copy_database(directory: Path, to: Path, name: str, schema: Schema, *, live: bool) -> None:
    source = directory / name
    with closing(Database.read_only(source, schema, live=live and source.exists())) as database:
        database.copy_to(to / name)
    if source.exists():
        (to / name).chmod(stat.S_IMODE(source.stat().st_mode))


def _newest_head(path: Path, origin: str) -> Checkpoint | None:
    """The newest head in a copied database, whose note becomes the copy's checkpoint file."""
    with closing(Database.read_only(path, LOG)) as database:
        head = Heads(database, origin).newest()
    if head is None:
        return None
    folder = path.with_suffix("")
    folder.mkdir(exist_ok=True)
    (folder / "checkpoint").write_bytes(head.note)
    return Checkpoint.parse(Note.parse(head.note).text)


def _copy_tiles(directory: Path, to: Path, name: str, size: int) -> Iterator[str]:
    """Copy what a log of `size` entries needs: from wider files, where the node has removed the narrower meanwhile."""
    files = LogFiles(directory / FOLDER / name)
    source, target = files.root, to / FOLDER / name
    _folder(directory, to, f"{FOLDER}/{name}")
    (target / "checkpoint").chmod(_mode(source / "checkpoint", 0o644))
    for path, data in _tree_files(files, size):
        _make_folders(source, target, Path(path).parent)
        (target / path).write_bytes(data)
        (target / path).chmod(_mode(source / path, 0o644))
        yield f"{FOLDER}/{name}/{path}"


def _tree_files(files: LogFiles, size: int) -> Iterator[tuple[str, bytes]]:
    """The tiles and bundles of the tree of `size` entries, with their bytes. Raises Refused where one is missing."""
    level = 0
    while count := size >> 8 * level:
        for index in range(count // WIDTH):
            yield Tile(level, index).path, files.tile(level, index, WIDTH)
        level += 1
    for tile in partial_tiles(size):
        yield tile.path, files.tile(tile.level, tile.index, tile.width)
    for index in range(-(-size // WIDTH)):
        width = min(WIDTH, size - index * WIDTH)
        yield bundle_path(index, width), files.entries(index, width)


def _folder(directory: Path, to: Path, name: str) -> None:
    (to / name).mkdir(exist_ok=True)
    (to / name).chmod(_mode(directory / name, 0o755))


def _make_folders(source: Path, target: Path, relative: Path) -> None:
    for parent in [*reversed(relative.parents), relative]:
        if not (target / parent).exists():
            (target / parent).mkdir()
            (target / parent).chmod(_mode(source / parent, 0o755))


def _mode(path: Path, default: int) -> int:
    return stat.S_IMODE(path.stat().st_mode) if path.exists() else default


def _copy(source: Path, target: Path) -> None:
    target.write_bytes(source.read_bytes())
    target.chmod(stat.S_IMODE(source.stat().st_mode))


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _describe(path: Path) -> dict[str, Any]:
    """A file's size, digest and mode. It is durable on return."""
    _sync(path)
    return {"size": path.stat().st_size, "sha256": _digest(path), "mode": f"{stat.S_IMODE(path.stat().st_mode):o}"}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()


# --- restoring one -----------------------------------------------------------------------------------------------------


def read_backup(folder: Path) -> Backup:
    """The backup in `folder`, whose every file was compared with `backup.json`. Raises Refused where it is none, was cut off, or
    changed since."""
    try:
        value = json.loads(read_regular(folder / MANIFEST))
        if value["version"] != VERSION:
            raise ValueError("another version")
        backup = Backup(str(value["made"]), dict(value["files"]), dict(value["logs"]))
    except (FileNotFoundError, NotADirectoryError, NotRegular, ValueError, KeyError, TypeError) as error:
        raise Refused(BACKUP_NONE(path=folder)) from error
    for name, said in backup.files.items():
        path = folder / name
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise Refused(BACKUP_DAMAGED(path=path))
        if not path.is_file() or path.stat().st_size != said["size"] or _digest(path) != said["sha256"]:
            raise Refused(BACKUP_DAMAGED(path=path))
    return backup


def restore(folder: Path, directory: Path, progress: Progress = _nothing) -> Backup:
    """Put the backup in `folder` back into `directory`, which is new, empty, or has keys and guards alone. Where this was cut
    off, it may be done again. Raises Refused where something else is there, and as `read_backup` does; OSError."""
    backup = read_backup(folder)
    if directory.exists():
        for path in (directory / name for name in _files(directory)):
            relative = path.relative_to(directory)
            if relative.parts[0] not in LEFT_OUT and (str(relative) == FILE or not _is_ours(relative, backup)):
                raise Refused(BACKUP_NOT_EMPTY(path=path))
    directory.mkdir(parents=True, exist_ok=True)
    for name in sorted(backup.files, key=lambda name: name == FILE):  # node.toml last
        for parent in [*reversed(Path(name).parents)][1:]:
            (directory / parent).mkdir(exist_ok=True)
            (directory / parent).chmod(stat.S_IMODE((folder / parent).stat().st_mode))
        _put(folder / name, directory / name, int(backup.files[name]["mode"], 8))
        progress(name)
    return backup


def _put(source: Path, target: Path, mode: int) -> None:
    """Write a file as a whole, durably, with this mode from its beginning."""
    writing = target.with_name(target.name + WRITING)
    writing.unlink(missing_ok=True)
    descriptor = os.open(writing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file, source.open("rb") as data:
        shutil.copyfileobj(data, file)
        os.fchmod(file.fileno(), mode)
        file.flush()
        os.fsync(file.fileno())
    writing.rename(target)
    _sync(target.parent)


def _is_ours(path: Path, backup: Backup) -> bool:
    return str(path).removesuffix(WRITING) in backup.files
