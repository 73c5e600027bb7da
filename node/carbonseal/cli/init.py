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

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from carbonseal.node.config import IssuerConfig, LedgerConfig, NodeConfig

POLICY = "policy-template.policy"
LOG_KEY = "file:keys/log.key"
SALT_KEY = "file:keys/salt.key"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A `--ledger` option: its name in policies, its address, and its adapter's options."""

    name: str
    uri: str
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
        return Wanted(words[0], words[1], dict(pairs))


class IssuerOption(click.ParamType[tuple[str, str]]):
    """`NAME ID` in one quoted argument."""

    name = "name id"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        words = str(value).split()
        if len(words) != 2 or ":" not in words[1]:
            self.fail(f"{value!r} is not NAME ID, such as 'certifier did:web:certifier.example'.", param, ctx)
        return words[0], words[1]


@click.command(short_help="Make a node: a directory with its keys, its settings and a policy.")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--origin", required=True, help="The log's name for ever, such as log.example.org/2026.")
@click.option("--ledger", "ledgers", multiple=True, type=LedgerOption(), help="A ledger to anchor on; may be repeated.")
@click.option(
    "--issuer",
    "issuers",
    multiple=True,
    type=IssuerOption(),
    help="In whose name passports are signed; may be repeated.",
)
@click.option(
    "--foreign", multiple=True, metavar="VKEY", help="Verifier key of a log that may anchor here; may be repeated."
)
def init(
    *,
    directory: Path,
    origin: str,
    ledgers: tuple[Wanted, ...],
    issuers: tuple[tuple[str, str], ...],
    foreign: tuple[str, ...],
) -> None:
    """Make a node in DIRECTORY: keys, settings (node.toml), and a policy template for those who will verify what it seals.

    Each ledger is asked who it is, so that its fingerprints stand in the policy. Files that exist are never overwritten:
    a key that is there already is used, and a directory that is a node already is left alone.

    \b
    Examples:
      carbonseal init my-node --origin log.example.org/2026
      carbonseal init my-node --origin log.example.org/2026 \\
          --issuer 'certifier did:web:certifier.example' \\
          --ledger 'chain ethereum+http://127.0.0.1:8545 registry=0x… key=file:keys/ethereum.key' \\
          --ledger 'peer tlog+http://127.0.0.1:9100 key=peer.example/log+0a1b2c3d+A…'
    """
    from carbonseal.node.config import FILE, IssuerConfig, render

    for name in (FILE, POLICY):
        if (directory / name).exists():
            raise Failed(f"{directory / name} exists already", "choose another directory: init overwrites nothing")
    signing = tuple(IssuerConfig(name, id_, f"file:keys/issuer-{name}.key") for name, id_ in issuers)
    keys = [LOG_KEY, SALT_KEY, *(issuer.key for issuer in signing), *_key_files(ledgers)]
    for path in [path for key in dict.fromkeys(keys) if (path := _make_key(directory, key))]:
        click.echo(f"wrote {path}")
    found = asyncio.run(_ask_all(ledgers, directory, origin))
    config = _config(origin, signing, [one.config for one in found], foreign)
    policy = template(
        _log_key(config, directory),
        [(issuer, _issuer_key(issuer, directory)) for issuer in signing],
        [(one.name, asked.config.name, asked.pins) for one, asked in zip(ledgers, found, strict=True)],
    )
    for path, text in ((directory / POLICY, policy), (directory / FILE, render(config))):
        path.write_text(text, encoding="utf-8")
        click.echo(f"wrote {path}")


def _config(
    origin: str, issuers: tuple[IssuerConfig, ...], ledgers: Sequence[LedgerConfig], foreign: Sequence[str]
) -> NodeConfig:
    from carbonseal.log.notes import VerifierKey
    from carbonseal.node.config import NodeConfig, TenantConfig

    return NodeConfig(
        origin=origin,
        log_key=LOG_KEY,
        guard="guard/last-signed",
        batch_size=4096,
        batch_age=1.0,
        heartbeat=0,
        predecessor=None,
        tenants=(TenantConfig("default", SALT_KEY),),
        issuers=issuers,
        ledgers=tuple(ledgers),
        foreign=tuple(VerifierKey.parse(key) for key in foreign),
    )


def _key_files(ledgers: Sequence[Wanted]) -> Iterator[str]:
    return (value for ledger in ledgers for value in ledger.options.values() if value.startswith("file:"))


def _make_key(directory: Path, uri: str) -> Path | None:
    """A new key where there is none yet."""
    from carbonseal.node.secrets import make_key

    path = directory / uri.removeprefix("file:")
    if path.exists():
        return None
    make_key(path)
    return path


async def _ask_all(ledgers: Sequence[Wanted], directory: Path, origin: str) -> list[Found]:
    return [await _ask(ledger, directory, origin) for ledger in ledgers]


async def _ask(wanted: Wanted, directory: Path, origin: str) -> Found:
    """Ask a ledger for its name, publisher and pins."""
    from carbonseal.ledger import Never, Retry, log_id
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
    publisher = ledger.publisher or log_id(origin).hex()  # in another log, the log itself is the publisher
    cadence = float(wanted.options.get("cadence", 3600))
    options = {key: value for key, value in wanted.options.items() if key != "cadence"}
    return Found(LedgerConfig(ledger.name, wanted.uri, publisher, cadence, options), pins)


def _log_key(config: NodeConfig, directory: Path) -> str:
    from carbonseal.log.notes import NoteSigner

    return NoteSigner(config.origin, _private_key(config.log_key, directory)).verifier.encode()


def _issuer_key(issuer: IssuerConfig, directory: Path) -> str:
    from carbonseal.passport.multibase import encode_key

    return encode_key(_private_key(issuer.key, directory).public_key().public_bytes_raw())


def _private_key(uri: str, directory: Path) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from carbonseal.node.secrets import open_key

    return Ed25519PrivateKey.from_private_bytes(open_key(uri, directory))


def template(
    log: str, issuers: Sequence[tuple[IssuerConfig, str]], ledgers: Sequence[tuple[str, str, Mapping[str, str]]]
) -> str:
    """The text of a policy that asks for everything the node offers. `log` is its verifier key; issuers come with their
    public keys; ledgers as (name in the policy, ledger, pins)."""
    dated = [
        name for name, ledger, _ in ledgers if not ledger.startswith("tlog:")
    ]  # an unwitnessed log proves order only
    lines = [
        "carbonseal-policy v1",
        f"# Made by carbonseal init, {datetime.now(UTC):%Y-%m-%d}. Compare every fingerprint here with what you learn by",
        "# another way (the operator's site, a contract, a call) before you rely on it.",
        "",
        f"log {log}",
        *(f"issuer {issuer.name} {issuer.id} {key}" for issuer, key in issuers),
        *(f"ledger {name} {ledger} {_options(pins)}".rstrip() for name, ledger, pins in ledgers),
        "",
        "# Every ledger must hold the anchor; `any` or a number in place of `all` asks for fewer.",
        *_quorum("ledger-group", "ledger-quorum", "every-ledger", [name for name, _, _ in ledgers]),
        "# Those that also say when.",
        *_quorum("ledger-group", "time-quorum", "every-dated", dated),
        "# No witness needs to have cosigned the log's checkpoints, and revocation is not asked about.",
        "quorum none",
        "status none",
    ]
    return "\n".join(lines) + "\n"


def _options(pins: Mapping[str, str]) -> str:
    return " ".join(f"{key}={value}" for key, value in pins.items())


def _quorum(define: str, ask: str, name: str, members: Sequence[str]) -> list[str]:
    return [f"{define} {name} all {' '.join(members)}", f"{ask} {name}"] if members else [f"{ask} none"]
