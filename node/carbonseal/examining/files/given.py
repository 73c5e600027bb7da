"""What was named on the command line: files, folders of files at any depth, or standard input, read item by item."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from carbonseal.examining.codes import FILES_NONE, FILES_STANDARD_INPUT
from carbonseal.examining.files.archives import Opened, items_of
from carbonseal.examining.files.items import STDIN, Item, open_regular, read_passport
from carbonseal.findings import Refused

if TYPE_CHECKING:
    from carbonseal.goods.data_carrier import DataCarrier

BY_PRODUCTS = {".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX"}  # what macOS and Windows put beside files


class GivenFiles:
    """Iterating reads every item, in order, and again as often as one likes; nothing is kept. A file that cannot be read, and what
    is not followed in a folder, is an item with its problem."""

    def __init__(self, names: Iterable[str], beside: Iterable[Path] = (), asked_for: Sequence[Item] = ()) -> None:
        """Files in folders, at any depth, but for those in `beside`, which the command was given for something else; after them,
        what was `asked_for` at addresses. Raises Refused where there is none (files.none)."""
        given = list(names)
        self._asked_for = {item.name: item for item in asked_for}
        if STDIN in given and len(given) > 1:
            raise Refused(FILES_STANDARD_INPUT())
        self._stdin = read_passport(STDIN) if given == [STDIN] else b""
        left_out = {os.path.realpath(path) for path in beside}
        self.left_out: dict[str, None] = {}  # names that were left out, as systems make them
        self.expected: DataCarrier | None = None  # what every item is compared with
        self._files: list[Item] = []  # without their bytes
        for name in given:
            if name == STDIN or not Path(name).is_dir():
                self._files.append(Item(name))
                continue
            for one in _below(name):
                if _is_by_product(one.name.removeprefix(name)):
                    self.left_out[one.name] = None
                elif os.path.realpath(one.name) not in left_out:
                    self._files.append(one)
        self._files += (Item(name) for name in self._asked_for)
        if not self._files:
            raise Refused(FILES_NONE(names=", ".join(given)))

    def __iter__(self) -> Iterator[Item]:
        for file in self._files:
            for item in self._items(file):
                yield item if self.expected is None else replace(item, carrier=self.expected)

    def __len__(self) -> int:
        """The number of files, each archive counted once."""
        return len(self._files)

    @property
    def many(self) -> bool:
        """Whether there is more than one item."""
        return len(self._files) > 1 or len([*islice(self, 2)]) > 1

    def find(self, name: str) -> bytes | None:
        """The bytes of the item with this name; None where it is not there (any more)."""
        for file in self._files:
            if name == file.name or name.startswith(f"{file.name}!"):
                for item in self._items(file):
                    if item.name == name and not item.problem:
                        return item.raw
        return None

    def _items(self, file: Item) -> Iterator[Item]:
        if file.problem or file.name in self._asked_for:
            yield self._asked_for.get(file.name, file)
            return
        try:
            for item in self._read(file.name):
                inner = item.name.removeprefix(file.name)
                if _is_by_product(inner.removeprefix("!")):
                    self.left_out[item.name] = None
                else:
                    yield item
        except OSError as error:
            yield Item(file.name, problem=error.strerror or str(error))

    def _read(self, name: str) -> Iterator[Item]:
        if name == STDIN:
            yield from items_of(name, io.BufferedReader(io.BytesIO(self._stdin)), Opened(len(self._stdin)))
            return
        with open_regular(name) as file:
            yield from items_of(name, file, Opened(os.fstat(file.fileno()).st_size))


def _is_by_product(name: str) -> bool:
    return not BY_PRODUCTS.isdisjoint(name.replace("\\", "/").split("/"))


def _below(folder: str) -> list[Item]:
    """Every file in `folder` at any depth, sorted; with their problem, folders that cannot be looked into, and links to folders."""
    found: list[Item] = []

    def unreadable(error: OSError) -> None:
        found.append(Item(str(error.filename), problem=error.strerror or str(error)))

    for parent, folders, names in os.walk(folder, onerror=unreadable):
        found += (Item(os.path.join(parent, name)) for name in names)  # noqa: PTH118 - as given
        for name in folders:
            path = os.path.join(parent, name)  # noqa: PTH118
            if Path(path).is_symlink():
                found.append(Item(path, problem="a link to a folder is not followed: name that folder"))
    return sorted(found, key=lambda item: item.name)
