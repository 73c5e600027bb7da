"""Cadence: when a head becomes due by itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

from carbonseal.node.anchoring.tracked import Limits
from tests import virtual_time
from tests.foreign_logs import ForeignLog
from tests.node.conftest import Begin, ledger_in
from tests.node.running import in_background, opened
from tests.node.simulated import SimulatedLedger
from tests.nodes import foreign

RARE = Limits(longest_round=60)


def test_cadence(begin: Begin, tmp_path: Path) -> None:
    """A head becomes due at most so often, never for foreign anchors alone; a record is a reason."""
    other = ForeignLog()
    ledger = SimulatedLedger(tmp_path / "l/ledger.db")
    directory = begin(ledgers=(ledger_in(tmp_path / "l", cadence=1000),), foreign=foreign(other.signer.verifier))

    def anchored() -> list[int]:
        return [statement.size for statement in ledger.included()]

    async def go() -> None:
        async with opened(directory, limits=RARE) as node, in_background(node):
            await node.submit(b'{"n": 1}', "json/1")
            await asyncio.sleep(100)
            assert anchored() == [2]
            await node.submit(b'{"n": 2}', "json/1")
            await asyncio.sleep(500)
            assert node.log().size == 3
            assert anchored() == [2]
            await asyncio.sleep(600)
            assert anchored() == [2, 3]
            for size in (1, 2, 3):
                await node.log().submit_foreign(other.request(size - 1, size))
                await asyncio.sleep(1200)
            assert node.log().size == 6
            assert anchored() == [2, 3]
            await node.submit(b'{"n": 3}', "json/1")
            await asyncio.sleep(1200)
            assert anchored()[:2] == [2, 3]
            assert len(anchored()) == 3

    virtual_time.run(go())


def test_background_loops_go_on_when_the_log_is_frozen(begin: Begin, tmp_path: Path) -> None:
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))
    (directory / "guard/default").unlink()

    async def go() -> None:
        async with opened(directory, limits=RARE) as node, in_background(node):
            await asyncio.sleep(1000)

    virtual_time.run(go())
