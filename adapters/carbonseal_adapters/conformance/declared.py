"""Checks of what an adapter declares: each of `carbonseal.ledger.Capabilities`, both where it is there and where it is not."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from carbonseal.findings import Outcome
from carbonseal.ledger import AttemptStatus, Ledger, OvertakenError, PermanentError
from carbonseal_adapters.conformance.subject import Check, Stranger, Subject, connected


async def tells_publisher_is_true(subject: Subject) -> None:
    """Evidence names its publisher, and one publisher's anchors count for no other; or the capability is declared absent."""
    async with connected(subject) as ledger:
        if ledger.publisher == "":
            assert subject.stranger is None, "a ledger whose publisher is the log has no other publishers"
            anchor = subject.anchor()
            proved = subject.check(ledger, await subject.proved(ledger, anchor), anchor.statement).proved
            assert proved is not None, "evidence does not hold"
            assert proved.publisher == anchor.statement.log_id.hex(), "the publisher is not the log that was anchored"
            return
        assert subject.stranger is not None, "the kit needs another publisher (`Subject.stranger`)"
        async with connected(subject.stranger) as other:
            if ledger.capabilities.tells_publisher:
                await _strangers_do_not_count(subject, ledger, subject.stranger, other)
            else:
                anchor = subject.anchor()
                evidence = await subject.proved(other, anchor)
                assert subject.check(ledger, evidence, anchor.statement).proved, "an anchor by another does not count"


async def _strangers_do_not_count(subject: Subject, ledger: Ledger, stranger: Stranger, other: Ledger) -> None:
    anchor, later = subject.anchor(), subject.anchor()
    evidence = await subject.proved(other, anchor)
    checked = subject.check(ledger, evidence, anchor.statement)
    assert checked.proved is None, "an anchor by another publisher counts"
    assert {found.code.outcome for found in checked.findings} == {Outcome.NOTED}, "another publisher's anchor accuses"
    proved = subject.check(ledger, evidence, anchor.statement, options=stranger.options).proved
    assert proved is not None, "an anchor does not count under a policy that lists its publisher"
    assert proved.publisher == stranger.publisher, "evidence names another publisher"
    own = await subject.proved(ledger, anchor)  # beside the other's, for the same statement
    assert subject.check(ledger, own, anchor.statement).proved, "another's anchor takes the place of one's own"
    assert subject.check(ledger, own, anchor.statement, options=stranger.options).proved is None, (
        "an anchor counts under a policy that lists another publisher"
    )
    await subject.write(other, subject.contradiction(later))
    try:
        own = await subject.proved(ledger, later)
    except PermanentError as error:
        raise AssertionError(f"another publisher's root keeps one's own anchor out: {error}") from error
    assert subject.check(ledger, own, later.statement).proved, "another publisher's root hides one's own anchor"
    if ledger.capabilities.knows_latest:
        await subject.write(other, subject.anchor())
        assert await ledger.latest(later.statement.log_id) == later.statement, "`latest` speaks of another publisher"


async def refuses_second_root_is_true(subject: Subject) -> None:
    """A second root for one size is refused, by `PermanentError` with a remedy or by *refused*; or it was declared to be taken."""
    async with connected(subject) as ledger:
        anchor = subject.anchor()
        other = subject.contradiction(anchor)
        first = await subject.proved(ledger, anchor)
        try:
            attempt, seen = await subject.write(ledger, other)
        except PermanentError as error:
            assert ledger.capabilities.refuses_second_root, "a second root is refused, and was declared to be taken"
            assert error.reason, "a PermanentError has no reason"
            assert error.remedy, "a PermanentError has no remedy"
            return
        assert not ledger.capabilities.refuses_second_root, "a second root for one size was taken"
        for statement, evidence in ((anchor.statement, first), (other.statement, await ledger.evidence(attempt, seen))):
            assert subject.check(ledger, evidence, statement).proved, "two roots were taken, and one is not proved"


async def knows_latest_is_true(subject: Subject) -> None:
    """`latest` is the largest anchor whatever the order of writing, and None for a log that was never anchored."""
    smaller, larger = subject.anchor(), subject.anchor()
    async with connected(subject) as ledger:
        await subject.write(ledger, larger)
        with suppress(
            OvertakenError
        ):  # where the ledger keeps one history, and takes no smaller head after a larger one
            await subject.write(ledger, smaller)
    async with connected(subject) as ledger:
        expected = larger.statement if ledger.capabilities.knows_latest else None
        assert await ledger.latest(larger.statement.log_id) == expected, "`latest` is not what was declared"
        assert await ledger.latest(b"\xee" * 32) is None, "`latest` knows a log that was never anchored"


async def needs_money_is_true(subject: Subject) -> None:
    """An anchor costs something, and the balance goes down by that; or there is no balance."""
    async with connected(subject) as ledger:
        assert ledger.replace_after is None or ledger.replace_after >= 0, "replace_after is negative"
        before = await ledger.balance()
        _, seen = await subject.write(ledger, subject.anchor())
        after = await ledger.balance()
        if not ledger.capabilities.needs_money:
            assert before is None, "there is a balance, and anchors were declared to need no money"
            assert after is None, "there is a balance, and anchors were declared to need no money"
            assert seen.cost == 0, "an anchor costs something, and was declared to need no money"
            return
        assert before is not None, "anchors need money, and there is no balance"
        assert after is not None, "anchors need money, and there is no balance"
        assert before.unit, "the balance has no unit"
        assert before.decimals >= 0, "the balance has a negative number of decimals"
        assert after.amount >= 0, "the balance is negative"
        assert seen.cost > 0, "an anchor costs nothing, and was declared to need money"
        assert before.amount - after.amount >= seen.cost, "an anchor's cost is not taken from the balance"


async def can_be_asked_later_is_true(subject: Subject) -> None:
    """Without the bytes that `send` returned, a final anchor is still found; or those bytes are all that is known of it."""
    async with connected(subject) as ledger:
        attempt = await subject.send(ledger, await ledger.prepare(subject.anchor(), []))
        await subject.until_final(ledger, [attempt])
    async with connected(subject) as ledger:
        status = (await ledger.follow([replace(attempt, answer=b"")])).status
        if ledger.capabilities.can_be_asked_later:
            assert status is AttemptStatus.FINAL, f"without the answer to `send`, a final anchor is {status.value}"
        else:
            assert attempt.answer, "the answer to `send` is all that is known, and there is none"
            assert status is AttemptStatus.MISSING, f"without the answer to `send`, an anchor is {status.value}"


async def gives_time_is_true(subject: Subject) -> None:
    """Proofs have times, in seconds since 1970, that do not go back; or none has one."""
    async with connected(subject) as ledger:
        times: list[int | None] = []
        for anchor in (subject.anchor(), subject.anchor()):
            evidence = await subject.proved(ledger, anchor)
            proved = subject.check(ledger, evidence, anchor.statement).proved
            assert proved is not None, "evidence does not hold"
            times.append(proved.time)
        if not ledger.capabilities.gives_time:
            assert times == [None, None], "evidence has a time, and was declared to have none"
            return
        assert all(time is not None and time > 0 for time in times), "evidence has no time"
        assert sorted(times, key=lambda time: time or 0) == times, "a later anchor has an earlier time"


CHECKS: tuple[Check, ...] = (
    tells_publisher_is_true,
    refuses_second_root_is_true,
    knows_latest_is_true,
    needs_money_is_true,
    can_be_asked_later_is_true,
    gives_time_is_true,
)
