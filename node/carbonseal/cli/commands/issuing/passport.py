"""`carbonseal passport`: issue, list, export, refresh, revoke, suspend, reinstate, show. `qr` is in a module of its own, `records`
in `formatting.disclosed`."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from carbonseal.cli.commands.issuing.qr import qr
from carbonseal.cli.errors import BrokeOff, Failed
from carbonseal.cli.formatting.disclosed import records
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.inputs import additions, read_named
from carbonseal.cli.issue_requests import BATCH, COMPONENTS, read_request
from carbonseal.cli.nodes import with_node
from carbonseal.cli.options import DIGEST, INPUT, NODE, REASON, Once
from carbonseal.cli.outputs import FORCE, WRITABLE, Output
from carbonseal.cli.products.exported import AS_JSON, copy_of, write_exported
from carbonseal.cli.products.show import show
from carbonseal.cli.targets import NodeCommand, NodeWordsCommand, Target
from carbonseal.examining.files.names import STDIN
from carbonseal.findings import Refused
from carbonseal.instants import format_instant, from_seconds
from carbonseal.node.issuance.codes import ISSUE_MALFORMED, NODE_UNRELATED_PASSPORT

if TYPE_CHECKING:
    from carbonseal.passport.passports import Passport
    from carbonseal.service.client.nodes import AnyNode

_SHOWN_ONCE_REFRESHED = "Passports show it once they are refreshed: carbonseal passport refresh"
OUTPUT = click.option(
    "-o", "--output", required=True, cls=Once, type=WRITABLE, help="The passport; - is standard output."
)


@click.group(short_help="Issue, list, export, refresh, revoke, suspend and show passports.")
def passport() -> None:
    """A passport is one file: a signed credential about a product, and everything that is needed to verify it offline.

    \b
    Examples:
      carbonseal passport issue my-node --request door-reader.request.json -o door-reader.json
      carbonseal passport refresh my-node door-reader.json
      carbonseal passport list my-node
      carbonseal passport show door-reader.json
    """


@passport.command(cls=NodeCommand, short_help="Issue a credential about sealed records, with its passport.")
@click.option(
    "--request",
    "request_file",
    required=True,
    cls=Once,
    type=INPUT,
    help="What to issue, as JSON; or TOML, in a .toml file.",
)
@COMPONENTS
@BATCH
@OUTPUT
@FORCE
def issue(
    target: Target,
    *,
    request_file: Path,
    components: list[dict[str, Any]],
    batch: dict[str, Any] | None,
    output: Path,
    force: bool,
) -> None:
    """Sign a credential about records that the node in DIRECTORY has sealed, seal it too, and write its passport.

    The request names the issuer (of node.toml), the product, the records by the commitments that `carbonseal seal` printed,
    and the passports of the components, as paths relative to the request. In TOML:

    \b
      issuer = "certifier"
      subject = "urn:example:product:door-reader"
      name = "Door reader"
      records = [
        {role = "footprint", commitment = "5f0c…"},
        {role = "stage", stage = "A4", quantity = 2, unit = "ton kilometer", commitment = "a1b2…"},
      ]
      [[components]]
      passport = "battery.json"
      quantity = 2
      unit = "piece"
      per = {amount = 1, unit = "piece"}
      basis = "used"

    A component says how much of it went, gross, into how much of the product, and whether its very figure entered the
    footprint (used) or not (listed). What is known to be wrong, though nothing forbids it, is printed as a warning.

    With --batch and --component one request serves all lots. The same request issues another credential each time:
    `carbonseal passport list` shows them. A new passport has the anchors that exist already; refresh it once the next ones
    are final.

    \b
    Example:
      carbonseal passport issue my-node --request door-reader.toml -o door-reader.json
      carbonseal passport issue my-node --request door-reader.toml --batch 'L-7=500 piece' \\
          --component 'battery.json=2 piece per 1 piece used' -o door-reader-L-7.json
    """
    from carbonseal.passport.passports import parse

    file = Output(output, over=force)
    request = read_request(request_file, components, batch)
    made = with_node(target, lambda node: _issue(node, request, str(request_file)))
    digest = parse(made).root.hex()
    try:
        file.write(made, f"the credential {digest}")
    except BrokeOff as broke:
        remedy = (
            f"the credential is issued: write its passport with carbonseal passport export {target} {digest} -o FILE"
        )
        raise BrokeOff(broke.message, remedy) from broke


@passport.command("list", cls=NodeCommand, short_help="List the credentials that a node issued.")
def list_(target: Target) -> None:
    """List every credential that the node in DIRECTORY issued: digest, time of issue, state (issued, suspended or revoked) and
    product. `export`, `revoke`, `suspend` and `reinstate` take the digest.

    \b
    Example:
      carbonseal passport list my-node
    """

    async def print_all(node: AnyNode) -> None:
        last = 0
        while page := await node.issued(last):
            for one in page:
                state = "revoked" if one.revoked else "suspended" if one.suspended else "issued"
                when = format_instant(from_seconds(one.issued))
                click.echo(plain(f"{one.digest.hex()}  {when}  {state:<9}  {one.name} ({one.subject})"))
            last = page[-1].number

    with_node(target, print_all, read_only=True)


@passport.command(
    cls=NodeWordsCommand, short_help="Write the passport of an issued credential, or a copy of one in another form."
)
@click.argument("words", metavar="DIRECTORY DIGEST | PASSPORT", nargs=-1, required=True)
@click.option(
    "--as", "form", cls=Once, type=click.Choice(["untp/dpp-0.7"]), help="Write an unsigned copy in this form."
)
@OUTPUT
@AS_JSON
@FORCE
@click.pass_context
def export(
    ctx: click.Context,
    words: tuple[str, ...],
    form: str | None,
    output: Path,
    *,
    remote: Target | None,
    token: str,
    as_json: bool,
    force: bool,
) -> None:
    """Write the passport of the credential with this DIGEST, which the node in DIRECTORY issued, with the newest anchors and
    status list. It has the records that the request disclosed.

    With --as write a copy of that credential, or of the one in PASSPORT, in another form, for readers of that form. The copy
    is not signed and proves nothing: it says so, and names the SHA-256 of the signed original. The form demands a facility
    and a classification, which the credential has to state. What has no place in it (lost), and what it demands in other
    words (assumed), is told on standard error, a line each.

    \b
    Examples:
      carbonseal passport export my-node 5f0c… -o door-reader.json
      carbonseal passport export door-reader.json --as untp/dpp-0.7 -o door-reader.untp.json
    """
    from carbonseal.passport.passports import parse

    target = _in_directory(ctx, words, token) or remote
    if len(words) > 2 or (len(words) == 1 and form is None and target is None):
        raise click.UsageError("Name DIRECTORY and DIGEST; or PASSPORT and --as FORM.")
    if as_json and form is None:
        raise click.UsageError("--json is for --as: a passport is JSON.")
    file = Output(output, over=force)
    if target is not None and (len(words) == 2 or form is None or not Path(words[-1]).exists()):
        digest = DIGEST.convert(words[-1], None, ctx)
        raw = with_node(target, lambda node: node.passport(digest))
        if form is None:
            file.write(raw)
            return
        made = parse(raw)
    else:
        made = read_named(Path(os.fsdecode(INPUT.convert(words[0], None, ctx))))[1]
    write_exported(copy_of(made, words[0]), file, as_json=as_json)


@passport.command(cls=NodeWordsCommand, short_help="Add newer heads, anchors and status to a passport.")
@click.argument("words", metavar="[DIRECTORY] PASSPORT", nargs=-1, required=True)
@click.option("--from", "url", metavar="URL", cls=Once, help="Ask the node at this address, without an account.")
@click.option("-o", "--output", cls=Once, type=WRITABLE, help="The file to write. Default: the passport itself.")
@FORCE
@click.pass_context
def refresh(
    ctx: click.Context,
    words: tuple[str, ...],
    url: str | None,
    output: Path | None,
    *,
    remote: Target | None,
    token: str,
    force: bool,
) -> None:
    """Refresh a passport from the node in DIRECTORY, or with --from, from any node that sealed a credential in it: newer heads,
    anchors that have become final, newer status lists. What is signed is not changed, and nothing that verifies is removed.

    With --from nobody needs an account: whoever has the passport may have it refreshed. Redirects are not followed. Without a
    policy what a node adds is not verified in full: if you do not trust it, write to another file (-o), and verify that.

    \b
    Examples:
      carbonseal passport refresh my-node door-reader.json
      carbonseal passport refresh my-node door-reader.json -o door-reader-2027.json
      carbonseal passport refresh door-reader.json --from https://passports.example.org
    """
    target = _in_directory(ctx, words, token) or remote
    if len(words) > 2 or (len(words) == 2 and url is not None) or (url is None and target is None):
        raise click.UsageError("Name DIRECTORY and PASSPORT; or PASSPORT and --from URL.")
    file = Path(os.fsdecode(INPUT.convert(words[-1], None, ctx)))
    chosen = output or file
    written = Output(chosen, over=force or _same(chosen, file))
    raw, old = read_named(file)
    if url is not None:
        made = _refresh_from(url, old, str(file))
    else:
        assert target is not None
        made = _refreshed(target, raw, str(file))
    written.write(made.encode(), "; ".join(additions(old, made)) or "nothing is newer")


@passport.command(cls=NodeCommand, short_help="Revoke a credential, irreversibly.")
@click.argument("what", metavar="PASSPORT|DIGEST")
@REASON
def revoke(target: Target, what: str, reason: str) -> None:
    """Revoke the credential of PASSPORT, or the one with this DIGEST, which the node in DIRECTORY issued. This cannot be undone.

    From now on the issuer's status list shows it. Passports show it once they are refreshed. One that is not refreshed becomes
    undetermined when its status list is stale: the setting days= in node.toml says when, 7 days after the list was signed.

    \b
    Examples:
      carbonseal passport revoke my-node door-reader.json --reason 'the meter was broken'
      carbonseal passport revoke my-node 5f0c… --reason 'the meter was broken'
    """
    digest = _root(what)
    is_new = with_node(target, lambda node: node.revoke(digest, reason))
    click.echo(f"revoked {digest.hex()}" if is_new else f"{digest.hex()} was revoked before")
    click.echo(_SHOWN_ONCE_REFRESHED)


@passport.command(cls=NodeCommand, short_help="Suspend a credential until it is reinstated.")
@click.argument("what", metavar="PASSPORT|DIGEST")
@REASON
def suspend(target: Target, what: str, reason: str) -> None:
    """Suspend the credential of PASSPORT, or the one with this DIGEST, which the node in DIRECTORY issued. Verifying a suspended
    passport gives undetermined, never rejected. `carbonseal passport reinstate` ends it.

    \b
    Example:
      carbonseal passport suspend my-node door-reader.json --reason 'the meter was broken'
    """
    digest = _root(what)
    is_new = with_node(target, lambda node: node.suspend(digest, reason))
    click.echo(f"suspended {digest.hex()}" if is_new else f"{digest.hex()} was suspended before")
    click.echo(_SHOWN_ONCE_REFRESHED)


@passport.command(cls=NodeCommand, short_help="End the suspension of a credential.")
@click.argument("what", metavar="PASSPORT|DIGEST")
@REASON
def reinstate(target: Target, what: str, reason: str) -> None:
    """End the suspension of the credential of PASSPORT, or of the one with this DIGEST, which the node in DIRECTORY issued.
    Asked about an instant before that, a passport stays suspended.

    \b
    Example:
      carbonseal passport reinstate my-node door-reader.json --reason 'the meter was broken'
    """
    digest = _root(what)
    was_suspended = with_node(target, lambda node: node.reinstate(digest, reason))
    click.echo(f"reinstated {digest.hex()}" if was_suspended else f"{digest.hex()} was not suspended")
    click.echo(_SHOWN_ONCE_REFRESHED)


passport.add_command(qr)
passport.add_command(show)
passport.add_command(records)


async def _issue(node: AnyNode, request: Any, file: str) -> bytes:
    """Issue the request. What is refused in the request itself has the request's file in its place."""
    try:
        return await node.issue(request, lambda finding: click.echo(plain(f"warning  {finding}"), err=True))
    except Refused as refused:
        if refused.finding.place or refused.finding.code.name == ISSUE_MALFORMED.name:
            raise Failed.by(refused, file) from refused
        raise


def _refresh_from(url: str, old: Passport, file: str) -> Passport:
    """Have the node at `url` refresh the passport. What is refused has the passport's file in its place."""
    from carbonseal.cli.public.refresh import refresh_from

    try:
        return refresh_from(url, old, datetime.now(UTC))
    except Refused as refused:
        raise Failed.by(refused, file) from refused


def _in_directory(ctx: click.Context, words: tuple[str, ...], token: str) -> Target | None:
    """The node in the directory that two words begin with; None where there is one word."""
    return Target(Path(os.fsdecode(NODE.convert(words[0], None, ctx))), token) if len(words) == 2 else None


def _refreshed(target: Target, raw: bytes, file: str) -> Passport:
    from carbonseal.passport.passports import parse

    return parse(with_node(target, lambda node: _refresh(node, raw, file)))


async def _refresh(node: AnyNode, raw: bytes, file: str) -> bytes:
    """Refresh the passport. What is refused in it has its file in its place."""
    try:
        return await node.refresh(raw)
    except Refused as refused:
        if refused.finding.place or refused.finding.code.name == NODE_UNRELATED_PASSPORT.name:
            raise Failed.by(refused, file) from refused
        raise


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def _root(what: str) -> bytes:
    """The digest `what`, or the digest of the root credential of the passport in the file `what`."""
    if Path(what).exists() or what == STDIN:
        return read_named(Path(what))[1].root
    try:
        return DIGEST.convert(what, None, None)
    except click.BadParameter as error:
        raise click.BadParameter(f"{what!r} is neither a file nor a digest (64 hexadecimal digits).") from error
