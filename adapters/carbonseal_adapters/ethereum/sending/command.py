"""`carbonseal ethereum`: what an operator does on a chain before there is a node."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.errors import BrokeOff

if TYPE_CHECKING:
    from carbonseal_adapters.ethereum.sending.deploy import Deployment, Plan

AGAIN = "run the same command again: it finds the registry that is there, or says what it waits for"


@click.group()
def ethereum() -> None:
    """Prepare a chain for anchors.

    \b
    Example:
      carbonseal ethereum deploy https://rpc.example --key 'file:deployer.json?password=file:password'
    """


@ethereum.command(short_help="Put an AnchorRegistry on a chain.")
@click.argument("endpoint", metavar="URL")
@click.option(
    "--key",
    required=True,
    metavar="URI",
    help="The account that pays: file:, env:, pkcs11:, web3signer: or clef:. Paths are relative to where you are.",
)
@click.option("--max-fee", default="200", show_default=True, metavar="GWEI", help="Per gas, at most.")
@click.option(
    "--max-tip", default="50", show_default=True, metavar="GWEI", help="Of that to the block's maker, at most."
)
@click.option("--max-cost", default="0.2", show_default=True, metavar="COINS", help="In all, at most.")
@click.option(
    "--fee-percentile",
    default="50",
    show_default=True,
    metavar="NUMBER",
    help="Of the tips in recent blocks, the one offered.",
)
@click.option("--yes", is_flag=True, help="Do not ask before money is spent.")
@click.option(
    "--wait", type=click.IntRange(1), default=300, show_default=True, help="Seconds until it should be included."
)
def deploy(*, endpoint: str, key: str, yes: bool, wait: int, **fees: str) -> None:
    """Put an AnchorRegistry on the chain behind URL, an address of its JSON-RPC, and say what comes next.

    Nobody owns a registry: one is enough for everybody on that chain, and each publisher's anchors are stored under its
    account. So pay for it from another account than your node's. The account, its balance and the costs are shown, and
    nothing is sent before you agree, nor where the endpoint lacks what anchors will need of it. A registry that this account
    has made lately is found, not made twice.

    \b
    Examples:
      carbonseal ethereum deploy http://127.0.0.1:8545 --key file:deployer.key
      carbonseal ethereum deploy https://rpc.example --key 'file:deployer.json?password=env:PASSWORD' --yes
    """
    from importlib.util import find_spec

    from carbonseal.cli.errors import MissingExtra
    from carbonseal.ledger import OutcomeUnknownError, PermanentError, TransientError

    if find_spec("eth_keys") is None:
        raise MissingExtra("carbonseal ethereum deploy", "ethereum")
    try:
        made = asyncio.run(_deploy(endpoint, key, yes, wait, fees))
    except PermanentError as never:
        raise BrokeOff(never.reason, never.remedy) from never
    except (TransientError, OutcomeUnknownError) as error:
        raise BrokeOff(str(error), AGAIN) from error
    _tell(endpoint, made)


async def _deploy(endpoint: str, key: str, yes: bool, wait: int, fees: Mapping[str, str]) -> Deployment:
    from carbonseal.node.secrets import open_secret
    from carbonseal_adapters.ethereum.gathering.endpoints import origin
    from carbonseal_adapters.ethereum.sending.deploy import deploy
    from carbonseal_adapters.ethereum.sending.settings import Settings
    from carbonseal_adapters.ethereum.sending.signers import open_signer

    displayed = origin(endpoint)
    settings = Settings.read({name.replace("_", "-"): text for name, text in fees.items()})
    signer = await open_signer(key, lambda uri: open_secret(uri, Path()))

    def agree(plan: Plan) -> None:
        click.echo(f"chain     eip155:{plan.chain_id}, at {displayed}")
        click.echo(f"account   {plan.account}, which has {_coins(plan.balance)}")
        click.echo(f"costs     some {_coins(plan.likely)} now, for {plan.gas:,} gas; at most {_coins(plan.most)}")
        if not yes and plan.balance >= plan.most:
            click.confirm("Put a registry there?", abort=True)

    def sent(transaction: str) -> None:
        click.echo(f"sent      {transaction}")

    try:
        return await deploy(endpoint, signer, settings=settings, agree=agree, sent=sent, polls=wait)
    finally:
        await signer.close()


def _tell(endpoint: str, made: Deployment) -> None:
    from carbonseal_adapters.ethereum.gathering.endpoints import origin

    displayed = origin(endpoint)
    hidden = (
        "" if displayed == endpoint.rstrip("/") else "  (with the rest of the address, which may hold an access key)"
    )
    click.echo(f"registry  {made.registry}, since block {made.block}")
    click.echo(f"policies pin genesis={made.genesis} registry={made.registry} code={made.code}")
    click.echo("Next: carbonseal init DIRECTORY --origin ORIGIN \\")
    click.echo(f"    --ledger 'NAME ethereum+{displayed} registry={made.registry} since={made.block} key=URI'{hidden}")


def _coins(wei: int) -> str:
    """10^18 wei are an ether, whatever the chain calls its coin."""
    return f"{wei / 10**18:.6g} ether"
