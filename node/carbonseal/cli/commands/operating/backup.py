"""`carbonseal backup`: a copy of a node that may run; without its guards and keys."""

from __future__ import annotations

import time
from pathlib import Path

import click

from carbonseal.cli.formatting.text import plain
from carbonseal.cli.options import NODE
from carbonseal.cli.targets import DirectoryCommand


@click.command(cls=DirectoryCommand, short_help="Make a backup of a node, which may run.")
@click.argument("directory", type=NODE)
@click.argument("out", type=click.Path(path_type=Path))
def backup(*, directory: Path, out: Path) -> None:
    """Make a backup of the node in DIRECTORY in the new folder OUT: its settings, its databases, each in one committed state, and
    the tiles of their newest heads. The node may run meanwhile, and nothing of it is changed.

    Guards are left out: with one, an old copy would sign. Keys are left out too: keep copies of them apart, once. OUT is as
    confidential as the records in it, and has the modes that the files have.

    OUT appears once it is whole. What is cut off is a folder OUT.unfinished, and the next try removes it.

    \b
    Example:
      carbonseal backup my-node /mnt/backups/my-node-2026-11-30
    """
    from carbonseal.node.copying import back_up

    made = back_up(directory, out, time.time())
    click.echo(plain(f"wrote {out}: {len(made.files):,} files"))
    for name, head in made.logs.items():
        click.echo(plain(f"  the log {name}, {head['size']:,} entries"))
    click.echo("without guards and keys: see docs/operators/backup.md")
