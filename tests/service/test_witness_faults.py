"""Witnesses that are hostile or away, a crash and a full disk: nothing is given that is not so, and nothing is held up."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.findings import Refused
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.notes import Cosigner, Note
from carbonseal.node.config import WitnessConfig
from carbonseal.node.witnessing.client import MAX_ANSWER
from carbonseal.passport.passports import parse
from carbonseal.service.health import health
from tests import nodes, virtual_time
from tests.node.running import in_background, opened
from tests.service.pairs import Pair, cosigned, record

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def test_what_was_signed_before_a_crash_is_no_alarm(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Killed with a head that the witness has cosigned, and that was not published: the guard knows of it."""
    pair = Pair(tmp_path, age=100.0, east=0)

    async def before() -> None:
        async with pair.served("east") as east, pair.served("west"):
            await record(east, 1)
            await east.sequence()
            await east.log().ask_witnesses()
            await record(east, 2)  # in the queue, durably

    async def killed() -> None:
        async with pair.served("east") as east, pair.served("west"):
            await east.sequence()
            await east.log().ask_witnesses()

    async def after() -> None:
        async with pair.served("east") as east, pair.served("west") as west:
            (client,) = east.log().witnesses
            async with in_background(east):
                await asyncio.sleep(60)
                assert (east.log().size, client.taken, client.problem, client.cosigned) == (2, 3, None, 0)
                assert health(east)["state"] == "ok"
                await asyncio.sleep(100)
                assert cosigned(east, west.log().cosigners[0])[0] == 3
                assert cosigned(east, west.log().cosigners[0])[1]

    virtual_time.run(before())
    shutil.copytree(tmp_path / "east", tmp_path / "crashed")
    virtual_time.run(killed())
    shutil.copytree(tmp_path / "east/guard", tmp_path / "crashed/guard", dirs_exist_ok=True)
    shutil.rmtree(tmp_path / "east")
    (tmp_path / "crashed").rename(tmp_path / "east")
    virtual_time.run(after())
    assert not [one for one in caplog.records if "not cosigned" in one.message]


@pytest.mark.parametrize("quorum", [0, 1])
def test_a_cosignature_counts_once_it_is_stored(tmp_path: Path, quorum: int, caplog: pytest.LogCaptureFixture) -> None:
    """The disk is full when it comes: the witness is asked for it again."""
    pair = Pair(tmp_path, east=quorum)
    published = tmp_path / "east/logs/default/checkpoint"

    async def go() -> None:
        async with pair.served("east") as east, pair.served("west") as west:
            await record(east, 1)
            if not quorum:
                await east.sequence()
                published.unlink()
            published.mkdir(parents=True)  # no file can be put there
            (client,) = east.log().witnesses
            if quorum:
                with suppress(OSError):
                    await east.sequence()
            for _ in range(2):
                await east.log().ask_witnesses()
                assert (client.cosigned, client.taken) == (0, 2)
            assert health(east)["logs"][0]["witnesses"][0]["size"] == 0
            published.rmdir()
            await east.log().ask_witnesses()
            assert client.cosigned == 2
            assert Note.parse(published.read_bytes()).cosigned_at(west.log().cosigners[0])
            assert cosigned(east, west.log().cosigners[0])[1]

    virtual_time.run(go())
    assert [one for one in caplog.records if "cosignature not stored: log=east.example/log size=2" in one.message]


def test_while_witnesses_are_away_passports_are_refreshed_with_what_is_published(tmp_path: Path) -> None:
    """But not where a revocation waits to be published: nobody is told that there is none."""
    pair = Pair(tmp_path, east=1)

    async def go() -> None:
        async with pair.served("east") as east:
            async with pair.served("west"):
                sealed = await east.submit(b"{}", "json/1")
                await east.sequence()
                records = [{"role": "footprint", "commitment": sealed.commitment.hex()}]
                raw = await east.issue({"issuer": "maker", "subject": "urn:example:reader", "records": records})
                await record(east, 2)
                await east.sequence()
            size = east.log().size
            await record(east, 3)
            refreshed = await east.refresh(raw)
            heads = [head.checkpoint for seal in parse(refreshed).seals.values() for head in seal.heads]
            assert max(Checkpoint.parse(Note.parse(head).text).size for head in heads) == size
            with pytest.raises(Refused, match="is not published"):
                await east.revoke(parse(raw).root)
            with pytest.raises(Refused, match="is not published"):
                await east.refresh(raw)
            async with pair.served("west"):
                lists = parse(await east.refresh(raw)).status_lists.values()
                assert any(one.signed.is_set(0) for one in lists)

    virtual_time.run(go())


# --- hostile witnesses -------------------------------------------------------------------------------------------------

WITNESS = Cosigner("hostile.example/witness", Ed25519PrivateKey.from_private_bytes(b"w" * 32))
THIEF = Cosigner("hostile.example/witness", Ed25519PrivateKey.from_private_bytes(b"t" * 32))


def _line(cosigner: Cosigner, text: str) -> bytes:
    return cosigner.sign(text, 1_800_000_000).encode().encode()


async def _text(request: web.Request) -> str:
    note = (await request.read()).partition(b"\n\n")[2]
    return Note.parse(note).text


async def another_key(request: web.Request) -> web.StreamResponse:
    """A cosignature by somebody else, under the witness's name."""
    return web.Response(body=_line(THIEF, await _text(request)))


async def another_head(request: web.Request) -> web.StreamResponse:
    """The witness's own cosignature, on another head."""
    return web.Response(body=_line(WITNESS, (await _text(request)).replace("\n2\n", "\n3\n")))


async def another_text(request: web.Request) -> web.StreamResponse:
    """The witness's own cosignature, on the head with more text below it: the empty line ends the head's."""
    text = await _text(request) + "\nmore\n"
    return web.Response(body=b"more\n\n" + _line(WITNESS, text))


async def no_date(request: web.Request) -> web.StreamResponse:
    """The witness's own cosignature, of a second beyond the year 9999."""
    return web.Response(body=WITNESS.sign(await _text(request), 1 << 62).encode().encode())


async def nothing(request: web.Request) -> web.StreamResponse:
    """Success, and no cosignature."""
    return web.Response(body=b"")


async def endless(request: web.Request) -> web.StreamResponse:
    """More than may be read."""
    return web.Response(body=b"x" * (MAX_ANSWER + 1))


async def elsewhere(request: web.Request) -> web.StreamResponse:
    """A redirect, which is not followed."""
    raise web.HTTPFound("/elsewhere")


async def another_size_each_time(request: web.Request) -> web.StreamResponse:
    """Sizes without end: from 0 to 1 and back."""
    old = (await request.read()).split(b"\n")[0]
    taken = b"1\n" if old == b"old 0" else b"0\n"
    return web.Response(body=taken, status=409, headers={"Content-Type": "text/x.tlog.size"})


async def another_root(request: web.Request) -> web.StreamResponse:
    """A conflict at the very size that is shown."""
    return web.Response(body=b"2\n", status=409, headers={"Content-Type": "text/x.tlog.size"})


async def no_size(request: web.Request) -> web.StreamResponse:
    """A conflict that tells no size."""
    return web.Response(text="sorry", status=409)


async def never(request: web.Request) -> web.StreamResponse:
    """No answer at all."""
    await asyncio.sleep(3600)
    return web.Response()


@pytest.mark.parametrize(
    ("handler", "code"),
    [
        (another_key, "witness.other-key"),
        (another_head, "note.signature-fails"),
        (another_text, "note.signature-fails"),
        (no_date, "witness.no-date"),
        (nothing, "note.without-signatures"),
        (endless, "witness.unreachable"),
        (elsewhere, "witness.refuses"),
        (another_size_each_time, "witness.refuses"),
        (another_root, "witness.other-root"),
        (no_size, "witness.refuses"),
        (never, "witness.unreachable"),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_a_hostile_witness_gives_nothing_and_holds_up_nothing(tmp_path: Path, handler: Handler, code: str) -> None:
    async def go() -> None:
        async with AsyncExitStack() as stack:
            app = web.Application()
            app.router.add_post("/add-checkpoint", handler)
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            witness = WitnessConfig(WITNESS.verifier, f"http://127.0.0.1:{runner.addresses[0][1]}")
            directory = nodes.make_node(tmp_path / "node", nodes.settings(witnesses=(witness,)))
            node = await stack.enter_async_context(opened(directory))
            await record(node, 1)
            await node.sequence()
            await node.log().ask_witnesses()
            (client,) = node.log().witnesses
            assert client.problem is not None
            assert client.problem.code.name == code
            assert health(node)["logs"][0]["witnesses"][0]["problem"]["code"] == code
            assert cosigned(node, WITNESS.verifier) == (2, None)

    virtual_time.run(go())
