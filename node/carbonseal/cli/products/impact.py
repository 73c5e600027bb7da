"""`carbonseal impact`: what a corrected figure changes in the products that used the old one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from carbonseal.cli.errors import Failed
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.inputs import read_named
from carbonseal.cli.options import INPUT, Once
from carbonseal.cli.products.forms import CSV, FORM, JSON
from carbonseal.cli.products.rows import number, table
from carbonseal.footprints.figures import decimal_text

if TYPE_CHECKING:
    from carbonseal.flow.impact import Impact


COLUMNS = (
    "file", "name", "product", "credential", "old", "change", "new", "change_percent", "basis", "missing",
)  # fmt: skip


class Percent(click.ParamType[Fraction]):
    """``1%`` or ``0.5%``: a share of a figure."""

    name = "percent"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """The share, exact."""
        if isinstance(value, Fraction):
            return value
        try:
            share = Fraction(str(value).removesuffix("%")) / 100
        except (ValueError, ZeroDivisionError):
            share = Fraction(-1)
        if share < 0:
            self.fail(f"{value!r} is not a percentage such as 1%", param, ctx)
        return share


@click.command(short_help="Show what a corrected figure changes in the products that used it.")
@click.argument("old", metavar="OLD", type=INPUT)
@click.argument("new", metavar="NEW", type=INPUT)
@click.argument("passports", metavar="PASSPORTS...", nargs=-1, required=True, type=INPUT)
@click.option(
    "--above",
    cls=Once,
    type=Percent(),
    help="List changes above this part of a figure first. Default: 0%.",
)
@FORM
def impact(old: Path, new: Path, passports: tuple[Path, ...], above: Fraction | None, form: str) -> None:
    """Show every product in PASSPORTS that used the product of OLD, directly or not, and how its figure changes when the figure of
    NEW comes in the place of OLD's. OLD and NEW are passports.

    The change is exact: it goes up the chain with the quantities that the passports state. Products whose change is above
    --above come first; what cannot be computed says why. Nothing is verified: `carbonseal verify` does that.

    \b
    Example:
      carbonseal impact ore-2025.json ore-2025-corrected.json products/*.json --above 1%
    """
    found = [*_all(old, new, passports)]
    least = above or Fraction(0)
    found.sort(key=lambda one: _order(one[1], least))
    if form == JSON:
        for file, one in found:
            click.echo(json.dumps(_row(file, one), ensure_ascii=False))
    elif form == CSV:
        click.echo(table(COLUMNS, [_row(file, one) for file, one in found]), nl=False)
    else:
        _print(found, least)


def _all(old: Path, new: Path, passports: tuple[Path, ...]) -> Iterator[tuple[str, Impact]]:
    """The impacts on each product once, with the first file that has it."""
    from carbonseal.flow.graph import graph_of
    from carbonseal.flow.impact import impacts
    from carbonseal.records.profiles import lookup

    _, before = read_named(old)
    _, after = read_named(new)
    if before.root == after.root:
        raise Failed(
            f"{old} and {new} are about the same credential", "give the passport of the corrected product as NEW"
        )
    corrected = graph_of(after, lookup).root
    seen: set[bytes] = set()
    for path in passports:
        _, read = read_named(path)
        for one in impacts(graph_of(read, lookup), before.root, corrected):
            if one.product.credential.digest not in seen:
                seen.add(one.product.credential.digest)
                yield str(path), one


def _order(one: Impact, above: Fraction) -> tuple[bool, bool, Fraction]:
    """Those above the threshold first, then the others, then those that cannot be computed; the largest change first."""
    relative = one.relative
    size = abs(relative) if relative is not None else Fraction(0)
    return relative is None, size <= above, -size


def _row(file: str, one: Impact) -> dict[str, str | None]:
    from carbonseal.flow.phrases import all_missing

    return {
        "file": file,
        "name": one.product.credential.name,
        "product": one.product.credential.subject,
        "credential": one.product.credential.digest.hex(),
        "old": number(one.old),
        "change": number(one.change),
        "new": number(one.new),
        "change_percent": None if one.relative is None else decimal_text(one.relative * 100, 6),
        "basis": "used" if one.is_used else "listed",
        "missing": str(all_missing((one.old, one.change))) or None,
    }


def _print(found: list[tuple[str, Impact]], above: Fraction) -> None:
    if not found:
        click.echo("None of these products used it.")
    for file, one in found:
        row = _row(file, one)
        listed = "" if one.is_used else " (listed, and not said to be used)"
        if row["missing"]:
            click.echo(plain(f"-         {row['name']} ({row['product']}): not known: {row['missing']}  {file}"))
            continue
        percent = "" if row["change_percent"] is None else f"{row['change_percent']} %"
        mark = "!" if one.relative is not None and abs(one.relative) > above else " "
        change = f"{row['old']} -> {row['new']} kg CO2e, {row['change']}"
        click.echo(plain(f"{mark} {percent:>8}  {row['name']} ({row['product']}): {change}{listed}  {file}"))
