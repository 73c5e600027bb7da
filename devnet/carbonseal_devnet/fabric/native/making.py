"""Makes the directory of a native Fabric network: identities, the genesis block, and every program's settings."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import asdict
from pathlib import Path
from typing import Any

from carbonseal_devnet.fabric.native import settings
from carbonseal_devnet.fabric.native.programs import Failed, Programs, free_ports
from carbonseal_devnet.fabric.native.settings import CHAINCODE, CHANNEL, HERE, Member, Plan

GENESIS = "genesis.block"
PLAN = "plan.json"
BUILDER = "builder"
DEFINITION = ("--channelID", CHANNEL, "--name", CHAINCODE, "--version", "1", "--sequence", "1")


def make(directory: Path, programs: Programs, *, bft: bool, batch: float, messages: int) -> Plan:
    """A network of two organisations, all but started. Raises Failed."""
    directory.mkdir(parents=True, exist_ok=True)
    count = 4 if bft else 1
    ports = iter(free_ports(3 * count))
    orderers = [{name: next(ports) for name in ("port", "admin", "operations")} for _ in range(count)]
    plan = Plan(directory, bft, batch, messages, orderers, [new_member("Org1"), new_member("Org2")])
    _write(directory / "crypto-config.yaml", settings.identities(plan))
    made = ("--config", directory / "crypto-config.yaml", "--output", plan.crypto)
    programs.run("cryptogen", "generate", *made, settings=directory)
    _write(directory / "configtx.yaml", settings.channel(plan))
    asked = ("-profile", settings.PROFILE, "-channelID", CHANNEL, "-outputBlock", directory / GENESIS)
    programs.run("configtxgen", *asked, settings=directory)
    for name, script in settings.BUILDER.items():
        path = directory / BUILDER / "bin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script, encoding="ascii")
        path.chmod(0o755)
    for number in range(1, count + 1):
        home = directory / f"orderer{number}"
        _write(home / "orderer.yaml", settings.orderer(plan, number, home))
    for member in plan.members:
        write_peer(plan, member)
    return plan


def new_member(name: str) -> Member:
    return Member(name, *free_ports(4))


def peer_folder(plan: Plan, member: Member) -> Path:
    """Where its peer's settings and data are."""
    return plan.directory / f"peer-{member.name}"


def write_peer(plan: Plan, member: Member) -> None:
    home = peer_folder(plan, member)
    _write(home / "core.yaml", settings.peer(plan, member, home, plan.directory / BUILDER))


def write_plan(plan: Plan) -> None:
    """Written last: what has a plan is complete."""
    _write(plan.directory / PLAN, asdict(plan) | {"directory": ""})


def read_plan(directory: Path) -> Plan | None:
    """None where there is no network yet."""
    if not (directory / PLAN).exists():
        return None
    stored = json.loads((directory / PLAN).read_text("ascii"))
    return Plan(**stored | {"directory": directory, "members": [Member(**each) for each in stored["members"]]})


def join_orderer(admin: int, block: Path) -> None:
    """POST /participation/v1/channels (Fabric docs, "Create a channel"), a form with one file. Raises Failed."""
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
        raise Failed(f"the orderer does not join the channel: {error.read().decode(errors='replace')}") from error


def _write(path: Path, value: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1, default=str), encoding="ascii")
