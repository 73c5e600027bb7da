"""Records from files, folders and NDJSON streams, one at a time and in bounded memory."""

from __future__ import annotations

import gzip
import os
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from carbonseal.findings import Finding, Place, Refused
from carbonseal.inputs.regular_files import open_regular
from carbonseal.records.files import MAX_FILE, guess
from carbonseal.records.places import printable
from carbonseal.records.strict import RECORD_LIMITS, Limits
from carbonseal.values import dataclass

from . import codes, lists

DOCUMENTS = (".json",)
STREAMS = (".ndjson", ".jsonl")
PACKED = ".gz"
STDIN = Path("-")

_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Source:
    """One document, not read yet, and where it came from: a file, or a file and a line. `media` is the media type of a record
    that is a file."""

    place: Place
    raw: bytes
    media: str = ""


def read_records(
    paths: Iterable[Path], limits: Limits = RECORD_LIMITS, *, answers: bool = False
) -> Iterator[Source | Finding]:
    """The documents at `paths`, in order: ``.json`` files, lines of ``.ndjson`` and ``.jsonl`` files, each of them also in gzip
    (``.gz``), folders (all such files in and below them, sorted by name), and ``-`` for NDJSON from standard input. The items of a
    list in a ``.json`` file are documents; where `answers`, those of an object ``{"data": [...]}`` are, too (`lists.items`).

    A document that cannot be read comes as a finding in its place, and the rest follows: nothing is raised. At most one document
    of `limits.max_bytes` is in memory at a time, however long a line or a file is; of a list, its `lists.MAX_BYTES`.
    """
    for path in paths:
        if path == STDIN:
            yield from read_lines(sys.stdin.buffer, ("standard input",), limits)
        elif path.is_dir():
            yield from _read_folder(path, limits, answers)
        else:
            yield from _read_file(path, limits, answers)


def read_files(paths: Iterable[Path], media: str = "") -> Iterator[Source | Finding]:
    """The files at `paths`, in order, as they are: each with its media type, `media` or what its name says. A file that cannot be
    read, or whose media type nobody says, comes as a finding in its place."""
    for path in paths:
        try:
            with open_regular(path) as file:
                raw = file.read(MAX_FILE + 1)
        except OSError as error:
            yield _unreadable(path, error)
            continue
        kind = media or guess(path.name)
        yield Source((_name(path),), raw, kind) if kind else codes.SOURCE_MEDIA_TYPE(_name(path))


def read_lines(stream: BinaryIO, place: Place, limits: Limits = RECORD_LIMITS) -> Iterator[Source | Finding]:
    """The documents of an NDJSON stream, one a line. Empty lines are counted and left out; a line over the limit comes as a
    finding."""
    number = 0
    while line := stream.readline(limits.max_bytes + 2):
        number += 1
        here = (*place, f"line {number}")
        if len(line.rstrip(b"\r\n")) > limits.max_bytes:
            while not line.endswith(b"\n") and (line := stream.readline(_CHUNK)):
                pass
            yield codes.JSON_TOO_LARGE(*here, limit=limits.max_bytes)
        elif document := line.strip(b" \t\r\n"):
            yield Source(here, document)


def _read_folder(folder: Path, limits: Limits, answers: bool) -> Iterator[Source | Finding]:
    found = False
    unreadable: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=unreadable.append):
        folders.sort()
        for name in sorted(names):
            path = Path(parent, name)
            if _suffix(path) in DOCUMENTS + STREAMS:
                found = True
                yield from _read_file(path, limits, answers)
    for error in unreadable:
        yield _unreadable(Path(error.filename), error)
    if not found and not unreadable:
        yield codes.SOURCE_EMPTY(_name(folder))


def _read_file(path: Path, limits: Limits, answers: bool) -> Iterator[Source | Finding]:
    place = (_name(path),)
    suffix = _suffix(path)
    if suffix not in DOCUMENTS + STREAMS:
        yield codes.SOURCE_KIND(*place)
        return
    try:
        with open_regular(path) as packed, _unpacked(packed, path) as file:
            if suffix in STREAMS:
                yield from read_lines(file, place, limits)
            else:
                yield from _document(file, place, limits, answers)
    except OSError as error:
        yield _unreadable(path, error)
    except (EOFError, zlib.error) as error:
        yield codes.SOURCE_UNREADABLE(*place, reason=error)


def _document(file: BinaryIO, place: Place, limits: Limits, answers: bool) -> Iterator[Source | Finding]:
    """One document, or the items of a list."""
    raw = file.read(limits.max_bytes + 1)
    try:
        found = None
        if lists.may_be_list(raw):
            raw += file.read(max(0, lists.MAX_BYTES + 1 - len(raw)))
            found = None if len(raw) > lists.MAX_BYTES else lists.items(raw, answers=answers)
    except Refused as refused:
        yield refused.finding.under(*place)
        return
    if found is not None:
        yield from (_checked((*place, where), item, limits) for where, item in found)
    else:
        yield _checked(place, raw, limits)


def _checked(place: Place, raw: bytes, limits: Limits) -> Source | Finding:
    return codes.JSON_TOO_LARGE(*place, limit=limits.max_bytes) if len(raw) > limits.max_bytes else Source(place, raw)


def _unpacked(file: BinaryIO, path: Path) -> BinaryIO:
    return cast("BinaryIO", gzip.open(file)) if path.suffix.lower() == PACKED else file


def _suffix(path: Path) -> str:
    """The end of a file's name that says what is in it, in gzip or not."""
    return Path(path.name.lower().removesuffix(PACKED)).suffix


def _unreadable(path: Path, error: OSError) -> Finding:
    code = codes.SOURCE_MISSING if isinstance(error, FileNotFoundError) else codes.SOURCE_UNREADABLE
    return code(_name(path), reason=error.strerror or error)


def _name(path: Path) -> str:
    return printable(str(path), 1000)
