"""ZIP archives that are made while they are sent: nothing of them is kept, in memory or on the disk."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator

WHEN = (1980, 1, 1, 0, 0, 0)  # of every file: the same files are the same bytes
FASTEST = 1


class _Pieces(io.RawIOBase):
    """What is written, until it is taken. It cannot be seeked: sizes come behind the files."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self._waiting += bytes(data)  # type: ignore[call-overload]
        return len(bytes(data))  # type: ignore[call-overload]

    def take(self) -> bytes:
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken


def zipped(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """The archive of these files, each by its name, in pieces that are not empty."""
    out = _Pieces()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=FASTEST) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name, WHEN), data, zipfile.ZIP_DEFLATED, FASTEST)
            yield out.take()
    yield out.take()
