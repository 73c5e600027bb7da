"""Regular files, opened by name. Anything else is refused before it is opened: a named pipe would be waited for until somebody
writes, and a device may never end."""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader, FileIO
from pathlib import Path

BUFFER = 1 << 16  # bytes that are read at once: most files have less


class NotRegular(OSError):
    """A path leads to a pipe, a socket or a device."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(errno.EINVAL, "not a regular file", str(path))


def check_regular(path: Path | str) -> None:
    """For who hands the path on. Raises `NotRegular`, and OSError where nothing is there, or a folder."""
    mode = os.stat(path).st_mode  # noqa: PTH116 - a path object for each of a million names takes longer
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "Is a directory", str(path))
    if not stat.S_ISREG(mode):
        raise NotRegular(path)


def open_regular(path: Path | str) -> BufferedReader:
    """The file at `path`, opened. Raises as `check_regular`."""
    check_regular(path)
    return BufferedReader(FileIO(path), BUFFER)


def read_regular(path: Path) -> bytes:
    """The bytes of the file at `path`. Raises as `check_regular`."""
    with open_regular(path) as file:
        return file.read()
