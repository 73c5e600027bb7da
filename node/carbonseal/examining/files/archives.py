"""Archives (zip, tar, gzip): the files in them, read one after another and never written anywhere.

- Bounds: what comes out is at most `MOST_RATIO` times what went in (from `FREE` bytes on), and `MOST_FILES` files; archives in
  archives are opened `MOST_DEEP` deep, a ``.tar.gz`` counting twice. Beyond that nothing more of the archive is read.
- Refused, each by itself: names that lead out of the archive or are longer than `LONGEST_NAME`, links, devices, what is encrypted
  or packed by a rare method.
- What is refused, and an archive that is damaged or ends early, is an item with its problem: the others are read.
"""

from __future__ import annotations

import gzip
import io
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self

from carbonseal.examining.files import codes
from carbonseal.examining.files.items import BEGINNING, MOST, Item, archive_format, are_passports_by_line, single_items
from carbonseal.findings import Finding, Refused

MOST_RATIO = 50  # what comes out, by what goes in
FREE = 16 << 20  # bytes that may come out whatever went in
MOST_FILES = 262_144
MOST_DEEP = 3
LONGEST_NAME = 4096  # bytes of the name of a file, in UTF-8: no system has longer paths, and results are kept by name
NAME_SHOWN = 80  # characters of a name that is longer
LONGEST_HEADER = 1 << 20  # bytes of one header of a tar archive: its names
LONGEST_DIRECTORY = 32 << 20  # bytes of the directory of a zip archive
DOCUMENTS = {
    "[Content_Types].xml",
    "mimetype",
    "META-INF/MANIFEST.MF",
}  # files of ZIP archives that are documents or programs
DAMAGED = (
    *(zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError),
    *(NotImplementedError, ValueError, struct.error),  # `zipfile` and `tarfile`, of headers that lie
)


class TooMuch(Refused):
    """An archive is over a bound."""


class _Damaged(Exception):
    """An archive cannot be read on."""


@dataclass(slots=True)
class Opened:
    """The outermost archive: how many bytes it has, and what was read of it and came out."""

    size: int
    packed: int = 0
    unpacked: int = 0
    files: int = 0
    deep: int = 0

    def count(self, packed: int, unpacked: int) -> None:
        """So many more bytes. Raises `TooMuch`."""
        self.packed += packed
        self.unpacked += unpacked
        if self.unpacked > max(FREE, MOST_RATIO * min(self.packed, self.size)):
            raise TooMuch(codes.UNREAD_RATIO(most=MOST_RATIO))

    def file(self) -> None:
        """One more file. Raises `TooMuch`."""
        self.files += 1
        if self.files > MOST_FILES:
            raise TooMuch(codes.UNREAD_MANY(most=f"{MOST_FILES:,}"))


def items_of(name: str, stream: io.BufferedReader, opened: Opened) -> Iterator[Item]:
    """The items of a file: itself, its lines, or what is in it."""
    found = archive_format(stream.peek(BEGINNING))
    if found is None:
        yield from single_items(name, stream)
        return
    if opened.deep == MOST_DEEP:
        yield Item(name, problem=codes.UNREAD_DEEP(most=MOST_DEEP))
        return
    opened.deep += 1
    try:
        yield from READERS[found](name, stream, opened)
    except TooMuch as bound:
        if opened.deep > 1:
            raise
        yield Item(name, problem=bound.finding)
    except (*DAMAGED, _Damaged) as error:
        yield Item(name, problem=codes.UNREAD_DAMAGED(reason=error))
    finally:
        opened.deep -= 1


# --- gzip ----------------------------------------------------------------------------------------------------------


class _Unpacked(io.RawIOBase):
    """What comes out of a gzip stream, counted."""

    def __init__(self, stream: io.BufferedReader, opened: Opened) -> None:
        super().__init__()
        self._stream, self._opened = stream, opened
        self._gzip = gzip.GzipFile(fileobj=stream)
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._gzip.read(len(buffer))
        before, self._read = self._read, self._stream.tell() if self._stream.seekable() else 0
        self._opened.count(self._read - before, len(data))
        buffer[: len(data)] = data
        return len(data)


def _gzip(name: str, stream: io.BufferedReader, opened: Opened) -> Iterator[Item]:
    yield from items_of(name, io.BufferedReader(_Unpacked(stream, opened)), opened)


# --- tar -----------------------------------------------------------------------------------------------------------


class _Member(tarfile.TarInfo):
    """A header. One that cannot be read is an error; `tarfile` would take it for the end of the archive."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        try:
            member = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if len(buf) == tarfile.BLOCKSIZE and not any(buf):
                raise  # the end, as it should be
            raise _Damaged(str(error)) from error
        if not (member.isreg() or member.isdir()) and member.size > LONGEST_HEADER:
            raise _Damaged("a header is too long")
        return member


def _tar(name: str, stream: io.BufferedReader, opened: Opened) -> Iterator[Item]:
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Member) as archive:
        for member in archive:
            archive.members = []  # type: ignore[attr-defined] # they are kept otherwise, each with its names
            if member.isdir():
                continue
            opened.file()
            inner = f"{name}!{_short(member.name)}"
            if problem := _name_problem(member.name) or _tar_problem(member):
                yield Item(inner, problem=problem)
                continue
            file = archive.extractfile(member)
            raw = b"" if file is None else file.read(MOST)
            yield from _inner(inner, raw, opened)


def _tar_problem(member: tarfile.TarInfo) -> Finding | None:
    if member.issym() or member.islnk():
        return codes.UNREAD_LINK()
    return None if member.isreg() and not member.issparse() else codes.UNREAD_NOT_REGULAR()


# --- zip -----------------------------------------------------------------------------------------------------------


class _Directory(io.RawIOBase):
    """A zip archive's bytes, at most `most` at once: its directory is read as a whole."""

    def __init__(self, stream: io.BufferedReader) -> None:
        super().__init__()
        self._stream = stream
        self.most = LONGEST_DIRECTORY

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size if 0 <= size <= self.most else self.most + 1)
        if len(data) > self.most:
            raise _Damaged("its directory is too long")
        return data


def _zip(name: str, stream: io.BufferedReader, opened: Opened) -> Iterator[Item]:
    if not stream.seekable():
        stream = io.BufferedReader(io.BytesIO(_whole(stream)))
    directory = _Directory(stream)
    with zipfile.ZipFile(directory) as archive:
        directory.most = MOST
        if not DOCUMENTS.isdisjoint(archive.namelist()):
            stream.seek(0)
            yield Item(name, stream.read(MOST))
            return
        for info in archive.infolist():
            if info.is_dir():
                continue
            opened.file()
            inner = f"{name}!{_short(info.filename)}"
            if problem := _name_problem(info.orig_filename) or _zip_problem(info):
                yield Item(inner, problem=problem)
                continue
            try:
                with archive.open(info) as file:
                    raw = file.read(MOST)
            except DAMAGED as error:
                yield Item(inner, problem=codes.UNREAD_DAMAGED_INSIDE(reason=error))
                continue
            opened.count(info.compress_size, len(raw))
            yield from _inner(inner, raw, opened)


def _zip_problem(info: zipfile.ZipInfo) -> Finding | None:
    if info.flag_bits & 1:
        return codes.UNREAD_ENCRYPTED()
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return codes.UNREAD_METHOD()
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return codes.UNREAD_LINK()
    return None if kind in (0, stat.S_IFREG) else codes.UNREAD_NOT_REGULAR()


# --- what all of them share ----------------------------------------------------------------------------------------


def _inner(name: str, raw: bytes, opened: Opened) -> Iterator[Item]:
    """The items of a file in an archive. One that is too long is an item by itself, and refused for that."""
    long = len(raw) == MOST
    if long and (are_passports_by_line(raw) or archive_format(raw)):
        yield Item(name, problem=_too_long())
    elif long:
        yield Item(name, raw)
    else:
        yield from items_of(name, io.BufferedReader(io.BytesIO(raw)), opened)


def _whole(stream: io.BufferedReader) -> bytes:
    raw = stream.read(MOST)
    if len(raw) == MOST:
        raise TooMuch(_too_long())
    return raw


def _too_long() -> Finding:
    return codes.UNREAD_LONG(most=f"{MOST - 1:,}")


def _name_problem(name: str) -> Finding | None:
    """Why no file of an archive may have this name; None where it may."""
    steps = re.split(r"[/\\]", name)
    if ".." in steps or steps[0] == "" or re.match("[A-Za-z]:", name) or "\0" in name:
        return codes.UNREAD_LEADS_OUT()
    return codes.UNREAD_LONG_NAME(most=f"{LONGEST_NAME:,}") if _is_long(name) else None


def _short(name: str) -> str:
    """The name of a file of an archive, as its item has it: the beginning of one that is too long."""
    return f"{name[:NAME_SHOWN]}…" if _is_long(name) else name


def _is_long(name: str) -> bool:
    return len(name.encode(errors="surrogatepass")) > LONGEST_NAME


Reader = Callable[[str, io.BufferedReader, Opened], Iterator[Item]]
READERS: dict[str, Reader] = {"gzip": _gzip, "zip": _zip, "tar": _tar}
