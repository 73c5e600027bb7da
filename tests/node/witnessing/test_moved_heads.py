"""Heads of a log whose section [[foreign]] was moved to another log of the node: one witness key, one history."""

from __future__ import annotations

from pathlib import Path

import pytest

from carbonseal.node.node import Node
from tests.node.conftest import Begin
from tests.node.running import run
from tests.node.witnessing.test_heads import FORKED, OTHER, refusal
from tests.nodes import foreign, log_config


@pytest.mark.parametrize("enter", [False, True])
def test_a_log_that_is_moved_to_another_here_goes_on_as_one_history(begin: Begin, enter: bool) -> None:
    """As to a successor. Both logs of the node cosign with one key, so what one of them took binds the other."""
    keys = foreign(OTHER.signer.verifier)
    directory = begin(logs=[log_config(), log_config("next", "log.example/next")], foreign=keys)

    async def before(node: Node) -> None:
        log = node.log()
        await (log.submit_foreign(OTHER.request(0, 5)) if enter else log.add_checkpoint(OTHER.request(0, 5)))

    async def after(node: Node) -> None:
        log = node.log("next")
        assert log.witness_problem is None
        assert log.taken(OTHER.id) == OTHER.statement(5)
        assert await refusal(log, FORKED.request(0, 8), enter=enter) == "foreign.other-size"
        assert await refusal(log, FORKED.request(5, 8), enter=enter) == "foreign.proof-fails"
        assert await refusal(log, FORKED.request(5, 5), enter=enter) == "foreign.other-root"
        await log.submit_foreign(OTHER.request(5, 5))
        await log.add_checkpoint(OTHER.request(5, 8))
        assert log.taken(OTHER.id) == OTHER.statement(8)

    async def back(node: Node) -> None:
        assert await refusal(node.log(), OTHER.request(5, 8)) == "foreign.other-size"
        await node.log().add_checkpoint(OTHER.request(8, 13))

    async def lost(node: Node) -> None:
        assert await refusal(node.log(), OTHER.request(13, 21)) == "foreign.guard-missing"
        assert node.log().witness_problem is not None

    run(directory, before)
    move(directory, "default", "next")
    run(directory, after)
    move(directory, "next", "default")
    run(directory, back)
    (directory / "guard/next+heads").unlink()
    run(directory, lost)


def move(directory: Path, old: str, new: str) -> None:
    """Let another log take the heads of the foreign one."""
    path = directory / "node.toml"
    before, _, rest = path.read_text().partition("[[foreign]]")
    assert f'log = "{old}"' in rest
    path.write_text(before + "[[foreign]]" + rest.replace(f'log = "{old}"', f'log = "{new}"', 1))
