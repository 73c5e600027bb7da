"""`carbonseal fetch`: the passports that a declaration's lines refer to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.formatting.text import plain
from carbonseal.cli.options import READABLE
from carbonseal.findings import Refused

if TYPE_CHECKING:
    from carbonseal.cli.public.bringing import Bringing, Brought

MISSING = 3  # exit status


@click.command(short_help="Bring the passports that a declaration refers to.")
@click.argument("declaration", type=READABLE)
@click.option("--from", "nodes", multiple=True, metavar="URL", help="A node to ask for them; repeatable.")
@click.option(
    "-o",
    "--output",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder for them; it is made where it does not exist.",
)
@click.pass_context
def fetch(ctx: click.Context, *, declaration: Path, nodes: tuple[str, ...], folder: Path) -> None:
    """Bring the passports that the lines of DECLARATION (.csv, .xlsx, .json) refer to into a folder, each as DIGEST.json.

    A line refers to a passport by its document reference (12 03): the passport's digest, or an address with the digest in it,
    as labels have it. With --from those nodes alone are asked, in their order, for every digest. Without, the host of each
    https address is: then who wrote the declaration decides who learns that you ask.

    The digest decides: only the passport that a line means is written, whoever answers. Nothing is verified beyond that: see
    `carbonseal verify --consignment`. Files that are there are kept.

    \b
    The exit status:
      0  everything is there
      3  something is missing: each line is named, with the reason
      2  wrong usage, or a declaration that cannot be read
      1  the command broke off: what was written is whole

    \b
    Examples:
      carbonseal fetch declaration.csv --from https://id.example.com -o deliveries/
      carbonseal fetch declaration.xlsx --from https://id.example.com --from https://passports.example.org -o deliveries/
    """
    from carbonseal.cli.public.answers import is_address
    from carbonseal.cli.public.bringing import Bringing, State

    for node in nodes:
        if not is_address(node) or "?" in node:
            raise click.BadParameter(f"{node!r} is not an address such as https://id.example.com.", param_hint="--from")
    lines = references_by_line(declaration)
    folder.mkdir(exist_ok=True)
    bringing = Bringing(folder, nodes, lambda host: click.echo(plain(f"asking {host}"), err=True))
    seen: dict[str, State] = {}  # by digest, or by what is wrong with a reference
    for line, reference in lines:
        brought = _bring(bringing, reference)
        if brought.state is State.MISSING:
            click.echo(plain(f"{'MISSING':<13} {line}: {reference}: {brought.detail}"))
        elif brought.name not in seen:
            click.echo(plain(f"{brought.state.value:<13} {brought.name}.json: {brought.detail}"))
        seen[brought.name] = brought.state
    counts = [(sum(found is state for found in seen.values()), state) for state in State]
    told = ", ".join(f"{count:,} {state.value}" for count, state in counts if count) or "the lines refer to none"
    click.echo(f"{len(seen):,} passports: {told}")
    ctx.exit(MISSING if State.MISSING in seen.values() else 0)


def references_by_line(declaration: Path) -> list[tuple[str, str]]:
    """Each reference of a declaration's lines that may mean a passport, with the name of its line. Of each line its latest version
    counts, and none that was invalidated. Raises Refused, OSError."""
    from carbonseal.cli.public.bringing import may_mean
    from carbonseal.examining.consignment import read_consignment

    lines = read_consignment(declaration).lines
    return [
        (line.name, reference)
        for line in lines
        if not line.is_invalidated
        for reference in line.references
        if may_mean(reference)
    ]


def _bring(bringing: Bringing, reference: str) -> Brought:
    """What becomes of a reference; missing, where it does not say which passport it means."""
    from carbonseal.cli.public.bringing import Brought, State, meant_by

    try:
        return bringing.bring(meant_by(reference))
    except Refused as refused:
        return Brought(reference, State.MISSING, refused.finding.message)
