"""`carbonseal trust`: material that a verifier trusts beside the policy, gathered into one file that works offline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.errors import BrokeOff, Failed
from carbonseal.cli.files.policy_folder import FOLDER_OR_FILE, read_policy
from carbonseal.cli.formatting.progress import Progress
from carbonseal.cli.formatting.reports import describe_item
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.options import PASSPORTS, READABLE, Once
from carbonseal.cli.outputs import STDOUT, WRITABLE, Output
from carbonseal.cli.trust_gathering import TrustCollection, find_gatherer, gatherer_of, report_lacking
from carbonseal.examining.files.given import GivenFiles
from carbonseal.examining.named_bytes import NamedBytes
from carbonseal.findings import Refused
from carbonseal.instants import format_instant

if TYPE_CHECKING:
    from carbonseal.ledger import Evidence
    from carbonseal.verification.policy import Policy
    from carbonseal.verification.trust import Trust


class Endpoint(click.ParamType[tuple[str, str]]):
    """`LEDGER=URL`: an endpoint to query about a ledger."""

    name = "ledger=url"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        ledger, equals, url = str(value).partition("=")
        if not equals or ":" not in ledger or "://" not in url:
            self.fail(f"{value!r} is not LEDGER=URL, such as eip155:1=https://rpc.example.", param, ctx)
        return ledger, url


FROM = click.option(
    "--from",
    "endpoints",
    type=Endpoint(),
    multiple=True,
    help="An endpoint to query about a ledger. Repeat it: three independent endpoints for each ledger are better.",
)
AGREE = click.option(
    "--agree",
    type=click.IntRange(1, 99),
    metavar="K",
    help="How many must say the same. Default: the policy's agree=K, else 1.",
)
POLICY = click.option(
    "--policy",
    "policy_file",
    cls=Once,
    type=FOLDER_OR_FILE,
    help="Your policy, or its folder, which says how many must agree.",
)
OUTPUT = click.option(
    "-o",
    "--output",
    required=True,
    type=WRITABLE,
    help="The trust file. What it has already is kept. - is standard output.",
)
CONFIRMATIONS = click.option(
    "--confirmations",
    type=click.IntRange(0),
    metavar="N",
    help="Take blocks with N confirmations, instead of those that an endpoint calls finalized. 0 takes any.",
)


@click.group(short_help="Gather trust material into one file, and show it.")
def trust() -> None:
    """Trust material is what evidence rests on and a passport cannot prove by itself, such as the hash of an Ethereum block.
    You fetch it from endpoints of your own choice, where there is a network, or write it down by hand. Verifying then needs
    no network. Query several endpoints, and let your policy say how many must agree (agree=2): a single one can lie.

    \b
    Examples:
      carbonseal trust gather passport.json --from eip155:1=https://rpc.example -o trust.json
      carbonseal trust update trust.json --policy customs.policy --from eip155:1=https://rpc.example
      carbonseal trust show trust.json
      carbonseal verify passport.json --policy customs.policy --trust trust.json
    """


@trust.command(short_help="Query endpoints of your choice, and store their answers.")
@PASSPORTS
@FROM
@OUTPUT
@POLICY
@AGREE
@CONFIRMATIONS
@click.pass_context
def gather(
    ctx: click.Context,
    *,
    passports: tuple[str, ...],
    endpoints: tuple[tuple[str, str], ...],
    output: Path,
    policy_file: Path | None,
    agree: int | None,
    confirmations: int | None,
) -> None:
    """Query endpoints for everything that the evidence in PASSPORT... rests on, and store it in one file, with source and
    date.

    An endpoint's answer is a claim: each is stored as that endpoint's own. An endpoint that was queried before is queried
    only for what is new. Endpoints that do not answer, or lie, are named.

    With --policy it also says which ledgers and witnesses that your policy requires will still be lacking, and who can mend it.
    The exit status is 3 where something will be lacking, or fewer agree than required: verify would say undetermined.

    \b
    Examples:
      carbonseal trust gather passport.json --from eip155:1=http://127.0.0.1:8545 -o trust.json
      carbonseal trust gather passport.json --policy customs.policy --from eip155:1=https://rpc.example -o trust.json
      carbonseal trust gather deliveries/ --from eip155:1=https://one.example --from eip155:1=https://two.example \\
          --from eip155:1=https://three.example --agree 2 -o trust.json
    """
    files = GivenFiles(passports, beside=(output, policy_file) if policy_file else (output,))
    evidence = _evidence(files)
    queried = {ledger for ledger, _ in endpoints}
    for ledger in queried:
        gatherer_of(ledger)
    left_out = sorted(ledger for ledger in evidence if ledger not in queried and find_gatherer(ledger))
    if not queried:
        raise _without_endpoints(left_out)
    file = Output(output, over=True)
    policy = _policy(policy_file)
    collection = TrustCollection(_existing(output), policy, agree, confirmations)
    collection.query(endpoints, evidence)
    status = _write(collection, file)
    for ledger in left_out:
        click.echo(plain(f"  no endpoint was queried about {ledger}: {gatherer_of(ledger).wanted(ledger)}"), err=True)
    if policy is not None:
        status = max(status, report_lacking(files, policy, collection.trust))
    ctx.exit(status)


@trust.command(short_help="Update a trust file, before passports arrive.")
@click.argument("file", type=WRITABLE)
@FROM
@POLICY
@AGREE
@CONFIRMATIONS
@click.option("--since", type=click.IntRange(0), default=0, metavar="N", help="Look for anchors from this block on.")
@click.pass_context
def update(
    ctx: click.Context,
    *,
    file: Path,
    endpoints: tuple[tuple[str, str], ...],
    policy_file: Path | None,
    agree: int | None,
    confirmations: int | None,
    since: int,
) -> None:
    """Query endpoints about everything in FILE that they have not been queried about, and again where another endpoint
    contradicts them. With a policy, also look for all anchors of its publishers (in an AnchorRegistry), and query endpoints
    about those that are new.

    FILE is created if it does not exist, and can be copied to a machine without a network. It grows only by what is new.

    \b
    Examples:
      carbonseal trust update trust.json --policy customs.policy --from eip155:1=https://one.example \\
          --from eip155:1=https://two.example --from eip155:1=https://three.example
      carbonseal trust update trust.json --from eip155:1=https://four.example
    """
    if not endpoints:
        raise Failed("no endpoint is named", "name endpoints of your choice: --from LEDGER=URL")
    output = Output(file, over=True)
    collection = TrustCollection(_existing(file), _policy(policy_file), agree, confirmations)
    collection.query(endpoints, {}, since)
    collection.query(endpoints, {})  # those that were queried first, about what the others found
    ctx.exit(_write(collection, output))


@trust.command(short_help="Add an item by hand, from another source.")
@click.argument("ledger")
@click.argument("words", nargs=-1, required=True, metavar="WORD...")
@click.option("--source", required=True, help="Where it comes from. It counts as a source of its own.")
@OUTPUT
def pin(ledger: str, words: tuple[str, ...], source: str, output: Path) -> None:
    """Add what you know of LEDGER from another source: for an Ethereum chain, numbers and hashes of blocks, block 0 among them,
    without which a source does not count; for a Fabric channel, the file of the configuration block whose hash your policy
    pins.

    \b
    Examples:
      carbonseal trust pin eip155:1 0 0xd4e5...8fa3 23000000 0x44f6...19cb -o trust.json \\
          --source "block explorer, read by A. Miller"
      carbonseal trust pin fabric:5ab0...77e1 config.block --source "the consortium's operator" -o trust.json
    """
    from carbonseal.gathering import GatherRequest
    from carbonseal.ledger import TrustItem

    if not source.strip():
        raise Failed("--source is empty", "name where the item comes from")
    file = Output(output, over=True)
    gatherer = gatherer_of(ledger)
    pinned = gatherer.pin(ledger, words)
    if "://" in source:  # an endpoint that was queried by hand: written as others are, without its access key
        source = gatherer.source(source)
    source, when = " ".join(source.split()), format_instant(datetime.now(UTC))
    items = [TrustItem(ledger, kind, value, source, when) for kind, value in pinned]
    trust = _existing(output).joined(items)
    _store(trust, file, plain(f"{'; '.join(map(describe_item, items))}, from {source}"))
    for remark in gatherer.review(ledger, GatherRequest(when, known=trust.on(ledger)), None).remarks:
        click.echo(plain(f"  {remark}"), err=True)


@trust.command(short_help="Show the items of a trust file, with source and date.")
@click.argument("file", type=READABLE)
def show(file: Path) -> None:
    """Show the items of a trust file, ledger by ledger.

    \b
    Example:
      carbonseal trust show trust.json
    """
    items = _read(file).items
    for ledger in dict.fromkeys(item.ledger for item in items):
        click.secho(plain(ledger), bold=True)
        for item in items:
            if item.ledger == ledger:
                click.echo(plain(f"  {describe_item(item)}, from {item.source}, {item.when}"))
    click.echo(f"{len(items)} items")


def _existing(file: Path) -> Trust:
    """The trust in a file, empty where the file does not exist."""
    from carbonseal.verification.trust import Trust

    return _read(file) if file != STDOUT and file.exists() else Trust()


def _read(file: Path) -> Trust:
    from carbonseal.verification.trust import parse_trust

    return NamedBytes.read(file).parse(parse_trust)


def _policy(file: Path | None) -> Policy | None:
    from carbonseal.verification.policy import parse_policy

    return None if file is None else read_policy(file).parse(parse_policy)


def _write(collection: TrustCollection, output: Output) -> int:
    """Store what was gathered, and report on it: the exit status."""
    collection.check()
    _store(collection.trust, output, f"{collection.new} new, {len(collection.trust.items)} in all")
    return collection.report()


def _store(trust: Trust, output: Output, summary: str) -> None:
    from carbonseal.verification.trust import parse_trust

    raw = trust.encode()
    parse_trust(raw)  # a file over a limit would be refused on the machine that has no network
    output.write(raw, summary)


def _evidence(files: GivenFiles) -> Mapping[str, list[Evidence]]:
    """The evidence in passports by ledger, each once. Prints which files are not valid passports; raises `Failed` where none is."""
    from carbonseal.passport.passports import parse

    found: dict[str, dict[Evidence, None]] = {}
    failures: list[Failed] = []
    with Progress("reading") as progress:
        for item in files:
            progress.step()
            try:
                if item.problem:
                    raise BrokeOff(f"{item.name}: {item.problem.message}", item.problem.remedy)
                passport = parse(item.raw)
            except Refused as refused:
                failures.append(Failed.by(refused, item.name))
            except BrokeOff as broke:
                failures.append(broke)
            else:
                for seal in passport.seals.values():
                    for head in seal.heads:
                        for anchor in head.anchors:
                            found.setdefault(anchor.ledger, {})[anchor.evidence] = None
    if progress.count == len(failures):
        raise failures[0]
    for failure in failures:
        failure.show()
    return {ledger: [*items] for ledger, items in found.items()}


def _without_endpoints(ledgers: Sequence[str]) -> Failed:
    """The error where no endpoint is named: what has to be added for which ledgers."""
    if not ledgers:
        return Failed("there is nothing to gather", "what these passports rest on is in the policy")
    wanted = "; ".join(gatherer_of(ledger).wanted(ledger) for ledger in ledgers)
    return Failed(f"no endpoint is named for {', '.join(ledgers)}", f"name endpoints of your choice: {wanted}")
