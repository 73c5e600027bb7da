"""The command `carbonseal`: a group that imports a command's module when that command is asked for, and not before."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from carbonseal.cli.errors import Explaining, Failed, MissingExtra

# In the order in which one meets them.
COMMANDS = {
    "demo": "",  # an entry point: see PLUGINS
    "init": "carbonseal.cli.commands.init:init",
    "seal": "carbonseal.cli.commands.seal:seal",
    "anchor": "carbonseal.cli.commands.anchor:anchor",
    "status": "carbonseal.cli.commands.status:status",
    "passport": "carbonseal.cli.commands.passport:passport",
    "policy": "carbonseal.cli.commands.policy:policy",
    "trust": "carbonseal.cli.commands.trust:trust",
    "verify": "carbonseal.cli.commands.verify:verify",
    "log": "carbonseal.cli.commands.log:log",
    "serve": "carbonseal.cli.commands.serve:serve",
}
PLUGINS = "carbonseal.commands"


class Commands(Explaining):
    """Our own commands by table, others' by entry point; one that lacks its packages is listed, and says so."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click asks so
        return [*COMMANDS, *(name for name in _plugins() if name not in COMMANDS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if target := COMMANDS.get(cmd_name):
            module, _, name = target.partition(":")
            command: click.Command = getattr(importlib.import_module(module), name)
            return command
        point = _plugins().get(cmd_name)
        if point is None:
            return None
        try:
            return _command(point.load())
        except ModuleNotFoundError as missing:
            return _unavailable(cmd_name, _lacking(cmd_name, missing))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as unknown:
            commands = ", ".join(self.list_commands(ctx))
            raise click.UsageError(f"{unknown.message} The commands are: {commands}.", ctx) from unknown


def _plugins() -> dict[str, Any]:
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=PLUGINS)}


def _command(loaded: Any) -> click.Command:
    if not isinstance(loaded, click.Command):
        raise TypeError(f"an entry point of {PLUGINS} must be a click command, and {loaded!r} is none")
    return loaded


def _lacking(name: str, missing: ModuleNotFoundError) -> Failed:
    command = f"carbonseal {name}"
    if name in COMMANDS:
        return MissingExtra.of(missing, command)
    return Failed(f"`{command}` cannot be loaded: {missing}", "install what the package that brings it needs")


def _unavailable(name: str, why: Failed) -> click.Command:
    """A command that can only say what it lacks."""

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
    """Seal carbon-footprint records in a log, anchor the log on several ledgers, and hand out passports that anyone can
    verify offline.

    \b
    To see all of it in a minute:    carbonseal demo
    To check a passport you got:     carbonseal verify passport.json --policy my.policy
    To run a node of your own:       carbonseal init my-node --origin log.example.org/2026
    """


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an old console shows '?' for ✓ rather than a traceback
    carbonseal(prog_name="carbonseal")
