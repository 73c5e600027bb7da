"""What was named on the command line: files, folders of files at any depth, or standard input, read item by item."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import file_digest, sha256
from itertools import islice, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from carbonseal.examining.codes import FILES_CHANGED, FILES_NONE, FILES_STANDARD_INPUT
from carbonseal.examining.files.items import BEGINNING, Item, archive_format, problem_of, read_passport, single_items
from carbonseal.examining.files.listing import Listing, is_by_product
from carbonseal.examining.files.names import STDIN
from carbonseal.examining.parts import Part, cut
from carbonseal.findings import BrokenOff, Refused
from carbonseal.inputs.regular_files import open_regular

if TYPE_CHECKING:
    from carbonseal.goods.data_carrier import DataCarrier


class Position(NamedTuple):
    """How far the files were read: how many as a whole, and of the next one how many items."""

    files: int
    items: int


BEGIN = Position(0, 0)


class Files(Protocol):
    """The files of one examination. Iterating reads every item here, in order."""

    left_out: dict[str, None]  # names that were left out, as systems make them

    def __iter__(self) -> Iterator[Item]: ...

    def __len__(self) -> int:
        """The number of files, each archive counted once."""
        ...

    @property
    def digest(self) -> str:
        """SHA-256 of which files there are, in hex: names, sizes, and times of change."""
        ...

    @property
    def many(self) -> bool:
        """Whether there is more than one item."""
        ...

    def parts(self, start: Position = BEGIN) -> Iterator[tuple[Position, Part]]:
        """What is behind `start`, cut into parts, and the position behind each."""
        ...

    def again(self, judged: Iterable[tuple[str, bool]]) -> Iterator[Part]:
        """Items that are to be judged once more: `judged` has the name of every item, in order, and whether it is one. Raises
        BrokenOff (files.changed) where others are there by now."""
        ...

    def find(self, name: str) -> bytes | None:
        """The bytes of the item with this name; None where it is not there (any more)."""
        ...


def items_in(name: str, stream: io.BufferedReader) -> Iterator[Item]:
    """The items of a file: itself, its lines, or what is in it."""
    if archive_format(stream.peek(BEGINNING)) is None:
        return single_items(name, stream)
    from carbonseal.examining.files.archives import Opened, items_of

    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return items_of(name, stream, Opened(size))


class GivenFiles:
    """Iterating reads every item, in order, and again as often as one likes; of items nothing is kept. A file that cannot be read,
    and what is not followed in a folder, is an item with its problem."""

    def __init__(
        self,
        names: Iterable[str],
        beside: Iterable[Path] = (),
        asked_for: Sequence[Item] = (),
        fetched: Mapping[str, Path] | None = None,
    ) -> None:
        """Files in folders, at any depth, but for those in `beside`, which the command was given for something else; after them,
        what was `asked_for` at addresses, and files that were `fetched` from there, by the address. Raises Refused where there is
        none (files.none)."""
        given = list(names)
        self._asked_for = {item.name: item for item in asked_for}
        self._fetched = dict(fetched or {})
        if STDIN in given and len(given) > 1:
            raise Refused(FILES_STANDARD_INPUT())
        self._stdin = read_passport(STDIN) if given == [STDIN] else b""
        self.expected: DataCarrier | None = None  # what every item is compared with
        self._listing = Listing([*given, *self._asked_for, *self._fetched], beside)
        self.left_out = self._listing.left_out  # names that were left out, as systems make them
        if not len(self._listing):
            raise Refused(FILES_NONE(names=", ".join(given)))

    def extend(self, names: Iterable[str]) -> None:
        """More files behind those that are there."""
        self._listing.add(names)

    def __iter__(self) -> Iterator[Item]:
        return (item for _, item in self.after(BEGIN))

    def after(self, start: Position) -> Iterator[tuple[Position, Item]]:
        """Each item behind `start`, and the position behind it. The files before it are not opened."""
        passed = start.items
        for number, file in enumerate(islice(self._listing, start.files, None), start.files):
            for count, item in enumerate(islice(self._items(file), passed, None), passed + 1):
                yield Position(number, count), item if self.expected is None else replace(item, carrier=self.expected)
            passed = 0

    def parts(self, start: Position = BEGIN) -> Iterator[tuple[Position, Part]]:
        """See `Files`."""
        end = start

        def items() -> Iterator[Item]:
            nonlocal end
            for end, item in self.after(start):  # noqa: B007 - read below
                yield item

        for part in cut(items()):
            yield end, part

    def again(self, judged: Iterable[tuple[str, bool]]) -> Iterator[Part]:
        """See `Files`."""
        return cut(self._wanted(judged))

    def _wanted(self, judged: Iterable[tuple[str, bool]]) -> Iterator[Item]:
        for one, item in zip_longest(judged, self):
            if one is None or item is None or one[0] != item.name:
                raise BrokenOff(FILES_CHANGED())
            if one[1]:
                yield item

    def __len__(self) -> int:
        """The number of files, each archive counted once."""
        return len(self._listing)

    @property
    def digest(self) -> str:
        """SHA-256 of which files there are, in hex: names, sizes, and times of change."""
        digests = {
            name: sha256(item.raw or str(item.problem).encode()).hexdigest() for name, item in self._asked_for.items()
        }
        for name, path in self._fetched.items():
            with path.open("rb") as file:
                digests[name] = file_digest(file, "sha256").hexdigest()
        return self._listing.digest({STDIN: sha256(self._stdin).hexdigest(), **digests})

    @property
    def many(self) -> bool:
        """Whether there is more than one item."""
        return len(self._listing) > 1 or len([*islice(self, 2)]) > 1

    def find(self, name: str) -> bytes | None:
        """The bytes of the item with this name; None where it is not there (any more)."""
        for file in self._listing:
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
                if is_by_product(inner.removeprefix("!")):
                    self.left_out[item.name] = None
                else:
                    yield item
        except OSError as error:
            yield Item(file.name, problem=problem_of(error))

    def _read(self, name: str) -> Iterator[Item]:
        if name == STDIN:
            yield from items_in(name, io.BufferedReader(io.BytesIO(self._stdin)))
            return
        with open_regular(self._fetched.get(name, name)) as file:
            yield from items_in(name, file)
