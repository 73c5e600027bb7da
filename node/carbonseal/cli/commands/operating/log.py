"""`carbonseal log`: the logs of a node: add one, export proofs, adopt one without a guard."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.errors import Failed
from carbonseal.cli.nodes import with_node
from carbonseal.cli.options import DIGEST, LOG, NAME, NODE, ORIGIN, READABLE, Once
from carbonseal.cli.outputs import FORCE, WRITABLE, Output
from carbonseal.cli.targets import DirectoryCommand, NodeCommand, Target
from carbonseal.findings import Refused

if TYPE_CHECKING:
    from carbonseal.log.notes import VerifierKey
    from carbonseal.node.config import LogConfig, NodeConfig
    from carbonseal.node.new_keys import NewKeys
    from carbonseal.service.client.nodes import AnyNode


@click.group(short_help="Add a log to a node; export proofs; adopt a log without a guard.")
def log() -> None:
    """The logs of a node. Checkpoints, tiles and proofs are C2SP's, byte for byte.

    \b
    Examples:
      carbonseal log add my-node motors --origin log.example.org/motors
      carbonseal log proof my-node 17 -o entry.tlog-proof
    """


@log.command(cls=DirectoryCommand, short_help="Add a log to a node.")
@click.argument("directory", type=NODE)
@click.argument("name", type=NAME)
@ORIGIN
@click.option(
    "--ledger",
    "ledgers",
    multiple=True,
    metavar="LEDGER",
    help="A ledger to anchor it on; repeatable (default: all).",
)
@click.option("--log-key", metavar="URI", help="Where its key is (default: file:keys/log-NAME.key).")
@click.option("--succeeds", type=READABLE, help="The last checkpoint of the frozen log that this one succeeds.")
def add(
    *, directory: Path, name: str, origin: str, ledgers: tuple[str, ...], log_key: str | None, succeeds: Path | None
) -> None:
    """Add a log called NAME to the node in DIRECTORY, with its own key, and a tenant of the same name that submits to it:
    `carbonseal seal --tenant NAME`.

    All logs of a node share its ledgers, and the accounts that pay there. LEDGER is a ledger's name in node.toml, such as
    eip155:1. A log key in a plain file is generated if the file does not exist; keys that are encrypted or in a token have
    to exist. The node must be stopped. Nothing in node.toml is changed; two sections are appended.

    \b
    Examples:
      carbonseal log add my-node motors --origin log.example.org/motors
      carbonseal log add my-node 2027 --origin log.example.org/2027 --ledger eip155:1 --succeeds last-checkpoint
    """
    from carbonseal.node import create
    from carbonseal.node.new_keys import NewKeys
    from carbonseal.node.secrets import write_key

    predecessor = None if succeeds is None else _checkpoint(succeeds)
    own, tenant = create.new_log(name, origin, key=log_key, predecessor=predecessor, ledgers=ledgers or None)
    grown = create.check_addition(directory, own, tenant)  # before keys are generated
    _check_role(own.key, grown)
    keys = NewKeys(directory)
    for uri in (own.key, tenant.salt_key):
        keys.make(uri)
    verifier = _verifier(own, keys)
    for path, key in keys.files().items():
        write_key(path, key)
        click.echo(f"wrote {path}")
    create.add(directory, own, tenant)
    click.echo(f"added the log {name} and the tenant {name} to {directory / 'node.toml'}")
    click.echo(f"Policies trust it with this line: log {verifier.encode()}")
    click.echo(f"Keep {own.guard} out of backups, and a copy of both keys in a safe place.")


def _check_role(key: str, config: NodeConfig) -> None:
    """Raise `Failed` where the log's key has another role in the node."""
    roles = [
        ("the witness key", config.cosigner.key),
        *((f"the key of the signer {one.name}", one.key) for one in config.signers),
        *((f"the salt key of the tenant {one.name}", one.salt_key) for one in config.tenants),
    ]
    for role, uri in roles:
        if uri == key:
            raise Failed(f"--log-key: {key.partition('?')[0]} is {role}", "name another key: a key has one role")


def _verifier(own: LogConfig, keys: NewKeys) -> VerifierKey:
    from carbonseal.log.notes import NoteSigner

    try:
        return NoteSigner(own.origin, keys.signer(own.key)).verifier
    except Refused as refused:
        raise Failed.by(refused, "--log-key") from refused


@log.command(cls=NodeCommand, short_help="Write the proof that an entry is in the log.")
@click.argument("entry", metavar="COMMITMENT|INDEX")
@LOG
@click.option(
    "-o", "--output", required=True, cls=Once, type=WRITABLE, help="The .tlog-proof file; - is standard output."
)
@FORCE
def proof(*, target: Target, entry: str, log: str, output: Path, force: bool) -> None:
    """Write the proof that an entry is in its log, with the checkpoint that it is for (c2sp.org/tlog-proof@v1). The entry is
    named by the commitment that `carbonseal seal` printed, or by its index in the log --log.

    \b
    Examples:
      carbonseal log proof my-node 17 -o entry.tlog-proof
      carbonseal log proof my-node 5f0c… -o footprint.tlog-proof
    """

    async def prove(node: AnyNode) -> bytes:
        is_index = entry.isdecimal() and len(entry) < 20
        name, index = (log, int(entry)) if is_index else await node.find(_commitment(entry))
        return (await node.proof(name, index)).encode()

    file = Output(output, over=force)
    file.write(with_node(target, prove, read_only=True))


@log.command(cls=DirectoryCommand, short_help="Adopt a log whose guard is missing.")
@click.argument("directory", type=NODE)
@LOG
@click.confirmation_option(prompt="Is this the newest copy of the log, and did no other copy sign anything since?")
def adopt(directory: Path, log: str) -> None:
    """Confirm that DIRECTORY has the newest copy of a log whose guard file, which would show it, is missing.

    A node signs nothing without the guard: a copy restored from an old backup would sign a second history of the log, which
    cannot be undone. Every ledger is queried again before anything is signed.

    \b
    Example:
      carbonseal log adopt my-node
    """
    from carbonseal.node.node import Node

    async def adopt_guard() -> None:
        async with Node.open(directory) as node:
            await node.adopt_guard(log)

    asyncio.run(adopt_guard())
    click.echo(f"{directory}: the guard of the log {log} is written again")


def _checkpoint(path: Path) -> str:
    """The text of a checkpoint, signed or not. Signatures are not checked: the successor's genesis only claims it. Raises
    `Failed`."""
    from carbonseal.log.checkpoints import Checkpoint
    from carbonseal.log.notes import Note

    raw = path.read_bytes()
    try:
        text = Note.parse(raw).text if b"\n\n" in raw else raw.decode()
        return Checkpoint.parse(text).encode()
    except UnicodeDecodeError as error:
        raise Failed(f"{path} is not a valid checkpoint: not UTF-8") from error
    except Refused as refused:
        raise Failed.by(refused, str(path)) from refused


def _commitment(text: str) -> bytes:
    """The 32 bytes of a commitment. Raises click.BadParameter."""
    try:
        return DIGEST.convert(text, None, None)
    except click.BadParameter as error:
        raise click.BadParameter(f"{text!r} is neither an index nor a commitment (64 hexadecimal digits).") from error
