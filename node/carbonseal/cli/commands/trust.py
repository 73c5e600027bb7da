"""`carbonseal trust`: what a verifier trusts beside the policy, gathered into one file that can be carried along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.errors import Failed
from carbonseal.cli.formatting.progress import Progress
from carbonseal.cli.formatting.reports import said
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.options import PASSPORTS, READABLE, Once, passport_files
from carbonseal.cli.outputs import STDOUT, WRITABLE, Output
from carbonseal.cli.trust_gathering import Gathering, find_gatherer, gatherer_of
from carbonseal.cli.verify_jobs import Named
from carbonseal.findings import Refused
from carbonseal.instants import format_instant

if TYPE_CHECKING:
    from carbonseal.ledger import Evidence
    from carbonseal.verification.policy import Policy
    from carbonseal.verification.trust import Trust


class Endpoint(click.ParamType[tuple[str, str]]):
    """`LEDGER=URL`: whom to ask about a ledger."""

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
    help="Whom you ask about a ledger; as often as you like, better three independent ones for each.",
)
AGREE = click.option(
    "--agree",
    type=click.IntRange(1, 99),
    metavar="K",
    help="How many must say the same. Default: what the policy asks (agree=K), else 1.",
)
POLICY = click.option(
    "--policy", "policy_file", cls=Once, type=READABLE, help="Your policy, which says how many must agree."
)
OUTPUT = click.option(
    "-o",
    "--output",
    required=True,
    type=WRITABLE,
    help="The trust file; what is in it already stays. - is standard output.",
)
CONFIRMATIONS = click.option(
    "--confirmations",
    type=click.IntRange(0),
    metavar="N",
    help="Take blocks that are N deep, rather than those that an endpoint calls finalized. 0 takes any.",
)


@click.group(short_help="Gather what a verifier trusts into one file, and show it.")
def trust() -> None:
    """Trust material is what evidence rests on and no passport can prove of itself, such as the hash of an Ethereum block.
    You fetch it from endpoints of your own choice, where there is a network, or write it down by hand; verifying then
    needs none. Ask several endpoints, and let your policy say how many must agree (agree=2): a single one can lie.

    \b
    Examples:
      carbonseal trust gather passport.json --from eip155:1=https://rpc.example -o trust.json
      carbonseal trust update trust.json --policy customs.policy --from eip155:1=https://rpc.example
      carbonseal trust show trust.json
      carbonseal verify passport.json --policy customs.policy --trust trust.json
    """


@trust.command(short_help="Ask endpoints of your choice, and write the answers down.")
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
    """Ask for all that the evidence in PASSPORT... rests on, and write it to one file, with its source and date.

    An endpoint's answer is a claim. Each is written down as that endpoint's own, and one that was asked before is asked only
    for what is new. Exit status 3: on something fewer agree than should. What does not answer, or lies, is named.

    \b
    Examples:
      carbonseal trust gather passport.json --from eip155:1=http://127.0.0.1:8545 -o trust.json
      carbonseal trust gather deliveries/ --from eip155:1=https://one.example --from eip155:1=https://two.example \\
          --from eip155:1=https://three.example --agree 2 -o trust.json
    """
    evidence = _evidence(passport_files(passports, beside=(output,)))
    asked = {ledger for ledger, _ in endpoints}
    for ledger in asked:
        gatherer_of(ledger)
    unasked = sorted(ledger for ledger in evidence if ledger not in asked and find_gatherer(ledger))
    if not asked:
        raise _whom(unasked)
    file = Output(output, over=True)
    gathering = Gathering(_known(output), _policy(policy_file), agree, confirmations)
    gathering.ask(endpoints, evidence)
    _write(ctx, gathering, file)
    for ledger in unasked:
        click.echo(plain(f"  nobody was asked about {ledger}: {gatherer_of(ledger).wanted(ledger)}"), err=True)


@trust.command(short_help="Bring a trust file up to date, before passports come.")
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
    """Ask about all that is in FILE whoever has not been asked yet, and again whoever is contradicted. Under a policy, look
    also for all anchors of its publishers (in an AnchorRegistry), and ask about those that are new.

    FILE is made where there is none, and can be carried to where there is no network. It grows by what is new alone.

    \b
    Examples:
      carbonseal trust update trust.json --policy customs.policy --from eip155:1=https://one.example \\
          --from eip155:1=https://two.example --from eip155:1=https://three.example
      carbonseal trust update trust.json --from eip155:1=https://four.example
    """
    if not endpoints:
        raise Failed("whom to ask?", "name endpoints of your choice: --from LEDGER=URL")
    output = Output(file, over=True)
    gathering = Gathering(_known(file), _policy(policy_file), agree, confirmations)
    gathering.ask(endpoints, {}, since)
    gathering.ask(endpoints, {})  # whoever was asked first has not heard of what the others found
    _write(ctx, gathering, output)


@trust.command(short_help="Write down by hand what you know from elsewhere.")
@click.argument("ledger")
@click.argument("words", nargs=-1, required=True, metavar="WORD...")
@click.option("--source", required=True, help="Where you have it from: it counts as a source of its own.")
@OUTPUT
def pin(ledger: str, words: tuple[str, ...], source: str, output: Path) -> None:
    """Write down what you know of LEDGER from elsewhere: of an Ethereum chain, numbers and hashes of blocks, block 0 among
    them, without which a source does not count; of a Fabric channel, the file of the configuration block whose hash your
    policy pins.

    \b
    Examples:
      carbonseal trust pin eip155:1 0 0xd4e5...8fa3 23000000 0x44f6...19cb -o trust.json \\
          --source "block explorer, read by A. Miller"
      carbonseal trust pin fabric:5ab0...77e1 config.block --source "the consortium's operator" -o trust.json
    """
    from carbonseal.gathering import GatherRequest
    from carbonseal.ledger import TrustItem

    if not source.strip():
        raise Failed("source is empty", "say where you have it from")
    file = Output(output, over=True)
    gatherer = gatherer_of(ledger)
    pinned = gatherer.pin(ledger, words)
    if "://" in source:  # an endpoint that was asked by hand: as it is written down elsewhere, and without its key
        source = gatherer.source(source)
    source, when = " ".join(source.split()), format_instant(datetime.now(UTC))
    items = [TrustItem(ledger, kind, value, source, when) for kind, value in pinned]
    trust = _known(output).joined(items)
    _store(trust, file, plain(f"{'; '.join(map(said, items))}, from {source}"))
    for remark in gatherer.review(ledger, GatherRequest(when, known=trust.on(ledger)), None).remarks:
        click.echo(plain(f"  {remark}"), err=True)


@trust.command(short_help="Show what is in a trust file, with its source and date.")
@click.argument("file", type=READABLE)
def show(file: Path) -> None:
    """Show what is in a trust file, ledger by ledger.

    \b
    Example:
      carbonseal trust show trust.json
    """
    items = _read(file).items
    for ledger in dict.fromkeys(item.ledger for item in items):
        click.secho(plain(ledger), bold=True)
        for item in items:
            if item.ledger == ledger:
                click.echo(plain(f"  {said(item)}, from {item.source}, {item.when}"))
    click.echo(f"{len(items)} items")


def _known(file: Path) -> Trust:
    """What a trust file holds already, or nothing where there is none."""
    from carbonseal.verification.trust import Trust

    return _read(file) if file != STDOUT and file.exists() else Trust()


def _read(file: Path) -> Trust:
    from carbonseal.verification.trust import parse_trust

    return Named.of(file).read_by(parse_trust)


def _policy(file: Path | None) -> Policy | None:
    from carbonseal.verification.policy import parse_policy

    return None if file is None else Named.of(file).read_by(parse_policy)


def _write(ctx: click.Context, gathering: Gathering, output: Output) -> None:
    """Store what was gathered, tell what it comes to, and end with the status that says it."""
    gathering.check()
    _store(gathering.trust, output, f"{gathering.new} new, {len(gathering.trust.items)} in all")
    ctx.exit(gathering.report())


def _store(trust: Trust, output: Output, told: str) -> None:
    from carbonseal.verification.trust import parse_trust

    raw = trust.encode()
    parse_trust(raw)  # a file over a limit would be refused where there is no network to gather it again
    output.write(raw, told)


def _evidence(files: Sequence[str]) -> Mapping[str, list[Evidence]]:
    """The evidence in passports by ledger, each once. Raises `Failed` where a file is no passport."""
    from carbonseal.cli.verify_jobs import read_passport
    from carbonseal.passport.passports import parse

    found: dict[str, dict[Evidence, None]] = {}
    with Progress("reading", len(files)) as progress:
        for file in files:
            try:
                passport = parse(read_passport(file))
            except Refused as refused:
                raise Failed.by(refused, file) from refused
            for seal in passport.seals.values():
                for head in seal.heads:
                    for anchor in head.anchors:
                        found.setdefault(anchor.ledger, {})[anchor.evidence] = None
            progress.step()
    return {ledger: [*items] for ledger, items in found.items()}


def _whom(ledgers: Sequence[str]) -> Failed:
    """Nobody was named to ask: which ledgers somebody is needed for."""
    if not ledgers:
        return Failed("there is nothing to gather", "what these passports rest on stands in the policy")
    wanted = "; ".join(gatherer_of(ledger).wanted(ledger) for ledger in ledgers)
    return Failed(f"whom to ask about {', '.join(ledgers)}?", f"name endpoints of your choice: {wanted}")
