"""Several logs in one node: apart where they must be, and one line where they share a ledger's account."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from carbonseal.findings import Refused, Verdict
from carbonseal.ledger import Statement, log_id
from carbonseal.log.checkpoints import open_checkpoint
from carbonseal.log.entries import Genesis, decode
from carbonseal.log.notes import Note
from carbonseal.log.tree import leaf_hash, verify_inclusion
from carbonseal.node.anchoring.tracked import State
from carbonseal.node.config import FILE, SignerConfig, load
from carbonseal.node.config_file import render
from carbonseal.node.create import add, new_log
from carbonseal.node.node import Node
from carbonseal.node.sealing.guard import Frozen
from carbonseal.node.secrets import open_signer
from carbonseal.passport.multibase import encode_key
from carbonseal.passport.passports import parse
from carbonseal.service.health import health
from carbonseal.verification.policy import parse_policy
from carbonseal.verification.verify import verify
from tests import virtual_time
from tests.nodes import log_config, make_keys

from .conftest import Begin, ledger_in
from .running import in_background, now, opened, run
from .simulated import SimulatedLedger

T = TypeVar("T")

HERE, MOTORS = log_config(), log_config("motors", "log.example/motors")
MAKER = SignerConfig("maker", "did:web:maker.example", "file:keys/maker.key", "motors")


async def seal_one(node: Node, tenant: str, word: str = "x") -> bytes:
    """A record of a tenant, in its log: its commitment."""
    receipt = await node.submit(b'{"word": "%s"}' % word.encode(), "json/1", tenant)
    await node.sequence()
    return receipt.commitment


def test_each_tenant_has_its_log(begin: Begin, tmp_path: Path) -> None:
    """The same record of two tenants is two records; each log has its own genesis, key, files, and says what is in it."""
    directory = begin(logs=[HERE, MOTORS], ledgers=(ledger_in(tmp_path / "ledger"),))

    async def work(node: Node) -> None:
        one, other = await seal_one(node, "default"), await seal_one(node, "motors")
        assert one != other
        assert (node.record(one).log.name, node.record(other).log.name) == ("default", "motors")
        for commitment, log in ((one, node.log()), (other, node.log("motors"))):
            assert (log.size, log.waiting) == (2, 0)
            genesis = decode(log.entry(0))
            assert genesis == Genesis(log.origin, {"sim:1": "sim-publisher"})
            (head,) = node.seal(commitment).heads
            checkpoint = open_checkpoint(head.checkpoint, log.verifier)
            assert checkpoint.origin == log.origin
            verify_inclusion(leaf_hash(log.entry(1)), 1, 2, head.inclusion, checkpoint.root)
        assert node.log().verifier != node.log("motors").verifier
        assert await node.sequence() == {}
        with pytest.raises(Refused) as caught:
            await node.submit(b"{}", "json/1", "nobody")
        assert "default, motors" in str(caught.value.finding.remedy)
        with pytest.raises(Refused) as caught:
            node.log("none")
        assert caught.value.finding.code.name == "node.unknown-log"

    run(directory, work)
    assert (directory / "logs/default/checkpoint").exists()
    assert (directory / "logs/motors/checkpoint").exists()


def test_all_share_one_line_of_slots(begin: Begin, tmp_path: Path) -> None:
    """Heads of equal size of two logs are two anchors; no slot is used twice, and none is left out."""
    directory = begin(logs=[HERE, MOTORS], ledgers=(ledger_in(tmp_path / "ledger"),))
    ledger = SimulatedLedger(tmp_path / "ledger/ledger.db")

    async def work(node: Node) -> None:
        commitments = []
        for number in range(5):
            commitments = [await seal_one(node, name, str(number)) for name in ("default", "motors")]
            await node.anchor()
            while node.states()[0].counts.get(State.DUE):
                await node.wait_for_anchors(0.05)
        (state,) = await node.wait_for_anchors(30)
        assert state.counts == {State.FINAL: 10}
        assert {(anchor.log, anchor.size) for anchor in state.newest} == {(log.id, 6) for log in node.logs.values()}
        for commitment in commitments:
            (head,) = node.seal(commitment).heads
            assert [anchor.ledger for anchor in head.anchors] == ["sim:1"]

    run(directory, work)
    sizes = [(statement.log_id, statement.size) for statement in ledger.included()]
    assert len(set(sizes)) == len(sizes) == 10
    assert ledger.nonces() == list(range(10))


def test_a_frozen_log_holds_up_no_other(begin: Begin, tmp_path: Path) -> None:
    directory = begin(logs=[HERE, MOTORS], ledgers=(ledger_in(tmp_path / "ledger"),))
    run(directory, lambda node: seal_one(node, "default"))
    SimulatedLedger(tmp_path / "ledger/ledger.db").plant(Statement(log_id(HERE.origin), 9, bytes(32)))

    async def work(node: Node) -> None:
        async with in_background(node):
            commitment = await seal_one(node, "motors")
            frozen = node.log().frozen
            assert frozen is not None
            assert frozen.code.name == "frozen.ledger-knows-more"
            assert node.log("motors").frozen is None
            with pytest.raises(Frozen):
                await node.submit(b"{}", "json/1")
            await node.anchor()
            (state,) = await node.wait_for_anchors(20)
            assert state.compared
            assert {anchor.log for anchor in state.newest if anchor.state is State.FINAL} == {node.log("motors").id}
            assert node.seal(commitment).heads[0].anchors

    run(directory, work)
    (directory / "guard/motors").unlink()

    async def none_left(node: Node) -> None:
        for refused in (node.sequence(), node.anchor()):
            with pytest.raises(Frozen):
                await refused

    run(directory, none_left)


def test_a_frozen_log_with_a_successor_is_no_alarm(begin: Begin) -> None:
    directory = begin(logs=[HERE])
    run(directory, lambda node: seal_one(node, "default"))
    last = Note.parse((directory / "logs/default/checkpoint").read_bytes()).text
    (directory / "guard/default").unlink()

    async def state(node: Node) -> str:
        return str(health(node)["state"])

    assert run(directory, state) == "frozen"
    log, tenant = new_log("next", "log.example/next", predecessor=last)
    make_keys(directory, [log.key, tenant.salt_key])
    add(directory, log, tenant)
    assert run(directory, state) == "ok"
    (directory / "guard/next").unlink()
    assert run(directory, state) == "frozen"


def test_nobody_waits_for_a_frozen_log(begin: Begin, tmp_path: Path) -> None:
    """What it had due, and did not send, stays; no ledger has anything to do for it."""
    directory = begin(logs=[HERE, MOTORS], ledgers=(ledger_in(tmp_path / "ledger"),))

    async def work(node: Node) -> None:
        for tenant in ("default", "motors"):
            await seal_one(node, tenant)
        await node.anchor()
        with pytest.raises(Frozen):
            await node.log().compare("sim:1", Statement(node.log().id, 9, bytes(32)))
        (state,) = await node.wait_for_anchors(20)
        assert (state.idle, state.counts) == (True, {State.DUE: 1, State.FINAL: 1})

    run(directory, work)


def test_nothing_is_sent_to_a_ledger_that_a_log_uses_no_more(begin: Begin, tmp_path: Path) -> None:
    """It was not asked what it knows of that log. What was sent is followed, and the line of slots has no gap."""
    directory = begin(logs=[HERE, MOTORS], ledgers=(ledger_in(tmp_path / "ledger"),))
    ledger = SimulatedLedger(tmp_path / "ledger/ledger.db")

    async def begun(node: Node) -> None:
        for tenant in ("default", "motors"):
            await seal_one(node, tenant)
        await node.anchor()

    async def rest(node: Node) -> None:
        (state,) = await node.wait_for_anchors(20)
        assert (state.idle, state.counts) == (True, {State.DUE: 1, State.FINAL: 1})

    run(directory, begun)
    settings = load(directory)
    logs = (settings.logs[0], replace(settings.logs[1], ledgers=()))
    (directory / FILE).write_text(render(replace(settings, logs=logs)))
    run(directory, rest)
    assert [statement.log_id for statement in ledger.included()] == [log_id(HERE.origin)]
    assert ledger.nonces() == [0]


def test_twenty_logs_and_one_line(begin: Begin, tmp_path: Path) -> None:
    """All of one size, some of them frozen in the middle of it."""
    logs = [HERE, *(log_config(f"log-{number}", f"log.example/{number}") for number in range(19))]
    directory = begin(logs=logs, ledgers=(ledger_in(tmp_path / "ledger"),))
    ledger = SimulatedLedger(tmp_path / "ledger/ledger.db")
    frozen = [log_id(log.origin) for log in logs[5:8]]
    stored: list[str] = []

    async def work() -> None:
        async def freeze() -> None:
            for log in node.logs.values():
                if log.id in frozen:
                    with pytest.raises(Frozen):
                        await log.compare("sim:1", Statement(log.id, 9, bytes(32)))

        freezing: list[asyncio.Task[None]] = []

        def reached(point: str) -> None:
            stored.append(point)
            if stored.count("anchor-prepared") == 4 and not freezing:
                freezing.append(asyncio.get_running_loop().create_task(freeze()))

        async with opened(directory, reached=reached) as node:
            for log in logs:
                await node.submit(b"{}", "json/1", log.name)
            await node.sequence()
            await node.anchor()
            (state,) = await node.wait_for_anchors(60)
            await freezing[0]
            assert state.idle
            final = {anchor.log for anchor in state.newest if anchor.state is State.FINAL}
            assert final >= set(node._workers[0]._logs) - set(frozen)

    virtual_time.run(work())
    assert ledger.nonces() == list(range(len(ledger.included())))
    assert len({statement.log_id for statement in ledger.included()}) == len(ledger.included()) >= 17


def test_vouching_for_one_log_leaves_the_other(begin: Begin) -> None:
    directory = begin(logs=[HERE, MOTORS])
    for guard in ("default", "motors"):
        (directory / "guard" / guard).unlink()

    async def work(node: Node) -> None:
        await node.adopt_guard("motors")
        await node.submit(b"{}", "json/1", "motors")
        assert node.log().frozen is not None
        assert node.log("motors").frozen is None
        assert set(await node.sequence()) == {"motors"}

    run(directory, work)


def test_a_log_uses_the_ledgers_that_it_names(begin: Begin, tmp_path: Path) -> None:
    ledgers = (ledger_in(tmp_path / "one", "sim:1"), ledger_in(tmp_path / "two", "sim:2"))
    directory = begin(logs=[HERE, log_config("motors", "log.example/motors", ledgers=("sim:2",))], ledgers=ledgers)

    async def work(node: Node) -> None:
        commitments = [await seal_one(node, name) for name in ("default", "motors")]
        await node.anchor()
        one, two = await node.wait_for_anchors(20)
        assert (one.counts, two.counts) == ({State.FINAL: 1}, {State.FINAL: 2})
        seals = [node.seal(commitment) for commitment in commitments]
        assert [[anchor.ledger for anchor in seal.heads[0].anchors] for seal in seals] == [
            ["sim:1", "sim:2"],
            ["sim:2"],
        ]
        assert all(node.is_final(commitment) for commitment in commitments)
        assert decode(node.log("motors").entry(0)) == Genesis("log.example/motors", {"sim:2": "sim-publisher"})

    run(directory, work)


def test_a_passport_about_records_of_two_logs(begin: Begin) -> None:
    """Issued in the name of one log's tenant, refreshed, and verified under a policy that trusts both logs."""
    directory = begin(logs=[HERE, MOTORS], issuers=(MAKER,))

    async def work(node: Node) -> tuple[bytes, list[str], float]:
        first = await node.submit(b'{"kilograms": "12.50"}', "json/1")
        second = await node.submit(b'{"kilograms": "0.25"}', "json/1", "motors")
        roles = (("footprint", first), ("packaging", second))
        records = [{"role": role, "commitment": one.commitment.hex()} for role, one in roles]
        raw = await node.issue({"issuer": "maker", "subject": "urn:example:motor", "records": records})
        passport = parse(raw)
        assert node.record(passport.credentials[passport.root].commitment).log.name == "motors"
        assert await node.passport(passport.root) == await node.refresh(raw)
        return await node.refresh(raw), [log.verifier.encode() for log in node.logs.values()], now()

    raw, keys, at = run(directory, work)
    public = open_signer(MAKER.key, directory).public_key().public_bytes_raw()
    issuer = f"signer maker issuer {MAKER.id} {encode_key(public)}"
    rest = [issuer, "quorum none", "require status"]
    for trusted, verdict in ((keys, Verdict.VERIFIED), (keys[:1], Verdict.UNDETERMINED)):
        policy = parse_policy("\n".join(["carbonseal-policy v1", *(f"log {key}" for key in trusted), *rest]))
        report = verify(raw, policy, at=datetime.fromtimestamp(at, UTC))
        assert report.verdict is verdict, [str(finding) for finding in report.findings]


def test_a_log_that_is_here_must_be_listed(begin: Begin) -> None:
    directory = begin(logs=[HERE, MOTORS])
    run(directory, lambda node: seal_one(node, "default"))
    settings = load(directory)
    (directory / FILE).write_text(render(replace(settings, logs=settings.logs[:1], tenants=settings.tenants[:1])))
    with pytest.raises(Refused) as caught:
        run(directory, lambda node: node.sequence())
    assert caught.value.finding.code.name == "config.log-missing"
    for path in [*(directory / "logs").glob("motors*")]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    run(directory, lambda node: node.sequence())
