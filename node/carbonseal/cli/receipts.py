"""The file that receipts are appended to: one line of JSON each, readable by its owner only."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from carbonseal.cli.errors import BrokeOff, Failed

if TYPE_CHECKING:
    from carbonseal.node.sealing.queue import Receipt


class Receipts:
    """An open file of receipts. A receipt that it has already is not appended again."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path, self._file = path, file
        self._held: set[bytes] = set()

    def read(self) -> None:
        """Read what the file has. Raises `Failed` where that is anything but receipts."""
        self._file.seek(0)
        with naming_file(self._path):
            self._held = {_commitment(self._path, number, line) for number, line in enumerate(self._file, 1)}

    def put(self, receipt: Receipt) -> None:
        """Append `receipt` unless the file has it. Raises `BrokeOff` where it cannot be written."""
        if receipt.commitment not in self._held:
            self._held.add(receipt.commitment)
            with naming_file(self._path):
                self._file.write(json.dumps(receipt.to_json()).encode() + b"\n")

    def close(self) -> None:
        """Close the file. Raises `BrokeOff` where what is buffered cannot be written."""
        with naming_file(self._path):
            self._file.close()


@contextmanager
def open_receipts(path: Path) -> Iterator[Receipts]:
    """The receipts at `path`, a new or existing file, which gets the mode 0600. Raises `Failed` where it has anything but
    receipts, `BrokeOff` where it cannot be read or written."""
    with naming_file(path):
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            raise Failed(f"{path} is not a regular file", "name a file for receipts alone")
        file = path.open("a+b")
    receipts = Receipts(path, file)
    try:
        receipts.read()
        path.chmod(0o600)  # salts are the submitter's alone
        yield receipts
    finally:
        receipts.close()


@contextmanager
def naming_file(path: Path) -> Iterator[None]:
    """Turn an OSError into `BrokeOff`, with the file's name and what to do about the records."""
    try:
        yield
    except OSError as error:
        broke = BrokeOff.on(error, path)
        raise BrokeOff(broke.message, f"{broke.remedy}; sealing again gives the same receipts") from error


def _commitment(path: Path, number: int, line: bytes) -> bytes:
    try:
        held = json.loads(line)
        commitment = bytes.fromhex(held["commitment"])
    except (ValueError, KeyError, TypeError) as error:
        raise Failed(
            f"{path} > line {number}: this is not a receipt", "name a file for receipts alone, or remove the line"
        ) from error
    if not line.endswith(b"\n"):
        raise Failed(f"{path} > line {number}: the line has no end", "add a line feed, or remove the line")
    return commitment
