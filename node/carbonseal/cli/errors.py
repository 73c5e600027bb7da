"""Errors as a person at a terminal meets them: one line that says what is wrong and where, and what to do next."""

from __future__ import annotations

import errno
from typing import IO, Any

import click

from carbonseal.cli.formatting.text import plain
from carbonseal.findings import BrokenOff, CarbonsealError, Finding, Refused

# Which extra brings a module that the base install lacks.
EXTRA_OF = {
    "aiohttp": "node",
    "sqlalchemy": "node",
    "alembic": "node",
    "tomlkit": "node",
    "uvloop": "node",
    "web3": "ethereum",
    "eth_account": "ethereum",
    "eth_utils": "ethereum",
    "grpc": "fabric",
    "google": "fabric",
    "fabric_protos": "fabric",
    "eth": "devnet",
}
NEEDS_DEVNET = ("carbonseal demo", "carbonseal-devnet")
REMEDIES = {
    errno.ENOSPC: "make room on that disk, then do the same again",
    errno.EDQUOT: "make room within your quota, then do the same again",
    errno.EACCES: "see who may read and write there",
    errno.EPERM: "see who may read and write there",
    errno.EROFS: "choose a place that can be written",
    errno.ENOENT: "check the path",
    errno.ENOTDIR: "check the path",
    errno.EISDIR: "name a file in it",
    errno.ELOOP: "check the path: its links lead in a circle",
}


class Failed(click.ClickException):
    """Wrong usage, or input that was refused: exit status 2."""

    exit_code = 2

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(plain(message))
        self.remedy = plain(remedy)

    @staticmethod
    def by(refused: Refused, *place: str) -> Failed:
        """What a finding says, with the way to the place it speaks of."""
        kind = BrokeOff if isinstance(refused, BrokenOff) else Failed
        return kind(*_told(refused.finding.under(*place)))

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"carbonseal: {self.format_message()}", file=file, err=file is None)
        if self.remedy:
            click.echo(f"  {self.remedy}", file=file, err=file is None)


class BrokeOff(Failed):
    """Something outside failed (a network, a disk) and the work is not done: exit status 1."""

    exit_code = 1

    @staticmethod
    def on(error: OSError, name: object = None) -> BrokeOff:
        """What the system says of a file, `name` where it does not name it as people know it."""
        reason = error.strerror or str(error) or type(error).__name__
        where = error.filename if name is None else name
        return BrokeOff(reason if where is None else f"{where}: {reason}", REMEDIES.get(error.errno or 0, ""))


class MissingExtra(Failed):
    """A command needs packages that the base install leaves out."""

    def __init__(self, command: str, extra: str) -> None:
        self.install = f"pip install 'carbonseal[{extra}]'"
        super().__init__(f"`{command}` needs packages that are not installed", f"install them: {self.install}")

    @staticmethod
    def of(missing: ModuleNotFoundError, command: str) -> MissingExtra:
        """The extra that brings the missing module. One that no extra brings is a defect, and is raised as it came."""
        everything = command.startswith(NEEDS_DEVNET)
        extra = "devnet" if everything else EXTRA_OF.get((missing.name or "").partition(".")[0])
        if extra is None:
            raise missing
        return MissingExtra(command, extra)


class Explaining(click.Group):
    """Turns what carbonseal raises on purpose into one clear line and an exit status."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refused as refused:
            raise Failed.by(refused) from refused
        except ModuleNotFoundError as missing:
            raise MissingExtra.of(missing, f"{ctx.info_name} {ctx.invoked_subcommand}") from missing
        except BrokenPipeError:
            raise  # click knows what to do when `| head` has seen enough
        except OSError as error:
            raise BrokeOff.on(error) from error
        except CarbonsealError as error:
            raise BrokeOff(str(error)) from error
        except ExceptionGroup as group:  # of tasks that ran at the same time
            raise _of_tasks(group) from group


def _told(finding: Finding) -> tuple[str, str]:
    """A finding in a line, and its remedy."""
    where = " > ".join(finding.place)
    return f"{where}: {finding.message}" if where else finding.message, finding.remedy


def _of_tasks(group: ExceptionGroup) -> Failed:
    """The first of what tasks raised on purpose. A defect among it is raised as it came."""
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
