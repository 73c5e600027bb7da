"""Real processes, killed with SIGKILL at every named point; the node goes on in this process."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path

import pytest

from carbonseal.ledger import Statement
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.notes import Note
from carbonseal.log.tree import leaf_hash, verify_consistency, verify_inclusion
from carbonseal.node import failpoints
from carbonseal.node.anchoring.tracked import State
from carbonseal.node.config import LedgerConfig, LogConfig
from carbonseal.node.failpoints import POINTS
from carbonseal.node.node import Node
from carbonseal_devnet.ethereum.network import Network
from tests import virtual_time
from tests.node.driver import main, run
from tests.nodes import log_config

from .conftest import Begin, ledger_in
from .simulated import SimulatedLedger

LOGS = [log_config(), log_config("motors", "log.example/motors")]


def lines(path: Path) -> list[str]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def check(directory: Path, included: list[Statement]) -> None:
    """Nothing acknowledged is lost, no size of a log has two heads, every anchor is written once."""
    heads: dict[tuple[str, int], set[str]] = {}
    for text in lines(directory / "heads"):
        seen = Checkpoint.parse(Note.parse(text.encode()).text)
        heads.setdefault((seen.origin, seen.size), set()).add(text)
    assert all(len(notes) == 1 for notes in heads.values())

    async def look() -> None:
        async with Node.open(directory) as node:
            assert not any(log.frozen for log in node.logs.values())
            commitments = lines(directory / "acknowledged")
            assert commitments
            for commitment in commitments:
                seal = node.seal(bytes.fromhex(commitment))
                for head in seal.heads:
                    covered = Checkpoint.parse(Note.parse(head.checkpoint).text)
                    verify_inclusion(leaf_hash(seal.entry), seal.index, covered.size, head.inclusion, covered.root)
                    assert head.anchors
            places = {(record.log.name, record.index) for record in map(node.record, map(bytes.fromhex, commitments))}
            assert len(places) == len(set(commitments))
            logs = {log.id: log for log in node.logs.values()}
            assert {statement.log_id for statement in included} == set(logs)
            for statement in included:
                log = logs[statement.log_id]
                newest = log.checkpoint()
                assert newest is not None
                top = Checkpoint.parse(Note.parse(newest).text)
                proof = log.consistency(statement.size, top.size)
                verify_consistency(statement.size, statement.root, top.size, top.root, proof)
            (state,) = node.states()
            assert state.counts == {State.FINAL: len(included)}

    asyncio.run(look())
    assert len(included) == len(set(included))


def check_slots(ledger: SimulatedLedger) -> None:
    """Whatever was handed over for one anchor excludes each other, and nothing else."""
    assert all(len(slots) == 1 for slots in ledger.slots().values())
    nonces = [nonce for slots in ledger.slots().values() for nonce in slots]
    assert len(nonces) == len(set(nonces))


@pytest.mark.parametrize("point", POINTS)
def test_killed_once(point: str, begin: Begin, plugins: Path, tmp_path: Path) -> None:
    directory = begin(ledgers=(ledger_in(tmp_path / "ledger"),))
    ledger = SimulatedLedger(tmp_path / "ledger/ledger.db")
    assert run(directory, point, "a,b,c", plugins) == -signal.SIGKILL
    virtual_time.run(main(directory, "", "c,d"))
    check(directory, ledger.included())
    check_slots(ledger)


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("point", POINTS)
def test_killed_with_two_logs(point: str, times: int, begin: Begin, plugins: Path, tmp_path: Path) -> None:
    """While one of them is at the point, and then the other."""
    directory = begin(logs=LOGS, ledgers=(ledger_in(tmp_path / "ledger"),))
    ledger = SimulatedLedger(tmp_path / "ledger/ledger.db")
    assert run(directory, f"{point}:{times}", "a,b,c", plugins) == -signal.SIGKILL
    virtual_time.run(main(directory, "", "c,d"))
    check(directory, ledger.included())
    check_slots(ledger)
    assert ledger.nonces() == list(range(len(ledger.included())))


def test_killed_again_and_again(begin: Begin, plugins: Path, tmp_path: Path) -> None:
    """One directory, every point in turn, with new records each time."""
    directory = begin(logs=LOGS, ledgers=(ledger_in(tmp_path / "ledger"),))
    ledger = SimulatedLedger(tmp_path / "ledger/ledger.db")
    for number, point in enumerate(POINTS):
        assert run(directory, point, f"{number},{number}-again,same", plugins) == -signal.SIGKILL
    virtual_time.run(main(directory, "", "last"))
    assert len(ledger.included()) >= 2
    check(directory, ledger.included())
    check_slots(ledger)


@pytest.mark.parametrize("logs", [LOGS[:1], LOGS], ids=len)
def test_killed_while_anchoring_on_a_chain(
    logs: list[LogConfig], begin: Begin, plugins: Path, carbonseal_fresh_chain: Network
) -> None:
    """The same with real transactions: one for each anchor, and not one more from this account."""
    chain, publisher = carbonseal_fresh_chain, carbonseal_fresh_chain.publisher(3)
    options = {"registry": chain.deployment.registry, "key": "file:keys/ethereum.key"}
    directory = begin(logs=logs, ledgers=(LedgerConfig(chain.ledger, chain.uri, publisher, 3600, options),))
    (directory / "keys/ethereum.key").write_text(chain.key(3).hex())
    (directory / "keys/ethereum.key").chmod(0o600)
    killed_at = (
        failpoints.PREPARED,
        failpoints.ATTEMPT_STORED,
        failpoints.SENT,
        failpoints.SENT_RECORDED,
        failpoints.EVIDENCE_TAKEN,
        failpoints.FINAL_RECORDED,
    )
    for number, point in enumerate(killed_at):
        times = 1 + number % len(logs)
        assert run(directory, f"{point}:{times}", f"{number},{number}-again", plugins) == -signal.SIGKILL
    assert run(directory, "", "last", plugins) == 0
    events = chain.ask("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest", "address": chain.deployment.registry})
    included = [
        Statement(
            bytes.fromhex(event["topics"][2][2:]), int(event["topics"][3], 16), bytes.fromhex(event["data"][2:66])
        )
        for event in events
    ]
    assert len(included) >= 2
    assert int(chain.ask("eth_getTransactionCount", publisher, "latest"), 16) == len(included)
    check(directory, included)
