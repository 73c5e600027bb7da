"""Items: the single files that were given to a command, whatever they were in.

An item in something else has the name of both: ``batch.zip!a/b.json``, ``day.ndjson!17`` (a line). Nothing is left out silently:
what cannot be read is an item with its problem.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from carbonseal.examining.files.codes import UNREAD_FAILED, UNREAD_NOT_REGULAR
from carbonseal.examining.files.names import STDIN
from carbonseal.findings import Finding
from carbonseal.inputs import regular_files
from carbonseal.inputs.regular_files import BUFFER, NotRegular
from carbonseal.passport.file_kind import CLAIM
from carbonseal.passport.passports import PASSPORT_LIMITS
from carbonseal.values import dataclass

if TYPE_CHECKING:
    from carbonseal.goods.data_carrier import DataCarrier

BEGINNING = 512  # bytes by which an archive is recognised
MOST = PASSPORT_LIMITS.max_bytes + 1  # bytes that are read of one item: one more than a passport may have
SPACE = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Item:
    """One file: its name, and its bytes (no more than `MOST`) or why they could not be read. `carrier` is the data carrier that
    it was asked for by, or is compared with."""

    name: str
    raw: bytes = b""
    problem: Finding | None = None  # without a place
    carrier: DataCarrier | None = None


def problem_of(error: OSError) -> Finding:
    """Why a file could not be read: what the system says of it."""
    return UNREAD_NOT_REGULAR() if isinstance(error, NotRegular) else UNREAD_FAILED(reason=error.strerror or error)


def read_passport(path: str) -> bytes:
    """The bytes of the file at `path`; ``-`` is standard input. Of a larger file, one byte more than a passport may have: enough
    for the parser to refuse it.

    Raises OSError, also for what is not a regular file: a pipe without a writer would be waited for."""
    if path == STDIN:
        return sys.stdin.buffer.read(MOST)
    with open_regular(path) as file:
        return file.read(MOST)


def open_regular(path: str) -> io.BufferedReader:
    """The file at `path`, opened. Raises OSError, also for what is not a regular file."""
    try:
        return regular_files.open_regular(path)
    except NotRegular as error:
        raise OSError(error.errno, f"{error.strerror}: - reads standard input", path) from error


def archive_format(beginning: bytes) -> Literal["gzip", "zip", "tar"] | None:
    """What an archive that begins so is; None for what is not an archive."""
    if beginning.startswith(b"\x1f\x8b"):
        return "gzip"
    if beginning.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    return "tar" if beginning[257:262] == b"ustar" else None


def single_items(name: str, stream: io.BufferedReader) -> Iterator[Item]:
    """The items of a file that is not an archive: the file, or each of its lines where passports are among them (NDJSON)."""
    begun = _beginning(stream)
    if not are_passports_by_line(begun):
        yield Item(name, begun)
        return
    for number, line in enumerate(_lines(io.BufferedReader(_Rejoined(begun, stream))), start=1):
        if line.strip(SPACE):
            yield Item(f"{name}!{number}", line)


def _beginning(stream: io.BufferedReader) -> bytes:
    """The first `MOST` bytes, by pieces: who asks for so many at once has room made for them, whatever is there."""
    pieces: list[bytes] = []
    left = MOST
    while left:
        wanted = min(left, BUFFER)
        piece = stream.read(wanted)
        pieces.append(piece)
        left -= len(piece)
        if len(piece) < wanted:
            break
    return b"".join(pieces)


def are_passports_by_line(begun: bytes) -> bool:
    """Whether a file that begins with `begun` has an object on one line, another one on the next, and passports among them: such a
    file is no JSON text."""
    first, _, rest = begun.lstrip(SPACE).partition(b"\n")
    ends = first.rstrip(SPACE)
    return ends[:1] + ends[-1:] == b"{}" and rest.lstrip(SPACE).startswith(b"{") and CLAIM in begun


def _lines(stream: io.BufferedReader) -> Iterator[bytes]:
    """The lines of a file; of one that is too long, `MOST` bytes."""
    while line := stream.readline(MOST):
        yield line
        while len(line) == MOST and not line.endswith(b"\n"):
            line = stream.readline(MOST)


class _Rejoined(io.RawIOBase):
    """What was read of a stream, and the rest of it."""

    def __init__(self, begun: bytes, rest: io.BufferedReader) -> None:
        super().__init__()
        self._begun, self._rest = io.BytesIO(begun), rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._begun.read(len(buffer)) or self._rest.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
