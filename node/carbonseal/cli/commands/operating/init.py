"""`carbonseal init`: creates a node's directory, with its keys, its `node.toml`, and a policy template for verifiers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.errors import Failed
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.ledger_discovery import LedgerIdentity, query_ledger
from carbonseal.cli.options import NAME, ORIGIN
from carbonseal.cli.policy_template import LedgerLine, SignerLine, Witnesses, policy_template
from carbonseal.cli.targets import DirectoryCommand
from carbonseal.findings import Refused

if TYPE_CHECKING:
    from carbonseal.log.notes import VerifierKey
    from carbonseal.node.config import (
        LedgerConfig,
        LogConfig,
        NodeConfig,
        SignerConfig,
        StatusConfig,
        TenantConfig,
        WitnessConfig,
    )
    from carbonseal.node.new_keys import NewKeys

POLICY = "policy-template.policy"


@dataclass(frozen=True, slots=True)
class LedgerRequest:
    """A `--ledger` option."""

    name: str  # in policies
    uri: str
    cadence: float  # seconds
    options: Mapping[str, str]  # the adapter's


@dataclass(frozen=True, slots=True)
class SignerRequest:
    """An `--issuer`, `--body` or `--accreditor` option."""

    role: str  # the option, without its dashes
    name: str
    id: str  # empty: a did:key made of its key
    key: str  # its URI


class LedgerOption(click.ParamType[LedgerRequest]):
    """`NAME URI [KEY=VALUE]...` in one quoted argument, as a policy's `ledger` line has it."""

    name = "name uri [key=value]..."

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> LedgerRequest:
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
            self.fail(f"cadence={cadence} is not a whole number of seconds.", param, ctx)
        return LedgerRequest(NAME.convert(words[0], param, ctx), words[1], float(cadence), options)


class SignerOption(click.ParamType[SignerRequest]):
    """`NAME ID [key=URI]` in one quoted argument."""

    name = "name id [key=uri]"

    def __init__(self, role: str) -> None:
        self.role = role

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> SignerRequest:
        words = str(value).split()
        if not 2 <= len(words) <= 3 or ":" not in words[1] or not all(word.startswith("key=") for word in words[2:]):
            self.fail(f"{value!r} is not NAME ID [key=URI], such as 'certifier did:web:certifier.example'.", param, ctx)
        name = NAME.convert(words[0], param, ctx)
        key = words[2].removeprefix("key=") if words[2:] else _signer_key(self.role, name)
        return SignerRequest(self.role, name, words[1], key)


class WitnessOption(click.ParamType[tuple[str, str]]):
    """`VKEY URL` in one quoted argument."""

    name = "vkey url"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        words = str(value).split()
        if len(words) != 2 or not words[1].startswith(("https://", "http://")):
            self.fail(f"{value!r} is not VKEY URL, such as 'w1+7d2a3c11+BF… https://witness.example'.", param, ctx)
        return words[0], words[1]


@click.command(cls=DirectoryCommand, short_help="Create a node: a directory with keys, settings and a policy template.")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@ORIGIN
@click.option(
    "--ledger", "ledgers", multiple=True, type=LedgerOption(), help="A ledger to anchor on. Repeat it for each."
)
@click.option(
    "--issuer",
    "issuers",
    multiple=True,
    type=SignerOption("issuer"),
    help="Who signs passports (default: one, by did:key, where nobody else signs).",
)
@click.option(
    "--body", "bodies", multiple=True, type=SignerOption("body"), help="A certification body, which signs statements."
)
@click.option(
    "--accreditor",
    "accreditors",
    multiple=True,
    type=SignerOption("accreditor"),
    help="An accreditor, which accredits bodies.",
)
@click.option("--log-key", metavar="URI", help="Where the log's key is (default: file:keys/log-default.key).")
@click.option("--foreign", multiple=True, metavar="VKEY", help="Another log that may anchor here, by its key.")
@click.option(
    "--witness", "witnesses", multiple=True, type=WitnessOption(), help="Who is asked to cosign the log's heads."
)
@click.option(
    "--quorum", type=click.IntRange(0), default=0, help="No head is published before so many witnesses cosigned it."
)
@click.option("--status-days", type=float, help="So many days a signed status list is valid (7).")
@click.option(
    "--status-url", help="The https address at which everybody reaches the node, for the ids of status lists."
)
def init(
    *,
    directory: Path,
    origin: str,
    ledgers: tuple[LedgerRequest, ...],
    issuers: tuple[SignerRequest, ...],
    bodies: tuple[SignerRequest, ...],
    accreditors: tuple[SignerRequest, ...],
    log_key: str | None,
    foreign: tuple[str, ...],
    witnesses: tuple[tuple[str, str], ...],
    quorum: int,
    status_days: float | None,
    status_url: str | None,
) -> None:
    """Create a node in DIRECTORY: its keys, its settings (node.toml), and a policy template for those who will verify what it
    seals.

    Each ledger is queried for its fingerprints, which the policy template pins. cadence= is the number of seconds between two
    anchors (3600); the other options are the adapter's. Name the ledgers now: a log's first entry fixes them for ever.

    Paths are relative to DIRECTORY. A key in a plain file is generated if the file does not exist. Keys that are encrypted
    (file:keys/log.pem?password=env:WORD) or in a token (pkcs11:...) have to exist. Everything is checked before anything is
    written, and nothing is overwritten.

    \b
    Examples:
      carbonseal init my-node --origin log.example.org/2026 \\
          --issuer 'certifier did:web:certifier.example' \\
          --ledger 'chain ethereum+http://127.0.0.1:8545 registry=0x… key=file:keys/ethereum.key' \\
          --ledger 'consortium fabric+grpcs://peer0.org1.example:7051 channel=anchors profile=org1.json msp=msp' \\
          --ledger 'peer tlog+http://127.0.0.1:9100/v1/logs/default key=peer.example/log+0a1b2c3d+A…'
      carbonseal init my-node --origin log.example.org/2026 --log-key 'file:keys/log.pem?password=env:WORD' \\
          --issuer 'certifier did:web:certifier.example key=file:keys/issuer.pem?password=env:WORD'
      carbonseal init my-node --origin log.example.org/2026 --status-days 60 --status-url https://log.example.org \\
          --witness 'witness.example/w1+7d2a3c11+BF… https://witness.example' --quorum 1
      carbonseal init our-node --origin log.body.example/2026 --body 'body did:web:body.example'
    """
    from carbonseal.node.config import DEFAULT, FILE
    from carbonseal.node.create import begin_folder, check_new, create, new_log
    from carbonseal.node.new_keys import NewKeys
    from carbonseal.node.witnessing.settings import CosignerConfig

    for name in (FILE, POLICY):
        if (directory / name).exists():
            raise Failed(f"{directory / name} exists already", "choose another directory: init never overwrites")
    log, tenant = new_log(DEFAULT, origin, key=log_key)
    log = replace(log, quorum=quorum)
    signers = (*issuers, *bodies, *accreditors) or (
        SignerRequest("issuer", "issuer", "", _signer_key("issuer", "issuer")),
    )
    _check_options(log, tenant, ledgers, signers)
    with ExitStack() as undo:
        begin_folder(directory, undo)  # a path such as ../org1.json is relative to it
        keys = NewKeys(directory)
        cosigner = CosignerConfig.beside(origin)
        for uri in (
            log.key,
            tenant.salt_key,
            cosigner.key,
            *(signer.key for signer in signers),
            *_secret_files(ledgers),
        ):
            keys.make(uri)
        keys.check(tenant.salt_key)
        verifier, lines = _verifier(log, keys), [_signer_line(signer, keys) for signer in signers]
        others = [_foreign(key, verifier) for key in foreign]
        asked = [_witness(key, url) for key, url in witnesses]
        found = asyncio.run(_query_ledgers(ledgers, keys))
        config = _config(log, tenant, _signer_configs(signers, lines), _ledger_configs(ledgers, found), others)
        config = replace(config, witnesses=tuple(asked), status=_status(status_days, status_url))
        check_new(directory, config)
        wanted = Witnesses({one.key.encode(): one.url for one in asked}, max(1, quorum))
        policy = _policy(verifier, lines, ledgers, found, wanted)
        documents = {directory / POLICY: policy.encode()}
        create(directory, config, keys=keys.files(), documents=documents)
        undo.pop_all()
    for path in (*keys.files(), *documents, directory / FILE):
        click.echo(f"wrote {path}")
    _print_next_steps(directory, log, verifier, found)


def _signer_key(role: str, name: str) -> str:
    return f"file:keys/{role}-{name}.key"


# --- before any ledger is queried --------------------------------------------------------------------------------------


def _check_options(
    log: LogConfig, tenant: TenantConfig, ledgers: Sequence[LedgerRequest], signers: Sequence[SignerRequest]
) -> None:
    from carbonseal.node.witnessing.settings import CosignerConfig

    names = [*(signer.name for signer in signers), *(ledger.name for ledger in ledgers)]
    if len(set(names)) < len(names):
        raise click.UsageError("A name is given twice: every ledger and every signer needs its own.")
    roles = [
        ("the log's key", log.key),
        ("the salt key", tenant.salt_key),
        ("the witness key", CosignerConfig.beside(log.origin).key),
        *((f"--{signer.role} {signer.name}", signer.key) for signer in signers),
        *((f"--ledger {ledger.name}", uri) for ledger in ledgers if (uri := ledger.options.get("key", "")).strip()),
    ]
    for at, (role, uri) in enumerate(roles):
        for other, taken in roles[:at]:
            if uri == taken and not (role.startswith("--ledger") and other.startswith("--ledger")):
                raise Failed(f"{role} and {other} are one key: {uri.partition('?')[0]}", "give each its own key")


def _secret_files(ledgers: Sequence[LedgerRequest]) -> Iterator[str]:
    """The ``file:`` URIs in the options of ledgers."""
    return (value for ledger in ledgers for value in ledger.options.values() if value.startswith("file:"))


def _verifier(log: LogConfig, keys: NewKeys) -> VerifierKey:
    from carbonseal.log.notes import NoteSigner

    try:
        return NoteSigner(log.origin, keys.signer(log.key)).verifier
    except Refused as refused:
        raise Failed.by(refused, "--log-key") from refused


def _signer_line(signer: SignerRequest, keys: NewKeys) -> SignerLine:
    from carbonseal.passport.multibase import encode_key

    try:
        key = encode_key(keys.signer(signer.key).public_key().public_bytes_raw())
    except Refused as refused:
        raise Failed.by(refused, f"--{signer.role} {signer.name}") from refused
    return SignerLine(signer.name, signer.role, signer.id or f"did:key:{key}", key)


def _foreign(vkey: str, own: VerifierKey) -> VerifierKey:
    from carbonseal.log.notes import VerifierKey

    try:
        key = VerifierKey.parse(vkey)
    except Refused as refused:
        raise Failed.by(refused, "--foreign") from refused
    if key.name == own.name:
        raise Failed(f"--foreign: {key.name} is the name of this log itself", "name another operator's log")
    return key


def _witness(vkey: str, url: str) -> WitnessConfig:
    from carbonseal.log.notes import VerifierKey
    from carbonseal.node.config import WitnessConfig

    try:
        return WitnessConfig(VerifierKey.parse(vkey), url)
    except Refused as refused:
        raise Failed.by(refused, "--witness") from refused


def _status(days: float | None, url: str | None) -> StatusConfig:
    from carbonseal.node.config import StatusConfig

    usual = StatusConfig()
    return StatusConfig(usual.days if days is None else days, (url or "").rstrip("/"))


async def _query_ledgers(ledgers: Sequence[LedgerRequest], keys: NewKeys) -> list[LedgerIdentity]:
    """Raises `Failed` where two of them are one ledger."""
    found: list[LedgerIdentity] = []
    for wanted in ledgers:
        one = await query_ledger(f"--ledger {wanted.name}", wanted.uri, wanted.options, keys)
        for other, earlier in zip(ledgers, found, strict=False):
            if one.name == earlier.name:
                reason = f"--ledger {wanted.name} and --ledger {other.name} are the same ledger, {one.name}"
                raise Failed(reason, "name it once: a ledger counts once, whatever its address")
        found.append(one)
    return found


# --- what is written -----------------------------------------------------------------------------------------------


def _config(
    log: LogConfig,
    tenant: TenantConfig,
    signers: Mapping[str, tuple[SignerConfig, ...]],
    ledgers: tuple[LedgerConfig, ...],
    foreign: Sequence[VerifierKey],
) -> NodeConfig:
    from carbonseal.node.config import ForeignConfig, NodeConfig
    from carbonseal.node.witnessing.settings import CosignerConfig

    return NodeConfig(
        batch_size=4096,
        batch_age=1.0,
        foreign_age=300.0,
        heartbeat=0,
        logs=(log,),
        tenants=(tenant,),
        issuers=signers["issuer"],
        bodies=signers["body"],
        accreditors=signers["accreditor"],
        ledgers=ledgers,
        foreign=tuple(map(ForeignConfig, foreign)),
        cosigner=CosignerConfig.beside(log.origin),
    )


def _signer_configs(
    signers: Sequence[SignerRequest], lines: Sequence[SignerLine]
) -> Mapping[str, tuple[SignerConfig, ...]]:
    """The settings of all signers, by their roles."""
    from carbonseal.node.config import SignerConfig

    made = [(one.role, SignerConfig(one.name, line.id, one.key)) for one, line in zip(signers, lines, strict=True)]
    return {role: tuple(one for of, one in made if of == role) for role in ("issuer", "body", "accreditor")}


def _ledger_configs(ledgers: Sequence[LedgerRequest], found: Sequence[LedgerIdentity]) -> tuple[LedgerConfig, ...]:
    from carbonseal.node.config import LedgerConfig

    return tuple(
        LedgerConfig(it.name, wanted.uri, it.publisher, wanted.cadence, wanted.options, wanted.name)
        for wanted, it in zip(ledgers, found, strict=True)
    )


def _policy(
    verifier: VerifierKey,
    signers: Sequence[SignerLine],
    ledgers: Sequence[LedgerRequest],
    found: Sequence[LedgerIdentity],
    witnesses: Witnesses,
) -> str:
    lines = [
        LedgerLine(wanted.name, it.name, it.pins, it.gives_time, it.package)
        for wanted, it in zip(ledgers, found, strict=True)
    ]
    return policy_template([verifier.encode()], signers, lines, datetime.now(UTC).date(), witnesses)


def _print_next_steps(directory: Path, log: LogConfig, verifier: VerifierKey, found: Sequence[LedgerIdentity]) -> None:
    click.echo(f"The log's verifier key, for operators in whose logs it will anchor: {verifier.encode()}")
    for one in found:
        if one.publisher:
            click.echo(plain(f"On {one.name} it anchors as {one.publisher}"))
        if one.warning:
            click.secho(plain(f"  {one.warning}"), fg="yellow", bold=True)
    if not found:
        click.secho(
            "No ledger is named: nothing that this log seals will be anchored.", fg="yellow", bold=True, err=True
        )
        click.echo(
            f"  Its first entry fixes that for ever. Before you seal anything, remove {directory} and run init again\n"
            "  with --ledger. Later only another log can have ledgers: see 'A log without ledgers' in docs/operators/logs.md.",
            err=True,
        )
    click.echo(f"Keep {log.guard} out of backups, and a copy of keys/ in a safe place. Next: carbonseal seal --help")
