"""What runs in the demo: three ledgers of others, and the node at which suppliers, certification bodies and accreditor sign."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.log.notes import NoteSigner, VerifierKey
from carbonseal.node import config, config_file
from carbonseal.node.secrets import make_key
from carbonseal_devnet.demo.operator import run, serving
from carbonseal_devnet.demo.parties import ACCREDITOR, ACCREDITOR_ID, BODY, FREIGHT_BODY
from carbonseal_devnet.demo.stage import Stage
from carbonseal_devnet.ethereum import starting as ethereum
from carbonseal_devnet.ethereum.network import Network as Chain
from carbonseal_devnet.example import Product
from carbonseal_devnet.fabric import starting as fabric
from carbonseal_devnet.fabric.network import FabricNetwork
from carbonseal_devnet.log.network import Log
from carbonseal_devnet.network import LocalNetwork, init_argument

ORIGIN = "log.certifier.example/2026"
OTHER_ORIGIN = "log.port-authority.example/2026"


@dataclass(frozen=True, slots=True)
class World:
    """What is running: the chain, the consortium's network, and the directory of the certification body's node."""

    chain: Chain
    fabric: FabricNetwork
    node: Path


def set_up(scratch: Path, suppliers: Sequence[Product], running: ExitStack, stage: Stage) -> World:
    """Start the ledgers, which end with `running`, and make the node, whose issuers are the suppliers of these products."""
    directory = scratch / "certifier"
    stage.act("Three ledgers, run by others")
    with stage.step("start an Ethereum-like chain") as says:
        chain = running.enter_context(ethereum.in_thread(keys=scratch / "keys"))
        says.append(f"{chain.ledger}, open to all: what stands there, nobody takes back")
    with stage.step("start a consortium's Hyperledger Fabric network") as says:
        consortium = running.enter_context(fabric.in_thread(scratch / "consortium"))
        says.append(f"{' and '.join(consortium.msp_ids)} endorse each transaction: neither writes alone")
    with stage.step("start the port authority's node, a process of its own") as says:
        port = _port_authority(scratch / "port-authority", _vkey(directory, ORIGIN), running)
        says.append(f"{OTHER_ORIGIN}: another operator remembers what this one signed")
    stage.act("Who makes and who vouches")
    with stage.step("carbonseal init: a certification body makes a node") as says:
        issuers = {product.issuer_name: product.issuer for product in suppliers}
        _init(directory, issuers, [("chain", chain), ("consortium", consortium), ("port-authority", port)])
        says.append(
            f"{len(issuers)} suppliers, two bodies, an accreditor: each has its own key, all on this one node for the demo"
        )
    return World(chain, consortium, directory)


def write_settings(directory: Path, **changes: Any) -> None:
    """Change settings in the `node.toml` of a node that is not open."""
    text = config_file.render(replace(config.load(directory), **changes))
    (directory / config.FILE).write_text(text, encoding="utf-8")


def _port_authority(directory: Path, own_key: VerifierKey, running: ExitStack) -> Log:
    run("init", str(directory), "--origin", OTHER_ORIGIN, "--foreign", own_key.encode())
    write_settings(directory, foreign_age=1.0)  # by default, other logs' heads wait five minutes for another entry
    url = running.enter_context(serving(directory))
    return Log(url, _vkey(directory, OTHER_ORIGIN).encode())


def _init(directory: Path, issuers: dict[str, str], ledgers: Sequence[tuple[str, LocalNetwork]]) -> None:
    run(
        *("init", str(directory), "--origin", ORIGIN),
        *(word for name, network in ledgers for word in ("--ledger", init_argument(name, network))),
        *(word for name, id_ in issuers.items() for word in ("--issuer", f"{name} {id_}")),
        *(word for body in (BODY, FREIGHT_BODY) for word in ("--body", f"{body.name} {body.id}")),
        *("--accreditor", f"{ACCREDITOR} {ACCREDITOR_ID}"),
    )


def _vkey(directory: Path, origin: str) -> VerifierKey:
    """The verifier key of a log; its private key is made first if need be."""
    path = directory / "keys" / "log-default.key"
    seed = bytes.fromhex(path.read_text("ascii")) if path.exists() else make_key(path)
    return NoteSigner(origin, Ed25519PrivateKey.from_private_bytes(seed)).verifier
