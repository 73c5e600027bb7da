"""The command `carbonseal`: a group that imports a command's module when that command is asked for, and not before.

Commands are found by `carbonseal.plugins`: carbonseal's own by a table, those of installed packages by entry point.
"""

from __future__ import annotations

import gc
import sys

import click

from carbonseal.cli.errors import CommandGroup, Failed, missing_module
from carbonseal.cli.formatting.signs import OTHER_SIGNS
from carbonseal.findings import Refused
from carbonseal.plugins import COMMANDS

# Objects that came, and were not given back, before cycles are looked for: by default, what was imported is walked through again
# and again while more is, and what a server's requests hold for each few of them.
COLLECT_AFTER = 50_000


class Commands(CommandGroup):
    """All commands by name. One that cannot be loaded is listed with the reason, and fails with it when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click passes it
        try:
            return [*COMMANDS.names()]
        except Refused as refused:
            raise Failed.by(refused) from refused

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        try:
            command: click.Command | None = COMMANDS.find(cmd_name, click.Command)
        except Refused as refused:
            return _unavailable(cmd_name, Failed.by(refused))
        except ModuleNotFoundError as missing:
            return _unavailable(cmd_name, missing_module(missing, f"carbonseal {cmd_name}"))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as unknown:
            commands = ", ".join(self.list_commands(ctx))
            raise click.UsageError(f"{unknown.message} The commands are: {commands}.", ctx) from unknown


def _unavailable(name: str, why: Failed) -> click.Command:
    """A command that cannot be loaded, and reports why."""

    @click.command(name, short_help=f"({why.remedy})", context_settings={"ignore_unknown_options": True})
    @click.argument("ignored", nargs=-1, type=click.UNPROCESSED, expose_value=False)
    def unavailable() -> None:
        raise why

    return unavailable


def _version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"carbonseal {version('carbonseal')}")
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_version,
    help="Show the version and exit.",
)
def carbonseal() -> None:
    """Seal carbon-footprint records in a log, anchor the log on several ledgers, and issue passports that anyone can verify
    offline.

    \b
    To see everything in a minute:   carbonseal demo
    To verify a passport:            carbonseal verify passport.json --policy my.policy
    To run a node:                   carbonseal init my-node --origin log.example.org/2026
    """


def main() -> None:
    """The console script."""
    gc.set_threshold(COLLECT_AFTER)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=OTHER_SIGNS)
    try:
        carbonseal(prog_name="carbonseal")
    finally:
        gc.freeze()  # the process ends: Python would look for cycles among all that was imported, several times
