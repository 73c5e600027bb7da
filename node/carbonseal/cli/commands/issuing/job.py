"""`carbonseal job`: issue, export, list, show, cancel, fetch."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from carbonseal.cli.formatting.text import plain
from carbonseal.cli.nodes import with_node
from carbonseal.cli.options import INPUT, Once
from carbonseal.cli.outputs import FORCE, WRITABLE, Output
from carbonseal.cli.targets import NodeCommand, Target
from carbonseal.service.client.paging import every

if TYPE_CHECKING:
    from carbonseal.service.client.nodes import AnyNode

PIECE = 1 << 18
ID = click.argument("id", metavar="ID")


@click.group(short_help="Issue and export many passports.")
def job() -> None:
    """A job issues or exports many passports, one for each line of a file. A node that is served does it in the background;
    otherwise the command that begins it does it.

    \b
    Examples:
      carbonseal job issue my-node requests.ndjson
      carbonseal job list my-node
      carbonseal job fetch my-node 8e03978e-… -o passports.zip
    """


@job.command(cls=NodeCommand, short_help="Issue a passport for each line of a file.")
@click.argument("requests", type=INPUT)
def issue(target: Target, requests: Path) -> None:
    """Issue a passport for each line of REQUESTS: an issue request as JSON, with the passports of its components in it. A line
    that is refused has its finding in the results, and the others go on.

    \b
    Example:
      carbonseal job issue my-node requests.ndjson
    """

    async def pieces() -> AsyncIterator[bytes]:
        with requests.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    async def work(node: AnyNode) -> None:
        begun = await node.jobs.issue(pieces)
        _print(await node.jobs.finish(str(begun["job"]), _print))

    with_node(target, work)


@job.command(cls=NodeCommand, short_help="Export passports that were issued, refreshed.")
@click.option("--of", "source", cls=Once, metavar="ID", help="Those that this job issued. Default: all.")
def export(target: Target, source: str | None) -> None:
    """Refresh many passports that the node in DIRECTORY issued; `carbonseal job fetch` writes them.

    \b
    Example:
      carbonseal job export my-node --of 8e03978e-…
    """

    async def work(node: AnyNode) -> None:
        begun = await node.operate("jobs/export", {} if source is None else {"job": source})
        _print(await node.jobs.finish(str(begun["job"]), _print))

    with_node(target, work)


@job.command("list", cls=NodeCommand, short_help="List the jobs of a node.")
def list_(target: Target) -> None:
    """List the jobs of the node in DIRECTORY, of the last seven days.

    \b
    Example:
      carbonseal job list my-node
    """

    async def work(node: AnyNode) -> None:
        async for one in every(node, "jobs/list"):
            _print(one)

    with_node(target, work)


@job.command(cls=NodeCommand, short_help="Show how far a job is.")
@ID
def show(target: Target, id: str) -> None:
    """Show how far the job with this ID is.

    \b
    Example:
      carbonseal job show my-node 8e03978e-…
    """
    _print(with_node(target, lambda node: node.operate("jobs/show", {"job": id})))


@job.command(cls=NodeCommand, short_help="Do no more of a job.")
@ID
def cancel(target: Target, id: str) -> None:
    """Do no more of the job with this ID. What it issued stays issued.

    \b
    Example:
      carbonseal job cancel my-node 8e03978e-…
    """
    _print(with_node(target, lambda node: node.operate("jobs/cancel", {"job": id})))


@job.command(cls=NodeCommand, short_help="Write what a job came to.")
@ID
@click.option("--results", is_flag=True, help="What each line came to, as NDJSON, in the place of the passports.")
@click.option("-o", "--output", required=True, cls=Once, type=WRITABLE, help="The file; - is standard output.")
@FORCE
def fetch(target: Target, id: str, *, results: bool, output: Path, force: bool) -> None:
    """Write the passports of the job with this ID: as a ZIP archive where the file's name ends with .zip, else one on each line.

    \b
    Examples:
      carbonseal job fetch my-node 8e03978e-… -o passports.zip
      carbonseal job fetch my-node 8e03978e-… --results -o results.ndjson
    """
    file = Output(output, over=force)
    form = "zip" if output.suffix == ".zip" else "ndjson"

    async def work(node: AnyNode) -> None:
        await file.write_each(node.jobs.results(id) if results else node.jobs.passports(id, form))

    with_node(target, work)


def _print(one: Mapping[str, Any]) -> None:
    counted = f"{one['done'] + one['failed']} of {one['of']}, {one['failed']} refused"
    problem = "" if one["problem"] is None else f"  {one['problem']['message']}"
    click.echo(plain(f"{one['job']}  {one['kind']:<6}  {one['state']:<9}  {counted}{problem}"))
