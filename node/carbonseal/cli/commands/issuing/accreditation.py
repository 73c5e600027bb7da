"""`carbonseal accreditation`: issue, list, get, show, suspend, withdraw."""

from __future__ import annotations

from pathlib import Path

import click

from carbonseal.cli.commands.issuing.statement import OUTPUT, REQUEST
from carbonseal.cli.conformity import documents
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.issue_requests import read_request
from carbonseal.cli.options import DIGEST, INPUT, REASON
from carbonseal.cli.outputs import FORCE, Output
from carbonseal.cli.targets import NodeCommand, Target
from carbonseal.examining.files.items import read_passport
from carbonseal.examining.named_bytes import NamedBytes

KIND = "accreditation"


@click.group(short_help="Accreditations of certification bodies: issue, show, suspend, withdraw.")
def accreditation() -> None:
    """An accreditation is an accreditor's word on what a certification body may state, with which keys, and until when. The body
    gives its file to its own node, which adds it to every statement.

    \b
    Examples:
      carbonseal accreditation issue our-node --request tuev.json -o tuev-accreditation.json
      carbonseal accreditation list our-node
    """


@accreditation.command(cls=NodeCommand, short_help="Issue an accreditation.")
@REQUEST
@OUTPUT
@FORCE
def issue(target: Target, request: Path, output: Path, force: bool) -> None:
    """Sign and seal the accreditation that the request asks for, in the name of an accreditor of the node in DIRECTORY, and write
    its file, for the body.

    \b
    Example:
      carbonseal accreditation issue our-node --request tuev.json -o tuev-accreditation.json
    """
    file = Output(output, over=force)
    documents.issue(target, KIND, read_request(request), file)


@accreditation.command("list", cls=NodeCommand, short_help="List the accreditations that a node issued.")
def list_(target: Target) -> None:
    """List every accreditation that the node in DIRECTORY issued: digest, time, state with its reason, body and accreditor.

    \b
    Example:
      carbonseal accreditation list our-node
    """
    documents.print_list(target, KIND, "accreditor")


@accreditation.command(cls=NodeCommand, short_help="Write the file of an issued accreditation again, refreshed.")
@click.argument("digest", type=DIGEST)
@OUTPUT
@FORCE
def get(target: Target, digest: bytes, output: Path, force: bool) -> None:
    """Write the file of the accreditation with this DIGEST, with newer anchors and status.

    \b
    Example:
      carbonseal accreditation get our-node 5f0c… -o tuev-accreditation.json
    """
    documents.get(target, KIND, digest, Output(output, over=force))


@accreditation.command(short_help="Show what an accreditation file says. Verifies nothing.")
@click.argument("file", type=INPUT)
def show(file: Path) -> None:
    """Show what the accreditation in FILE says, and by whom. Nothing is verified.

    \b
    Example:
      carbonseal accreditation show tuev-accreditation.json
    """
    from carbonseal.passport.conformity.files import parse_accreditation

    read = NamedBytes(str(file), read_passport(str(file))).parse(parse_accreditation)
    click.echo(plain(f"accreditation {read.root.hex()} by {read.accreditation.issuer}"))
    for line in documents.shown(read.accreditation.document["credentialSubject"]).splitlines():
        click.echo(plain(line))
    click.echo("Nothing of this is verified.")


@accreditation.command(cls=NodeCommand, short_help="Suspend an accreditation, irreversibly.")
@click.argument("digest", type=DIGEST)
@REASON
def suspend(target: Target, digest: bytes, reason: str) -> None:
    """Suspend the accreditation with this DIGEST: what its body states from now on is not covered. It is never taken back: who is
    reinstated gets a new accreditation.

    \b
    Example:
      carbonseal accreditation suspend our-node 5f0c… --reason "the audit is overdue"
    """
    documents.mark(target, KIND, "suspend", digest, reason)


@accreditation.command(cls=NodeCommand, short_help="Withdraw an accreditation, irreversibly.")
@click.argument("digest", type=DIGEST)
@REASON
def withdraw(target: Target, digest: bytes, reason: str) -> None:
    """Withdraw the accreditation with this DIGEST: what its body states from now on is not covered; what it stated before is.

    \b
    Example:
      carbonseal accreditation withdraw our-node 5f0c… --reason "on the body's own request"
    """
    documents.mark(target, KIND, "withdraw", digest, reason)
