"""`carbonseal statement`: what certification bodies state. `export` is in `products.statement_copies`."""

from __future__ import annotations

import click

from carbonseal.cli.products.statement_copies import export


@click.group(short_help="Copy statements of certification bodies to other forms.")
def statement() -> None:
    """A statement is a certification body's signed opinion on footprints.

    \b
    Example:
      carbonseal statement export statement.json --as untp/dcc-0.7 -o statement.untp.json
    """


statement.add_command(export)
