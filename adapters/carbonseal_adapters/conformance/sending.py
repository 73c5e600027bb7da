"""Checks of how anchors are prepared, sent and followed: one rule of `carbonseal.ledger.Ledger` each."""

from __future__ import annotations

from carbonseal.ledger import Anchor, AttemptStatus, Ledger, OutcomeUnknownError, Statement, TransientError
from carbonseal_adapters.conformance.subject import ROUNDS, Check, Subject, connected, kept, stored


async def preparing_sends_and_spends_nothing(subject: Subject) -> None:
    """`prepare` changes neither ledger nor balance, and an attempt that was never sent is *missing*."""
    async with connected(subject) as ledger:
        anchor = subject.anchor()
        before = await _state(ledger, anchor)
        attempt = kept(await ledger.prepare(anchor, []))
        assert attempt.statement == anchor.statement, "the attempt is for another statement"
        for _ in range(3):
            await subject.progress()
        assert await _state(ledger, anchor) == before, "preparing sends or spends"
    async with connected(subject) as ledger:  # one that does not remember what was prepared
        status = (await ledger.follow([attempt])).status
        assert status is AttemptStatus.MISSING, f"an attempt that was never sent is {status.value}"


async def sending_again_is_success(subject: Subject) -> None:
    """The same bytes sent again, before or after they are final, change nothing and raise nothing."""
    async with connected(subject) as ledger:
        anchor = subject.anchor()
        attempt = await subject.send(ledger, await ledger.prepare(anchor, []))
        attempt = await subject.send(ledger, attempt)
        await subject.until_final(ledger, [attempt])
        attempt = await subject.send(ledger, attempt)
        seen = stored(await ledger.follow([attempt]))
        assert seen.status is AttemptStatus.FINAL, f"sent again, a final anchor is {seen.status.value}"
        evidence = await ledger.evidence(attempt, seen)
        assert subject.check(ledger, evidence, anchor.statement).proved, "sent again, an anchor is not proved any more"


async def a_restart_forgets_nothing(subject: Subject) -> None:
    """Everything that an adapter must remember is in what the outbox stores: texts and bytes, and nothing else."""
    anchor = subject.anchor()
    async with connected(subject) as ledger:
        first = kept(await ledger.prepare(anchor, []))
    async with connected(subject) as ledger:  # a crash came before it was sent
        second = kept(await ledger.prepare(anchor, [first]))
        assert second.slot == first.slot, "after a restart, two attempts for one anchor could both be included"
    async with connected(subject) as ledger:
        second = await subject.send(ledger, second)
    async with connected(subject) as ledger:
        seen = await subject.until_final(ledger, [second, first])
    async with connected(subject) as ledger:
        observed = next(attempt for attempt in (second, first) if attempt.id == seen.attempt)
        evidence = await ledger.evidence(observed, seen)
        assert subject.check(ledger, evidence, anchor.statement).proved, "after a restart, an anchor is not proved"


async def a_replacement_keeps_its_slot(subject: Subject) -> None:
    """Two attempts for one anchor share a slot, so that a ledger takes one of them at most."""
    async with connected(subject) as ledger:
        anchor = subject.anchor()
        first = kept(await ledger.prepare(anchor, []))
        second = kept(await ledger.prepare(anchor, [first]))
        assert second.slot == first.slot, "two attempts for one anchor could both be included"
        second = await subject.send(ledger, second)
        seen = await subject.until_final(ledger, [second, first])
        assert seen.attempt in {first.id, second.id}, "the observation speaks of no attempt that was asked about"
        await ledger.send(first)  # late: the anchor is included already


async def other_anchors_have_slots_of_their_own(subject: Subject) -> None:
    """Attempts for two anchors do not exclude each other, also where the adapter was restarted in between."""
    one, other = subject.anchor(), subject.anchor()
    async with connected(subject) as ledger:
        first = kept(await ledger.prepare(one, []))
    async with connected(subject) as ledger:  # which knows of the first what the outbox stored
        second = kept(await ledger.prepare(other, [first]))
        assert second.id != first.id, "two attempts have one id"
        assert second.slot == "" or second.slot != first.slot, "one anchor's attempt would exclude another anchor's"
        first = await subject.send(ledger, first)
        second = await subject.send(ledger, second)
        await subject.until_final(ledger, [first])
        await subject.until_final(ledger, [second])


async def the_same_anchor_again_is_success(subject: Subject) -> None:
    """A node that has lost its outbox can write an anchor that is there already, and prove it."""
    async with connected(subject) as ledger:
        anchor = subject.anchor()
        await subject.write(ledger, anchor)
        evidence = await subject.proved(ledger, anchor)  # by a node that has lost its outbox
        assert subject.check(ledger, evidence, anchor.statement).proved, "an anchor that was there is not proved"


async def what_is_final_stays_final(subject: Subject) -> None:
    """A final anchor is final whenever it is asked about, costs no more, and can still be proved."""
    async with connected(subject) as ledger:
        attempt = await subject.send(ledger, await ledger.prepare(subject.anchor(), []))
        first = await subject.until_final(ledger, [attempt])
        for _ in range(3):
            await subject.progress()
        again = await ledger.follow([attempt], first.facts)
        assert (again.status, again.cost) == (AttemptStatus.FINAL, first.cost), f"a final anchor is now {again}"
        assert await ledger.evidence(attempt, stored(again)), "a final anchor cannot be proved any more"


async def an_outage_is_transient(subject: Subject) -> None:
    """While the ledger is down, its calls raise errors that let them be repeated; afterwards open anchors become final."""
    if subject.outage is None:
        return
    async with connected(subject) as ledger:
        anchor = subject.anchor()
        attempt = await subject.send(ledger, await ledger.prepare(anchor, []))
        waiting = kept(await ledger.prepare(subject.anchor(), [attempt]))
        failed = 0
        async with subject.outage():
            for call in (
                lambda: ledger.prepare(subject.anchor(), [attempt, waiting]),
                lambda: ledger.send(waiting),
                lambda: ledger.follow([attempt]),
                lambda: ledger.latest(anchor.statement.log_id),
                ledger.balance,
            ):
                try:
                    await call()
                except (TransientError, OutcomeUnknownError):
                    failed += 1
        assert failed, "with the ledger down, no call fails"
        for _ in range(ROUNDS):
            try:
                waiting = await subject.send(ledger, waiting)
                break
            except TransientError:  # a connection that was lost may take a moment
                await subject.progress()
        await subject.until_final(ledger, [attempt])
        await subject.until_final(ledger, [waiting])


async def _state(ledger: Ledger, anchor: Anchor) -> tuple[int | None, Statement | None]:
    """The balance and the latest anchor, as far as the ledger has them."""
    balance = await ledger.balance()
    return balance.amount if balance else None, await ledger.latest(anchor.statement.log_id)


CHECKS: tuple[Check, ...] = (
    preparing_sends_and_spends_nothing,
    sending_again_is_success,
    a_restart_forgets_nothing,
    a_replacement_keeps_its_slot,
    other_anchors_have_slots_of_their_own,
    the_same_anchor_again_is_success,
    what_is_final_stays_final,
    an_outage_is_transient,
)
