"""`carbonseal init`: a node's directory, with its keys, its `node.toml`, and a policy for those who will verify."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.errors import BrokeOff, Failed
from carbonseal.cli.options import NAME, ORIGIN
from carbonseal.cli.templates import IssuerLine, LedgerLine, policy_template
from carbonseal.findings import Refused

if TYPE_CHECKING:
    from carbonseal.log.notes import VerifierKey
    from carbonseal.node.config import LedgerConfig, LogConfig, NodeConfig, TenantConfig

POLICY = "policy-template.policy"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A `--ledger` option: its name in policies, its address, and its adapter's options."""

    name: str
    uri: str
    cadence: float  # seconds
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """What a ledger said of itself: how `node.toml` names it, and how policies pin it."""

    config: LedgerConfig
    pins: Mapping[str, str]


class LedgerOption(click.ParamType[Wanted]):
    """`NAME URI [KEY=VALUE]...` in one quoted argument, as a policy's `ledger` line has it."""

    name = "name uri [key=value]..."

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Wanted:
        words = str(value).split()
        if len(words) < 2 or "+" not in words[1] or not all("=" in word for word in words[2:]):
            example = "chain ethereum+http://127.0.0.1:8545 registry=0x… key=file:keys/ethereum.key"
            self.fail(f"{value!r} is not NAME URI [KEY=VALUE]..., such as '{example}'.", param, ctx)
        pairs = [word.partition("=")[::2] for word in words[2:]]
        if len(dict(pairs)) < len(pairs):
            self.fail(f"{value!r} gives an option twice.", param, ctx)
        options = dict(pairs)
        cadence = options.pop("cadence", "3600")
        if not cadence.isdecimal() or int(cadence) < 1:
            self.fail(f"cadence={cadence} is no whole number of seconds.", param, ctx)
        return Wanted(NAME.convert(words[0], param, ctx), words[1], float(cadence), options)


class IssuerOption(click.ParamType[tuple[str, str]]):
    """`NAME ID` in one quoted argument."""

    name = "name id"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        words = str(value).split()
        if len(words) != 2 or ":" not in words[1]:
            self.fail(f"{value!r} is not NAME ID, such as 'certifier did:web:certifier.example'.", param, ctx)
        return NAME.convert(words[0], param, ctx), words[1]


@click.command(short_help="Make a node: a directory with its keys, its settings and a policy.")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@ORIGIN
@click.option("--ledger", "ledgers", multiple=True, type=LedgerOption(), help="A ledger to anchor on.")
@click.option(
    "--issuer",
    "issuers",
    multiple=True,
    type=IssuerOption(),
    help="Who signs passports (default: did:key).",
)
@click.option("--foreign", multiple=True, metavar="VKEY", help="A log that may anchor here.")
def init(
    *,
    directory: Path,
    origin: str,
    ledgers: tuple[Wanted, ...],
    issuers: tuple[tuple[str, str], ...],
    foreign: tuple[str, ...],
) -> None:
    """Make a node in DIRECTORY: its keys, its settings (node.toml), and a policy template for those who will verify
    what it seals.

    Each ledger is asked who it is, so that its fingerprints stand in the policy. cadence= says how many seconds pass from
    one anchor to the next (3600), the other options are the adapter's. Paths are relative to DIRECTORY. A key file that
    is named and missing is made; what is there already is never overwritten. --ledger, --issuer and --foreign may be
    given several times.

    \b
    Examples:
      carbonseal init my-node --origin log.example.org/2026
      carbonseal init my-node --origin log.example.org/2026 \\
          --issuer 'certifier did:web:certifier.example' \\
          --ledger 'chain ethereum+http://127.0.0.1:8545 registry=0x… key=file:keys/ethereum.key' \\
          --ledger 'consortium fabric+grpcs://peer0.org1.example:7051 channel=anchors profile=org1.json msp=msp' \\
          --ledger 'peer tlog+http://127.0.0.1:9100/v1/logs/default key=peer.example/log+0a1b2c3d+A…'
    """
    from carbonseal.node.config import DEFAULT, FILE
    from carbonseal.node.create import create, new_log
    from carbonseal.node.secrets import verifier_of
    from carbonseal.verification.policy import parse_policy

    for name in (FILE, POLICY):
        if (directory / name).exists():
            raise Failed(f"{directory / name} exists already", "choose another directory: init overwrites nothing")
    names = dict(issuers) or {"issuer": ""}
    if len({*names, *(ledger.name for ledger in ledgers)}) < len(issuers or names) + len(ledgers):
        raise click.UsageError("A name is given twice: every ledger and issuer has one of its own.")
    others = [_foreign(key) for key in foreign]
    own, tenant = new_log(DEFAULT, origin)
    secrets = [own.key, tenant.salt_key, *map(_issuer_uri, names), *_secret_files(ledgers)]
    for path in [path for uri in dict.fromkeys(secrets) if (path := _make_key(directory, uri))]:
        click.echo(f"wrote {path}")
    keys = {name: _public_key(_issuer_uri(name), directory) for name in names}
    ids = {name: id_ or f"did:key:{keys[name]}" for name, id_ in names.items()}
    found = asyncio.run(_ask_all(ledgers, directory))
    config = _config(own, tenant, ids, [one.config for one in found], others)
    log = verifier_of(origin, own.key, directory).encode()
    policy = policy_template(
        log,
        [IssuerLine(name, ids[name], keys[name]) for name in names],
        [LedgerLine(one.name, asked.config.name, asked.pins) for one, asked in zip(ledgers, found, strict=True)],
        datetime.now(UTC).date(),
    )
    parse_policy(policy)  # what is handed out works
    (directory / POLICY).write_text(policy, encoding="utf-8")
    create(directory, config)
    for name in (POLICY, FILE):
        click.echo(f"wrote {directory / name}")
    click.echo(f"The log's key, for operators in whose logs it will anchor: {log}")
    click.echo(
        f"Keep {own.guard} out of backups, and keep a copy of keys/ in a safe place. Next: carbonseal seal --help"
    )


def _issuer_uri(name: str) -> str:
    return f"file:keys/issuer-{name}.key"


def _config(
    log: LogConfig,
    tenant: TenantConfig,
    issuers: Mapping[str, str],
    ledgers: Sequence[LedgerConfig],
    foreign: Sequence[VerifierKey],
) -> NodeConfig:
    from carbonseal.node.config import ForeignConfig, IssuerConfig, NodeConfig

    return NodeConfig(
        batch_size=4096,
        batch_age=1.0,
        heartbeat=0,
        logs=(log,),
        tenants=(tenant,),
        issuers=tuple(IssuerConfig(name, id_, _issuer_uri(name)) for name, id_ in issuers.items()),
        ledgers=tuple(ledgers),
        foreign=tuple(map(ForeignConfig, foreign)),
    )


def _foreign(vkey: str) -> VerifierKey:
    from carbonseal.log.notes import VerifierKey

    try:
        return VerifierKey.parse(vkey)
    except Refused as refused:
        raise refused.under("--foreign") from refused


def _secret_files(ledgers: Sequence[Wanted]) -> Iterator[str]:
    """The plain key files that ledgers need. What is encrypted is made by whoever knows the password."""
    values = (value for ledger in ledgers for value in ledger.options.values())
    return (value for value in values if value.startswith("file:") and "?" not in value)


def _make_key(directory: Path, uri: str) -> Path | None:
    """A new key where there is none yet."""
    from carbonseal.node.secrets import make_key

    path = directory / uri.removeprefix("file:")
    if path.exists():
        return None
    make_key(path)
    return path


async def _ask_all(ledgers: Sequence[Wanted], directory: Path) -> list[Found]:
    return [await _ask(ledger, directory) for ledger in ledgers]


async def _ask(wanted: Wanted, directory: Path) -> Found:
    """Ask a ledger for its name, publisher and pins."""
    from carbonseal.ledger import Never, Retry
    from carbonseal.node.config import LedgerConfig
    from carbonseal.node.ledgers import connect

    try:
        ledger = await connect(wanted.uri, wanted.options, directory)
        try:
            pins = await ledger.pins()
        finally:
            await ledger.close()
    except Retry as error:
        raise BrokeOff(f"{wanted.name} at {wanted.uri}: {error}", "is it running, and is the address right?") from error
    except Never as never:
        raise Failed(f"{wanted.name} at {wanted.uri}: {never.reason}", never.remedy) from never
    except Refused as refused:
        raise refused.under("--ledger", wanted.name) from refused
    return Found(LedgerConfig(ledger.name, wanted.uri, ledger.publisher, wanted.cadence, wanted.options), pins)


def _public_key(uri: str, directory: Path) -> str:
    from carbonseal.node.secrets import open_signer
    from carbonseal.passport.multibase import encode_key

    return encode_key(open_signer(uri, directory).public_key().public_bytes_raw())
