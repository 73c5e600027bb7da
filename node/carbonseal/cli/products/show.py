"""`carbonseal passport show`: what a passport says, with the tree of the product's carbon. It verifies nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.formatting.text import plain
from carbonseal.cli.inputs import read_named
from carbonseal.cli.options import INPUT
from carbonseal.cli.products.forms import CSV, FORM, JSON
from carbonseal.instants import format_instant

if TYPE_CHECKING:
    from carbonseal.passport.passports import Passport
    from carbonseal.passport.products import ProductCredential
    from carbonseal.passport.seals import Seal


@click.command(short_help="Show the contents of a passport. Verifies nothing.")
@click.argument("file", metavar="PASSPORT", type=INPUT)
@FORM
def show(file: Path, form: str) -> None:
    """Show the contents of a passport: the product's carbon as a tree, then its credentials, records and seals. Nothing is
    verified: `carbonseal verify` does that.

    The tree has, for each component, its quantity, its figure and what it brings; then the product's own part, and the stages
    of its life cycle beyond the gate apart. Figures are kg CO2e. --json nests components; --csv has a line for each product and
    stage.

    \b
    Example:
      carbonseal passport show passport.json
    """
    from carbonseal.cli.products.drawing import draw
    from carbonseal.cli.products.rows import as_csv, nested
    from carbonseal.flow.graph import graph_of
    from carbonseal.flow.tree import tree_of
    from carbonseal.records.profiles import lookup

    _, read = read_named(file)
    tree = tree_of(graph_of(read, lookup))
    if form == JSON:
        click.echo(json.dumps(nested(tree), ensure_ascii=False))
    elif form == CSV:
        click.echo(as_csv(tree), nl=False)
    else:
        for line in [*draw(tree), "", *_lines(read)]:
            click.echo(plain(line))
        click.echo("Nothing of this is verified: see carbonseal verify --help")


def _lines(read: Passport) -> Iterator[str]:
    root = read.credential
    yield f"{root.name} ({root.subject})"
    yield from _credential(read, root, "  ")
    others = [one.signed for digest, one in read.credentials.items() if digest != read.root]
    if others:
        yield f"  components carried: {len(others)}"
    for other in others:
        yield f"    {other.name} ({other.subject})"
        yield from _credential(read, other, "      ")
    yield from _statements(read)


def _statements(read: Passport) -> Iterator[str]:
    """What certification bodies stated, and who accredited them."""
    for one in read.statements.values():
        opinion = one.signed.opinion
        about = f"{len(opinion.footprints)} footprints" if opinion.footprints else f"the {opinion.covers}"
        verdict = ", ".join(filter(None, (opinion.opinion, opinion.assurance and f"{opinion.assurance} assurance")))
        yield f"  statement on {about} of {opinion.name}: {opinion.engagement}, {verdict or 'no opinion'}"
        yield f"      statement   {one.signed.digest.hex()}"
        yield f"      body        {one.signed.issuer}"
        yield f"      scope       {opinion.scope}"
        yield f"      period      from {format_instant(opinion.since)} to {format_instant(opinion.until)}"
        yield f"      sealed      {_seal(read.seals.get(one.commitment))}"
        yield from (f"      but         {text}" for text in opinion.qualifications)
    for accredited in read.accreditations.values():
        signed = accredited.signed
        until = format_instant(signed.valid_until) if signed.valid_until else ""
        yield f"  accreditation of {signed.name} by {signed.issuer}, {signed.number}"
        yield f"      from        {format_instant(signed.valid_from)} to {until}"
        yield from (f"      scope       {scope}" for scope in signed.scope)


def _credential(read: Passport, credential: ProductCredential, indent: str) -> Iterator[str]:
    yield f"{indent}credential  {credential.digest.hex()}"
    yield f"{indent}issuer      {credential.issuer}"
    until = f" to {format_instant(credential.valid_until)}" if credential.valid_until else ""
    yield f"{indent}valid       from {format_instant(credential.valid_from)}{until}"
    if credential.batch:
        yield f"{indent}lot         {credential.batch.number}: {credential.batch.quantity} {credential.batch.unit}"
    commitment = read.credentials[credential.digest].commitment
    yield f"{indent}sealed      {_seal(read.seals.get(commitment))}"
    for record in credential.records:
        kept = "disclosed" if record.commitment in read.records else "withheld"
        role = f"{record.role} {record.stage}".strip()
        yield f"{indent}record      {role}, {record.profile}, {kept}, sealed {_seal(read.seals.get(record.commitment))}"


def _seal(seal: Seal | None) -> str:
    if seal is None:
        return "nowhere"
    heads = [", ".join(anchor.ledger for anchor in head.anchors) or "not anchored" for head in seal.heads]
    return f"as entry {seal.index}, {len(heads)} head{'s' * (len(heads) != 1)}: {'; '.join(heads)}"
