"""Errors as a person at a terminal meets them: one line that says what is wrong and where, and what to do next."""

from __future__ import annotations

from typing import IO, Any

import click

from carbonseal.cli.text import plain
from carbonseal.findings import CarbonsealError, Refused

# Which extra brings a module that the base install lacks.
EXTRA_OF = {
    "aiohttp": "node",
    "sqlalchemy": "node",
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


class Failed(click.ClickException):
    """Wrong usage, or input that was refused: exit status 2."""

    exit_code = 2

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(plain(message))
        self.remedy = plain(remedy)

    @staticmethod
    def by(refused: Refused, *place: str) -> Failed:
        """What a finding says, with the way to the place it speaks of."""
        finding = refused.under(*place).finding
        where = " > ".join(finding.place)
        return Failed(f"{where}: {finding.message}" if where else finding.message, finding.remedy)

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"carbonseal: {self.format_message()}", file=file, err=file is None)
        if self.remedy:
            click.echo(f"  {self.remedy}", file=file, err=file is None)


class BrokeOff(Failed):
    """Something outside failed (a network, a disk) and the work is not done: exit status 1."""

    exit_code = 1


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
        except (OSError, CarbonsealError) as error:
            raise BrokeOff(str(error)) from error
