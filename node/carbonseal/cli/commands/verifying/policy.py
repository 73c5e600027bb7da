"""`carbonseal policy`: prints the policy template of a node as it is now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.errors import Failed
from carbonseal.cli.ledger_discovery import query_ledger
from carbonseal.cli.options import NODE
from carbonseal.cli.policy_template import LedgerLine, SignerLine, Witnesses, policy_template
from carbonseal.cli.targets import DirectoryCommand
from carbonseal.findings import Refused
from carbonseal.node.codes import CONFIG_WRONG_LEDGER

if TYPE_CHECKING:
    from carbonseal.node.config import LedgerConfig, NodeConfig


@click.command(cls=DirectoryCommand, short_help="Print a policy template for those who verify what a node seals.")
@click.argument("directory", type=NODE)
def policy(directory: Path) -> None:
    """Print a policy template for those who verify what the node in DIRECTORY seals, as `carbonseal init` wrote it: for when
    keys have changed, or logs, issuers and ledgers were added since.

    It names every log, signer and witness of the node, with their public keys as they are now, and every ledger that a log is
    anchored on, which is queried for its fingerprints. Nothing in DIRECTORY changes.

    \b
    Example:
      carbonseal policy my-node > customs.policy
    """
    from carbonseal.node import config
    from carbonseal.node.secrets import open_signer, verifier_of
    from carbonseal.passport.multibase import encode_key

    settings = config.load(directory)
    logs = [verifier_of(log.origin, log.key, directory).encode() for log in settings.logs]
    roles = {"issuer": settings.issuers, "body": settings.bodies, "accreditor": settings.accreditors}
    signers = [
        SignerLine(one.name, role, one.id, encode_key(open_signer(one.key, directory).public_key().public_bytes_raw()))
        for role, listed in roles.items()
        for one in listed
    ]
    ledgers = asyncio.run(_ledger_lines(directory, settings))
    quorum = max(1, min(log.quorum for log in settings.logs))
    witnesses = Witnesses({one.key.encode(): one.url for one in settings.witnesses}, quorum)
    click.echo(policy_template(logs, signers, ledgers, datetime.now(UTC).date(), witnesses), nl=False)


async def _ledger_lines(directory: Path, settings: NodeConfig) -> list[LedgerLine]:
    used = [{ledger.name for ledger in settings.ledgers_of(log)} for log in settings.logs]
    anchored = [ledger for ledger in settings.ledgers if any(ledger.name in names for names in used)]
    names = _names(anchored, [signer.name for signer in settings.signers])
    return [
        await _ledger_line(names[ledger.name], ledger, directory, shared=all(ledger.name in each for each in used))
        for ledger in anchored
    ]


async def _ledger_line(name: str, ledger: LedgerConfig, directory: Path, *, shared: bool) -> LedgerLine:
    from carbonseal.node.anchoring.adapters import NodeSecrets

    found = await query_ledger(ledger.name, ledger.uri, ledger.options, NodeSecrets(directory))
    if (found.name, found.publisher) != (ledger.name, ledger.publisher):
        is_there, expected = (f"{one.name} under {one.publisher or 'the log itself'}" for one in (found, ledger))
        raise Failed.by(Refused(CONFIG_WRONG_LEDGER(ledger.name, uri="its uri", found=is_there, expected=expected)))
    return LedgerLine(name, found.name, found.pins, found.gives_time, found.package, shared)


def _names(ledgers: Sequence[LedgerConfig], taken: Sequence[str]) -> dict[str, str]:
    """What the policy calls each ledger: its label, else its kind, with a number where that is taken. Labels are given first: no
    ledger without one takes the name that another had in an earlier policy."""
    names: dict[str, str] = {}
    for ledger in sorted(ledgers, key=lambda one: not one.label):
        wanted = ledger.label or ledger.name.partition(":")[0]
        numbered = (f"{wanted}-{number}" for number in count(2))
        names[ledger.name] = next(name for name in chain((wanted,), numbered) if name not in (*taken, *names.values()))
    return names
