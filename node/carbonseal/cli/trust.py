"""`carbonseal trust`: what a verifier trusts beside the policy, gathered into one file that can be carried along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.errors import BrokeOff, Failed
from carbonseal.cli.options import PASSPORTS, READABLE, WRITABLE, passport_files
from carbonseal.cli.progress import Progress
from carbonseal.cli.reports import said
from carbonseal.cli.text import plain
from carbonseal.findings import Refused
from carbonseal.instants import format_instant

if TYPE_CHECKING:
    from carbonseal.ledger import Evidence, TrustGatherer, TrustItem
    from carbonseal.verification.trust import Trust

GATHERERS = "carbonseal.trust"


class Endpoint(click.ParamType[tuple[str, str]]):
    """`LEDGER=URL`: whom to ask about a ledger."""

    name = "ledger=url"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        ledger, equals, url = str(value).partition("=")
        if not equals or ":" not in ledger or "://" not in url:
            self.fail(f"{value!r} is not LEDGER=URL, such as eip155:1=https://rpc.example.", param, ctx)
        return ledger, url


@click.group(short_help="Gather what a verifier trusts into one file, and show it.")
def trust() -> None:
    """Trust material is what evidence rests on and no passport can prove of itself, such as the hash of an Ethereum block.
    You fetch it from endpoints of your own choice, once, where there is a network; verifying then needs none.

    \b
    Examples:
      carbonseal trust gather passport.json --from eip155:1=https://rpc.example -o trust.json
      carbonseal trust show trust.json
      carbonseal verify passport.json --policy customs.policy --trust trust.json
    """


@trust.command(short_help="Ask endpoints of your choice, and write the answers down.")
@PASSPORTS
@click.option(
    "--from",
    "endpoints",
    type=Endpoint(),
    multiple=True,
    help="Whom you ask about a ledger; once for each ledger.",
)
@click.option("-o", "--output", required=True, type=WRITABLE, help="The trust file; what is in it already stays.")
def gather(passports: tuple[str, ...], endpoints: tuple[tuple[str, str], ...], output: Path) -> None:
    """Ask for all that the evidence in PASSPORT... rests on, and write it to one file, with whence and when it came.

    An endpoint's answer is a claim: choose one that you trust, better one of your own.

    \b
    Examples:
      carbonseal trust gather passport.json --from eip155:1=https://rpc.example -o trust.json
      carbonseal trust gather deliveries/ --from eip155:1=http://127.0.0.1:8545 -o trust.json
    """
    from carbonseal.node.files import replace_file
    from carbonseal.verification.trust import Trust

    asked = dict(endpoints)
    gatherers = {ledger: _gatherer(ledger) for ledger in asked}
    evidence = _evidence(passport_files(passports, beside=(output,)))
    unasked = sorted(ledger for ledger in evidence if ledger not in asked and _find(ledger) is not None)
    if not asked:
        raise _whom(unasked)
    when = format_instant(datetime.now(UTC))
    known = _read(output) if output.exists() else Trust()
    before = len(known.items)
    for ledger, gatherer in gatherers.items():
        known = known.joined(_ask(gatherer, ledger, evidence.get(ledger, ()), asked[ledger], when))
    replace_file(output, known.encode())
    click.echo(f"{output}: {len(known.items) - before} new, {len(known.items)} in all")
    for ledger in unasked:
        click.echo(plain(f"  nobody was asked about {ledger}: --from {ledger}=URL"), err=True)


@trust.command(short_help="Show what is in a trust file, whence and when it came.")
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
                click.echo(plain(f"  {said(item)}, from {item.whence}, {item.when}"))
    click.echo(f"{len(items)} items")


def _read(file: Path) -> Trust:
    from carbonseal.verification.trust import parse_trust

    try:
        return parse_trust(file.read_bytes())
    except Refused as refused:
        raise Failed.by(refused, str(file)) from refused


def _evidence(files: Sequence[str]) -> Mapping[str, list[Evidence]]:
    """The evidence in passports by ledger, each once. Raises `Failed` where a file is no passport."""
    from carbonseal.cli.judging import read_passport
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


def _find(ledger: str) -> TrustGatherer | None:
    from importlib.metadata import entry_points

    for point in entry_points(group=GATHERERS, name=ledger.partition(":")[0]):
        gatherer: TrustGatherer = point.load()
        return gatherer
    return None


def _gatherer(ledger: str) -> TrustGatherer:
    found = _find(ledger)
    if found is None:
        raise Failed(f"{ledger}: there is nothing to gather", "what counts of this kind of ledger stands in the policy")
    return found


def _whom(ledgers: Sequence[str]) -> Failed:
    """Nobody was named to ask: which ledgers somebody is needed for."""
    if not ledgers:
        return Failed("there is nothing to gather", "what these passports rest on stands in the policy")
    options = " ".join(f"--from {ledger}=URL" for ledger in ledgers)
    return Failed(f"whom to ask about {', '.join(ledgers)}?", f"name endpoints of your choice: {options}")


def _ask(
    gatherer: TrustGatherer, ledger: str, evidence: Sequence[Evidence], endpoint: str, when: str
) -> Sequence[TrustItem]:
    from carbonseal.ledger import Retry

    try:
        return gatherer(ledger, evidence, endpoint, when)
    except Retry as error:
        raise BrokeOff(f"{ledger} at {endpoint}: {error}", "is the address right? Otherwise try later") from error
    except Refused as refused:
        raise Failed.by(refused, ledger, endpoint) from refused
