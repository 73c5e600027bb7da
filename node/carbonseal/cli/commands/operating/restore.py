"""`carbonseal restore`: puts a backup back."""

from __future__ import annotations

from pathlib import Path

import click

from carbonseal.cli.formatting.text import plain
from carbonseal.cli.targets import DirectoryCommand


@click.command(cls=DirectoryCommand, short_help="Put a backup back.")
@click.argument("backup", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def restore(*, backup: Path, directory: Path) -> None:
    """Put BACKUP, a folder that `carbonseal backup` made, back into DIRECTORY, which is new, or has keys and guards alone. Every
    file is compared with what was written before any is put back; node.toml comes last.

    Put the keys there too. Every log is frozen then, as its guard is missing: whether it may go on, and how, is told by
    docs/operators/backup.md. Where the guard survived on another disk, put it back.

    \b
    Example:
      carbonseal restore /mnt/backups/my-node-2026-11-30 my-node
    """
    from carbonseal.node.copying import restore as put_back

    back = put_back(backup, directory)
    click.echo(plain(f"restored {directory}: {len(back.files):,} files, as of {back.made}"))
    for name, head in back.logs.items():
        click.echo(plain(f"  the log {name}, {head['size']:,} entries"))
    click.echo("put the keys there; then see which case it is: docs/operators/backup.md, 'Restoring'")
