"""`carbonseal statement`: draft, issue, list, get, show, attach, suspend, reinstate, withdraw. `export` is in
`products.statement_copies`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from carbonseal.cli.conformity import documents
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.inputs import read_named
from carbonseal.cli.issue_requests import read_request
from carbonseal.cli.options import DIGEST, INPUT, REASON, Once
from carbonseal.cli.outputs import FORCE, WRITABLE, Output
from carbonseal.cli.products.statement_copies import export
from carbonseal.cli.targets import NodeCommand, Target
from carbonseal.examining.files.items import read_passport
from carbonseal.examining.named_bytes import NamedBytes

KIND = "statement"
OUTPUT = click.option("-o", "--output", required=True, cls=Once, type=WRITABLE, help="The file; - is standard output.")
REQUEST = click.option(
    "--request", required=True, cls=Once, type=INPUT, help="What to issue, as JSON; or TOML, in a .toml file."
)


@click.group(short_help="Statements of certification bodies: issue, show, attach, suspend, withdraw.")
def statement() -> None:
    """A statement is a certification body's opinion on footprints, or on how an organisation computes them. It is signed and
    sealed, and travels in a file of its own until it joins the passports that it is about.

    \b
    Examples:
      carbonseal statement draft --for door-reader.json --body tuev -o opinion.json
      carbonseal statement issue our-node --request opinion.json -o statement.json
      carbonseal statement attach door-reader.json statement.json -o door-reader-stated.json
      carbonseal statement export statement.json --as untp/dcc-0.7 -o statement.untp.json
    """


@statement.command(short_help="Write a request to be completed, from a passport.")
@click.option("--for", "passport", required=True, cls=Once, type=INPUT, help="The passport that it is to be about.")
@click.option("--body", required=True, cls=Once, help="The body's name in node.toml.")
@OUTPUT
@FORCE
def draft(*, passport: Path, body: str, output: Path, force: bool) -> None:
    """Write a statement request on the footprint of a passport, with the organisation, footprint, boundary and period that it
    states. Texts in angle brackets are for the body to replace: as it is, the request is refused.

    \b
    Example:
      carbonseal statement draft --for door-reader.json --body tuev -o opinion.json
    """
    from carbonseal.cli.conformity.drafting import drafted

    file = Output(output, over=force)
    request = drafted(read_named(passport)[1], body)
    file.write(json.dumps(request, indent=2, ensure_ascii=False).encode() + b"\n", "complete what is in angle brackets")


@statement.command(cls=NodeCommand, short_help="Issue a statement.")
@REQUEST
@click.option("--accreditation", "files", multiple=True, type=INPUT, help="An accreditation file of the body.")
@OUTPUT
@FORCE
def issue(*, target: Target, request: Path, files: tuple[Path, ...], output: Path, force: bool) -> None:
    """Sign and seal the statement that the request asks for, in the name of a body of the node in DIRECTORY, and write its file.
    The node keeps accreditations that are given, and adds them to every statement of the body.

    \b
    Example:
      carbonseal statement issue our-node --request opinion.json --accreditation from-dakks.json -o statement.json
    """
    from carbonseal.passport.conformity.files import parse_accreditation

    file, wanted = Output(output, over=force), read_request(request)
    if files and isinstance(wanted, dict):
        given = [NamedBytes(str(one), read_passport(str(one))).parse(parse_accreditation).to_json() for one in files]
        wanted = {**wanted, "accreditations": [*wanted.get("accreditations", []), *given]}
    documents.issue(target, KIND, wanted, file)


@statement.command("list", cls=NodeCommand, short_help="List the statements that a node issued.")
def list_(target: Target) -> None:
    """List every statement that the node in DIRECTORY issued: digest, time, state with its reason, organisation and body.

    \b
    Example:
      carbonseal statement list our-node
    """
    documents.print_list(target, KIND, "body")


@statement.command(cls=NodeCommand, short_help="Write the file of an issued statement again, refreshed.")
@click.argument("digest", type=DIGEST)
@OUTPUT
@FORCE
def get(target: Target, digest: bytes, output: Path, force: bool) -> None:
    """Write the file of the statement with this DIGEST, which the node in DIRECTORY issued, with newer anchors and status.

    \b
    Example:
      carbonseal statement get our-node 5f0c… -o statement.json
    """
    documents.get(target, KIND, digest, Output(output, over=force))


@statement.command(short_help="Show what a statement file says. Verifies nothing.")
@click.argument("file", type=INPUT)
def show(file: Path) -> None:
    """Show what the statement in FILE says, and by whom. Nothing is verified.

    \b
    Example:
      carbonseal statement show statement.json
    """
    from carbonseal.passport.conformity.files import parse_statement

    read = NamedBytes(str(file), read_passport(str(file))).parse(parse_statement)
    click.echo(plain(f"statement {read.root.hex()} of {read.statement.issuer}"))
    for line in documents.shown(read.statement.document["credentialSubject"]).splitlines():
        click.echo(plain(line))
    for one in read.accreditations.values():
        click.echo(plain(f"accredited by {one.signed.issuer} as {one.signed.number}"))
    click.echo("Nothing of this is verified.")


@statement.command(short_help="Add statements to a passport, offline.")
@click.argument("passport", type=INPUT)
@click.argument("statements", nargs=-1, required=True, type=INPUT)
@OUTPUT
@FORCE
def attach(passport: Path, statements: tuple[Path, ...], output: Path, force: bool) -> None:
    """Add to PASSPORT what the statement files carry about it. What is about something else is left out, and said.

    \b
    Example:
      carbonseal statement attach door-reader.json statement.json -o door-reader-stated.json
    """
    from carbonseal.passport.assembly import attach as attached
    from carbonseal.passport.conformity.files import parse_statement

    file, old = Output(output, over=force), read_named(passport)[1]
    files = {str(one): NamedBytes(str(one), read_passport(str(one))).parse(parse_statement) for one in statements}
    made = attached(old, files.values())
    for name, one in files.items():
        if one.root not in made.statements:
            click.echo(plain(f"warning  {name}: it is about nothing in this passport, and left out"), err=True)
    count = len(made.statements)
    file.write(made.encode(), f"{count} statement{'s' * (count != 1)} in it")


@statement.command(cls=NodeCommand, short_help="Suspend a statement until it is reinstated.")
@click.argument("digest", type=DIGEST)
@REASON
def suspend(target: Target, digest: bytes, reason: str) -> None:
    """Suspend the statement with this DIGEST: until it is reinstated it counts for nothing.

    \b
    Example:
      carbonseal statement suspend our-node 5f0c… --reason "a meter is looked at again"
    """
    documents.mark(target, KIND, "suspend", digest, reason)


@statement.command(cls=NodeCommand, short_help="End the suspension of a statement.")
@click.argument("digest", type=DIGEST)
@REASON
def reinstate(target: Target, digest: bytes, reason: str) -> None:
    """End the suspension of the statement with this DIGEST.

    \b
    Example:
      carbonseal statement reinstate our-node 5f0c… --reason "the meter was right"
    """
    documents.mark(target, KIND, "reinstate", digest, reason)


@statement.command(cls=NodeCommand, short_help="Withdraw a statement, irreversibly.")
@click.argument("digest", type=DIGEST)
@REASON
def withdraw(target: Target, digest: bytes, reason: str) -> None:
    """Withdraw the statement with this DIGEST: it counts for nothing from now on. This cannot be undone.

    \b
    Example:
      carbonseal statement withdraw our-node 5f0c… --reason "the meter was wrong"
    """
    documents.mark(target, KIND, "withdraw", digest, reason)


statement.add_command(export)
