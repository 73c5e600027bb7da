"""docs/cli.md, made from what the program says by `make texts`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from carbonseal.cli.main import carbonseal
from carbonseal_devnet.main import main as devnet

WIDTH = 100
GROUPS: dict[str, click.Group] = {"carbonseal": carbonseal, "carbonseal-devnet": devnet}
HEAD = """\
# The command line

What each command's `--help` says.
Made by `make texts`, and kept true by a test.
"""


def commands() -> list[click.Context]:
    """A context for every command, a group before what is in it."""
    found: list[click.Context] = []
    for name, group in GROUPS.items():
        settings = {**group.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
        found += _below(click.Context(group, info_name=name, **settings))
    return found


def _below(context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            assert command is not None, f"{context.command_path} {name}"
            yield from _below(click.Context(command, info_name=name, parent=context))


def page() -> str:
    parts = [HEAD]
    parts += [f"## {one.command_path}\n\n```text\n{one.get_help()}\n```\n" for one in commands()]
    return "\n".join(parts)


if __name__ == "__main__":
    print(page(), end="")
