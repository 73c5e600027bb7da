"""Documents in another format, written: what was lost and what was assumed is told on standard error, a line each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from carbonseal.cli.errors import Failed
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.outputs import Output
from carbonseal.findings import Refused

if TYPE_CHECKING:
    from carbonseal.footprints.export.exported import Exported
    from carbonseal.passport.passports import Passport

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print {document, lost, assumed} as one JSON object.")


def write_exported(made: Exported, target: Output, *, as_json: bool) -> None:
    """Write the document, or with `as_json` all that was made of it. Raises what `Output.write` raises."""
    if not as_json:
        for word, lines in (("lost", made.lost), ("assumed", made.assumed)):
            for line in lines:
                click.echo(plain(f"{word}: {line}"), err=True)
    whole = {"document": made.document, "lost": made.lost, "assumed": made.assumed}
    target.write(json.dumps(whole if as_json else made.document, indent=2, ensure_ascii=False).encode() + b"\n")


def copy_of(passport: Passport, source: str) -> Exported:
    """The root credential of the passport as a UNTP DPP 0.7. Raises `Failed` with `source` in its place."""
    from carbonseal.exports import dpp_0_7
    from carbonseal.records.profiles import lookup

    try:
        return dpp_0_7.export(passport, lookup)
    except Refused as refused:
        raise Failed.by(refused, source) from refused
