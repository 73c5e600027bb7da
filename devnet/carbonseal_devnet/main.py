"""`carbonseal-devnet`: local ledgers on a laptop, with pip's packages alone."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.errors import Explaining, Failed

if TYPE_CHECKING:
    from carbonseal.log.notes import VerifierKey
    from carbonseal_devnet import ethereum
    from carbonseal_devnet.fabric.embedded.network import Network as Fabric
    from carbonseal_devnet.fabric.native.network import Native
    from carbonseal_devnet.log import Log

PACE = 1.0  # seconds from a block with a transaction to the next one, until it is final
LOG_PORT = 9101  # beside that of `carbonseal serve`

DIRECTORY = click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("carbonseal-devnet"),
    show_default=True,
    help="Where keys go, all of Fabric, and the log.",
)


@click.group(cls=Explaining, context_settings={"help_option_names": ["-h", "--help"]})
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
    from carbonseal_devnet import log as logs

    if not (directory / "log" / FILE).exists():
        raise Failed(f"{directory} holds no log yet", "start one first: carbonseal-devnet up --log")
    for key in _keys_of(log):
        logs.introduce(directory / "log", key)
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
    """Everything is started before anything is said: what fails says so alone."""
    stop = asyncio.Event()
    with suppress(NotImplementedError):  # Windows: there, Ctrl-C cancels this task, which ends everything just as well
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with AsyncExitStack() as networks:
        _take(networks, directory)
        chain = await _start_chain(networks, port, engine, finality, directory if keep else None)
        consortium = await _start_fabric(networks, fabric, bft, directory) if fabric else None
        log = await _start_log(networks, log_port, directory) if log_port is not None else None
        for line in (
            *_about_chain(chain, _write_keys(directory)),
            *(_about_fabric(consortium) if consortium else ()),
            *(_about_log(log, directory) if log else ()),
            "ready",
        ):
            click.echo(line)
        await stop.wait()


# --- starting ------------------------------------------------------------------------------------------------------


def _take(networks: AsyncExitStack, directory: Path) -> None:
    """Keep others out of the directory."""
    from carbonseal.node.lock import Lock, Locked

    directory.mkdir(parents=True, exist_ok=True)
    try:
        networks.enter_context(closing(Lock(directory)))
    except Locked as locked:
        reason = f"{directory} is in use by another carbonseal-devnet, process {locked.pid}"
        raise click.ClickException(f"{reason}; stop that one, or choose another --directory") from locked


async def _start_chain(
    networks: AsyncExitStack, port: int, engine: str, finality: int, state: Path | None
) -> ethereum.Network:
    from carbonseal_devnet.ethereum import Died, Missing, running

    started = running(port=port, finality=finality, engine=engine, state=state, pace=PACE)
    try:
        return await networks.enter_async_context(started)
    except (Missing, Died, ValueError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"port {port} cannot be used ({error.strerror}); try --port 0") from error


async def _start_fabric(networks: AsyncExitStack, engine: str, bft: bool, directory: Path) -> Fabric | Native:
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")  # how its connections end is of no interest here
    from carbonseal_devnet.fabric.config import Settings
    from carbonseal_devnet.fabric.embedded.network import running
    from carbonseal_devnet.fabric.native import network
    from carbonseal_devnet.fabric.native.programs import Failed, Missing

    try:
        if engine == "native":
            return await networks.enter_async_context(network.running(directory / "fabric-native", bft=bft))
        return await networks.enter_async_context(running(directory / "fabric", settings=Settings(bft=bft)))
    except (OSError, ValueError, Failed, Missing) as error:
        raise click.ClickException(f"Fabric cannot start: {error}") from error


async def _start_log(networks: AsyncExitStack, port: int, directory: Path) -> Log:
    from carbonseal_devnet.log import running

    try:
        return await networks.enter_async_context(running(directory / "log", port=port))
    except OSError as error:
        raise click.ClickException(f"port {port} cannot be used ({error.strerror}); try --log=0") from error


# --- telling -------------------------------------------------------------------------------------------------------


def _about_chain(chain: ethereum.Network, keys: list[Path]) -> Iterator[str]:
    made = chain.deployment
    yield f"ethereum  {chain.uri}"
    yield f"  ledger    {chain.ledger}"
    yield f"  genesis   {made.genesis}"
    yield f"  registry  {made.registry}"
    yield f"  code      {made.code}"
    for number, path in enumerate(keys):
        yield f"  publisher {chain.publisher(number)}  file:{path}"
    yield f"  --ledger  'chain {chain.uri} registry={made.registry} key=file:{keys[0]}'"


def _about_fabric(network: Fabric | Native) -> Iterator[str]:
    uri = f"fabric+grpcs://{network.endpoint()}"
    yield f"fabric    {uri}"
    yield f"  ledger    {network.ledger}"
    yield f"  channel   {network.channel}"
    yield f"  chaincode {network.chaincode}"
    for msp_id in network.msp_ids:
        yield f"  {msp_id:<9} profile={network.profile(msp_id)} msp={network.msp(msp_id)}"
    attest = f"{len(network.msp_ids)}:{','.join(network.msp_ids)}"
    options = f"channel={network.channel} profile={network.profile()} msp={network.msp()} attest={attest}"
    yield f"  --ledger  'consortium {uri} {options}'"


def _about_log(log: Log, directory: Path) -> Iterator[str]:
    yield f"log       {log.uri}"
    yield f"  ledger    {log.ledger}"
    yield f"  key       {log.key}"
    yield f"  --ledger  'peer {log.uri} key={log.key}'"
    yield f"  and then  carbonseal-devnet introduce MY-NODE --directory {directory}"


def _write_keys(directory: Path) -> list[Path]:
    """Key files of the accounts that are free to take, as `node.toml` wants them."""
    from carbonseal_devnet.ethereum import DEPLOYER, Network

    paths = [directory / f"ethereum-{number}.key" for number in range(DEPLOYER)]
    for number, path in enumerate(paths):
        path.write_text(Network.key(number).hex() + "\n", encoding="ascii")
        path.chmod(0o600)
    return paths
