"""`carbonseal-devnet`: local ledgers on a laptop, with pip's packages alone."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import click

from carbonseal.cli.errors import Explaining


@click.group(cls=Explaining, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run local ledgers for development and tests. Nothing leaves this machine.

    \b
    Example:
      carbonseal-devnet up
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
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("carbonseal-devnet"),
    show_default=True,
    help="Where keys go, and all of Fabric.",
)
@click.option(
    "--keep", is_flag=True, help="Keep the chain in the directory, and go on with it next time (not anvil's)."
)
def up(*, port: int, ethereum: str, finality: int, fabric: str | None, bft: bool, directory: Path, keep: bool) -> None:
    """Start the networks, say where they are, and run until Ctrl-C.

    What the chain holds is gone afterwards, unless --keep is given; Fabric goes on where it was. The accounts' keys are
    the same each time and known to everybody: never use them anywhere else.

    The chain mines a block for each transaction, and is moved and broken through its own endpoint, in JSON-RPC:
    evm_mine, evm_setAutomine [false], dev_reorg [depth, "keep" or "drop" its transactions], dev_drop [transaction],
    dev_crowd [full blocks], dev_skew [seconds], dev_endpoint (opens another), dev_fault [kind, {"methods": [],
    "times": n, "seconds": s}] and dev_heal. Kinds of faults: stall, delay, busy, failing, garbage, half, hang-up,
    lose, swallow, lie.

    \b
    Examples:
      carbonseal-devnet up
      carbonseal-devnet up --port 0 --directory keys
      carbonseal-devnet up --ethereum=geth --keep
      carbonseal-devnet up --fabric
      carbonseal-devnet up --fabric=native --bft
      curl -d '{"method": "dev_reorg", "params": [3, "drop"]}' http://127.0.0.1:8545
    """
    if bft and fabric is None:
        raise click.UsageError("--bft is about --fabric, which is missing")
    work = _up(
        port=port,
        ethereum=ethereum,
        finality=finality,
        fabric=fabric,
        bft=bft,
        directory=directory.absolute(),  # what is printed goes into a node.toml elsewhere
        keep=keep,
    )
    asyncio.run(work)


async def _up(
    *, port: int, ethereum: str, finality: int, fabric: str | None, bft: bool, directory: Path, keep: bool
) -> None:
    from carbonseal_devnet.ethereum import Died, Missing, running

    stop = asyncio.Event()
    with suppress(NotImplementedError):  # Windows: there, Ctrl-C cancels this task, which ends everything just as well
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with AsyncExitStack() as networks:
        try:
            network = running(port=port, finality=finality, engine=ethereum, state=directory if keep else None)
            chain = await networks.enter_async_context(network)
        except (Missing, Died, ValueError) as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            raise click.ClickException(f"port {port} cannot be used ({error.strerror}); try --port 0") from error
        made = chain.deployment
        click.echo(f"ethereum  {chain.uri}")
        click.echo(f"  ledger    {chain.ledger}")
        click.echo(f"  genesis   {made.genesis}")
        click.echo(f"  registry  {made.registry}")
        click.echo(f"  code      {made.code}")
        for number, path in enumerate(_write_keys(directory)):
            click.echo(f"  publisher {chain.publisher(number)}  file:{path}")
        if fabric:
            await _up_fabric(networks, fabric, bft, directory)
        click.echo("ready")
        await stop.wait()


async def _up_fabric(networks: AsyncExitStack, engine: str, bft: bool, directory: Path) -> None:
    from carbonseal_devnet import fabric_native
    from carbonseal_devnet.fabric.config import Settings
    from carbonseal_devnet.fabric.network import Network, running
    from carbonseal_devnet.fabric_native_programs import Failed, Missing

    network: Network | fabric_native.Native
    try:
        if engine == "native":
            started = fabric_native.running(directory / "fabric-native", bft=bft)
            network = await networks.enter_async_context(started)
        else:
            embedded = running(directory / "fabric", settings=Settings(bft=bft))
            network = await networks.enter_async_context(embedded)
    except (OSError, ValueError, Failed, Missing) as error:
        raise click.ClickException(f"Fabric cannot start: {error}") from error
    click.echo(f"fabric    fabric+grpcs://{network.endpoint()}")
    click.echo(f"  ledger    {network.ledger}")
    click.echo(f"  channel   {network.channel}")
    click.echo(f"  chaincode {network.chaincode}")
    for msp_id in network.msp_ids:
        click.echo(f"  {msp_id:<9} profile={network.profile(msp_id)} msp={network.msp(msp_id)}")


def _write_keys(directory: Path) -> list[Path]:
    """Key files of the accounts that are free to take, as `node.toml` wants them."""
    from carbonseal_devnet.ethereum import DEPLOYER, Network

    directory.mkdir(parents=True, exist_ok=True)
    paths = [directory / f"ethereum-{number}.key" for number in range(DEPLOYER)]
    for number, path in enumerate(paths):
        path.write_text(Network.key(number).hex() + "\n", encoding="ascii")
        path.chmod(0o600)
    return paths
