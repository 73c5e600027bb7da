"""`carbonseal passport`: issue, refresh, revoke, show; `records` has a module of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from carbonseal.cli.errors import Failed
from carbonseal.cli.nodes import with_node
from carbonseal.cli.options import NODE, READABLE, WRITABLE
from carbonseal.cli.records import footprint_lines, records
from carbonseal.cli.text import plain
from carbonseal.findings import Refused
from carbonseal.instants import format_instant

if TYPE_CHECKING:
    from carbonseal.passport.credentials import Credential
    from carbonseal.passport.passports import Passport
    from carbonseal.passport.seals import Seal


@click.group(short_help="Issue passports, bring them up to date, revoke them, show what is in one.")
def passport() -> None:
    """A passport is one file: a signed credential about a product, and all that is needed to verify it anywhere.

    \b
    Examples:
      carbonseal passport issue my-node --request door-reader.request.json -o door-reader.json
      carbonseal passport refresh my-node door-reader.json
      carbonseal passport show door-reader.json
    """


@passport.command(short_help="Sign a credential about sealed records, and make its passport.")
@click.argument("directory", type=NODE)
@click.option("--request", "request_file", required=True, type=READABLE, help="What to issue, as JSON.")
@click.option("-o", "--output", required=True, type=WRITABLE, help="The passport to write.")
def issue(directory: Path, request_file: Path, output: Path) -> None:
    """Sign a credential about records that are sealed in the node in DIRECTORY, seal it too, and write its passport.

    The request names the issuer (of node.toml), the product, the records by the commitments that `carbonseal seal`
    printed, and the passports of the components, as paths from where the request is:

    \b
      {"issuer": "certifier",
       "subject": "urn:example:product:door-reader", "name": "Door reader",
       "records": [{"role": "footprint", "commitment": "5f0c…", "disclose": true}],
       "components": [{"passport": "battery.json", "quantity": "1", "unit": "piece"}]}

    A new passport rests on the anchors that are there already; refresh it once the next ones are final.

    \b
    Example:
      carbonseal passport issue my-node --request door-reader.request.json -o door-reader.json
    """
    from carbonseal.node.files import replace_file

    request = _request(request_file)
    made = with_node(directory, lambda node: node.issue(request))
    replace_file(output, made)
    click.echo(f"wrote {output}")


@passport.command(short_help="Add newer heads, anchors and status to a passport.")
@click.argument("directory", type=NODE)
@click.argument("file", metavar="PASSPORT", type=READABLE)
@click.option("-o", "--output", type=WRITABLE, help="Where to write it. Default: in place.")
def refresh(directory: Path, file: Path, output: Path | None) -> None:
    """Bring a passport up to date from the node in DIRECTORY: newer heads, anchors that have become final, a fresh status
    list. What is signed stays as it is, and nothing that verifies is taken away.

    \b
    Examples:
      carbonseal passport refresh my-node door-reader.json
      carbonseal passport refresh my-node door-reader.json -o door-reader-2027.json
    """
    from carbonseal.node.files import replace_file

    old = _read(file)
    made = with_node(directory, lambda node: node.refresh(old))
    replace_file(output or file, made)
    click.echo(f"wrote {output or file}")


@passport.command(short_help="Revoke a credential, for ever.")
@click.argument("directory", type=NODE)
@click.argument("file", metavar="PASSPORT", type=READABLE)
def revoke(directory: Path, file: Path) -> None:
    """Revoke the credential that PASSPORT is about, which the node in DIRECTORY issued. There is no way back.

    From now on, its issuer's status list says so. Whoever holds a passport learns it when the passport is refreshed, and at the
    latest when the list in it is stale, a week after it was signed.

    \b
    Example:
      carbonseal passport revoke my-node door-reader.json
    """
    from carbonseal.passport.passports import parse

    try:
        read = parse(_read(file))
    except Refused as refused:
        raise Failed.by(refused, str(file)) from refused
    with_node(directory, lambda node: node.revoke(read.root))
    click.echo(f"revoked {read.root.hex()}, {plain(read.credential.name)}")


@passport.command(short_help="Show what is in a passport. Verifies nothing.")
@click.argument("file", metavar="PASSPORT", type=READABLE)
def show(file: Path) -> None:
    """Show what a passport says and carries, and the figures of each product footprint that it discloses. Nothing of it is
    checked against anything: `carbonseal verify` does that.

    \b
    Example:
      carbonseal passport show passport.json
    """
    from carbonseal.passport.passports import parse

    try:
        read = parse(_read(file))
    except Refused as refused:
        raise Failed.by(refused, str(file)) from refused
    for line in _lines(read):
        click.echo(plain(line))
    click.echo("Nothing of this is verified: carbonseal verify --help")


passport.add_command(records)


def _read(file: Path) -> bytes:
    from carbonseal.cli.judging import read_passport

    return read_passport(str(file))


def _request(file: Path) -> Any:
    """The request, with the components' passports in the place of their paths. Whatever else it is, the node judges it."""
    from carbonseal.passport.passports import PASSPORT_LIMITS
    from carbonseal.records.strict import parse

    try:
        request = parse(file.read_bytes(), PASSPORT_LIMITS)
    except Refused as refused:
        raise Failed.by(refused, str(file)) from refused
    components = request.get("components", []) if isinstance(request, dict) else []
    for number, component in enumerate(components if isinstance(components, list) else []):
        if isinstance(component, dict) and isinstance(component.get("passport"), str):
            path = file.parent / component["passport"]
            try:
                component["passport"] = parse(_read(path), PASSPORT_LIMITS)
            except OSError as error:
                raise Failed(f"{file} > components > {number}: {path}: {error.strerror}") from error
            except Refused as refused:
                raise Failed.by(refused, str(file), "components", str(number), str(path)) from refused
    return request


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


def _credential(read: Passport, credential: Credential, indent: str) -> Iterator[str]:
    yield f"{indent}credential  {credential.digest.hex()}"
    yield f"{indent}issuer      {credential.issuer}"
    until = f" to {format_instant(credential.valid_until)}" if credential.valid_until else ""
    yield f"{indent}valid       from {format_instant(credential.valid_from)}{until}"
    commitment = read.credentials[credential.digest].commitment
    yield f"{indent}sealed      {_seal(read.seals.get(commitment))}"
    for record in credential.records:
        kept = "disclosed" if record.commitment in read.records else "withheld"
        seal = _seal(read.seals.get(record.commitment))
        yield f"{indent}record      {record.role}, {record.profile}, {kept}, sealed {seal}"
        yield from (f"{indent}  {line}" for line in footprint_lines(read.records.get(record.commitment)))


def _seal(seal: Seal | None) -> str:
    if seal is None:
        return "nowhere"
    heads = [", ".join(anchor.ledger for anchor in head.anchors) or "not anchored" for head in seal.heads]
    return f"as entry {seal.index}, {len(heads)} head{'s' * (len(heads) != 1)}: {'; '.join(heads)}"
