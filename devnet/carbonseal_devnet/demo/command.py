"""The command `carbonseal demo`. Imports nothing that needs an extra before it runs, so that `--help` always works."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("demo", short_help="See all of it in a minute, on ledgers of this machine.")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path), default=Path("demo"))
def command(directory: Path) -> None:
    """Seal an invented supply chain, anchor it on three local ledgers, have a certification body vouch for it, verify a
    consignment of it offline as customs does, and watch six kinds of cheating fail. Each step says what it means.

    Everything runs on this machine and is gone afterwards, but for DIRECTORY (default: demo), which holds the passports, the
    bad ones, the policy, the trust file and what two offices exchanged, to try commands on. An earlier demo there is replaced.
    Needs: pip install 'carbonseal[devnet]'

    \b
    Examples:
      carbonseal demo
      carbonseal demo /tmp/somewhere-else
    """
    import fcntl  # noqa: F401  # Windows has none, and says so before the rest is imported, which takes seconds

    from carbonseal_devnet.demo.stage import Stage
    from carbonseal_devnet.demo.story import perform

    perform(directory, Stage())
