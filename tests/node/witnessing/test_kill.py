"""A node killed with SIGKILL while it takes a head of another log: no head is cosigned and forgotten, none is entered twice."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from carbonseal.findings import Refused
from carbonseal.log.entries import ForeignAnchor
from carbonseal.node.failpoints import HEAD_GUARDED, WITNESS_POINTS
from carbonseal.node.node import Node
from carbonseal.node.witnessing.heads import Conflict
from tests.foreign_logs import ForeignLog
from tests.node.conftest import Begin
from tests.node.running import run
from tests.node.witnessing import driver
from tests.nodes import foreign

OTHER, FORKED = ForeignLog(), ForeignLog(forks_at=3)


def drive(directory: Path, point: str, old: int, size: int, how: str) -> int:
    command = [sys.executable, "-W", "error", driver.__file__, str(directory), point, str(old), str(size), how]
    path = os.pathsep.join(filter(None, sys.path))
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, check=False, timeout=120).returncode


@pytest.mark.parametrize("how", ["enter", "cosign"])
@pytest.mark.parametrize("point", WITNESS_POINTS)
def test_killed_while_a_head_is_taken(point: str, how: str, begin: Begin) -> None:
    directory = begin(foreign=foreign(OTHER.signer.verifier))
    asyncio.run(driver.take(directory, "", 0, 5, how))  # which nobody kills
    assert drive(directory, point, 5, 9, how) == -signal.SIGKILL
    assert len((directory / "answers").read_text().splitlines()) == 1

    async def work(node: Node) -> None:
        log = node.log()
        for body in (FORKED.request(5, 9), FORKED.request(5, 12), OTHER.request(5, 12)):
            with pytest.raises(Conflict) as conflict:
                await log.submit_foreign(body)
            assert conflict.value.taken == 9  # whatever the database knows of it
        with pytest.raises(Refused):
            await log.add_checkpoint(FORKED.request(9, 12))
        entered = 2 if how == "enter" and point != HEAD_GUARDED else 1 if how == "enter" else 0
        assert log.waiting == (entered and entered + 1)  # and the genesis
        for _ in range(2):
            await log.submit_foreign(OTHER.request(9, 9))
        await node.sequence()
        kinds = [log.entry(number)[0] for number in range(log.size)]
        assert kinds.count(ForeignAnchor.kind) == (2 if how == "enter" else 1)
        assert log.witness_problem is None

    run(directory, work)
