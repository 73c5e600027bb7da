"""`carbonseal footprint`: the figures of a record, out again in another format."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from carbonseal.cli.errors import Failed
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.options import INPUT, Once
from carbonseal.cli.outputs import FORCE, STDOUT, WRITABLE, Output
from carbonseal.cli.products.exported import AS_JSON, write_exported
from carbonseal.findings import Refused


@click.group(short_help="Export a record's figures to another format.")
def footprint() -> None:
    """Work with the carbon figures of a record or of a passport's product. Nothing is verified: `carbonseal verify` does that.

    \b
    Example:
      carbonseal footprint export catena-x.json --as pact/3.0 -o pact.json
    """


@footprint.command(short_help="Export a record's figures as PACT 3.0 or JSON-LD.")
@click.argument("file", metavar="FILE", type=INPUT)
@click.option(
    "--as", "form", required=True, cls=Once, type=click.Choice(["pact/3.0", "json-ld"]), help="The format to export to."
)
@click.option("--profile", cls=Once, help="The record's own format; without it, the format that FILE looks like.")
@click.option(
    "--set",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="A member that PACT requires and the record does not state, such as pcf.fossilCarbonContent=0; repeatable.",
)
@click.option("-o", "--output", default=STDOUT, type=WRITABLE, help="The file to write; standard output without it.")
@AS_JSON
@FORCE
def export(
    *, file: Path, form: str, profile: str | None, given: Sequence[str], output: Path, as_json: bool, force: bool
) -> None:
    """Export the figures of FILE, a record of any profile or a passport whose product discloses its footprint, to another format.
    A record that is in that format already comes out unchanged.

    What the other format cannot say, and what it demands and the record does not state, is told on standard error, a line each.
    No figure is made up: PACT requires some that other formats lack, which --set gives.

    \b
    Examples:
      carbonseal footprint export catena-x.json --as pact/3.0 -o pact.json
      carbonseal footprint export passport.json --as json-ld
      carbonseal footprint export pact-2.json --as pact/3.0 --set pcf.pcfExcludingBiogenicUptake=3.86 \\
        --set pcf.pcfIncludingBiogenicUptake=3.80
    """
    from carbonseal.records import exports

    members = dict(_member(one) for one in given)
    if members and form != exports.PACT_3:
        raise click.UsageError("--set is for --as pact/3.0: json-ld requires nothing.")
    target = Output(output, over=force)
    try:
        value, found = _record(file, profile)
        made = exports.export(value, found, form, members, datetime.now(UTC).replace(microsecond=0))
    except Refused as refused:
        raise Failed.by(refused, str(file)) from refused
    write_exported(made, target, as_json=as_json)


def _member(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not (separator and name and value):
        raise click.UsageError(f"--set {plain(text)}: write NAME=VALUE.")
    return name, value


def _record(file: Path, profile: str | None) -> tuple[Any, str]:
    """The record in `file` and its profile. Raises Refused; `Failed` where a format has to be named."""
    from carbonseal.examining.files.items import read_passport
    from carbonseal.passport.passports import PASSPORT_LIMITS, VERSION
    from carbonseal.records import strict
    from carbonseal.records.profiles.recognition import recognise

    raw = read_passport(str(file))
    value = strict.parse(raw, PASSPORT_LIMITS)
    if isinstance(value, dict) and value.get("carbonseal") == VERSION:
        return _disclosed(raw)
    if profile is not None:
        return value, profile
    found = recognise(value)
    if found is None or not found.profile or found.inside:
        what = "is of no format that is recognised" if found is None else f"looks like {found.what}, which is no record"
        raise Failed(f"{file} {what}", "name its format with --profile, or take the record out of it")
    return value, found.profile


def _disclosed(raw: bytes) -> tuple[Any, str]:
    """The footprint that a passport's product discloses. Raises Refused, `Failed`."""
    from carbonseal.passport.passports import parse
    from carbonseal.passport.products import FOOTPRINT

    read = parse(raw)
    for listed in read.credential.records:
        if listed.role == FOOTPRINT and listed.commitment in read.records:
            record = read.records[listed.commitment]
            return record.document, record.profile
    raise Failed(f"{read.credential.name} discloses no footprint", "ask its issuer for a passport that does")
