"""`carbonseal seal`: submits records from files, folders and streams to a log."""

from __future__ import annotations

import sys
import time
from contextlib import nullcontext
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.commands.submitting.records import ERRORS
from carbonseal.cli.formatting.progress import Progress
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.nodes import with_node
from carbonseal.cli.options import Once
from carbonseal.cli.outputs import Output
from carbonseal.cli.receipts import Receipts, open_receipts
from carbonseal.cli.targets import NodeCommand, Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from carbonseal.cli.tables.filled import FilledTables
    from carbonseal.findings import Finding
    from carbonseal.node.admission.submitted import Submitted
    from carbonseal.records.sources import Source
    from carbonseal.service.client.nodes import AnyNode

    Parts = Sequence[tuple[str, Iterator[Source | Finding]]]  # the records of each profile

ANY = "json/1"  # the profile of which {"data": [...]} is a record
REFUSED = 2  # exit status where a record was refused; the others are sealed


@click.command(cls=NodeCommand, short_help="Seal records from files, folders or a stream.")
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, allow_dash=True, path_type=Path),
    metavar="RECORDS...",
)
@click.option(
    "--profile",
    help="The records' profile: pact/3.0, json/1 for any JSON object, or file/1 for any file as it is. Required.",
)
@click.option(
    "--media", cls=Once, help="The media type of the files, with file/1. Default: what the name of each says."
)
@click.option(
    "--tenant", default="", help="Who submits them: the token's tenant; without a token, default if none is named."
)
@click.option(
    "--receipts",
    type=click.Path(dir_okay=False, path_type=Path),
    cls=Once,
    help="Append the receipt of each record to this file, as a line of JSON, once. Keep it: its salt opens the commitment.",
)
@ERRORS
@click.option(
    "--requests",
    type=click.Path(dir_okay=False, path_type=Path),
    cls=Once,
    help="Write an issue request for each row of the tables, as lines of JSON. Needs --issuer.",
)
@click.option("--issuer", cls=Once, help="The issuer in these requests: its name in node.toml.")
@click.option(
    "--passports",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    cls=Once,
    help="The folder with the passports of components, to be put into these requests, as the HTTP interface takes them.",
)
@click.pass_context
def seal(
    ctx: click.Context,
    *,
    target: Target,
    paths: tuple[Path, ...],
    profile: str | None,
    media: str | None,
    tenant: str,
    receipts: Path | None,
    errors: Path | None,
    requests: Path | None,
    issuer: str | None,
    passports: Path | None,
) -> None:
    """Seal RECORDS in a log of the node in DIRECTORY, or at --node: .json files, .ndjson and .jsonl files (one record a line),
    folders of them, tables (.csv, .xlsx: carbonseal records template), or - for NDJSON from standard input. A .json file may
    also be a list of records, or a PACT answer: an object with such a list as `data`. All but folders may be in gzip, with .gz
    at the end of the name.

    A row of a table is a footprint of pact/3.0; each of its stages is sealed, too, as a record of activity/1. With --requests
    each row gives an issue request for `carbonseal passport issue`, with its components.

    Prints each record's commitment and source. A record that is refused is reported with its place, and the others are
    sealed; the exit status is then 2. Sealing a record again gives the same commitment and changes nothing.

    With --profile file/1 every path is a file, of whatever kind and at most 8 MiB, which is sealed as it is. Its media type is
    part of the record, and is printed: PDF, XML, CSV and Office files are known by their names, others need --media.

    \b
    Examples:
      carbonseal seal my-node footprint.json --profile pact/3.0
      carbonseal seal my-node records/ more.ndjson --profile pact/3.0 --receipts receipts.ndjson
      carbonseal seal my-node declaration.pdf --profile file/1
      carbonseal seal --node https://node.example.org --token file:erp.token records/ --profile pact/3.0
      carbonseal seal my-node footprints.xlsx --profile pact/3.0 --requests requests.ndjson --issuer certifier
    """
    from carbonseal.records.files import FILE
    from carbonseal.records.profiles import lookup

    if profile is None:
        raise click.UsageError(f"Missing option '--profile': which format the records are in. {_suggestion(paths)}")
    lookup(profile)  # refuses an unknown profile once, instead of for every record
    if media and profile != FILE:
        raise click.UsageError(f"--media says what a file is: it belongs to --profile {FILE}.")
    if (requests is None) != (issuer is None) or (passports is not None and requests is None):
        raise click.UsageError("--requests and --issuer belong together, and --passports to them.")
    outputs = {path: Output(path, over=False) for path in (errors, requests) if path is not None}
    tables, parts = _read(paths, profile, media or "")
    if errors is not None and len(tables.tables) != 1:
        raise click.UsageError("--errors is for one table.")
    with nullcontext() if receipts is None else open_receipts(receipts) as file:
        refused = with_node(target, lambda node: _seal(node, parts, tenant, file, tables))
    if errors is not None and tables.wrong():
        outputs[errors].write(tables.tables[0].marked(), f"{tables.wrong():,} lines with errors")
    if requests is not None and issuer is not None:
        outputs[requests].write(b"".join(tables.requests(issuer, passports)))
    ctx.exit(REFUSED if refused else 0)


def _read(paths: tuple[Path, ...], profile: str, media: str) -> tuple[FilledTables, Parts]:
    """The tables among the paths, and all records, theirs among them. Raises Refused where a table cannot be read."""
    from carbonseal.cli.tables.filled import FilledTables, is_table
    from carbonseal.records.files import FILE
    from carbonseal.records.sources import read_files, read_records
    from carbonseal.tables.footprints.rows import ACTIVITY

    if profile == FILE:
        return FilledTables([]), [(profile, _with_media(read_files(paths, media)))]
    tables = FilledTables.read([path for path in paths if is_table(path)], profile)
    records = read_records([path for path in paths if not is_table(path)], answers=profile != ANY)
    footprints = (profile, chain(records, tables.footprints()))
    return tables, [footprints, (ACTIVITY, tables.stages())] if tables.tables else [footprints]


def _suggestion(paths: tuple[Path, ...]) -> str:
    """The profile of the first record, where it is recognised. Which one is sealed, only the caller says."""
    from carbonseal.cli.tables.filled import is_table
    from carbonseal.findings import Refused
    from carbonseal.records import strict
    from carbonseal.records.profiles.recognition import recognise
    from carbonseal.records.sources import STDIN, Source, read_records

    if is_table(paths[0]):
        return "The rows of a table are footprints: --profile pact/3.0. Any file as it is: file/1."
    first = None if STDIN in paths else next(iter(read_records(paths)), None)
    try:
        found = recognise(strict.parse(first.raw)) if isinstance(first, Source) else None
    except Refused:
        found = None
    if found is None or not found.profile or found.inside or first is None:
        return "docs/formats.md lists the profiles; json/1 takes any JSON object, file/1 any file."
    return plain(f"{' > '.join(first.place)} looks like {found.what}: --profile {found.profile}")


async def _seal(
    node: AnyNode,
    parts: Parts,
    tenant: str,
    receipts: Receipts | None,
    tables: FilledTables,
) -> int:
    """Submit the records of each profile, print each, and have the log sequenced. The number of records that were refused."""
    started = int(time.time())
    sealed = before = 0
    refused = tables.wrong()
    for problem in tables.problems():
        click.echo(plain(f"refused  {problem}"), err=True)
    with Progress("sealing") as progress:
        for profile, items in parts:
            async for result in node.submit_many(items, profile, tenant):
                progress.step()
                refused += result.receipt is None
                before += result.receipt is not None and result.receipt.acknowledged < started
                sealed += result.receipt is not None and result.receipt.acknowledged >= started
                if result.receipt is not None and len(parts) > 1:
                    tables.keep(result.place, result.receipt.commitment)
                _report(result, receipts)
    await _sequence(node)
    counts = {"sealed": sealed, "sealed before": before, "refused": refused}
    summary = [f"{count:,} {what}" for what, count in counts.items() if count or what == "sealed"]
    click.echo(", ".join(summary), err=True)
    return refused


async def _sequence(node: AnyNode) -> None:
    """Have the log sequenced. Who may only submit leaves that to the node, which does it by size and age."""
    from carbonseal.findings import Refused
    from carbonseal.node.access.codes import ACCESS_SCOPE_MISSING

    try:
        await node.sequence()
    except Refused as refused:
        if refused.finding.code.name != ACCESS_SCOPE_MISSING.name:
            raise


def _with_media(records: Iterator[Source | Finding]) -> Iterator[Source | Finding]:
    """The records. The media type of each file is printed on standard error."""
    for item in records:
        if media := getattr(item, "media", ""):
            click.echo(plain(f"{item.place[0]}  {media}"), err=True)
        yield item


def _report(result: Submitted, receipts: Receipts | None) -> None:
    if result.receipt is None:
        click.echo(plain(f"refused  {result.finding}"), err=True)
        return
    line = f"{result.receipt.commitment.hex()}  {plain(' > '.join(result.place))}"
    sys.stdout.write(line + "\n")  # click.echo would flush every line
    if receipts is not None:
        receipts.put(result.receipt)
