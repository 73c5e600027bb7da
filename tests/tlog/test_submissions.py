"""Attempts at another log: what they hand over, and what becomes of them where other heads were taken meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from aiohttp import web

from carbonseal.ledger import (
    Attempt,
    AttemptStatus,
    OvertakenError,
    PermanentError,
)
from carbonseal_adapters.tlog.sending.submission import Submission
from tests.foreign_logs import ForeignLog

from .hostile import ANCHOR, ATTEMPT, OURS, STATE, TAKEN, HostileLog, conflict, fails, send, sending, taken


def test_an_attempt_is_the_signed_checkpoint_with_proofs(log: HostileLog) -> None:
    """From what was taken, and from what other attempts may bring before it arrives."""

    async def go() -> None:
        async with log.serving() as ledger:
            log.answers[TAKEN] = taken(4)
            assert await ledger.prepare(ANCHOR, ()) == ATTEMPT
            log.answers[TAKEN] = taken(4)
            earlier = [Attempt(OURS.statement(size), "", "", b"") for size in (2, 6, 9, 12)]
            stranger = Attempt(ForeignLog().statement(7), "", "", b"")
            payload = Submission.parse((await ledger.prepare(ANCHOR, [*earlier, stranger])).payload)
            assert payload.checkpoint == ANCHOR.checkpoint
            assert dict(payload.proofs) == {4: OURS.proof(4, 9), 6: OURS.proof(6, 9), 9: ()}
            assert dict(Submission.parse((await ledger.prepare(ANCHOR, ())).payload).proofs) == {0: (), 9: ()}

    asyncio.run(go())


def test_what_the_log_took_meanwhile_is_continued(log: HostileLog) -> None:
    """The proof that it asks for is sent at once where the attempt has it; else another attempt is made."""

    async def go() -> None:
        async with log.serving() as ledger:
            log.answers["/foreign-anchors"] = conflict(9)
            log.truth["/foreign-anchors"] = b"{}"
            assert await ledger.send(ATTEMPT) == b""
            assert log.asked == ["/foreign-anchors"] * 2
            log.answers["/foreign-anchors"], log.answers[f"{STATE}/9"] = conflict(7), web.Response(status=404)
            answer = await ledger.send(ATTEMPT)
            assert answer == b"taken 7"
            log.answers[f"{STATE}/9"] = web.Response(status=404)
            seen = await ledger.follow([replace(ATTEMPT, answer=answer)])
            assert seen.status is AttemptStatus.REFUSED

    try:
        asyncio.run(go())
    finally:
        del log.truth["/foreign-anchors"]


def test_a_larger_head_that_was_taken_overtakes_an_anchor(log: HostileLog) -> None:
    log.answers |= {TAKEN: taken(12), f"{STATE}/9": web.Response(status=404)}
    assert isinstance(fails(log, lambda ledger: ledger.prepare(ANCHOR, ())), OvertakenError)
    log.answers |= {"/foreign-anchors": conflict(12), f"{STATE}/9": web.Response(status=404)}
    assert isinstance(fails(log, sending), OvertakenError)
    log.answers["/foreign-anchors"] = conflict(12)
    asyncio.run(send(log))  # it is entered already
    log.answers[TAKEN] = taken(12)
    asyncio.run(_prepare(log))


async def _prepare(log: HostileLog) -> None:
    async with log.serving() as ledger:
        await ledger.prepare(ANCHOR, ())


def test_another_root_that_was_taken_is_a_conflict(log: HostileLog) -> None:
    log.answers |= {TAKEN: taken(9, bytes(32)), f"{STATE}/9": web.Response(status=404)}
    assert type(fails(log, lambda ledger: ledger.prepare(ANCHOR, ()))) is PermanentError
    for size in (9, 4):
        log.answers |= {"/foreign-anchors": conflict(size), f"{STATE}/9": web.Response(text='{"root":"00"}')}
        assert type(fails(log, sending)) is PermanentError
