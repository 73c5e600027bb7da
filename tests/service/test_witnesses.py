"""A node's witnesses, over HTTP: cosignatures go into its heads; without them it goes on, or waits for its quorum."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import signal
from pathlib import Path

import pytest

from carbonseal.findings import Refused
from carbonseal.log.notes import Note
from carbonseal.log.proofs import TlogProof
from carbonseal.node import failpoints
from carbonseal.service.health import health
from carbonseal_adapters.tlog.checking.evidence import VERIFIER
from carbonseal_adapters.tlog.sending.ledger import connect
from tests import virtual_time
from tests.foreign_logs import ForeignLog
from tests.node import driver
from tests.node.running import in_background, opened
from tests.service.pairs import Pair, cosigned, record


def test_cosignatures_go_into_heads_and_seals(tmp_path: Path) -> None:
    pair = Pair(tmp_path, east=0)

    async def go() -> None:
        async with pair.served("east") as east, pair.served("west") as west:
            witness = west.log().cosigners[0]
            receipt = await east.submit(b"{}", "json/1")
            await east.sequence()
            assert cosigned(east, witness) == (2, None)  # published at once
            await east.wait_for_anchors(60)
            size, time = cosigned(east, witness)
            assert (size, time is not None) == (2, True)
            (head,) = east.seal(receipt.commitment).heads
            assert Note.parse(head.checkpoint).cosigned_at(witness) == time
            report = health(east)["logs"][0]["witnesses"]
            assert [(one["name"], one["size"], one["problem"]) for one in report] == [(witness.name, 2, None)]
            assert west.log().foreign(east.log().id) is None  # cosigned, and not entered
            await record(east, 2)
            await east.sequence()
            await east.log().ask_witnesses()
            assert cosigned(east, witness)[0] == 3
            assert cosigned(east, witness)[1]
        published = tmp_path / "east/logs/default/checkpoint"
        plain = Note.parse(published.read_bytes())
        published.write_bytes(Note(plain.text, plain.signatures[:1]).encode())  # as a crash before the file leaves it
        async with opened(tmp_path / "east") as again:
            assert cosigned(again, witness)[1]
            assert again.log().head(2).note != again.log().head(3).note

    virtual_time.run(go())


def test_in_the_background_every_head_is_shown(tmp_path: Path) -> None:
    pair = Pair(tmp_path, east=0)

    async def go() -> None:
        async with pair.served("east") as east, pair.served("west") as west, in_background(east):
            for number in range(3):
                await record(east, number)
                await asyncio.sleep(60)
                size, time = cosigned(east, west.log().cosigners[0])
                assert size == number + 2
                assert time

    virtual_time.run(go())


def test_a_dead_witness_holds_up_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    pair = Pair(tmp_path, east=0)

    async def go() -> None:
        async with pair.served("east") as east, in_background(east):
            await record(east, 1)
            await asyncio.sleep(10)
            assert east.log().size == 2
            report = health(east)
            assert report["logs"][0]["witnesses"][0]["problem"]["code"] == "witness.unreachable"
            assert report["state"] == "ok"
            await asyncio.sleep(7200)
            lines = [one.message for one in caplog.records if "not cosigned" in one.message]
            assert len(lines) == 1  # however often it was asked
            async with pair.served("west") as west:
                await asyncio.sleep(600)
                assert cosigned(east, west.log().cosigners[0])[1]
                assert health(east)["logs"][0]["witnesses"][0]["problem"] is None

    virtual_time.run(go())


def test_with_a_quorum_nothing_is_published_before_it(tmp_path: Path) -> None:
    pair = Pair(tmp_path, east=1)

    async def alone() -> None:
        async with pair.served("east") as east:
            await record(east, 1)
            for _ in range(2):
                with pytest.raises(Refused) as refused:
                    await east.sequence()
                assert refused.value.finding.code.name == "node.quorum-unmet"
            await record(east, 2)  # taken in, durably, all the same
            assert (east.log().checkpoint(), east.log().size, east.log().waiting) == (None, 0, 3)
            report = health(east)
            assert report["state"] == "failing"
            waits = report["logs"][0]["unpublished"]
            assert (waits["size"], waits["cosigned"], waits["quorum"]) == (2, 0, 1)

    async def together() -> None:
        async with pair.served("east") as east, pair.served("west") as west:
            assert health(east)["logs"][0]["unpublished"] is None  # forgotten, and signed again
            await east.sequence()
            assert [log.size for log in (east.log(), west.log())] == [3, 0]
            for size in (2, 3):  # the head that was signed and never seen comes first
                assert Note.parse(east.log().head(size).note).cosigned_at(west.log().cosigners[0])
            assert health(east)["state"] == "ok"

    virtual_time.run(alone())
    virtual_time.run(together())


def test_two_that_wait_for_each_other_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Cosigning does not wait for publishing: both go on while both run. Where one is down, the other publishes nothing, says so,
    and goes on by itself once it is back."""
    pair = Pair(tmp_path, east=1, west=1)

    async def go() -> None:
        async with pair.served("east") as east, in_background(east):
            async with pair.served("west") as west, in_background(west):
                await asyncio.gather(record(east, 1), record(west, 1))
                await asyncio.sleep(30)
                assert (east.log().size, west.log().size) == (2, 2)
            await record(east, 2)
            await asyncio.sleep(3600)
            assert east.log().size == 2
            report = health(east)
            assert report["state"] == "failing"
            assert report["logs"][0]["unpublished"]["size"] == 3
            assert report["logs"][0]["witnesses"][0]["problem"]["code"] == "witness.unreachable"
            assert "head waits for witnesses: log=east.example/log size=3 quorum=1" in caplog.messages
            async with pair.served("west") as west, in_background(west):
                await record(west, 2)
                await asyncio.sleep(900)
                assert (east.log().size, west.log().size) == (3, 3)
                assert health(east)["state"] == "ok"

    caplog.set_level("INFO")
    virtual_time.run(go())


def test_an_unsigned_number_alarms_and_accuses_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Directory and guard were restored together: the witness knows more, and can prove nothing."""
    pair = Pair(tmp_path, east=0)

    async def grow(numbers: range) -> None:
        async with pair.served("east") as east, pair.served("west"):
            for number in numbers:
                await record(east, number)
            await east.sequence()
            await east.log().ask_witnesses()

    async def restored() -> None:
        async with pair.served("east") as east, pair.served("west"):
            await east.log().ask_witnesses()
            report = health(east)
            problem = report["logs"][0]["witnesses"][0]["problem"]
            assert problem["code"] == "witness.knows-more"
            assert "which has signed size 3" in problem["message"]
            assert report["state"] == "failing"
            assert report["logs"][0]["frozen"] is None
            await record(east, 7)
            await east.sequence()

    virtual_time.run(grow(range(2)))
    shutil.copytree(tmp_path / "east", tmp_path / "backup")
    virtual_time.run(grow(range(2, 5)))
    shutil.rmtree(tmp_path / "east")
    shutil.copytree(tmp_path / "backup", tmp_path / "east")
    virtual_time.run(restored())
    assert [one.levelname for one in caplog.records if "witness.knows-more" in one.message] == ["ERROR"]


@pytest.mark.parametrize("point", [failpoints.GUARDED, failpoints.SIGNED])
def test_a_crash_between_signing_and_cosigning_loses_nothing(tmp_path: Path, point: str) -> None:
    """Killed with a head that was signed, or about to be, and shown to nobody: that very head is cosigned and published."""
    pair = Pair(tmp_path, east=1)
    assert driver.run(tmp_path / "east", point, "a,b") == -signal.SIGKILL
    guarded = json.loads((tmp_path / "east/guard/default").read_text())

    async def go() -> None:
        async with pair.served("east") as east, pair.served("west") as west:
            await record(east, 7)
            await east.sequence()
            head = east.log().head(guarded["size"])
            assert base64.b64encode(head.checkpoint.root).decode() == guarded["root"]
            assert Note.parse(head.note).cosigned_at(west.log().cosigners[0])
            assert east.log().size == guarded["size"] + 1

    virtual_time.run(go())


def test_cosignatures_on_a_checkpoint_are_kept_in_evidence_of_an_anchor(tmp_path: Path) -> None:
    pair, other = Pair(tmp_path, west=0), ForeignLog()

    async def go() -> None:
        async with pair.served("east") as east, pair.served("west") as west:
            west.log().introduce(other.signer.verifier)
            uri = f"tlog+http://127.0.0.1:{pair.ports['west']}/v1/logs/default"
            ledger = await connect(uri, {"key": west.log().verifier.encode()}, str.encode)
            attempt = await ledger.prepare(other.anchor(5), [])
            await ledger.send(attempt)
            await west.sequence()
            await west.log().ask_witnesses()
            evidence = await ledger.evidence(attempt, await ledger.follow([attempt]))
            await ledger.close()
            note = Note.parse(TlogProof.parse(evidence.data).checkpoint_note)
            assert note.cosigned_at(east.log().cosigners[0])
            pins = VERIFIER.pin(ledger.name, {"key": west.log().verifier.encode()})
            assert VERIFIER.check(evidence, other.statement(5), pins, ()).proved

    virtual_time.run(go())
