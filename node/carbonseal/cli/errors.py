"""Errors of commands: one line on standard error with the place and the problem, and a second one with what to do."""

from __future__ import annotations

import errno
import sys
from typing import IO, Any

import click

from carbonseal.cli.formatting.text import plain
from carbonseal.findings import BrokenOff, CarbonsealError, Finding, Refused

# The extra that installs a module which the base install lacks.
EXTRA_OF = {
    "aiohttp": "node",
    "prometheus_client": "node",
    "structlog": "node",
    "jwt": "node",
    "jinja2": "desk",
    "sqlalchemy": "node",
    "alembic": "node",
    "tomlkit": "node",
    "uvloop": "node",
    "segno": "qr",
    "dask": "cluster",
    "distributed": "cluster",
    "fsspec": "cluster",
    "eth_keyfile": "ethereum",
    "eth_keys": "ethereum",
    "eth_utils": "ethereum",
    "grpc": "fabric",
    "google": "fabric",
    "fabric_protos": "fabric",
    "eth": "devnet",
    "openpyxl": "tables",
}
POSIX = {"fcntl", "grp", "pwd", "resource", "termios", "uvloop"}  # modules that Windows does not have
NEEDS = {"devnet": ("carbonseal demo", "carbonseal-devnet"), "desk": ("carbonseal desk",)}  # what they lack is these
REMEDIES = {
    errno.ENOSPC: "make room on that disk, then do the same again",
    errno.EDQUOT: "make room within your quota, then do the same again",
    errno.EACCES: "check the permissions there",
    errno.EPERM: "check the permissions there",
    errno.EROFS: "the file system is read-only: choose another place",
    errno.ENOENT: "check the path",
    errno.ENOTDIR: "check the path",
    errno.EISDIR: "it is a folder: name a file",
    errno.ELOOP: "check the path: its links form a loop",
}


class Failed(click.ClickException):
    """Wrong usage, or input that was refused: exit status 2."""

    exit_code = 2

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(plain(message))
        self.remedy = plain(remedy)

    @staticmethod
    def by(refused: Refused, *place: str) -> Failed:
        """The error of a finding, whose place is put below `place`."""
        kind = BrokeOff if isinstance(refused, BrokenOff) else Failed
        return kind(*_formatted(refused.finding.under(*place)))

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"carbonseal: {self.format_message()}", file=file, err=file is None)
        if self.remedy:
            click.echo(f"  {self.remedy}", file=file, err=file is None)


class BrokeOff(Failed):
    """A failure outside of carbonseal (a network, a disk): the work is not done. Exit status 1."""

    exit_code = 1

    @staticmethod
    def on(error: OSError, name: object = None) -> BrokeOff:
        """The error of the system, about the file `name` (None: the one that the error names)."""
        reason = error.strerror or str(error) or type(error).__name__
        where = error.filename if name is None else name
        return BrokeOff(reason if where is None else f"{where}: {reason}", REMEDIES.get(error.errno or 0, ""))


class MissingExtra(Failed):
    """A command needs packages that the base install leaves out."""

    def __init__(self, command: str, extra: str) -> None:
        self.install = f"pip install 'carbonseal[{extra}]'"
        super().__init__(f"`{command}` needs packages that are not installed", f"install them: {self.install}")


class NeedsPosix(Failed):
    """A command needs what Linux and macOS have and Windows does not."""

    def __init__(self, command: str, module: str) -> None:
        super().__init__(
            f"`{command}` runs on Linux and macOS alone: this system has no {module}",
            "run it there, or in WSL; what works on a node elsewhere (--node URL), verify, examine and trust work here too",
        )


def missing_module(missing: ModuleNotFoundError, command: str) -> Failed:
    """The error for a missing module. A module that no extra installs is a defect: `missing` is raised again."""
    module = (missing.name or "").partition(".")[0]
    if module in POSIX and (module != "uvloop" or sys.platform == "win32"):
        return NeedsPosix(command, module)
    extra = next((extra for extra, commands in NEEDS.items() if command.startswith(commands)), EXTRA_OF.get(module))
    if extra is None:
        raise missing
    return MissingExtra(command, extra)


class CommandGroup(click.Group):
    """A group of commands that turns what carbonseal raises on purpose into an error line and an exit status."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refused as refused:
            raise Failed.by(refused) from refused
        except ModuleNotFoundError as missing:
            raise missing_module(missing, f"{ctx.info_name} {ctx.invoked_subcommand}") from missing
        except BrokenPipeError:
            raise  # click ends quietly where `| head` has closed the pipe
        except OSError as error:
            raise BrokeOff.on(error) from error
        except CarbonsealError as error:
            raise BrokeOff(str(error)) from error
        except ExceptionGroup as group:  # of concurrent tasks
            raise _of_tasks(group) from group


def _formatted(finding: Finding) -> tuple[str, str]:
    """The finding's place and message in one line, and its remedy."""
    where = " > ".join(finding.place)
    return f"{where}: {finding.message}" if where else finding.message, finding.remedy


def _of_tasks(group: ExceptionGroup) -> Failed:
    """The first error that a task raised on purpose. Where one of them is a defect, the group is raised again."""
    purpose, defects = group.split((OSError, CarbonsealError))
    if purpose is None or defects is not None:
        raise group
    first: BaseException = purpose
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    match first:
        case Refused():
            return Failed.by(first)
        case OSError():
            return BrokeOff.on(first)
        case _:
            return BrokeOff(str(first))
