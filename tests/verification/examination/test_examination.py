"""Examination: bounded memory gives the same set, contradictions become fraud proofs, and what is known of logs decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Outcome, Verdict
from carbonseal.ledger import Evidence
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.codes import FRAUD_PROOF_HOLDS
from carbonseal.log.entries import ForeignAnchor, Heartbeat
from carbonseal.log.fraud_proofs import TwoEntries, TwoRoots, TwoSubtrees
from carbonseal.log.notes import Note, NoteSigner, Signature, with_signature
from carbonseal.log.proofs import TlogProof
from carbonseal.passport.seals import Head, SealedAnchor
from carbonseal.verification.examination import Collection, equivocations, prove
from carbonseal.verification.known_logs import verify_knowing
from carbonseal.verification.observing.log_facts import LogFacts, log_facts, log_keys
from carbonseal.verification.observing.observations import Source, check_lines, merge, rows
from carbonseal.verification.verify import verify
from tests.verification.examination.histories import TwoHistories, two_histories
from tests.verification.tampering import every_head
from tests.world import AT, ORIGIN, OTHER_ORIGIN, MemoryLog, World, codes, key


class MemoryRuns:
    """Runs in memory, for a collection that spills often."""

    def __init__(self) -> None:
        self.runs: list[list[bytes]] = []
        self.replaced = 0

    def write(self, lines: Iterable[bytes]) -> None:
        self.runs.append([*lines])

    def read(self) -> list[Iterator[bytes]]:
        return [iter(run) for run in self.runs]

    def replace(self, lines: Iterable[bytes]) -> None:
        self.runs = [[*lines]]
        self.replaced += 1


def row(number: int) -> tuple[bytes, bytes]:
    """One of forty rows: of ten places, two values each, two sources each."""
    value, source = number // 10 % 2, number // 20
    key = b'{"place":["subtree","log","0","%d"],"shows":"%s"' % (number % 10, b"%d" % value * 64)
    return key, b',"source":{"file":"%s","name":"n"}}\n' % (b"%d" % source * 64)


@given(st.lists(st.dictionaries(st.integers(0, 39), st.none(), max_size=6), max_size=12), st.integers(1, 20))
def test_spilling_changes_nothing(files: list[dict[int, None]], most: int) -> None:
    collection, whole = Collection(MemoryRuns(), most), Collection(MemoryRuns())
    for numbers in files:
        for number in numbers:
            collection.add(dict([row(number)]))
            whole.add(dict([row(number)]))
    lines = [*collection.lines()]
    assert lines == [*whole.lines()] == [*collection.lines()]
    assert lines == [*merge(sorted(b"".join(row(number)) for numbers in files for number in numbers))]


def test_many_runs_are_merged_into_one() -> None:
    runs = MemoryRuns()
    collection = Collection(runs, 1)
    for number in range(200):
        collection.add(dict([row(number % 40)]))
    assert runs.replaced == 3
    assert len(runs.runs) < 64
    assert len([*collection.lines()]) == 20


def examined(histories: TwoHistories) -> tuple[Collection, dict[str, LogFacts]]:
    keys = log_keys(histories.world.policy())
    collection, facts = Collection(MemoryRuns(), 5), {}
    for name, passport in (("a" * 64, histories.one), ("b" * 64, histories.other)):
        facts[name] = log_facts(passport, keys)
        collection.add(rows(facts[name], Source(name, name[:1])))
    return collection, facts


def test_two_roots_of_one_size_are_proved_by_the_observations_alone() -> None:
    histories = two_histories(0)
    collection, _ = examined(histories)
    found = equivocations(collection.lines())
    assert set(found) == {ORIGIN}
    proved = prove(found[ORIGIN], lambda _: None, log_keys(histories.world.policy()))
    assert proved is not None
    assert isinstance(proved[0].contradiction, TwoRoots)
    assert proved[1].code.name == "log.fraud"
    assert found[ORIGIN].finding().code.name == "log.contradiction"


def test_two_sizes_are_proved_by_what_the_files_show() -> None:
    histories = two_histories(1)
    collection, facts = examined(histories)
    equivocation = equivocations(collection.lines())[ORIGIN]
    keys = log_keys(histories.world.policy())
    assert prove(equivocation, lambda _: None, keys) is None
    assert prove(equivocation, lambda source: facts[source.file], {}) is None
    proved = prove(equivocation, lambda source: facts[source.file], keys)
    assert proved is not None
    assert isinstance(proved[0].contradiction, TwoSubtrees | TwoEntries)
    assert proved[0].check(keys).code is FRAUD_PROOF_HOLDS


def test_nothing_is_found_among_honest_files() -> None:
    world = World()
    keys = log_keys(world.policy())
    collection = Collection(MemoryRuns(), 7)
    for number in range(8):
        passport = world.passport(name=f"part {number}")
        collection.add(rows(log_facts(passport, keys), Source(f"{number:064d}", "n")))
    assert equivocations(collection.lines()) == {}
    assert [*check_lines([b'{"carbonseal":"observations/1"}\n', *collection.lines()])] == [*collection.lines()]


def test_a_log_with_a_fraud_proof_counts_for_nothing_as_a_ledger() -> None:
    world = World()
    passport = world.passport()
    policy, trust = world.policy(), world.trust()
    facts = log_facts(passport, log_keys(policy))
    fraud = FRAUD_PROOF_HOLDS(origin=OTHER_ORIGIN, one=1, other=2, what="two roots")
    assert verify_knowing(passport, policy, trust, at=AT, facts=facts, known={}).verdict is Verdict.VERIFIED
    report = verify_knowing(passport, policy, trust, at=AT, facts=facts, known={OTHER_ORIGIN: [fraud]})
    assert report.verdict is Verdict.UNDETERMINED
    assert "ledger.fraud" in codes(report)
    sealing = verify_knowing(passport, policy, trust, at=AT, facts=facts, known={ORIGIN: [fraud]})
    assert sealing.verdict is Verdict.REJECTED
    other = verify_knowing(passport, policy, trust, at=AT, facts=facts, known={"log.example/3": [fraud]})
    assert other.verdict is Verdict.VERIFIED


def test_one_passport_that_shows_both_histories() -> None:
    """No seal has two heads, no two heads have one size, and no index two entries: the subtrees differ."""
    histories = two_histories(1)
    record = next(iter(histories.one.records))
    both = replace(histories.one, seals={**histories.one.seals, record: histories.other.seals[record]})
    report = histories.world.verify(both)
    assert report.verdict is Verdict.REJECTED
    assert {finding.code.name for finding in report.findings if finding.code.outcome is Outcome.REJECTED} == {
        "log.equivocation"
    }


def test_one_passport_that_shows_both_histories_of_a_ledger() -> None:
    """Both anchors lead to a checkpoint that the other log signed, of one size: neither counts."""
    world = World()
    passport = world.passport()

    def anchored_twice(head: Head) -> Head:
        statement = Checkpoint.parse(Note.parse(head.checkpoint).text).statement()
        fork = MemoryLog(OTHER_ORIGIN)
        fork.encoded = [Heartbeat(7).encode(), ForeignAnchor(statement).encode()]
        proof = TlogProof(1, fork.inclusion(1, fork.size), fork.head(fork.size))
        evidence = Evidence("tlog-proof", 1, proof.encode())
        return replace(head, anchors=(*head.anchors, SealedAnchor(f"tlog:{OTHER_ORIGIN}", evidence)))

    assert world.verify(passport).verdict is Verdict.VERIFIED
    report = world.verify(every_head(passport, anchored_twice))
    assert report.verdict is Verdict.UNDETERMINED
    assert {"ledger.fraud", "ledger-quorum.unmet"} <= codes(report)


def test_a_line_that_a_holder_adds_hides_no_history() -> None:
    """A log that seals with one key and is a ledger with another: whoever hands its head on adds a line of the other key."""
    histories = two_histories(1)
    other = NoteSigner(ORIGIN, key("the log's second")).verifier
    policy = histories.world.policy(peer=f"ledger peer tlog:{ORIGIN} key={other.encode()}")

    def with_a_line(head: Head) -> Head:
        line = Signature(ORIGIN, other.key_id, bytes(64))
        return replace(head, checkpoint=with_signature(head.checkpoint, line))

    changed = every_head(histories.other, with_a_line)
    assert verify(changed, policy, histories.world.trust(), at=AT).verdict is Verdict.VERIFIED
    collection = Collection(MemoryRuns())
    for name, passport in (("a" * 64, histories.one), ("b" * 64, changed)):
        collection.add(rows(log_facts(passport, log_keys(policy)), Source(name, name[:1])))
    assert set(equivocations(collection.lines())) == {ORIGIN}
