"""What ledgers claim to know of a log freezes it for as long as they claim it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from carbonseal.ledger import Statement, log_id
from carbonseal.node.config import FILE, load
from carbonseal.node.config_file import render
from carbonseal.node.node import Node
from carbonseal.node.sealing.guard import Frozen
from tests.node.conftest import ORIGIN, Begin, ledger_in
from tests.node.sealing.logs import backup, freeze_of, restore, seal, within
from tests.node.simulated import SimulatedLedger


@pytest.mark.parametrize(
    ("size", "code"),
    [(2, "frozen.ledger-other-root"), (1, "frozen.ledger-other-root"), (9, "frozen.ledger-knows-more")],
)
def test_ledger_knows_otherwise(begin: Begin, tmp_path: Path, size: int, code: str) -> None:
    directory = begin(ledgers=(ledger_in(tmp_path / "ledger"),))
    seal(directory, "a")
    SimulatedLedger(tmp_path / "ledger/ledger.db").plant(Statement(log_id(ORIGIN), size, bytes(32)))
    assert freeze_of(directory) == code

    async def adopt(node: Node) -> None:
        with pytest.raises(Frozen):
            await node.adopt_guard()

    within(directory, adopt)


def test_guard_lost_and_ledger_knows_more(begin: Begin, tmp_path: Path) -> None:
    """Vouching for an old copy does not help: the ledgers are asked before anything is signed."""
    directory = begin(ledgers=(ledger_in(tmp_path / "ledger"),))
    seal(directory, "a")
    SimulatedLedger(tmp_path / "ledger/ledger.db").plant(Statement(log_id(ORIGIN), 3, bytes(32)))
    (directory / "guard/default").unlink()
    assert freeze_of(directory) == "frozen.guard-missing"

    async def adopt(node: Node) -> None:
        await node.adopt_guard()
        with pytest.raises(Frozen):
            await node.sequence()

    within(directory, adopt)
    assert freeze_of(directory) == "frozen.ledger-knows-more"


def test_a_ledgers_claim_freezes_as_long_as_it_is_claimed(begin: Begin, tmp_path: Path) -> None:
    """What an endpoint says is a claim. It stops the log, also while nobody can be asked; taken back, the log goes on."""
    directory = begin(ledgers=(ledger_in(tmp_path / "ledger"),))
    seal(directory, "a")
    ledger = SimulatedLedger(tmp_path / "ledger/ledger.db")
    ledger.plant(Statement(log_id(ORIGIN), 10**9, bytes(32)))
    assert freeze_of(directory) == "frozen.ledger-knows-more"
    (tmp_path / "ledger/down").touch()
    assert freeze_of(directory) == "frozen.ledger-knows-more"
    (tmp_path / "ledger/down").unlink()
    ledger.reorg(drop=True)
    assert seal(directory, "b").size == 3
    (tmp_path / "ledger/down").touch()
    assert seal(directory, "c").size == 4


def test_a_claim_of_a_ledger_that_is_used_no_more(begin: Begin, tmp_path: Path) -> None:
    """An operator whose ledger lies takes it out of the log's, and the log goes on; what the guard knows, it still knows."""
    directory = begin(ledgers=(ledger_in(tmp_path / "ledger"),))
    seal(directory, "a")
    copy = backup(directory)
    seal(directory, "b")
    SimulatedLedger(tmp_path / "ledger/ledger.db").plant(Statement(log_id(ORIGIN), 9, bytes(32)))
    assert freeze_of(directory) == "frozen.ledger-knows-more"
    settings = load(directory)
    (directory / FILE).write_text(render(replace(settings, ledgers=())))
    assert seal(directory, "c").size == 4
    restore(copy, directory)
    (directory / FILE).write_text(render(replace(settings, ledgers=())))
    assert freeze_of(directory) == "frozen.went-back"


def test_what_one_ledger_takes_back_another_still_claims(begin: Begin, tmp_path: Path) -> None:
    """An old copy with its old guard, and two ledgers that know it: neither's silence or change of mind frees the log."""
    one, two = ledger_in(tmp_path / "one", "sim:1"), ledger_in(tmp_path / "two", "sim:2")
    directory = begin(ledgers=(one, two))
    seal(directory, "a")
    ledgers = [SimulatedLedger(tmp_path / name / "ledger.db") for name in ("one", "two")]
    for ledger in ledgers:
        ledger.plant(Statement(log_id(ORIGIN), 9, bytes(32)))
    assert freeze_of(directory) == "frozen.ledger-knows-more"
    ledgers[0].reorg(drop=True)
    (tmp_path / "two/down").touch()
    assert freeze_of(directory) == "frozen.ledger-knows-more"
    (tmp_path / "two/down").unlink()
    assert freeze_of(directory) == "frozen.ledger-knows-more"
    ledgers[1].reorg(drop=True)
    assert seal(directory, "b").size == 3


def test_a_claim_that_was_not_heard_before_the_freeze(begin: Begin, tmp_path: Path) -> None:
    """The first ledger's claim froze the log while the second could not be asked: taken back, the second is asked before anything
    is signed, in whatever order they answer."""
    one, two = ledger_in(tmp_path / "one", "sim:1"), ledger_in(tmp_path / "two", "sim:2")
    for first, second in (("one", "two"), ("two", "one")):
        directory = begin(first, ledgers=(one, two))
        seal(directory, "a")
        liar, honest = (SimulatedLedger(tmp_path / name / "ledger.db") for name in (first, second))
        (tmp_path / second / "down").touch()
        liar.plant(Statement(log_id(ORIGIN), 9, bytes(32)))
        assert freeze_of(directory) == "frozen.ledger-knows-more"
        liar.reorg(drop=True)
        (tmp_path / second / "down").unlink()
        honest.plant(Statement(log_id(ORIGIN), 2, bytes(32)))
        assert freeze_of(directory) == "frozen.ledger-other-root"
        honest.reorg(drop=True)


def test_a_claim_that_is_taken_back_frees_every_command(begin: Begin, tmp_path: Path) -> None:
    """Not only what submits gives the ledger a moment to take it back."""
    directory = begin(ledgers=(ledger_in(tmp_path / "ledger"),))
    seal(directory, "a")
    ledger = SimulatedLedger(tmp_path / "ledger/ledger.db")

    async def anchor(node: Node) -> None:
        await node.anchor()

    async def sequence(node: Node) -> None:
        await node.sequence()

    for command in (anchor, sequence):
        ledger.plant(Statement(log_id(ORIGIN), 9, bytes(32)))
        assert freeze_of(directory) == "frozen.ledger-knows-more"
        ledger.reorg(drop=True)
        within(directory, command)


def test_ledger_down_at_start(begin: Begin, tmp_path: Path) -> None:
    """The node signs meanwhile, and compares before it anchors there."""
    directory = begin(ledgers=(ledger_in(tmp_path / "ledger"),))
    seal(directory, "a")
    SimulatedLedger(tmp_path / "ledger/ledger.db").plant(Statement(log_id(ORIGIN), 2, bytes(32)))
    (tmp_path / "ledger/down").touch()

    async def work(node: Node) -> None:
        await node.submit(b"{}", "json/1")
        assert await node.sequence()
        (state,) = node.states()
        assert (state.compared, state.problem) == (False, "the ledger is down")
        await node.anchor()
        (tmp_path / "ledger/down").unlink()
        await node.wait_for_anchors(20)
        frozen = node.log().frozen
        assert frozen is not None
        assert frozen.code.name == "frozen.ledger-other-root"

    within(directory, work)
    assert len(SimulatedLedger(tmp_path / "ledger/ledger.db").included()) == 1
