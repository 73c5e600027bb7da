"""The files that were named, each by its name, in order: the files of folders at any depth, and what is not followed there.

Names are kept on disk, and only those of one folder are in memory at once: a folder of a million files is usual.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from carbonseal.examining.files.codes import UNREAD_FOLDER_LINK
from carbonseal.examining.files.items import Item, problem_of
from carbonseal.examining.files.names import STDIN
from carbonseal.examining.spool import Spool
from carbonseal.findings import Finding

BY_PRODUCTS = {".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX"}  # what macOS and Windows put beside files


def is_by_product(name: str) -> bool:
    """Whether systems put such a file beside others."""
    return not BY_PRODUCTS.isdisjoint(name.replace("\\", "/").split("/"))


class Listing:
    """Iterating gives the files, without their bytes: items, with a problem where they cannot be read."""

    def __init__(self, names: Iterable[str], beside: Iterable[Path]) -> None:
        """The files at these names; those in folders but for `beside`, which the command was given for something else."""
        self._files: Spool[tuple[str, Finding | None]] = Spool()
        self.left_out: dict[str, None] = {}  # names that were left out, as systems make them
        self._beside = {os.path.realpath(path) for path in beside}
        self.add(names)

    def add(self, names: Iterable[str]) -> None:
        """Further files, behind the others."""
        for name in names:
            is_folder = name != STDIN and Path(name).is_dir()
            self._files.add(self._below(name) if is_folder else ((name, None),))

    def __len__(self) -> int:
        return len(self._files)

    def __iter__(self) -> Iterator[Item]:
        return (Item(name, problem=problem) for name, problem in self._files)

    def digest(self, others: Mapping[str, str]) -> str:
        """SHA-256 of which files there are: their names, sizes and times of change; `others` have digests, by name. In hex."""
        total = hashlib.sha256()
        for name, problem in self._files:
            if name in others:
                found = others[name]
            elif problem:
                found = problem.message
            else:
                found = _state(name)
            total.update(os.fsencode(name) + b"\0" + found.encode() + b"\0")
        return total.hexdigest()

    def _below(self, folder: str) -> Iterator[tuple[str, Finding | None]]:
        """The files in a folder and below it, sorted by their whole names; with their problem, folders that cannot be looked into,
        and links to folders."""
        waiting = [(folder, True)]  # the next one last
        while waiting:
            path, is_folder = waiting.pop()
            if not is_folder:
                yield path, None
                continue
            if path != folder and Path(path).is_symlink():
                yield path, UNREAD_FOLDER_LINK()
                continue
            try:
                found = self._inside(path)
            except OSError as error:
                yield path, problem_of(error)
                continue
            waiting += reversed(found)

    def _inside(self, folder: str) -> list[tuple[str, bool]]:
        """What is in one folder, and whether it is a folder. Raises OSError."""
        found: list[tuple[str, bool]] = []
        left_out: list[str] = []
        real = os.path.realpath(folder)
        beside = {os.path.basename(path) for path in self._beside if os.path.dirname(path) == real}  # noqa: PTH119, PTH120
        with os.scandir(folder) as entries:
            for entry in entries:
                if is_by_product(entry.name):
                    left_out.append(entry.path)
                elif entry.name not in beside and not (_is_link(entry) and os.path.realpath(entry) in self._beside):
                    found.append((entry.path, _is_folder(entry)))
        self.left_out |= dict.fromkeys(sorted(left_out))
        return sorted(found, key=lambda one: one[0] + "/" * one[1])


def _is_link(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_symlink()
    except OSError:
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _state(name: str) -> str:
    try:
        found = os.stat(name)  # noqa: PTH116 - a path object for each of a million names takes longer
    except OSError as error:
        return error.strerror or str(error)
    return f"{found.st_size} {found.st_mtime_ns}"
