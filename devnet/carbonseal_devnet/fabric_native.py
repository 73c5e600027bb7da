"""A native Fabric network on loopback: Fabric's own programs, without Docker, all in one directory.

Made once: identities, genesis block, ports, the channel, the chaincode. Started again from the same directory, everything is
as it was left.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from carbonseal_adapters.fabric.chaincode.package import LABEL, package, package_id
from carbonseal_devnet import fabric_native_settings as settings
from carbonseal_devnet.fabric_native_programs import Failed, Held, Programs, free_ports, listens, quiet_environment
from carbonseal_devnet.fabric_native_settings import HERE, Plan
from carbonseal_devnet.fabric_network import CHAINCODE, CHANNEL, ORGANISATIONS, Network, Organisation, write_profile


@contextmanager
def started(directory: Path, *, bft: bool = False, batch: float = 0.1, messages: int = 10) -> Iterator[Network]:
    """The network in `directory`, ready for anchors until the block ends, made there where there is none.

    `bft` takes four orderers and Fabric 3; `batch` is how many seconds an incomplete block waits, `messages` how many
    transactions fill one. A network that is there keeps what it was made with. Raises Missing without Fabric's programs,
    Failed where one does not do as it is asked.
    """
    programs = Programs()
    if bft and not programs.version.startswith("3."):
        raise Failed(f"BFT needs Fabric 3, and the programs here are {programs.version}")
    is_new = not (directory / "plan.json").exists()
    plan = _make(directory.resolve(), programs, bft, batch, messages) if is_new else _read(directory.resolve())
    nodes = Nodes(plan, programs)
    network = Network(
        directory=plan.directory,
        engine=programs.version,
        consensus="BFT" if plan.bft else "raft",
        peers={each.msp: f"{HERE}:{ports['port']}" for each, ports in zip(ORGANISATIONS, plan.peers, strict=True)},
        orderers=[f"{HERE}:{ports['port']}" for ports in plan.orderers],
        controls=nodes,
    )
    try:
        _at_once(nodes.start, network.nodes)
        if is_new:
            _join(plan, programs)
            _install(plan, programs)
            for each in ORGANISATIONS:
                write_profile(network, each)
            (directory / "plan.json").write_text(json.dumps(asdict(plan) | {"directory": ""}), encoding="ascii")
        yield network
    finally:
        nodes.stop()


class Nodes:
    """The network's processes; `fabric_network.Controls`."""

    def __init__(self, plan: Plan, programs: Programs) -> None:
        self._plan = plan
        self._programs = programs
        self._held: dict[str, Held] = {}

    def start(self, node: str) -> None:
        plan, kind = self._plan, node.rstrip("0123456789")
        home = plan.directory / node
        number = int(node.removeprefix(kind) or 1) - 1
        if kind == "orderer":
            command, port = [self._programs["orderer"]], plan.orderers[number]["port"]
        elif kind == "peer":
            command, port = [self._programs["peer"], "node", "start"], plan.peers[number]["port"]
        else:
            module = "carbonseal_adapters.fabric.chaincode"
            command = [sys.executable, "-m", module, "--address", f"{HERE}:{plan.chaincode}", "--id", _package_id(plan)]
            port = plan.chaincode
        home.mkdir(exist_ok=True)
        held = self._held[node] = Held(command, plan.directory / f"{node}.log", quiet_environment(home))
        held.until(lambda: listens(port))

    def kill(self, node: str) -> None:
        self._held.pop(node).kill()

    def stop(self) -> None:
        """All of them, cleanly."""
        for held in self._held.values():
            held.ask_to_stop()
        for held in self._held.values():
            held.stop()


# --- making one ------------------------------------------------------------------------------------------------------


def _make(directory: Path, programs: Programs, bft: bool, batch: float, messages: int) -> Plan:
    directory.mkdir(parents=True, exist_ok=True)
    count = 4 if bft else 1
    ports = iter(free_ports(3 * count + 3 * len(ORGANISATIONS) + 1))
    orderers = [{name: next(ports) for name in ("port", "admin", "operations")} for _ in range(count)]
    peers = [{name: next(ports) for name in ("port", "chaincode", "operations")} for _ in ORGANISATIONS]
    plan = Plan(directory, bft, batch, messages, orderers, peers, next(ports))
    _write(directory / "crypto-config.yaml", settings.identities(plan))
    made = ("--config", directory / "crypto-config.yaml", "--output", plan.crypto)
    programs.run("cryptogen", "generate", *made, settings=directory)
    _write(directory / "configtx.yaml", settings.channel(plan))
    asked = ("-profile", settings.PROFILE, "-channelID", CHANNEL, "-outputBlock", directory / "genesis.block")
    programs.run("configtxgen", *asked, settings=directory)
    builder = directory / "builder" / "bin"
    builder.mkdir(parents=True)
    for name, script in settings.BUILDER.items():
        (builder / name).write_text(script, encoding="ascii")
        (builder / name).chmod(0o755)
    for number in range(1, count + 1):
        home = _home(directory / f"orderer{number}")
        _write(home / "orderer.yaml", settings.orderer(plan, number, home))
    for number, each in enumerate(ORGANISATIONS, 1):
        home = _home(directory / f"peer{number}")
        _write(home / "core.yaml", settings.peer(plan, each, home, builder.parent))
    return plan


def _read(directory: Path) -> Plan:
    stored = json.loads((directory / "plan.json").read_text("ascii"))
    return Plan(**stored | {"directory": directory})


def _home(path: Path) -> Path:
    path.mkdir()
    return path


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=1), encoding="ascii")


def _package_id(plan: Plan) -> str:
    return package_id(package(f"{HERE}:{plan.chaincode}"))


# --- channel and chaincode -------------------------------------------------------------------------------------------


def _join(plan: Plan, programs: Programs) -> None:
    block = plan.directory / "genesis.block"
    _at_once(lambda ports: _join_orderer(ports["admin"], block), plan.orderers)
    _at_once(lambda each: _as_admin(plan, programs, each, "channel", "join", "-b", block), ORGANISATIONS)


def _join_orderer(admin: int, block: Path) -> None:
    """POST /participation/v1/channels (Fabric docs, "Create a channel"), a form with one file."""
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


def _install(plan: Plan, programs: Programs) -> None:
    """Fabric's lifecycle: install on each peer, approve for each organisation, commit."""
    packed = plan.directory / "carbonseal.tgz"
    packed.write_bytes(package(f"{HERE}:{plan.chaincode}", label=LABEL))
    defined = ("--channelID", CHANNEL, "--name", CHAINCODE, "--version", "1", "--sequence", "1")
    ordered = (
        *("--orderer", f"{HERE}:{plan.orderers[0]['port']}", "--tls"),
        *("--cafile", plan.orderer_home(1) / "tls" / "ca.crt"),
    )

    def prepare(each: Organisation) -> None:
        _as_admin(plan, programs, each, "lifecycle", "chaincode", "install", packed)
        approve = ("approveformyorg", *defined, "--package-id", _package_id(plan), *ordered)
        _as_admin(plan, programs, each, "lifecycle", "chaincode", *approve)

    _at_once(prepare, ORGANISATIONS)
    peers: list[object] = []
    for each, ports in zip(ORGANISATIONS, plan.peers, strict=True):
        root = plan.peer_home(each) / "tls" / "ca.crt"
        peers += ["--peerAddresses", f"{HERE}:{ports['port']}", "--tlsRootCertFiles", root]
    _as_admin(plan, programs, ORGANISATIONS[0], "lifecycle", "chaincode", "commit", *defined, *ordered, *peers)


def _as_admin(plan: Plan, programs: Programs, organisation: Organisation, *arguments: object) -> str:
    home = plan.directory / f"peer{ORGANISATIONS.index(organisation) + 1}"
    admin = str(plan.admin(organisation))
    return programs.run("peer", *arguments, settings=home, CORE_PEER_MSPCONFIGPATH=admin)


def _at_once(function: Callable[[Any], object], items: Iterable[Any]) -> None:
    with ThreadPoolExecutor() as pool:
        list(pool.map(function, items))
