"""The checks: one rule of `carbonseal.ledger` each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from carbonseal.findings import Outcome
from carbonseal.ledger import AttemptStatus, Evidence, Ledger, PermanentError
from carbonseal_adapters.conformance.subject import ROUNDS, Check, Subject, kept, stored


async def an_anchor_is_proved_offline(subject: Subject) -> None:
    async with _connected(subject) as ledger:
        anchor = subject.anchor()
        evidence = await ledger.evidence(*await subject.write(ledger, anchor))
        checked = subject.check(ledger, evidence, anchor.statement)
        assert checked.proved is not None, f"evidence does not hold: {[str(found) for found in checked.findings]}"
        assert checked.proved.publisher == subject.publisher, "evidence names another publisher"
        assert ledger.publisher in {"", subject.publisher}, "the adapter names another publisher"  # "" leaves it open
        assert {found.code.outcome for found in checked.findings} == {Outcome.SHOWN}, "sound evidence has findings"
        assert ledger.name.startswith(subject.verifier.scheme + ":"), "the verifier serves another scheme"


async def its_own_pins_are_a_policy(subject: Subject) -> None:
    """What `carbonseal init` writes into a template is a line that the verifier takes."""
    async with _connected(subject) as ledger:
        pins = await ledger.pins()
        assert subject.verifier.pin(ledger.name, pins) == subject.verifier.pin(ledger.name, subject.options)


async def preparing_sends_nothing(subject: Subject) -> None:
    async with _connected(subject) as ledger:
        anchor = subject.anchor()
        attempt = await ledger.prepare(anchor, [])
        await subject.progress()
        assert attempt.statement == anchor.statement
        assert (await ledger.follow([attempt])).status is AttemptStatus.MISSING, (
            "an attempt that was never sent is not missing"
        )
        assert await ledger.latest(anchor.statement.log_id) != anchor.statement


async def sending_again_is_success(subject: Subject) -> None:
    async with _connected(subject) as ledger:
        attempt = await ledger.prepare(subject.anchor(), [])
        attempt = await subject.send(ledger, attempt)
        attempt = await subject.send(ledger, attempt)
        await subject.until_final(ledger, [attempt])
        attempt = await subject.send(ledger, attempt)
        assert (await ledger.follow([attempt])).status is AttemptStatus.FINAL


async def a_restart_forgets_nothing(subject: Subject) -> None:
    """Everything that an adapter must remember is in what the outbox stores: texts and bytes, and nothing else."""
    anchor = subject.anchor()
    async with _connected(subject) as ledger:
        first = kept(await ledger.prepare(anchor, []))
    async with _connected(subject) as ledger:  # a crash came before it was sent
        second = kept(await ledger.prepare(anchor, [first]))
        assert second.slot == first.slot, "after a restart, two attempts for one anchor could both be included"
    async with _connected(subject) as ledger:
        second = await subject.send(ledger, second)
    async with _connected(subject) as ledger:
        seen = await subject.until_final(ledger, [second, first])
    async with _connected(subject) as ledger:
        spoken_of = next(attempt for attempt in (second, first) if attempt.id == seen.attempt)
        evidence = await ledger.evidence(spoken_of, seen)
        assert subject.check(ledger, evidence, anchor.statement).proved is not None


async def a_replacement_keeps_its_slot(subject: Subject) -> None:
    async with _connected(subject) as ledger:
        anchor = subject.anchor()
        first = await ledger.prepare(anchor, [])
        second = await ledger.prepare(anchor, [first])
        assert second.slot == first.slot, "two attempts for one anchor could both be included"
        second = await subject.send(ledger, second)
        seen = await subject.until_final(ledger, [second, first])
        assert seen.attempt in {first.id, second.id}
        await ledger.send(first)  # late: the anchor stands already


async def other_anchors_have_slots_of_their_own(subject: Subject) -> None:
    async with _connected(subject) as ledger:
        one, other = subject.anchor(), subject.anchor()
        first = await ledger.prepare(one, [])
        second = await ledger.prepare(other, [first])
        assert second.slot == "" or second.slot != first.slot, "one anchor's attempt would push out another anchor"
        first = await subject.send(ledger, first)
        second = await subject.send(ledger, second)
        await subject.until_final(ledger, [first])
        await subject.until_final(ledger, [second])


async def a_second_root_is_refused_for_ever(subject: Subject) -> None:
    async with _connected(subject) as ledger:
        anchor = subject.anchor()
        await subject.write(ledger, anchor)
        try:
            await ledger.send(await ledger.prepare(subject.contradiction(anchor), []))
        except PermanentError as never:
            assert never.reason, "a PermanentError without a reason"
            assert never.remedy, "a PermanentError without a remedy"
        else:
            raise AssertionError("a second root for one size was taken")


async def the_same_again_is_success(subject: Subject) -> None:
    async with _connected(subject) as ledger:
        anchor = subject.anchor()
        await subject.write(ledger, anchor)
        again = await subject.write(ledger, anchor)  # by a node that has lost its outbox
        evidence = await ledger.evidence(*again)
        assert subject.check(ledger, evidence, anchor.statement).proved is not None


async def what_is_included_is_proved_already(subject: Subject) -> None:
    """Evidence may be asked for before an anchor is final; what it rests on is for the verifier's trust to decide."""
    async with _connected(subject) as ledger:
        anchor = subject.anchor()
        attempt = await subject.send(ledger, await ledger.prepare(anchor, []))
        for _ in range(ROUNDS):
            seen = await ledger.follow([attempt])
            if seen.status in {AttemptStatus.INCLUDED, AttemptStatus.FINAL}:
                break
            await subject.progress()
        evidence = await ledger.evidence(attempt, stored(seen))
        assert subject.check(ledger, evidence, anchor.statement).proved is not None
        await subject.until_final(ledger, [attempt])


async def what_is_final_stays_final(subject: Subject) -> None:
    async with _connected(subject) as ledger:
        attempt = await subject.send(ledger, await ledger.prepare(subject.anchor(), []))
        first = await subject.until_final(ledger, [attempt])
        assert first.cost >= 0, "an anchor earns money"
        await subject.progress()
        again = await ledger.follow([attempt])
        assert (again.status, again.cost) == (AttemptStatus.FINAL, first.cost)
        if again.facts == first.facts:
            assert await ledger.evidence(attempt, stored(again)), "facts that were proved cannot be proved again"


async def money_and_patience_are_told(subject: Subject) -> None:
    async with _connected(subject) as ledger:
        assert ledger.replace_after is None or ledger.replace_after >= 0
        balance = await ledger.balance()
        assert balance is None or (balance.unit and balance.decimals >= 0 and balance.amount >= 0)


async def the_latest_anchor_is_the_largest(subject: Subject) -> None:
    async with _connected(subject) as ledger:
        smaller, larger = subject.anchor(), subject.anchor()
        await subject.write(ledger, larger)
        await subject.write(ledger, smaller)
        assert await ledger.latest(larger.statement.log_id) == larger.statement
        assert await ledger.latest(b"\xee" * 32) is None


async def evidence_proves_nothing_else(subject: Subject) -> None:
    async with _connected(subject) as ledger:
        anchor = subject.anchor()
        statement = anchor.statement
        evidence = await ledger.evidence(*await subject.write(ledger, anchor))
        for other in (
            subject.contradiction(anchor).statement,
            replace(statement, size=statement.size + 1),
            replace(statement, log_id=b"\xee" * 32),
        ):
            assert subject.check(ledger, evidence, other).proved is None, "evidence proves another statement"
        for unknown in (replace(evidence, version=evidence.version + 1), replace(evidence, type="no-such-type")):
            assert subject.check(ledger, unknown, statement).proved is None, "an unknown kind of evidence proves"
        pins, trust = subject.verifier.pin(ledger.name, subject.options), subject.trust(evidence)
        for spoiled in _spoiled(evidence):
            checked = subject.verifier.check(spoiled, statement, pins, trust)
            assert checked.proved is None, "changed bytes prove"
            assert checked.findings, "changed bytes are refused without a finding"


def _spoiled(evidence: Evidence) -> list[Evidence]:
    data = evidence.data
    cut = [data[:length] for length in range(0, len(data), max(1, len(data) // 40))]
    flipped = [data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :] for at in range(0, len(data), 7)]
    return [replace(evidence, data=changed) for changed in (*cut, *flipped, data + b"\0", data * 2)]


@asynccontextmanager
async def _connected(subject: Subject) -> AsyncIterator[Ledger]:
    ledger = await subject.connect()
    try:
        yield ledger
    finally:
        await ledger.close()


CHECKS: tuple[Check, ...] = (
    an_anchor_is_proved_offline,
    its_own_pins_are_a_policy,
    preparing_sends_nothing,
    sending_again_is_success,
    a_restart_forgets_nothing,
    a_replacement_keeps_its_slot,
    other_anchors_have_slots_of_their_own,
    a_second_root_is_refused_for_ever,
    the_same_again_is_success,
    what_is_included_is_proved_already,
    what_is_final_stays_final,
    money_and_patience_are_told,
    the_latest_anchor_is_the_largest,
    evidence_proves_nothing_else,
)
