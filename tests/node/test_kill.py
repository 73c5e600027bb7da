"""Real processes, killed with SIGKILL at every named point, and started again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.notes import Note
from carbonseal.log.tree import leaf_hash, verify_consistency, verify_inclusion
from carbonseal.node.node import Node
from carbonseal.node.outbox import State
from carbonseal.node.points import POINTS

from .conftest import Begin, ledger_in
from .simulated import SimulatedLedger

DRIVER = Path(__file__).with_name("driver.py")


def run(directory: Path, plugins: Path, point: str, records: str) -> int:
    command = [sys.executable, "-W", "error", str(DRIVER), str(directory), point, records]
    ended = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(plugins)}, check=False, timeout=120)
    return ended.returncode


def lines(path: Path) -> list[str]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def check(directory: Path, ledger: SimulatedLedger, *, anchors_of: int) -> None:
    """Nothing acknowledged is lost, no size has two heads, every anchor stands once."""
    heads: dict[int, set[str]] = {}
    for text in lines(directory / "heads"):
        heads.setdefault(Checkpoint.parse(Note.parse(text.encode()).text).size, set()).add(text)
    assert all(len(notes) == 1 for notes in heads.values())

    async def look() -> None:
        async with Node.open(directory) as node:
            assert node.frozen is None
            newest = node.checkpoint()
            assert newest is not None
            top = Checkpoint.parse(Note.parse(newest).text)
            commitments = lines(directory / "acknowledged")
            assert commitments
            for commitment in commitments:
                seal = node.seal(bytes.fromhex(commitment))
                for head in seal.heads:
                    covered = Checkpoint.parse(Note.parse(head.checkpoint).text)
                    verify_inclusion(leaf_hash(seal.entry), seal.index, covered.size, head.inclusion, covered.root)
                    assert head.anchors
            indexes = {node.record(bytes.fromhex(commitment)).index for commitment in commitments}
            assert len(indexes) == len(set(commitments))
            for statement in ledger.included():
                proof = node.consistency(statement.size, top.size)
                verify_consistency(statement.size, statement.root, top.size, top.root, proof)
            (state,) = node.states()
            assert state.counts == {State.FINAL: len(ledger.included())}

    asyncio.run(look())
    sizes = [statement.size for statement in ledger.included()]
    assert len(sizes) == len(set(sizes)) >= anchors_of
    assert all(len(slots) == 1 for slots in ledger.slots().values())
    nonces = [nonce for slots in ledger.slots().values() for nonce in slots]
    assert len(nonces) == len(set(nonces))


@pytest.mark.parametrize("point", POINTS)
def test_killed_once(point: str, begin: Begin, plugins: Path, tmp_path: Path) -> None:
    directory = begin(ledgers=(ledger_in(tmp_path / "ledger"),))
    ledger = SimulatedLedger(tmp_path / "ledger/ledger.db")
    assert run(directory, plugins, point, "a,b,c") == -signal.SIGKILL
    assert run(directory, plugins, "", "c,d") == 0
    check(directory, ledger, anchors_of=1)


def test_killed_again_and_again(begin: Begin, plugins: Path, tmp_path: Path) -> None:
    """One directory, every point in turn, with new records each time."""
    directory = begin(ledgers=(ledger_in(tmp_path / "ledger"),))
    ledger = SimulatedLedger(tmp_path / "ledger/ledger.db")
    for number, point in enumerate(POINTS):
        assert run(directory, plugins, point, f"{number},{number}-again,same") == -signal.SIGKILL
    assert run(directory, plugins, "", "last") == 0
    check(directory, ledger, anchors_of=2)
