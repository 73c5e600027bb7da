"""`carbonseal-devnet`: local ledgers on a laptop, with pip's packages alone."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.errors import CommandGroup, Failed

if TYPE_CHECKING:
    from carbonseal.log.notes import VerifierKey
    from carbonseal_devnet.network import LocalNetwork

PACE = 1.0  # seconds from a block with a transaction to the next one, until it is final
LOG_PORT = 9101  # beside that of `carbonseal serve`

DIRECTORY = click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("carbonseal-devnet"),
    show_default=True,
    help="Where keys go, all of Fabric, and the log.",
)


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run local ledgers for development and tests. Nothing leaves this machine.

    \b
    Examples:
      carbonseal-devnet up
      carbonseal-devnet up --fabric --log
    """


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8545, show_default=True, help="0 takes a free one.")
@click.option(
    "--ethereum",
    type=click.Choice(["py-evm", "anvil", "geth"]),
    is_flag=False,
    flag_value="py-evm",
    default="py-evm",
    show_default=True,
    help="What runs the chain: py-evm in this process, or a program found on the PATH, CARBONSEAL_ANVIL or CARBONSEAL_GETH.",
)
@click.option(
    "--finality", type=click.IntRange(0), default=2, show_default=True, help="Blocks on a block that make it finalized."
)
@click.option(
    "--fabric",
    type=click.Choice(["embedded", "native"]),
    is_flag=False,
    flag_value="embedded",
    help="A Hyperledger Fabric network too: two organisations with a peer each, in this process, or run by Fabric's own "
    "programs, found on the PATH or in CARBONSEAL_FABRIC_BIN.",
)
@click.option(
    "--bft",
    is_flag=True,
    help="Fabric with four orderers, of which three must sign each block. Native: from Fabric 3 on.",
)
@click.option(
    "--log",
    "log_port",
    metavar="[PORT]",
    type=click.IntRange(0, 65535),
    is_flag=False,
    flag_value=LOG_PORT,
    help=f"Another operator's log too: a node of its own, in which yours can anchor. Port {LOG_PORT} if none is named.",
)
@DIRECTORY
@click.option(
    "--keep", is_flag=True, help="Keep the chain in the directory, and go on with it next time (not anvil's)."
)
def up(
    *,
    port: int,
    ethereum: str,
    finality: int,
    fabric: str | None,
    bft: bool,
    log_port: int | None,
    directory: Path,
    keep: bool,
) -> None:
    """Start the networks, say where they are, and run until Ctrl-C. The lines that begin with --ledger are for carbonseal init.

    What the chain holds is gone afterwards, unless --keep is given; Fabric and the log go on where they were. The accounts'
    keys are the same each time and known to everybody: never use them anywhere else.

    The chain mines a block for each transaction, and more, one a second, until that one is final. It is moved and broken
    through its own endpoint, in JSON-RPC: evm_mine, evm_setAutomine [false], dev_reorg [depth, "keep" or "drop" its
    transactions], dev_drop [transaction], dev_crowd [full blocks], dev_skew [seconds], dev_endpoint (opens another),
    dev_fault [kind, {"methods": [], "times": n, "seconds": s}] and dev_heal. Kinds of faults: stall, delay, busy, failing,
    garbage, half, hang-up, lose, swallow, lie.

    The log takes heads of logs that were introduced to it: `carbonseal-devnet introduce my-node`.

    \b
    Examples:
      carbonseal-devnet up
      carbonseal-devnet up --port 0 --directory keys
      carbonseal-devnet up --ethereum=geth --keep
      carbonseal-devnet up --fabric --log
      carbonseal-devnet up --fabric=native --bft
      curl -d '{"method": "dev_reorg", "params": [3, "drop"]}' http://127.0.0.1:8545
    """
    if bft and fabric is None:
        raise click.UsageError("--bft is about --fabric, which is missing")
    work = _up(
        port=port,
        engine=ethereum,
        finality=finality,
        fabric=fabric,
        bft=bft,
        log_port=log_port,
        directory=directory.absolute(),  # what is printed goes into a node.toml elsewhere
        keep=keep,
    )
    asyncio.run(work)


@main.command()
@click.argument("log", metavar="NODE|VKEY")
@DIRECTORY
def introduce(log: str, directory: Path) -> None:
    """Let a log anchor in the log of `carbonseal-devnet up --log`: the one with verifier key VKEY, as `carbonseal init` printed
    it, or all logs of the node in the directory NODE. The development network may be running or not.

    \b
    Examples:
      carbonseal-devnet introduce my-node
      carbonseal-devnet introduce log.example.org/2026+0a1b2c3d+A…
    """
    from carbonseal.node.config import FILE
    from carbonseal_devnet.log.network import introduce as introduce_to

    if not (directory / "log" / FILE).exists():
        raise Failed(f"{directory} holds no log yet", "start one first: carbonseal-devnet up --log")
    for key in _keys_of(log):
        introduce_to(directory / "log", key)
        click.echo(f"{key.name} can anchor in the development network's log")


def _keys_of(log: str) -> list[VerifierKey]:
    from carbonseal.log.notes import VerifierKey
    from carbonseal.node import config
    from carbonseal.node.secrets import verifier_of

    node = Path(log)
    if not node.is_dir():
        return [VerifierKey.parse(log)]
    return [verifier_of(one.origin, one.key, node) for one in config.load(node).logs]


async def _up(
    *,
    port: int,
    engine: str,
    finality: int,
    fabric: str | None,
    bft: bool,
    log_port: int | None,
    directory: Path,
    keep: bool,
) -> None:
    """Prints after all networks have started: if one fails, its error alone is printed."""
    stop = asyncio.Event()
    with suppress(NotImplementedError):  # Windows: there, Ctrl-C cancels this task, which ends everything just as well
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with AsyncExitStack() as networks:
        _take(networks, directory)
        chain = await _chain(networks, directory, port=port, engine=engine, finality=finality, keep=keep)
        lines = [*_lines("ethereum", "chain", chain)]
        if fabric is not None:
            lines += _lines("fabric", "consortium", await _fabric(networks, directory, fabric, bft))
        if log_port is not None:
            lines += _lines("log", "peer", await _log(networks, directory, log_port))
            lines.append(f"  and then  carbonseal-devnet introduce MY-NODE --directory {directory}")
        for line in (*lines, "ready"):
            click.echo(line)
        await stop.wait()


def _lines(kind: str, name: str, network: LocalNetwork) -> Iterator[str]:
    from carbonseal_devnet.network import description

    return description(kind, name, network)


def _take(networks: AsyncExitStack, directory: Path) -> None:
    """Keep others out of the directory."""
    from carbonseal.node.lock import Lock, Locked

    directory.mkdir(parents=True, exist_ok=True)
    try:
        networks.enter_context(closing(Lock(directory)))
    except Locked as locked:
        reason = f"{directory} is in use by another carbonseal-devnet, process {locked.pid}"
        raise click.ClickException(f"{reason}; stop that one, or choose another --directory") from locked


async def _chain(
    networks: AsyncExitStack, directory: Path, *, port: int, engine: str, finality: int, keep: bool
) -> LocalNetwork:
    from carbonseal_devnet.ethereum.starting import running
    from carbonseal_devnet.supervised_process import ProgramFailed, ProgramMissing

    state = directory if keep else None
    chain = running(port=port, finality=finality, engine=engine, state=state, pace=PACE, keys=directory)
    try:
        return await networks.enter_async_context(chain)
    except (ProgramMissing, ProgramFailed, ValueError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"port {port} cannot be used ({error.strerror}); try --port 0") from error


async def _fabric(networks: AsyncExitStack, directory: Path, engine: str, bft: bool) -> LocalNetwork:
    from carbonseal_devnet.fabric.starting import running
    from carbonseal_devnet.supervised_process import ProgramFailed, ProgramMissing

    folder = directory / ("fabric-native" if engine == "native" else "fabric")
    try:
        return await networks.enter_async_context(running(folder, engine=engine, bft=bft))
    except (ProgramMissing, ProgramFailed, ValueError, OSError) as error:
        raise click.ClickException(f"Fabric cannot start: {error}") from error


async def _log(networks: AsyncExitStack, directory: Path, port: int) -> LocalNetwork:
    from carbonseal_devnet.log.starting import running

    try:
        return await networks.enter_async_context(running(directory / "log", port=port))
    except OSError as error:
        raise click.ClickException(f"port {port} cannot be used ({error.strerror}); try --log=0") from error
