"""`carbonseal statement export`: a statement in another form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.errors import Failed
from carbonseal.cli.options import DIGEST, INPUT, Once
from carbonseal.cli.outputs import FORCE, STDOUT, WRITABLE, Output
from carbonseal.cli.products.exported import AS_JSON, write_exported
from carbonseal.exports.dcc_form import ASSESSMENT_LEVELS
from carbonseal.findings import Refused

if TYPE_CHECKING:
    from carbonseal.passport.bundles import Bundle


@click.command(short_help="Write a copy of a statement in another form.")
@click.argument("file", metavar="FILE", type=INPUT)
@click.option(
    "--as",
    required=True,
    cls=Once,
    type=click.Choice(["untp/dcc-0.7"]),
    expose_value=False,
    help="The form to copy it to; there is one.",
)
@click.option("--statement", "chosen", cls=Once, type=DIGEST, help="Its digest, where FILE has several.")
@click.option(
    "--assessment-level",
    "level",
    cls=Once,
    type=click.Choice(ASSESSMENT_LEVELS),
    help="How the body's accreditor is recognised: no accreditation says it.",
)
@click.option("-o", "--output", default=STDOUT, type=WRITABLE, help="The file to write; standard output without it.")
@AS_JSON
@FORCE
def export(*, file: Path, chosen: bytes | None, level: str | None, output: Path, as_json: bool, force: bool) -> None:
    """Write an unsigned copy of the statement in FILE, a statement file or a passport, in another form, for readers of that form. A
    passport also brings the figures of the footprints that it discloses. Nothing is verified.

    The copy proves nothing: it says so, and names the SHA-256 of the signed original. What has no place in the form (lost), and
    what it demands in other words (assumed), is told on standard error, a line each.

    \b
    Examples:
      carbonseal statement export statement.json --as untp/dcc-0.7 -o statement.untp.json
      carbonseal statement export passport.json --as untp/dcc-0.7 --assessment-level authority-globalmra
    """
    from carbonseal.exports import dcc_0_7
    from carbonseal.records.profiles import lookup

    target = Output(output, over=force)
    try:
        bundle = _read(file)
        made = dcc_0_7.export(bundle, _chosen(bundle, file, chosen), lookup, level or "")
    except Refused as refused:
        raise Failed.by(refused, str(file)) from refused
    write_exported(made, target, as_json=as_json)


def _read(file: Path) -> Bundle:
    """The passport or statement file. Raises Refused."""
    from carbonseal.examining.files.items import read_passport
    from carbonseal.passport.bundles import BUNDLE_LIMITS
    from carbonseal.passport.conformity.files import VERSION, parse_statement
    from carbonseal.passport.passports import parse
    from carbonseal.records import strict

    raw = read_passport(str(file))
    value = strict.parse(raw, BUNDLE_LIMITS)
    is_statement = (
        isinstance(value, dict) and str(value.get("carbonseal")).partition("/")[0] == VERSION.partition("/")[0]
    )
    return parse_statement(raw) if is_statement else parse(raw)


def _chosen(bundle: Bundle, file: Path, digest: bytes | None) -> bytes:
    """The digest of the statement to copy. Raises `Failed` where there is none, or where it has to be chosen."""
    from carbonseal.passport.conformity.files import StatementFile

    if digest is None and isinstance(bundle, StatementFile):
        return bundle.root
    listed = ", ".join(one.hex() for one in bundle.statements)
    if digest is None and len(bundle.statements) == 1:
        return next(iter(bundle.statements))
    if digest is None or digest not in bundle.statements:
        what = f"several statements: {listed}" if bundle.statements else "no statement"
        raise Failed(
            f"{file} has {what if digest is None else f'no statement {digest.hex()}'}", "name one: --statement DIGEST"
        )
    return digest
