"""Heads of other logs: taken as one history of each, cosigned, and entered once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.ledger import log_id
from carbonseal.log import fraud_proofs
from carbonseal.log.checkpoints import Checkpoint, sign_checkpoint
from carbonseal.log.notes import Note
from carbonseal.log.witness_requests import WitnessRequest
from carbonseal.node.config import ForeignConfig
from carbonseal.node.node import Node
from carbonseal.node.sealing.guard import Frozen
from carbonseal.node.sealing.log import SealingLog
from carbonseal.node.witnessing.heads import Conflict
from tests.foreign_logs import ForeignLog
from tests.node.conftest import ORIGIN, Begin
from tests.node.running import now, run
from tests.nodes import foreign, log_config

OTHER = ForeignLog()
FORKED = ForeignLog(forks_at=3)
GUARD = "guard/default+heads"


async def refusal(log: SealingLog, body: bytes, *, enter: bool = False) -> str:
    """The code of what is refused."""
    with pytest.raises(Refused) as caught:
        await (log.submit_foreign(body) if enter else log.add_checkpoint(body))
    return caught.value.finding.code.name


async def conflict(log: SealingLog, body: bytes) -> tuple[str, int]:
    """The code of a conflict, and the size that it tells."""
    with pytest.raises(Conflict) as caught:
        await log.submit_foreign(body)
    return caught.value.finding.code.name, caught.value.taken


@pytest.fixture
def directory(begin: Begin) -> Path:
    return begin(foreign=foreign(OTHER.signer.verifier))


def test_a_head_is_cosigned_at_the_nodes_own_time(directory: Path) -> None:
    async def work(node: Node) -> None:
        log = node.log()
        for old, size in ((0, 5), (5, 5), (5, 8), (8, 13)):
            cosignatures = await log.add_checkpoint(OTHER.request(old, size))
            note = Note(OTHER.checkpoint(size).encode(), cosignatures)
            assert note.cosigned_at(log.cosigners[0]) == int(now())
            assert log.taken(OTHER.id) == OTHER.statement(size)
        assert log.foreign(OTHER.id) is None
        assert log.waiting == 0  # no entry, not even the log's first

    run(directory, work)


def test_a_head_is_entered_once_and_cosigned_each_time(directory: Path) -> None:
    async def work(node: Node) -> None:
        log = node.log()
        await log.add_checkpoint(OTHER.request(0, 5))
        cosignatures, state = await log.submit_foreign(OTHER.request(5, 5))
        assert Note(OTHER.checkpoint(5).encode(), cosignatures).cosigned_at(log.cosigners[0])
        assert (state.statement, state.index) == (OTHER.statement(5), None)
        assert state.to_json() == {
            "state": "queued", "index": None, "size": 5, "root": OTHER.checkpoint(5).root.hex(),
        }  # fmt: skip
        await node.sequence()
        _, again = await log.submit_foreign(OTHER.request(5, 5))
        assert (again.index, again.to_json()["state"]) == (1, "sequenced")
        assert log.foreign(OTHER.id, 5) == again == log.foreign(OTHER.id)
        assert log.foreign(OTHER.id, 4) is None
        assert log.foreign(bytes(32)) is None
        assert log.waiting == 0
        await log.submit_foreign(OTHER.request(5, 9))
        assert log.waiting == 1

    run(directory, work)


def test_what_is_not_the_next_head_is_refused_with_the_size_that_was_taken(directory: Path) -> None:
    async def work(node: Node) -> None:
        log = node.log()
        assert await conflict(log, OTHER.request(4, 9)) == ("foreign.other-size", 0)
        await log.submit_foreign(OTHER.request(0, 9))
        for old, size in ((0, 9), (0, 12), (4, 12), (4, 7), (7, 7), (0, 3)):
            assert await conflict(log, OTHER.request(old, size)) == ("foreign.other-size", 9)
        assert log.taken(OTHER.id) == OTHER.statement(9)
        assert log.waiting == 2

    run(directory, work)


def test_refused_before_anything_is_kept(begin: Begin) -> None:
    thief, stranger = ForeignLog(seed=b"thief"), ForeignLog("stranger.example/log")
    directory = begin(foreign=foreign(OTHER.signer.verifier))
    own = sign_checkpoint(Checkpoint(ORIGIN, 5, bytes(32)), OTHER.signer)
    renamed = sign_checkpoint(Checkpoint(OTHER.signer.name, 5, bytes(32)), stranger.signer)
    cases = {
        b"": "foreign.malformed",
        b"old 0\n\nnothing of the kind": "foreign.malformed",
        b"old 00\n\n" + OTHER.head(5): "foreign.malformed",
        b"old 0\nAAAA\n\n" + OTHER.head(5): "foreign.malformed",
        WitnessRequest(0, (bytes(32),) * 64, OTHER.head(5)).encode(): "foreign.malformed",
        stranger.request(0, 5): "foreign.unknown-log",
        thief.request(0, 5): "foreign.unsigned",
        WitnessRequest(0, (), renamed).encode(): "foreign.unsigned",
        OTHER.request(0, 5).replace(b"\n5\n", b"\n6\n"): "foreign.unsigned",
        WitnessRequest(0, (), own).encode(): "foreign.own-log",
        WitnessRequest(6, (), OTHER.head(5)).encode(): "foreign.old-beyond-size",
    }

    async def work(node: Node) -> None:
        log = node.log()
        for body, code in cases.items():
            assert await refusal(log, body) == await refusal(log, body, enter=True) == code
        assert await refusal(log, OTHER.request(0, 0), enter=True) == "foreign.empty"
        assert log.taken(OTHER.id) is None

    run(directory, work)


def test_a_signature_that_does_not_verify_counts_as_none(begin: Begin) -> None:
    """A log with two keys, one of which was changed: the other still signs for it (tlog-witness)."""
    second = ForeignLog(seed=b"second")
    directory = begin(foreign=foreign(OTHER.signer.verifier, second.signer.verifier))
    text = OTHER.checkpoint(5).encode()
    bad, good = OTHER.signer.sign(text + "x"), second.signer.sign(text)

    async def work(node: Node) -> None:
        body = WitnessRequest(0, (), Note(text, (bad,)).encode()).encode()
        assert await refusal(node.log(), body) == "foreign.unsigned"
        await node.log().add_checkpoint(WitnessRequest(0, (), Note(text, (bad, good)).encode()).encode())

    run(directory, work)


def test_a_wrong_proof_accuses_nobody(directory: Path) -> None:
    async def work(node: Node) -> None:
        log = node.log()
        await log.submit_foreign(OTHER.request(0, 6))
        right = OTHER.proof(6, 11)
        wrong = [right[:-1], (*right, bytes(32)), (bytes(32), *right[1:]), (*right[:-1], bytes(32)), (), right[::-1]]
        for proof in wrong:
            body = WitnessRequest(6, proof, OTHER.head(11)).encode()
            assert await refusal(log, body) == "foreign.proof-fails"
        assert not log.forks
        assert log.taken(OTHER.id) == OTHER.statement(6)

    run(directory, work)


@pytest.mark.parametrize(
    ("taken", "body", "code"),
    [
        (9, FORKED.request(9, 9), "foreign.other-root"),
        (9, FORKED.request(0, 9), "foreign.other-root"),
        (9, FORKED.request(0, 5), "foreign.other-root"),  # entered before, and smaller
        (9, FORKED.request(9, 14), "foreign.proof-fails"),
    ],
)
def test_a_fork_is_kept_as_its_proof_and_not_anchored(
    taken: int, body: bytes, code: str, directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def before(node: Node) -> None:
        log = node.log()
        await log.submit_foreign(OTHER.request(0, 5))
        await log.submit_foreign(OTHER.request(5, taken))
        await node.sequence()
        for enter in (False, True, False):
            assert await refusal(log, body, enter=enter) == code
        (fork,) = log.forks
        raw = (directory / fork.file).read_bytes()
        assert fraud_proofs.parse(raw) == fork.proof
        checked = fork.proof.check({OTHER.signer.name: [OTHER.signer.verifier]})
        assert checked.code.name == "fraud-proof.holds"
        assert log.waiting == 0
        assert log.taken(OTHER.id) == OTHER.statement(taken)

    async def after(node: Node) -> None:
        assert [fork.found for fork in node.log().forks] == [1_000_000]
        await node.log().submit_foreign(OTHER.request(taken, 20))  # the history that was taken goes on

    run(directory, before)
    (line,) = (record.message for record in caplog.records if "forked" in record.message)
    assert line.startswith("another log forked, proof kept: log=other.example/log")
    run(directory, after)


def test_who_drops_the_proof_of_a_fork_is_refused_and_not_accused(directory: Path) -> None:
    """From a size that is a power of two the proof leaves out the older root, and may be anybody's."""

    async def work(node: Node) -> None:
        log = node.log()
        await log.submit_foreign(OTHER.request(0, 8))
        for body in (FORKED.request(8, 14), WitnessRequest(8, (), FORKED.head(14)).encode()):
            assert await refusal(log, body, enter=True) == "foreign.proof-fails"
        assert await conflict(log, FORKED.request(0, 14)) == ("foreign.other-size", 8)
        assert not log.forks

    run(directory, work)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.booleans(), st.booleans()), max_size=12))
def test_one_history_whatever_comes(requests: list[tuple[int, int, bool, bool]]) -> None:
    """What is cosigned and entered is one history, from a log that shows two."""
    import tempfile

    from tests.nodes import make_node
    from tests.nodes import settings as node_settings

    with tempfile.TemporaryDirectory() as scratch:
        directory = make_node(Path(scratch) / "node", node_settings(foreign=foreign(OTHER.signer.verifier)))

        async def work(node: Node) -> None:
            log, cosigned = node.log(), list[Checkpoint]()
            for old, size, forked, enter in requests:
                source = FORKED if forked else OTHER
                try:
                    body = source.request(old, size)
                    await (log.submit_foreign(body) if enter else log.add_checkpoint(body))
                except Refused:
                    continue
                cosigned.append(source.checkpoint(size))
            assert [one.size for one in cosigned] == sorted(one.size for one in cosigned)
            assert any(all(one == source.checkpoint(one.size) for one in cosigned) for source in (OTHER, FORKED))

        run(directory, work)


def test_many_origins_are_each_one_history_and_unknown_ones_leave_nothing(begin: Begin) -> None:
    known = [ForeignLog(f"log-{number}.example") for number in range(20)]
    strangers = [ForeignLog(f"stranger-{number}.example") for number in range(20)]
    directory = begin(foreign=foreign(*(one.signer.verifier for one in known)))

    async def work(node: Node) -> None:
        log = node.log()
        for number, one in enumerate(known):
            await log.add_checkpoint(one.request(0, number + 1))
        guard = (directory / GUARD).read_bytes()
        for stranger in strangers:
            assert await refusal(log, stranger.request(0, 5)) == "foreign.unknown-log"
        assert (directory / GUARD).read_bytes() == guard
        for number, one in enumerate(known):
            assert await conflict(log, one.request(0, 30)) == ("foreign.other-size", number + 1)
            await log.submit_foreign(one.request(number + 1, 30))
        assert log.waiting == 21

    run(directory, work)


# --- the guard ---------------------------------------------------------------------------------------------------------


def _lost(directory: Path) -> None:
    (directory / GUARD).unlink()


def _malformed(directory: Path) -> None:
    (directory / GUARD).write_text("{}")


def _another_origins(directory: Path) -> None:
    path = directory / GUARD
    path.write_text(path.read_text().replace('"other.example/log"', '"another.example/log"', 1))


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (_lost, "foreign.guard-missing"),
        (_malformed, "foreign.guard-malformed"),
        (_another_origins, "foreign.guard-malformed"),
    ],
)
def test_without_its_guard_nothing_is_taken_of_any_log(begin: Begin, harm: object, code: str) -> None:
    third = ForeignLog("third.example/log")
    directory = begin(foreign=foreign(OTHER.signer.verifier, third.signer.verifier))

    async def before(node: Node) -> None:
        await node.log().add_checkpoint(OTHER.request(0, 5))
        assert node.log().witness_problem is None

    async def after(node: Node) -> None:
        log = node.log()
        for body in (OTHER.request(5, 5), OTHER.request(5, 9), OTHER.request(0, 9), third.request(0, 5)):
            assert await refusal(log, body) == await refusal(log, body, enter=True) == code
        assert log.witness_problem is not None
        assert log.witness_problem.code.name == code
        await node.submit(b"{}", "json/1")  # the log itself goes on
        assert await node.sequence()

    run(directory, before)
    assert callable(harm)
    harm(directory)
    run(directory, after)


def test_an_old_guard_is_noticed(directory: Path) -> None:
    async def before(node: Node) -> None:
        await node.log().submit_foreign(OTHER.request(0, 5))
        shutil.copy(directory / GUARD, directory / "old")
        await node.log().submit_foreign(OTHER.request(5, 9))

    async def after(node: Node) -> None:
        for body in (OTHER.request(5, 9), OTHER.request(9, 12), OTHER.request(5, 5)):
            assert await refusal(node.log(), body, enter=True) == "foreign.guard-old"

    run(directory, before)
    shutil.copy(directory / "old", directory / GUARD)
    run(directory, after)


def test_an_old_database_does_not_take_a_head_twice(directory: Path) -> None:
    """The database was restored, and the guard was not: what was cosigned since is not forgotten."""

    async def before(node: Node) -> None:
        await node.log().add_checkpoint(OTHER.request(0, 5))

    async def later(node: Node) -> None:
        await node.log().add_checkpoint(OTHER.request(5, 9))

    async def after(node: Node) -> None:
        log = node.log()
        assert await conflict(log, FORKED.request(5, 11)) == ("foreign.other-size", 9)
        assert await refusal(log, FORKED.request(9, 11)) == "foreign.proof-fails"
        await log.add_checkpoint(OTHER.request(9, 9))

    run(directory, before)
    shutil.copy(directory / "logs/default.db", directory / "old.db")
    run(directory, later)
    for leftover in (directory / "logs").glob("default.db-*"):
        leftover.unlink()
    shutil.copy(directory / "old.db", directory / "logs/default.db")
    run(directory, after)


def test_another_key_in_the_settings_cosigns_nothing(directory: Path) -> None:
    async def before(node: Node) -> None:
        await node.log().add_checkpoint(OTHER.request(0, 5))

    async def after(node: Node) -> None:
        assert await refusal(node.log(), OTHER.request(5, 9)) == "foreign.guard-other-key"

    run(directory, before)
    key = directory / "keys/witness.key"
    key.write_text("5a" * 32)
    run(directory, after)


def test_a_frozen_log_takes_no_heads(directory: Path) -> None:
    async def before(node: Node) -> None:
        await node.log().submit_foreign(OTHER.request(0, 5))
        await node.sequence()

    async def after(node: Node) -> None:
        for call in (node.log().add_checkpoint, node.log().submit_foreign):
            with pytest.raises(Frozen):
                await call(OTHER.request(5, 9))

    run(directory, before)
    (directory / "guard/default").unlink()
    run(directory, after)


def test_each_log_takes_the_heads_of_its_own(begin: Begin) -> None:
    logs = [log_config(), log_config("motors", "log.example/motors")]
    directory = begin(logs=logs, foreign=(ForeignConfig(OTHER.signer.verifier, "motors"),))

    async def work(node: Node) -> None:
        assert await refusal(node.log(), OTHER.request(0, 5)) == "foreign.unknown-log"
        await node.log("motors").submit_foreign(OTHER.request(0, 5))
        between = sign_checkpoint(Checkpoint("log.example/motors", 5, bytes(32)), OTHER.signer)
        assert await refusal(node.log(), WitnessRequest(0, (), between).encode()) == "foreign.own-log"
        assert node.log("motors").foreign(log_id(OTHER.signer.name))

    run(directory, work)
