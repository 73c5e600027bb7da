"""Output files of commands: replaced as a whole or not at all; ``-`` is standard output."""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click

from carbonseal.cli.errors import BrokeOff, Failed
from carbonseal.cli.formatting.text import plain

STDOUT = Path("-")
WRITABLE = click.Path(dir_okay=False, allow_dash=True, path_type=Path)


class _File(click.Path):
    """A file alone."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if str(value) == "-":
            self.fail("- would be standard output, which is for what the command prints: name a file.", param, ctx)
        return super().convert(value, param, ctx)


FILE = _File(dir_okay=False, path_type=Path)
FORCE = click.option("--force", is_flag=True, help="Overwrite an existing file.")
FRAUD_PROOFS = click.option(
    "--fraud-proofs",
    type=click.Path(exists=True, file_okay=False, writable=True, path_type=Path),
    help="Write fraud proofs of logs that equivocate, and of batches that were sold twice, into this folder.",
)


class Output:
    """A file that a command will write, or standard output. It is checked before the work begins.

    Links are followed. One that leads to no file is refused as an existing file is: in a folder that others share, somebody
    else may have put it there, to have a file written where only the caller can write.
    """

    def __init__(self, path: Path, *, over: bool) -> None:
        """`over`: whether an existing file or link may be overwritten. Raises `Failed` unless `path` is a regular file, does not
        exist yet, or is ``-``; `BrokeOff` where its folder cannot be written."""
        self.path = path
        self._target = Path(os.path.realpath(path))
        if path != STDOUT:
            self._check(over)

    @property
    def target(self) -> Path:
        """The file itself, where `path` is a link."""
        return self._target

    def _check(self, over: bool) -> None:
        try:
            mode = self._target.stat().st_mode
        except FileNotFoundError:
            if self.path.is_symlink() and not over:
                raise Failed(
                    f"{self.path} is a link to {self._target}, which does not exist",
                    "name another file, or write through the link with --force",
                ) from None
            if not self._target.parent.is_dir():
                raise Failed(
                    f"{self.path}: the folder {self._target.parent} does not exist", "create it first"
                ) from None
        except OSError as error:
            raise BrokeOff.on(error, self.path) from error
        else:
            if not stat.S_ISREG(mode):
                raise Failed(f"{self.path} is not a regular file", "name a file, or - for standard output")
            if not over:
                raise Failed(f"{self.path} exists already", "name another file, or overwrite it with --force")
        if not os.access(self._target.parent, os.W_OK | os.X_OK):
            raise BrokeOff(f"{self.path}: the folder cannot be written", "check its permissions")

    def write(self, data: bytes, summary: str = "") -> None:
        """Write `data`, durably, and print a line that ends in `summary`. Raises `BrokeOff` where it cannot be written; the old
        content is then unchanged."""
        if self.path == STDOUT:
            click.echo(data, nl=False)
            return
        with self.stream() as file:
            file.write(data)
        click.echo(plain(f"wrote {self.path}" + (f": {summary}" if summary else "")))

    async def write_each(self, pieces: AsyncIterator[bytes]) -> None:
        """As `write`, of pieces as they come: only the one that came last is in memory."""
        if self.path == STDOUT:
            async for piece in pieces:
                click.echo(piece, nl=False)
            return
        with self.stream() as file:
            async for piece in pieces:
                file.write(piece)
        click.echo(plain(f"wrote {self.path}"))

    def write_secret(self, data: bytes) -> None:
        """As `write`, into a file that its owner alone can read."""
        try:
            with _replacing(self._target, mode=0o600) as file:
                file.write(data)
        except OSError as error:
            raise BrokeOff.on(error, self.path) from error
        click.echo(plain(f"wrote {self.path}"))

    @contextmanager
    def stream(self) -> Iterator[IO[bytes]]:
        """The file, to be written piece by piece, with the promises of `write`; never standard output."""
        try:
            with _replacing(self._target) as file:
                yield file
        except OSError as error:
            raise BrokeOff.on(error, self.path) from error


@contextmanager
def _replacing(path: Path, mode: int | None = None) -> Iterator[IO[bytes]]:
    """As `carbonseal.node.sealing.files.replace_file`, for folders that others can write to: the temporary file has a random
    name, and this mode, or that of the file that it replaces."""
    if mode is None and path.exists():
        mode = stat.S_IMODE(path.stat().st_mode)
    writing = path.with_name(f".carbonseal-{os.urandom(8).hex()}")
    descriptor = os.open(writing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if mode is not None:
                writing.chmod(mode)
            yield file
            file.flush()
            os.fsync(file.fileno())
        _replace(path, writing)
    finally:
        writing.unlink(missing_ok=True)  # after a write that failed; else it has been renamed
    if not hasattr(
        os, "O_DIRECTORY"
    ):  # Windows: a folder cannot be opened, and the rename is the file system's to keep
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _replace(path: Path, written: Path) -> None:
    """Put the file `written` in the place of `path`. Raises `BrokeOff` where Windows refuses that, as another program has it open;
    OSError."""
    try:
        written.replace(path)
    except PermissionError as error:
        if not path.exists():
            raise
        raise BrokeOff(
            f"{path} cannot be replaced ({error.strerror}), and is unchanged",
            "if another program has it open, close it there, and do the same again; else check the permissions",
        ) from error
