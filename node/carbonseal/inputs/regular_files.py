"""Regular files, opened by name. Anything else is refused before it is opened: a named pipe would be waited for until somebody
writes, and a device may never end."""

from __future__ import annotations

import errno
import stat
from io import BufferedReader
from pathlib import Path


class NotRegular(OSError):
    """A path leads to a pipe, a socket or a device."""

    def __init__(self, path: Path) -> None:
        super().__init__(errno.EINVAL, "not a regular file", str(path))


def check_regular(path: Path) -> None:
    """For who hands the path on. Raises `NotRegular`, and OSError where nothing is there, or a folder."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "Is a directory", str(path))
    if not stat.S_ISREG(mode):
        raise NotRegular(path)


def open_regular(path: Path) -> BufferedReader:
    """The file at `path`, opened. Raises as `check_regular`."""
    check_regular(path)
    return path.open("rb")


def read_regular(path: Path) -> bytes:
    """The bytes of the file at `path`. Raises as `check_regular`."""
    with open_regular(path) as file:
        return file.read()
