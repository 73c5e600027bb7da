"""The steps of the demo, through the product's own commands and library. Only the supply chain is invented."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.findings import CarbonsealError, Finding, Verdict
from carbonseal.log.notes import NoteSigner, VerifierKey
from carbonseal.node import config, config_file
from carbonseal.node.anchoring.tracked import State
from carbonseal.node.node import Node
from carbonseal.node.secrets import make_key
from carbonseal.passport.passports import Passport, parse
from carbonseal.records.strict import parse as parse_json
from carbonseal.verification.policy import parse_policy
from carbonseal.verification.trust import parse_trust
from carbonseal.verification.verify import Report, verify
from carbonseal_devnet.demo import forgeries
from carbonseal_devnet.demo.operator import run, serving
from carbonseal_devnet.demo.stage import Stage
from carbonseal_devnet.ethereum import starting as ethereum
from carbonseal_devnet.ethereum.network import Network as Chain
from carbonseal_devnet.example import Product, products
from carbonseal_devnet.fabric import starting as fabric
from carbonseal_devnet.fabric.network import FabricNetwork
from carbonseal_devnet.log.network import Log
from carbonseal_devnet.network import init_argument

ORIGIN = "log.certifier.example/2026"
OTHER_ORIGIN = "log.port-authority.example/2026"
POLICY = "customs.policy"
CARBON_FLOW = (
    "\n# The figures add up from the mine to the product, and everything that is needed to see it is there.\n"
    + ("require carbon-flow if-unknown=undetermined\n")
)
TRUST = "trust.json"
TIMEOUT = 60.0  # seconds that anchors get to be final


class DemoFailed(CarbonsealError):
    """A verdict or an anchor of the demo is not as expected."""


@dataclass(frozen=True, slots=True)
class World:
    """What is running: the chain, the consortium's network, and the directory of the certification body's node."""

    chain: Chain
    fabric: FabricNetwork
    node: Path


def perform(out: Path, stage: Stage) -> None:
    """Run the demo, and leave its documents in `out`."""
    with tempfile.TemporaryDirectory(prefix="carbonseal-demo-") as scratch:
        out.mkdir(parents=True, exist_ok=True)
        with ExitStack() as running:
            world = _set_up(Path(scratch), running, stage)
            asyncio.run(_certify(world, out, stage))
            asyncio.run(_forge(world, Path(scratch), out, stage))
            _gather_trust(world, out, Path(scratch), stage)
        stage.say("[dim]Chain and nodes are stopped: verification works offline.[/dim]")
    names = _customs(out, stage)
    program = _program()
    under = f"--policy {out / POLICY} --trust {out / TRUST}"
    stage.end(
        [
            *(f"{program} verify {out / name} {under}" for name in names[:2]),
            f"{program} verify {out} {under}",
            f"{program} passport show {out / names[0]}",
            f"{program} trust show {out / TRUST}",
        ]
    )


def _program() -> str:
    """How the shell finds this program: by its name, or where `make demo` has put it."""
    started = sys.argv[0]
    found = shutil.which("carbonseal")
    if found is None and Path(started).name == "carbonseal" and Path(started).is_file():
        return started
    return "carbonseal"


# --- the certification body ----------------------------------------------------------------------------------------


def _set_up(scratch: Path, running: ExitStack, stage: Stage) -> World:
    stage.act("Three ledgers, run by others")
    with stage.step("start an Ethereum-like chain") as details:
        chain = running.enter_context(ethereum.in_thread(keys=scratch / "keys"))
        details.append(f"{chain.ledger} at {chain.endpoint}, registry {chain.deployment.registry}")
    with stage.step("start a consortium's Hyperledger Fabric network") as details:
        consortium = running.enter_context(fabric.in_thread(scratch / "consortium"))
        details.append(
            f"channel {consortium.channel}, {' and '.join(consortium.msp_ids)}, chaincode {consortium.chaincode}"
        )
    directory = scratch / "certifier"
    other = scratch / "port-authority"
    with stage.step("start the port authority's node, a process of its own") as details:
        own_key = _vkey(directory, ORIGIN)
        run("init", str(other), "--origin", OTHER_ORIGIN, "--foreign", own_key.encode())
        _write_settings(other, foreign_age=1.0)  # by default, other logs' heads wait five minutes for another entry
        url = running.enter_context(serving(other))
        details.append(f"{OTHER_ORIGIN} at {url}; it lets {ORIGIN} anchor there")
    stage.act("A certification body makes a node")
    with stage.step("carbonseal init") as details:
        ledgers = [
            init_argument("chain", chain),
            init_argument("consortium", consortium),
            init_argument("port-authority", Log(url, _vkey(other, OTHER_ORIGIN).encode())),
        ]
        issuers = {product.issuer_name: product.issuer for product in products()}
        run(
            *("init", str(directory), "--origin", ORIGIN),
            *(word for ledger in ledgers for word in ("--ledger", ledger)),
            *(word for name, id_ in issuers.items() for word in ("--issuer", f"{name} {id_}")),
        )
        details.append(f"its log is {ORIGIN}; it issues in the names of {len(issuers)} companies")
    return World(chain, consortium, directory)


def _vkey(directory: Path, origin: str) -> VerifierKey:
    """The verifier key of a log; its private key is made first if need be."""
    path = directory / "keys" / "log-default.key"
    seed = bytes.fromhex(path.read_text("ascii")) if path.exists() else make_key(path)
    return NoteSigner(origin, Ed25519PrivateKey.from_private_bytes(seed)).verifier


async def _certify(world: World, out: Path, stage: Stage) -> None:
    chain_of_products = products()
    async with Node.open(world.node) as node:
        with stage.step("seal the records of a door reader's supply chain") as details:
            commitments = {
                one.path: (await node.submit(one.path.read_bytes(), "pact/3.0")).commitment.hex()
                for product in chain_of_products
                for one in product.records
            }
            await node.sequence()
            details.append(
                f"{len(commitments)} PACT 3.0 records of {len(chain_of_products)} products, figures invented"
            )
        with stage.step("sign and seal a credential for each product") as details:
            passport = await _issue(node, chain_of_products, commitments)
            details.append(f"{len(passport.credentials)} credentials; the last cites the others, tier by tier")
    for fork in ("fork-a", "fork-b"):  # for later: what a dishonest operator would keep
        shutil.copytree(world.node, world.node.parent / fork)
    async with Node.open(world.node) as node:
        with stage.step("anchor the log's head on all three ledgers") as details:
            await _anchor(node)
            details += [f"{state.name}: final at size {state.newest[0].size}" for state in node.states()]
        with stage.step("assemble the passport") as details:
            raw = await node.refresh(passport.encode())
            (out / "passport.json").write_bytes(raw)
            details.append(f"one file of {len(raw) / 1024:.0f} kB, with {len(parse(raw).seals)} seals")
    template = (world.node / "policy-template.policy").read_text(encoding="utf-8")
    (out / POLICY).write_text(template + CARBON_FLOW, encoding="utf-8")


async def _issue(node: Node, chain_of_products: list[Product], commitments: dict[Path, str]) -> Passport:
    """Passports from the mine to the finished product; the last one has all others inside."""
    warnings: list[Finding] = []
    issued: dict[str, Any] = {}
    raw = b""
    for product in chain_of_products:
        raw = await node.issue(product.request(commitments, issued), warnings.append)
        issued[product.name] = parse_json(raw)
    if warnings:
        raise DemoFailed(f"the chain does not add up: {warnings[0]}")
    return parse(raw)


async def _anchor(node: Node) -> None:
    await node.anchor()
    for state in await node.wait_for_anchors(TIMEOUT):
        if state.problem or not state.newest or any(anchor.state is not State.FINAL for anchor in state.newest):
            raise DemoFailed(f"{state.name} has no final anchor: {state.problem or state.newest}")


# --- the forgeries ----------------------------------------------------------------------------------------------------


async def _forge(world: World, scratch: Path, out: Path, stage: Stage) -> None:
    stage.act("Three forged passports")
    passport = parse((out / "passport.json").read_bytes())
    with stage.step("change a figure in the passport"):
        (out / "tampered.json").write_bytes(forgeries.tampered(passport))
    with stage.step("leave out the consortium's evidence"):
        (out / "one-ledger-missing.json").write_bytes(forgeries.without(passport, world.fabric.ledger).encode())
    with stage.step("run two copies of the log, and anchor each on another ledger") as details:
        first = await _fork(scratch / "fork-a", "eip155", passport)
        second = await _fork(scratch / "fork-b", "tlog", passport)
        (out / "equivocation.json").write_bytes(forgeries.equivocation(first, second).encode())
        details.append("both heads are really signed, and each is really anchored")


async def _fork(directory: Path, scheme: str, passport: Passport) -> Passport:
    """Grow a copy of the log by an entry that the other copy does not have, and anchor it on the ledger of this scheme alone.
    Gives the passport with the head that it has there."""
    ledgers = config.load(directory).ledgers
    _write_settings(directory, ledgers=tuple(ledger for ledger in ledgers if ledger.name.startswith(scheme)))
    async with Node.open(directory) as node:
        await node.submit(f'{{"only in": "{directory.name}"}}'.encode(), "json/1")
        await node.sequence()
        await _anchor(node)
        return parse(await node.refresh(_unsealed(passport).encode()))


def _write_settings(directory: Path, **changes: Any) -> None:
    """Change settings in the `node.toml` of a node that is not open."""
    text = config_file.render(replace(config.load(directory), **changes))
    (directory / config.FILE).write_text(text, encoding="utf-8")


def _unsealed(passport: Passport) -> Passport:
    return Passport(passport.root, passport.credentials, passport.records, {}, passport.status_lists)


# --- the customs officer -------------------------------------------------------------------------------------------


def _gather_trust(world: World, out: Path, scratch: Path, stage: Stage) -> None:
    stage.act("Customs")
    passports = [str(out / name) for name in ("passport.json", "one-ledger-missing.json", "equivocation.json")]
    output = ("-o", str(out / TRUST))
    with stage.step("carbonseal trust gather: block hashes, from a node of one's own") as details:
        endpoint = f"{world.chain.ledger}={world.chain.endpoint}"
        gathered = run("trust", "gather", *passports, "--from", endpoint, "--confirmations", "0", *output)
        details.extend(gathered.splitlines())
    with stage.step("carbonseal trust pin: the consortium's configuration block, from its operator") as details:
        block = scratch / "config.block"
        block.write_bytes(world.fabric.genesis)
        pinned = run("trust", "pin", world.fabric.ledger, str(block), "--source", "the operator", *output)
        details.extend(pinned.splitlines())


def _customs(out: Path, stage: Stage) -> list[str]:
    expected = {
        "passport.json": (
            "The passport: all three ledgers, and carbon that adds up",
            "verified",
        ),
        "tampered.json": ("With a figure changed", "rejected"),
        "one-ledger-missing.json": ("Without one ledger's evidence", "undetermined"),
        "equivocation.json": ("With the heads of two forks", "rejected"),
    }
    for name, (title, verdict) in expected.items():
        report = _verify(out, name)
        stage.verdict(f"{title}  ({name})", report)
        if report.verdict.value != verdict:
            raise DemoFailed(f"{name} should be {verdict}")
        if report.verdict is Verdict.VERIFIED:
            stage.existed_by(report.existed_by)
    return list(expected)


def _verify(out: Path, name: str) -> Report:
    policy = parse_policy((out / POLICY).read_bytes())
    trust = parse_trust((out / TRUST).read_bytes())
    return verify((out / name).read_bytes(), policy, trust, at=datetime.now(UTC))
