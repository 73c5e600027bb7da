"""`carbonseal serve`: a node and its HTTP service, until a signal stops it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from carbonseal.cli.formatting.node_status import freeze_lines
from carbonseal.cli.log_lines import FORMATS, LEVELS, logging_to_stderr
from carbonseal.cli.options import NODE
from carbonseal.cli.targets import DirectoryCommand


@click.command(cls=DirectoryCommand, short_help="Run a node: take records in, sequence, anchor, hand out passports.")
@click.argument("directory", type=NODE)
@click.option("--host", show_default="127.0.0.1", help="The private listener's address, in place of that in node.toml.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    show_default="9100",
    help="The private listener's port, in place of that in node.toml. 0 takes any free one.",
)
@click.option(
    "--log-level",
    type=click.Choice(LEVELS, case_sensitive=False),
    default="info",
    show_default=True,
    help="Which log lines to write to standard error: this level and above.",
)
@click.option(
    "--log-format",
    type=click.Choice(FORMATS),
    default="console",
    show_default=True,
    help="How log lines are written: for people, or as a JSON object each.",
)
def serve(directory: Path, host: str | None, port: int | None, log_level: str, log_format: str) -> None:
    """Run the node in DIRECTORY until it is stopped (Ctrl-C or SIGTERM).

    Records come in over HTTP. Waiting entries join their log in batches, by size and age. Heads go to every ledger at its own
    cadence, in the background. While the node runs, other commands on the same DIRECTORY talk to it. A log that is frozen is
    named at the start, with what to do: it can be read, and accepts no records.

    Every change of a log's or an anchor's state is one log line on standard error: a constant message, then key=value. What
    needs a person (`carbonseal status`: failing, frozen) is one when it begins, with its cause, and one when it is over.

    \b
    Examples:
      carbonseal serve my-node
      curl --data @footprint.json -H 'Content-Type: application/json' \\
           'http://127.0.0.1:9100/v1/records?profile=pact/3.0'
      curl http://127.0.0.1:9100/health

    It answers at up to three addresses, [listen] in node.toml: private (everything; 127.0.0.1:9100), public (what everybody may
    have: log files, status lists, other logs' heads, refresh) and admin (health and ledgers). Before there is a token
    (carbonseal token create), private and admin have to be on the machine itself.
    """
    from carbonseal.service.running import run

    def ready(url: str, health: Mapping[str, Any]) -> None:
        click.echo(f"carbonseal serves {directory} at {url}")
        for log in health["logs"]:
            for line in freeze_lines(log, whose=True):
                click.echo(line, err=True)

    with logging_to_stderr(log_level, log_format):
        run(directory, host, port, ready)
