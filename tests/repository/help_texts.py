"""docs/cli.md, made from what the program says: `python -m tests.repository.help_texts > docs/cli.md`."""

from __future__ import annotations

import os
from collections.abc import Iterator

import click

from carbonseal.cli.main import carbonseal

WIDTH = 100
HEAD = """\
# The command line

What each command's `--help` says.
Made by `python -m tests.repository.help_texts > docs/cli.md`, and kept true by a test.
"""


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, a group before what is in it."""
    yield from _below("carbonseal", carbonseal)


def _below(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None, f"{name} {below}"
            yield from _below(f"{name} {below}", found)


def help_text(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name, terminal_width=WIDTH, help_option_names=["-h", "--help"])
    return command.get_help(context)


def page() -> str:
    parts = [HEAD]
    parts += [f"## {name}\n\n```text\n{help_text(name, command)}\n```\n" for name, command in commands()]
    return "\n".join(parts)


if __name__ == "__main__":
    os.environ["COLUMNS"] = str(WIDTH)
    print(page(), end="")
