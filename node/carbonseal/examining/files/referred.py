"""Files that are named to whoever judges them, and read there: on this machine, or on others.

- What is named are URLs of stores, or paths, which every machine has to have under the same name.
- A part has names alone. An archive, or a file with one passport a line, is one file of a part, whatever is in it.

Private.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from carbonseal.examining.codes import FILES_CHANGED, FILES_NONE
from carbonseal.examining.files.codes import UNREAD_AMBIGUOUS, UNREAD_FAILED, UNREAD_NO_PLACE
from carbonseal.examining.files.given import BEGIN, Position, items_in
from carbonseal.examining.files.items import Item, problem_of
from carbonseal.examining.files.listing import Listing, is_by_product
from carbonseal.examining.files.names import is_stored
from carbonseal.examining.files.stores import WHOLE, StoredFile, fetch, open_large, stored_files
from carbonseal.examining.parts import Part, sliced
from carbonseal.examining.spool import Spool
from carbonseal.findings import BrokenOff, Finding, Refused
from carbonseal.inputs.regular_files import open_regular
from carbonseal.values import dataclass


class NamedFile(NamedTuple):
    """A file, as findings name it: where it is, how many bytes it had when it was listed, or why it cannot be read."""

    name: str
    place: str  # a URL of a store, or an absolute path
    size: int = 0
    problem: Finding | None = None
    state: str = ""  # what changes with its bytes: a time, or a tag

    @property
    def is_fetched(self) -> bool:
        """Whether it is read with the others of its part, as a whole."""
        return not self.problem and is_stored(self.place) and self.size <= WHOLE

    @property
    def stored(self) -> StoredFile:
        """The same, as its store has it."""
        return StoredFile(self.place, self.size, self.state)


class Wanted(NamedTuple):
    """A file of a part: `items` are those that are judged, by number; all of them where it is None."""

    file: NamedFile
    items: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class ReferredPart:
    """A part that names its files."""

    wanted: tuple[Wanted, ...]

    def items(self) -> Iterator[Item]:
        """See `Part`."""
        fetched = fetch(one.file.stored for one in self.wanted if one.file.is_fetched)
        for file, numbers in self.wanted:
            for number, item in enumerate(_items(file, fetched.get(file.place))):
                if numbers is None or number in numbers:
                    yield item

    def names(self) -> Sequence[str]:
        """See `Part`."""
        return [one.file.name for one in self.wanted]

    def pieces(self) -> Sequence[ReferredPart]:
        """See `Part`."""
        return [ReferredPart((one,)) for one in self.wanted]

    def __len__(self) -> int:
        return len(self.wanted)


def _items(file: NamedFile, fetched: bytes | Exception | None) -> Iterator[Item]:
    """The items of a file. `fetched` are its bytes, or why they could not be had, where that was tried."""
    if file.problem:
        yield Item(file.name, problem=file.problem)
        return
    if isinstance(fetched, Exception):
        yield Item(file.name, problem=UNREAD_FAILED(reason=str(fetched) or type(fetched).__name__))
        return
    try:
        with _opened(file, fetched) as stream:
            for item in items_in(file.name, stream):
                if not is_by_product(item.name.removeprefix(file.name).removeprefix("!")):
                    yield item
    except FileNotFoundError:
        yield Item(file.name, problem=UNREAD_NO_PLACE())
    except OSError as error:
        yield Item(file.name, problem=problem_of(error))


def _opened(file: NamedFile, fetched: bytes | None) -> io.BufferedReader:
    """Raises OSError."""
    if fetched is not None:
        return io.BufferedReader(io.BytesIO(fetched))
    return open_large(file.place) if is_stored(file.place) else open_regular(file.place)


class ReferredFiles:
    """The files at URLs of stores and at paths, those in folders at any depth: see `Files`. Their names are kept on disk."""

    def __init__(self, names: Iterable[str], beside: Iterable[Path] = ()) -> None:
        """Lists them, but for those in `beside`. Raises Refused (`store.*`, `files.none`), OSError."""
        given = list(names)
        self.left_out: dict[str, None] = {}
        self._files: Spool[NamedFile] = Spool()
        total = hashlib.sha256(b"referred\0")
        for file in _told_apart(chain.from_iterable(self._listed(name, [*beside]) for name in given)):
            self._files.add((file,))
            total.update(os.fsencode("\0".join(map(str, file))) + b"\0")
        self.digest = total.hexdigest()
        if not len(self._files):
            raise Refused(FILES_NONE(names=", ".join(given)))

    @property
    def many(self) -> bool:
        """Whether there may be more than one item: what is in a file is not known here."""
        return True

    def __len__(self) -> int:
        return len(self._files)

    def __iter__(self) -> Iterator[Item]:
        return chain.from_iterable(part.items() for _, part in self.parts())

    def parts(self, start: Position = BEGIN) -> Iterator[tuple[Position, Part]]:
        """See `Files`."""
        passed = start.files
        for wanted in sliced(map(Wanted, islice(self._files, passed, None)), _size):
            passed += len(wanted)
            yield Position(passed, 0), ReferredPart(wanted)

    def again(self, judged: Iterable[tuple[str, bool]]) -> Iterator[Part]:
        """See `Files`."""
        return map(ReferredPart, sliced(self._wanted(judged), _size))

    def find(self, name: str) -> bytes | None:
        """See `Files`."""
        for file in self._files:
            if _is_of(name, file):
                for item in ReferredPart((Wanted(file),)).items():
                    if item.name == name and not item.problem:
                        return item.raw
        return None

    def _wanted(self, judged: Iterable[tuple[str, bool]]) -> Iterator[Wanted]:
        results = iter(judged)
        following = next(results, None)
        for file in self._files:
            number, numbers = 0, set()
            while following is not None and _is_of(following[0], file):
                if following[1]:
                    numbers.add(number)
                number += 1
                following = next(results, None)
            if numbers:
                yield Wanted(file, frozenset(numbers))
        if following is not None:
            raise BrokenOff(FILES_CHANGED())

    def _listed(self, name: str, beside: Sequence[Path]) -> Iterator[NamedFile]:
        if is_stored(name):
            for stored in stored_files(name):
                if is_by_product(stored.url.removeprefix(name)):
                    self.left_out[stored.url] = None
                else:
                    yield NamedFile(stored.url, stored.url, stored.size, stored.problem, stored.state)
            return
        listing = Listing([name], beside)
        for item in listing:
            yield _local(item)
        self.left_out.update(listing.left_out)


def _told_apart(files: Iterable[NamedFile]) -> Iterator[NamedFile]:
    """Files whose items have names of their own: one that could be an item of the one before it has a problem, and one that is
    named twice in a row is there once."""
    before: NamedFile | None = None
    for file in files:
        if before is None or not _is_of(file.name, before):
            before = file
            yield file
        elif file.name != before.name:
            yield file._replace(problem=UNREAD_AMBIGUOUS())


def _local(item: Item) -> NamedFile:
    """A file at a path."""
    place = os.path.abspath(item.name)  # noqa: PTH100 - links stay what they are
    if item.problem:
        return NamedFile(item.name, place, problem=item.problem)
    try:
        found = Path(place).stat()
    except OSError as error:
        return NamedFile(item.name, place, problem=problem_of(error))
    return NamedFile(item.name, place, found.st_size, state=str(found.st_mtime_ns))


def _size(wanted: Wanted) -> int:
    return wanted.file.size


def _is_of(name: str, file: NamedFile) -> bool:
    """Whether an item of this name is the file, or in it."""
    return name == file.name or name.startswith(f"{file.name}!")
