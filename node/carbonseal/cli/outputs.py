"""Where commands put what they make: a file, replaced as a whole or not at all, or standard output."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

import click

from carbonseal.cli.errors import BrokeOff, Failed

STDOUT = Path("-")
WRITABLE = click.Path(dir_okay=False, allow_dash=True, path_type=Path)
FORCE = click.option("--force", is_flag=True, help="Overwrite a file that is there.")


class Output:
    """A file that a command will write, or standard output: looked at before the work, so that nothing is made for a place
    that cannot take it. Links are followed."""

    def __init__(self, path: Path, *, over: bool) -> None:
        """`over` says whether a file that is there may be overwritten. Raises `Failed` unless `path` is a regular file, is
        yet to be one, or is ``-``."""
        self.path = path
        self._target = Path(os.path.realpath(path))
        if path != STDOUT:
            self._check(over)

    def _check(self, over: bool) -> None:
        try:
            mode = self._target.stat().st_mode
        except FileNotFoundError:
            if not self._target.parent.is_dir():
                raise Failed(f"{self.path}: there is no folder {self._target.parent}", "make it first") from None
        except OSError as error:
            raise BrokeOff.on(error, self.path) from error
        else:
            if not stat.S_ISREG(mode):
                raise Failed(f"{self.path} is no regular file", "name a file, or - for standard output")
            if not over:
                raise Failed(f"{self.path} is there already", "name another file, or overwrite it with --force")
        if not os.access(self._target.parent, os.W_OK | os.X_OK):
            raise BrokeOff(f"{self.path}: the folder cannot be written", "see who may write there")

    def write(self, data: bytes, said: str = "") -> None:
        """Put `data` there, durably, and say so, with what else is to be `said`. Raises `BrokeOff` where it cannot be done;
        then what was there before is there still."""
        if self.path == STDOUT:
            click.echo(data, nl=False)
            return
        try:
            _replace(self._target, data)
        except OSError as error:
            raise BrokeOff.on(error, self.path) from error
        click.echo(f"wrote {self.path}" + (f": {said}" if said else ""))


def _replace(path: Path, data: bytes) -> None:
    """As `carbonseal.node.sealing.files.replace_file`, in folders that others write too: under a name that nobody foresees, and
    with the mode that the file has."""
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else None
    writing = path.with_name(f".carbonseal-{secrets.token_hex(8)}")
    descriptor = os.open(writing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        writing.replace(path)
    finally:
        writing.unlink(missing_ok=True)  # of a write that failed; else it has its name by now
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
