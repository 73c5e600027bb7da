"""docs/cli.md, made from what the program says: `python -m tests.repository.help_texts > docs/cli.md`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from carbonseal.cli.main import carbonseal

WIDTH = 100
HEAD = """\
# The command line

What each command's `--help` says.
Made by `python -m tests.repository.help_texts > docs/cli.md`, and kept true by a test.
"""


def commands() -> list[click.Context]:
    """A context for every command, a group before what is in it."""
    settings = {**carbonseal.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    return [*_below(click.Context(carbonseal, info_name="carbonseal", **settings))]


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
