"""The adapter against a log that answers what it likes: answers are verified, and every failure is one that the outbox knows."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.findings import CarbonsealError, Refused
from carbonseal.ledger import (
    Anchor,
    AttemptStatus,
    OutcomeUnknownError,
    PermanentError,
    TransientError,
    UnreachableError,
)
from carbonseal.log.checkpoints import Checkpoint, sign_checkpoint
from carbonseal.log.notes import NoteSigner
from carbonseal_adapters.tlog.checking.evidence import VERIFIER, TlogPins
from carbonseal_adapters.tlog.sending.ledger import TlogLedger

from .hostile import (
    ANCHOR,
    ATTEMPT,
    HEAD,
    INDEX,
    ORIGIN,
    OURS,
    SIGNER,
    STATE,
    HostileLog,
    connected,
    fails,
    follow,
    proving,
    send,
    sending,
)


def test_the_truth_is_proved_by_a_handful_of_tiles(log: HostileLog) -> None:
    async def go() -> None:
        async with log.serving() as ledger:
            observation = await follow(ledger)
            assert observation.status is AttemptStatus.FINAL
            log.asked.clear()
            evidence = await ledger.evidence(ATTEMPT, observation)
            assert VERIFIER.check(evidence, ANCHOR.statement, TlogPins(SIGNER.verifier), ()).proved
            assert len(log.asked) <= 7
            assert await ledger.latest(ANCHOR.statement.log_id) == ANCHOR.statement

    asyncio.run(go())


def test_a_partial_tile_that_is_gone_is_read_from_the_full_one(log: HostileLog) -> None:
    partial = next(path for path in log.truth if path.startswith("/tile/1/001.p/"))
    body = log.truth.pop(partial)
    log.truth["/tile/1/001"] = body + bytes(8192 - len(body))
    try:
        asyncio.run(_prove(log))
        assert "/tile/1/001" in log.asked
    finally:
        log.truth[partial] = body
        del log.truth["/tile/1/001"]


async def _prove(log: HostileLog) -> None:
    async with log.serving() as ledger:
        await proving(ledger)


def test_nothing_is_prepared_against_another_root(log: HostileLog) -> None:
    log.answers[f"{STATE}/{HEAD.size}"] = web.Response(text='{"root":"' + "0" * 64 + '"}')
    assert isinstance(fails(log, lambda ledger: ledger.prepare(ANCHOR, ())), PermanentError)


def test_no_log_is_its_own_ledger(log: HostileLog) -> None:
    own = Checkpoint(ORIGIN, 1, bytes(32))
    error = fails(log, lambda ledger: ledger.prepare(Anchor(own.statement(), sign_checkpoint(own, SIGNER)), ()))
    assert isinstance(error, PermanentError)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, None), (202, None),
        (400, PermanentError), (403, PermanentError), (404, PermanentError), (409, PermanentError), (413, PermanentError),
        (422, PermanentError),
        (408, TransientError), (429, TransientError), (503, TransientError),
        (500, OutcomeUnknownError), (502, OutcomeUnknownError),
    ],
)  # fmt: skip
def test_what_an_answer_to_a_checkpoint_means(
    log: HostileLog, status: int, expected: type[CarbonsealError] | None
) -> None:
    body = b'{"code":"x.y","message":"because"}'
    log.answers["/foreign-anchors"] = web.Response(status=status, body=body)
    if expected is None:
        asyncio.run(send(log))
    else:
        error = fails(log, sending)
        assert type(error) is expected
        assert "because [x.y]" in str(error)
    assert log.asked == ["/foreign-anchors"]


def test_a_redirect_is_no_connection_and_says_where_it_leads(log: HostileLog) -> None:
    """No other call would succeed, and no anchor is to blame."""
    for path, act in (("/foreign-anchors", sending), (f"{STATE}/{HEAD.size}", follow)):
        log.answers[path] = web.Response(status=307, headers={"Location": "https://log.example/KEY"})
        error = fails(log, act)
        assert type(error) is UnreachableError
        assert "HTTP 307, a redirect to https://log.example, which is not followed" in str(error)
        assert "KEY" not in str(error)


def test_an_unknown_log_is_refused_with_a_remedy(log: HostileLog) -> None:
    log.answers["/foreign-anchors"] = web.Response(status=404, text='{"code":"foreign.unknown-log","message":"no key"}')
    error = fails(log, sending)
    assert isinstance(error, PermanentError)
    key = OURS.signer.verifier
    assert f'[[foreign]] key = "{key.name}+{key.key_id.hex()}+' in error.remedy


def test_a_log_that_cannot_be_reached_is_tried_again() -> None:
    async def go() -> None:
        listener = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        listener.close()
        await listener.wait_closed()
        ledger = await connected(f"tlog+http://user:SECRET@127.0.0.1:{port}/SECRET/logs/default")
        for act in (sending, follow, proving):
            with pytest.raises(TransientError, match=f"^http://127.0.0.1:{port}: ") as paused:
                await act(ledger)
            assert "SECRET" not in str(paused.value)
        await ledger.close()

    asyncio.run(go())


def test_a_connection_that_breaks_after_the_checkpoint_was_sent_leaves_it_unknown() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    async def go() -> None:
        listener = await asyncio.start_server(hang_up, "127.0.0.1", 0)
        async with listener:
            ledger = await connected(f"tlog+http://127.0.0.1:{listener.sockets[0].getsockname()[1]}")
            with pytest.raises(OutcomeUnknownError):
                await sending(ledger)
            with pytest.raises(TransientError):
                await follow(ledger)
            await ledger.close()

    asyncio.run(go())


@pytest.mark.parametrize(
    ("root", "more", "status"),
    [
        (HEAD.root, "", AttemptStatus.PENDING),
        (HEAD.root, ',"index":null', AttemptStatus.PENDING),
        (HEAD.root, ',"index":70000', AttemptStatus.PENDING),
        (bytes(32), ',"index":1', AttemptStatus.REFUSED),
    ],
    ids=["queued", "null", "beyond the checkpoint", "another root"],
)
def test_what_a_state_means(log: HostileLog, root: bytes, more: str, status: AttemptStatus) -> None:
    log.answers[f"{STATE}/{HEAD.size}"] = web.Response(text=f'{{"root":"{root.hex()}"{more}}}')

    async def go() -> None:
        async with log.serving() as ledger:
            assert (await follow(ledger)).status is status

    asyncio.run(go())


def test_an_anchor_that_the_log_does_not_know_is_missing(log: HostileLog) -> None:
    log.answers[f"{STATE}/{HEAD.size}"] = web.Response(status=404)

    async def go() -> None:
        async with log.serving() as ledger:
            assert (await follow(ledger)).status is AttemptStatus.MISSING

    asyncio.run(go())


@pytest.mark.parametrize("body", ["", "[]", "{", '"x"', '{"index":300}x', '{"root":"zz","index":"300"}', "\xff" * 9])
def test_a_state_that_is_none_is_not_believed(log: HostileLog, body: str) -> None:
    log.answers[f"{STATE}/{HEAD.size}"] = web.Response(body=body.encode("latin-1"))

    async def go() -> None:
        async with log.serving() as ledger:
            with suppress(TransientError):
                assert (await follow(ledger)).status is AttemptStatus.REFUSED

    asyncio.run(go())


def test_an_endless_answer_is_cut_off(log: HostileLog) -> None:
    log.answers["/checkpoint"] = web.Response(body=bytes(1 << 20))
    assert isinstance(fails(log, follow), TransientError)


def test_a_packed_answer_is_cut_off_too(log: HostileLog) -> None:
    response = web.Response(body=bytes(1 << 24))
    response.enable_compression(web.ContentCoding.gzip)
    log.answers["/checkpoint"] = response
    response.headers["Content-Encoding"] = "gzip"
    assert isinstance(fails(log, follow), TransientError)


@pytest.mark.parametrize("seed", [b"x" * 32, b"l" * 32], ids=["another key", "another size"])
def test_a_checkpoint_that_is_not_the_logs_own_is_not_believed(log: HostileLog, seed: bytes) -> None:
    signer = NoteSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(seed))
    note = sign_checkpoint(Checkpoint(ORIGIN, 301, bytes(32)), signer)
    log.answers["/checkpoint"] = web.Response(body=note)

    async def act(ledger: TlogLedger) -> None:
        observation = await follow(ledger)
        log.answers["/checkpoint"] = web.Response(body=note)
        await ledger.evidence(ATTEMPT, observation)

    assert isinstance(fails(log, act), TransientError)


def test_a_checkpoint_that_went_back_is_not_believed(log: HostileLog) -> None:
    async def act(ledger: TlogLedger) -> None:
        observation = await follow(ledger)
        log.answers["/checkpoint"] = web.Response(body=sign_checkpoint(Checkpoint(ORIGIN, 301, bytes(32)), SIGNER))
        await ledger.evidence(ATTEMPT, observation)

    assert isinstance(fails(log, act), TransientError)


@pytest.mark.parametrize("body", [b"", bytes(8192), bytes(31)], ids=["empty", "zeros", "cut off"])
def test_a_wrong_tile_proves_nothing(log: HostileLog, body: bytes) -> None:
    log.answers["/tile/0/001"] = web.Response(body=body)
    assert isinstance(fails(log, proving), TransientError)


def test_an_index_that_is_not_ours_proves_nothing(log: HostileLog) -> None:
    body = f'{{"root":"{HEAD.root.hex()}","index":{INDEX + 1}}}'
    log.answers[f"{STATE}/{HEAD.size}"] = web.Response(text=body)
    error = fails(log, proving)
    assert isinstance(error, TransientError)
    assert "tlog.not-included" in str(error)


@pytest.mark.parametrize(
    "body", ["{}", '{"size":0,"root":"' + "0" * 64 + '"}', '{"size":-1,"root":"00"}', '{"size":9,"root":9}']
)
def test_a_newest_anchor_that_is_none_is_not_believed(log: HostileLog, body: str) -> None:
    log.answers[STATE] = web.Response(text=body)
    assert isinstance(fails(log, lambda ledger: ledger.latest(ANCHOR.statement.log_id)), TransientError)


@pytest.mark.parametrize(
    "uri",
    [
        "tlog+http://",
        "tlog+ftp://host",
        "tlog+file:///etc",
        "",
        "tlog+http://host?key=SECRET",
        "http://host#f",
        "tlog+http://user:SECRET@host:99999/SECRET",
    ],
)
def test_an_address_that_is_none_is_refused(uri: str) -> None:
    with pytest.raises(Refused) as refused:
        asyncio.run(connected(uri))
    assert refused.value.finding.code.name == "tlog.malformed-endpoint"
    assert "SECRET" not in str(refused.value.finding)
