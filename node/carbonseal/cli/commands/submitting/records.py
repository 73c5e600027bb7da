"""`carbonseal records`: the table that a manufacturer fills, written empty and checked; and sealed records, found again."""

from __future__ import annotations

from pathlib import Path

import click

from carbonseal.cli.commands.submitting.look_up import find, index
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.options import READABLE, Once
from carbonseal.cli.outputs import FORCE, WRITABLE, Output
from carbonseal.tables.footprints.columns import COMPONENTS, STAGES

WRONG = 2  # exit status where a line has errors
ERRORS = click.option(
    "--errors",
    cls=Once,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a copy of the table into this file, with each error at its cell, if there is one.",
)


@click.group(short_help="Write and check the table that a manufacturer fills; find what was sealed.")
def records() -> None:
    """Footprints as a table: one footprint a row, with the stages beyond the gate and the components of the product. And sealed
    records, found by what they say.

    \b
    Examples:
      carbonseal records template -o footprints.xlsx
      carbonseal records check footprints.xlsx --errors corrections.xlsx
      carbonseal seal my-node footprints.xlsx --profile pact/3.0
      carbonseal records find my-node --product urn:gtin:4712345060507
    """


@records.command(short_help="Write the empty table, its columns explained.")
@click.option(
    "-o", "--output", required=True, cls=Once, type=WRITABLE, help="A .csv or .xlsx file; - is CSV on standard output."
)
@click.option(
    "--stages",
    type=click.IntRange(0, STAGES),
    default=2,
    show_default=True,
    help="For how many stages beyond the gate a row has room.",
)
@click.option(
    "--components",
    type=click.IntRange(0, COMPONENTS),
    default=5,
    show_default=True,
    help="For how many components a row has room.",
)
@FORCE
def template(output: Path, stages: int, components: int, force: bool) -> None:
    """Write the empty table. Below the names of its columns stand what each is, its form, and an example: lines that begin with #,
    which may stay. In a workbook every cell is text, so that figures keep the digits that are typed, and a second sheet explains
    the columns.

    \b
    Example:
      carbonseal records template -o footprints.xlsx --stages 3 --components 12
    """
    from carbonseal.tables.footprints.template import as_csv, as_workbook

    form = ".csv" if str(output) == "-" else output.suffix.lower()
    if form not in {".csv", ".xlsx"}:
        raise click.UsageError("The name of the table ends in .csv or .xlsx.")
    file = Output(output, over=force)
    file.write((as_csv if form == ".csv" else as_workbook)(stages, components))


@records.command(short_help="Check a table that was filled, and write its errors into a copy.")
@click.argument("table", type=READABLE)
@ERRORS
@FORCE
@click.pass_context
def check(ctx: click.Context, table: Path, errors: Path | None, force: bool) -> None:
    """Check TABLE, a CSV file, an Excel workbook or a JSON list of objects, in gzip or not. Nothing is sealed, no node needed.

    Every error is told with its cell; with --errors also in a copy: in a column `errors`, and in workbooks at the cell, in
    red and as a comment. The copy can be corrected and used in the place of the table. The exit status is 2 where there is
    an error.

    \b
    Example:
      carbonseal records check footprints.csv --errors corrections.csv
    """
    from carbonseal.cli.tables.filled import FilledTable

    copy = None if errors is None else Output(errors, over=force)
    filled = FilledTable.read(table)
    for finding in filled.problems():
        click.echo(plain(str(finding)), err=True)
    wrong = filled.wrong()
    if copy is not None and wrong:
        copy.write(filled.marked(), f"{wrong:,} lines with errors")
    good = [row for row in filled.rows if not row.problems]
    stages = sum(len(row.stages) for row in good)
    click.echo(f"{len(good):,} footprints, {stages:,} stages, {wrong:,} lines with errors")
    ctx.exit(WRONG if wrong else 0)


records.add_command(find)
records.add_command(index)
