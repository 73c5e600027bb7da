"""What is signed in the demo: products by their suppliers, accreditations, statements; then their anchors, and the files."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from carbonseal.findings import CarbonsealError, Finding
from carbonseal.instants import format_instant
from carbonseal.node import config
from carbonseal.node.access.callers import OPERATOR
from carbonseal.node.anchoring.tracked import State
from carbonseal.node.node import Node
from carbonseal.node.secrets import open_signer
from carbonseal.passport.conformity.files import StatementFile, parse_statement
from carbonseal.passport.multibase import encode_key
from carbonseal.passport.passports import Passport, parse
from carbonseal.records.strict import parse as parse_json
from carbonseal_devnet.demo import variants
from carbonseal_devnet.demo.parties import (
    BODY,
    FREIGHT_BODY,
    Body,
    accreditation_request,
    statement_request,
)
from carbonseal_devnet.demo.stage import Stage
from carbonseal_devnet.example import Product

FORKS = ("fork-a", "fork-b")
ANCHORS = 60.0  # seconds that they get to be final


class DemoFailed(CarbonsealError):
    """A verdict, a figure or an anchor of the demo is not as expected."""


@dataclass(frozen=True, slots=True)
class Goods:
    """The example's products, the reader last; another maker's door handle; a circuit board whose figure does not add up, and the
    readers that it went into."""

    chain: tuple[Product, ...]
    handle: Product
    light_board: Product
    light_reader: Product

    @staticmethod
    def of(chain: Iterable[Product], folder: Path) -> Goods:
        """Records that the example does not have are written to `folder`."""
        products = tuple(chain)
        board = next(one for one in products if one.name == "Circuit board")
        reader = products[-1]
        handle = variants.door_handle(reader, folder)
        return Goods(products, handle, variants.light_board(board, folder), variants.next_lot(reader))

    @property
    def all(self) -> tuple[Product, ...]:
        """Every product, in the order in which it can be issued."""
        return (*self.chain, self.handle, self.light_board, self.light_reader)


@dataclass(frozen=True, slots=True)
class Documents:
    """What the node hands out: passports, and the statement of a body that is not accredited for it."""

    reader: Passport
    handle: Passport
    light_reader: Passport
    freight: StatementFile


async def certify(node: Path, goods: Goods, stage: Stage) -> Documents:
    """Seal, sign, accredit, state and anchor, on the node in that directory."""
    async with Node.open(node) as opened:
        issued, freight = await _sign(opened, goods, stage)
    for fork in FORKS:  # for later: what a dishonest operator would keep
        shutil.copytree(node, node.parent / fork)
    async with Node.open(node) as opened:
        with stage.step("anchor the log's head on all three ledgers") as says:
            await anchor(opened)
            says.append("who wants to backdate or to remove anything has to change all three")
        with stage.step("assemble the passport") as says:
            reader, handle, light_reader = [parse(await opened.refresh(raw)) for raw in issued]
            documents = Documents(reader, handle, light_reader, parse_statement(await opened.refresh(freight)))
            size = len(reader.encode()) / 1024
            says.append(
                f"one file of {size:.0f} kB: {len(reader.credentials)} products, {len(reader.records)} records, "
                f"{len(reader.statements)} statement, {len(reader.accreditations)} accreditation, all proofs"
            )
    return documents


async def anchor(node: Node) -> None:
    """Anchor the node's log on its ledgers. Raises `DemoFailed` unless all anchors become final."""
    await node.anchor()
    for state in await node.wait_for_anchors(ANCHORS):
        if state.problem or not state.newest or any(one.state is not State.FINAL for one in state.newest):
            raise DemoFailed(f"{state.name} has no final anchor: {state.problem or state.newest}")


async def _sign(node: Node, goods: Goods, stage: Stage) -> tuple[list[bytes], bytes]:
    """The passports of reader, handle and light reader, and the freight body's statement file; none has an anchor yet."""
    with stage.step("suppliers seal their carbon records") as says:
        commitments = {
            one.path: (await node.submit(one.path.read_bytes(), "pact/3.0")).commitment.hex()
            for product in goods.all
            for one in product.records
        }
        await node.sequence()
        says.append(
            f"{len(commitments)} PACT 3.0 records, figures invented: the log has digests alone, and forgets none"
        )
    with stage.step("suppliers sign their products, from the mine to the door reader") as says:
        issued = await _issue(node, goods, commitments)
        says.append(f"{len(goods.all)} credentials: which record has the figure, and how much of which batch went in")
    with stage.step("an accreditor accredits two certification bodies") as says:
        files = [
            await _accredit(node, BODY),
            await _accredit(node, FREIGHT_BODY),
        ]
        says.append(f"{BODY.title} may verify products by ISO 14067, {FREIGHT_BODY.title} transport by ISO 14083")
    with stage.step("a body releases its statements on the door reader and on a door handle") as says:
        reader, handle = ((one, commitments[one.records[0].path]) for one in (goods.chain[-1], goods.handle))
        for product in (reader, handle):
            await _state(node, BODY, *product, accreditation=files[0], attach=True)
        freight = await _state(node, FREIGHT_BODY, *reader, accreditation=files[1], attach=False)
        says.append(
            "it verified the figures, and finds them right with reasonable assurance: they hold for every batch"
        )
    return [issued["reader"], issued["handle"], issued["light reader"]], freight


async def _issue(node: Node, goods: Goods, commitments: Mapping[Path, str]) -> dict[str, bytes]:
    """Issue all products, each after its components. Raises `DemoFailed` where the example itself does not add up."""
    warnings: list[Finding] = []
    passports: dict[str, Any] = {}

    async def issue(product: Product) -> bytes:
        raw = await node.issue(product.request(commitments, passports), warnings.append)
        passports[product.name] = parse_json(raw)
        return raw

    raws = [await issue(product) for product in goods.chain]
    handle = await issue(goods.handle)
    if warnings:
        raise DemoFailed(f"the chain does not add up: {warnings[0]}")
    await issue(goods.light_board)
    return {"reader": raws[-1], "handle": handle, "light reader": await issue(goods.light_reader)}


async def _accredit(node: Node, body: Body) -> Any:
    """The accreditation file of a body, as a JSON value. It ends in three years."""
    (signer,) = (one for one in config.load(node.directory).bodies if one.name == body.name)
    key = encode_key(open_signer(signer.key, node.directory).public_key().public_bytes_raw())
    until = format_instant(datetime.now(UTC).replace(microsecond=0) + timedelta(days=3 * 365))
    request = accreditation_request(body, key, until)
    return parse_json(await node.accreditations.issue(request, OPERATOR))


async def _state(
    node: Node, body: Body, product: Product, footprint: str, *, accreditation: Any, attach: bool
) -> bytes:
    """The body's statement file on the product's footprint, by commitment."""
    today = datetime.now(UTC).date()
    request = statement_request(body, product.issuer, [footprint], today, accreditation=accreditation, attach=attach)
    return await node.statements.issue(request, OPERATOR)
