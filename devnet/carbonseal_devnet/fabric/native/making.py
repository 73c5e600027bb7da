"""Makes the directory of a native Fabric network: identities, genesis block, and the settings of every program."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from carbonseal_devnet.fabric.native import channel_settings, node_settings
from carbonseal_devnet.fabric.native.plan import CHANNEL, HERE, Member, Plan
from carbonseal_devnet.fabric.native.programs import Programs, free_ports
from carbonseal_devnet.fabric.network import CHAINCODE
from carbonseal_devnet.supervised_process import ProgramFailed

GENESIS = "genesis.block"
BUILDER = "builder"
DEFINITION = ("--channelID", CHANNEL, "--name", CHAINCODE, "--version", "1")
FIRST = ("--sequence", "1")


def make(directory: Path, programs: Programs, *, bft: bool, batch: float, messages: int, mutual_tls: bool) -> Plan:
    """Make a network of two organisations, without starting it. Raises ProgramFailed."""
    directory.mkdir(parents=True, exist_ok=True)
    count = 4 if bft else 1
    ports = iter(free_ports(3 * count))
    orderers = [{name: next(ports) for name in ("port", "admin", "operations")} for _ in range(count)]
    plan = Plan(directory, bft, batch, messages, orderers, [new_member("Org1"), new_member("Org2")], mutual_tls)
    _write(directory / "crypto-config.yaml", channel_settings.identities(plan))
    made = ("--config", directory / "crypto-config.yaml", "--output", plan.crypto)
    programs.run("cryptogen", "generate", *made, settings=directory)
    _write(directory / "configtx.yaml", channel_settings.channel(plan))
    asked = ("-profile", channel_settings.PROFILE, "-channelID", CHANNEL, "-outputBlock", directory / GENESIS)
    programs.run("configtxgen", *asked, settings=directory)
    for name, script in node_settings.BUILDER.items():
        path = directory / BUILDER / "bin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script, encoding="ascii")
        path.chmod(0o755)
    for number in range(1, count + 1):
        home = directory / f"orderer{number}"
        _write(home / "orderer.yaml", node_settings.orderer(plan, number, home))
    for member in plan.members:
        write_peer(plan, member)
    return plan


def new_member(name: str) -> Member:
    """An organisation with free ports."""
    return Member(name, *free_ports(4))


def write_peer(plan: Plan, member: Member) -> None:
    """Write the settings of a member's peer."""
    home = plan.peer_folder(member)
    _write(home / "core.yaml", node_settings.peer(plan, member, home, plan.directory / BUILDER))


def join_orderer(admin: int, block: Path) -> None:
    """POST /participation/v1/channels (Fabric docs, "Create a channel"), a form with one file. Raises ProgramFailed."""
    boundary = "carbonseal-devnet-genesis-block"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="config-block"; filename="genesis.block"\r\n\r\n'
    body = head.encode() + block.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
    request = urllib.request.Request(
        f"http://{HERE}:{admin}/participation/v1/channels",
        body,
        {"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    try:
        urllib.request.urlopen(request, timeout=30).close()
    except urllib.error.HTTPError as error:
        raise ProgramFailed(
            f"the orderer does not join the channel: {error.read().decode(errors='replace')}"
        ) from error


def _write(path: Path, value: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1, default=str), encoding="ascii")
