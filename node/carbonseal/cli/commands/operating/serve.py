"""`carbonseal serve`: a node and its HTTP service, until a signal stops it."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from carbonseal.cli.errors import BrokeOff
from carbonseal.cli.formatting.node_status import freeze_lines
from carbonseal.cli.log_lines import LEVELS, logging_to_stderr
from carbonseal.cli.options import NODE


@click.command(short_help="Run a node: take records in, sequence, anchor, hand out passports.")
@click.argument("directory", type=NODE)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=9100, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free port.")
@click.option(
    "--log-level",
    type=click.Choice(LEVELS, case_sensitive=False),
    default="info",
    show_default=True,
    help="Which log lines to write to standard error: this level and above.",
)
def serve(directory: Path, host: str, port: int, log_level: str) -> None:
    """Run the node in DIRECTORY until it is stopped (Ctrl-C or SIGTERM).

    Records come in over HTTP. Waiting entries join their log in batches, by size and age. Heads go to every ledger at its own
    cadence, in the background. While the node runs, other commands on the same DIRECTORY talk to it. A log that is frozen is
    named at the start, with what to do: it can be read, and accepts no records.

    Every change of a log's or an anchor's state is one log line on standard error: a constant message, then key=value.

    \b
    Examples:
      carbonseal serve my-node
      curl --data @footprint.json -H 'Content-Type: application/json' \\
           'http://127.0.0.1:9100/v1/records?profile=pact/3.0'
      curl http://127.0.0.1:9100/health

    There is no login: whoever reaches the port can submit records and have passports issued. Listen on the machine itself (the
    default), and let a proxy pass on what others may use: what is below /v1/logs/.
    """
    from carbonseal.service.running import run

    def ready(url: str, health: Mapping[str, Any]) -> None:
        click.echo(f"carbonseal serves {directory} at {url}")
        for log in health["logs"]:
            for line in freeze_lines(log, whose=True):
                click.echo(line, err=True)

    try:
        with logging_to_stderr(log_level):
            run(directory, host, port, ready)
    except OSError as error:
        taken = error.errno in (errno.EADDRINUSE, errno.EACCES, errno.EPERM)
        remedy = "choose another --port" if taken else "is --host a name or an address of this machine?"
        raise BrokeOff(f"cannot listen on {host}:{port}: {error.strerror}", remedy) from error
