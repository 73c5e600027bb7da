"""The steps of the demo, through the product's own commands and library. Only the supply chain is invented."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from carbonseal_devnet.demo import customs
from carbonseal_devnet.demo.certifying import Goods, certify
from carbonseal_devnet.demo.cheating import CHEATS, cheat
from carbonseal_devnet.demo.stage import Stage
from carbonseal_devnet.demo.world import set_up
from carbonseal_devnet.example import products

FOLDERS = (customs.OFFICE, customs.NORTH, customs.SOUTH, customs.BAD)
DOCUMENTS = (
    *(customs.POLICY, customs.TRUST, customs.READER, customs.HANDLE, customs.DECLARATION, *customs.OBSERVATIONS),
    *(f"{customs.BAD}/{one.file}" for one in CHEATS),
)


def perform(out: Path, stage: Stage) -> None:
    """Run the demo, and leave its documents in `out`."""
    with tempfile.TemporaryDirectory(prefix="carbonseal-demo-") as temporary:
        scratch = Path(temporary)
        goods = Goods.of(products(), scratch)
        _begin(out)
        with ExitStack() as running:
            world = set_up(scratch, goods.all, running, stage)
            documents = asyncio.run(certify(world.node, goods, stage))
            (out / customs.READER).write_bytes(documents.reader.encode())
            (out / customs.HANDLE).write_bytes(documents.handle.encode())
            asyncio.run(cheat(world.node, world.fabric.ledger, documents, out / customs.BAD, stage))
            customs.write_policy(world.node, [*goods.all], out / customs.POLICY)
            customs.gather_trust(world, out, scratch, stage)
            customs.declare(documents.reader, out / customs.DECLARATION)
        stage.say("[dim]Chain and nodes are stopped: all that follows is offline.[/dim]")
    customs.clear(out, stage)
    customs.refuse(out, stage)
    proof = customs.find_sold_twice(out, stage)
    stage.end([*_commands(out, proof)])


def _begin(out: Path) -> None:
    """Make the folders, and remove what an earlier demo left there."""
    for folder in FOLDERS:
        (out / folder).mkdir(parents=True, exist_ok=True)
    for path in (*(out / name for name in DOCUMENTS), *out.glob(customs.PROOFS)):
        path.unlink(missing_ok=True)


def _commands(out: Path, proof: Path) -> list[str]:
    """What to try on the documents."""
    program, under = _program(), f"--policy {out / customs.OFFICE}"
    return [
        f"{program} verify {out / customs.READER} {under}",
        f"{program} verify {out / customs.BAD}/{CHEATS[3].file} {under}",
        f"{program} verify {proof} {under}",
        f"{program} passport show {out / customs.READER}",
        f"{program} trust show {out / customs.TRUST}",
    ]


def _program() -> str:
    """How the shell finds this program: by its name, or where `make demo` has put it."""
    started = sys.argv[0]
    found = shutil.which("carbonseal")
    if found is None and Path(started).name == "carbonseal" and Path(started).is_file():
        return started
    return "carbonseal"
