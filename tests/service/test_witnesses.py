"""A node's witnesses, over HTTP: cosignatures go into its heads; without them it goes on, or waits for its quorum."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.findings import Refused
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.notes import Cosigner, Note, VerifierKey
from carbonseal.log.proofs import TlogProof
from carbonseal.node import failpoints
from carbonseal.node.config import IssuerConfig, WitnessConfig
from carbonseal.node.node import Node
from carbonseal.node.secrets import make_key, open_signer, verifier_of
from carbonseal.node.witnessing.client import MAX_ANSWER
from carbonseal.passport.passports import parse
from carbonseal.service.app import serving
from carbonseal.service.health import health
from carbonseal_adapters.tlog.checking.evidence import VERIFIER
from carbonseal_adapters.tlog.sending.ledger import connect
from tests import nodes, virtual_time
from tests.foreign_logs import ForeignLog
from tests.node import driver
from tests.node.running import in_background, opened
from tests.service.nodes import free_port

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Pair:
    """East and west: each has the other's keys. A test decides which is a witness of which."""

    def __init__(self, path: Path, *, age: float = 1.0, **quorums: int) -> None:
        """`quorums` names those that ask the other: how many cosignatures a head of theirs waits for. Entries wait `age` seconds
        for a batch."""
        self.path = path
        self.ports = {name: free_port() for name in ("east", "west")}
        logs = {
            name: nodes.log_config(origin=f"{name}.example/log", quorum=quorums.get(name, 0)) for name in self.ports
        }
        made = {name: nodes.settings(log) for name, log in logs.items()}
        for name, one in made.items():
            for uri in (logs[name].key, one.cosigner.key):
                make_key(path / name / uri.removeprefix("file:"))
        for name, other in (("east", "west"), ("west", "east")):
            changes: dict[str, object] = {
                "foreign": nodes.foreign(verifier_of(logs[other].origin, logs[other].key, path / other)),
                "issuers": (IssuerConfig("maker", f"did:web:{name}.example", "file:keys/issuer.key"),),
            }
            if name in quorums:
                cosigner = made[other].cosigner
                key = Cosigner(cosigner.name, open_signer(cosigner.key, path / other)).verifier
                url = f"http://127.0.0.1:{self.ports[other]}/v1/logs/default"
                changes["witnesses"] = (WitnessConfig(key, url),)
            nodes.make_node(path / name, nodes.settings(logs[name], batch_age=age, **changes))

    @asynccontextmanager
    async def served(self, name: str) -> AsyncIterator[Node]:
        """One of the two, served; nothing happens in the background."""
        async with opened(self.path / name) as node, serving(node, port=self.ports[name]):
            yield node


def cosigned(node: Node, by: VerifierKey) -> tuple[int, int | None]:
    """The size of the published head, and when it was cosigned."""
    raw = node.log().checkpoint()
    assert raw is not None
    note = Note.parse(raw)
    assert raw == node.log().head(node.log().size).note
    return Checkpoint.parse(note.text).size, note.cosigned_at(by)


async def record(node: Node, number: int) -> None:
    await node.submit(b'{"record": %d}' % number, "json/1")


def test_cosignatures_go_into_heads_and_seals(tmp_path: Path) -> None:
    pair = Pair(tmp_path, east=0)

    async def go() -> None:
        async with pair.served("east") as east, pair.served("west") as west:
            witness = west.log().cosigner
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
                size, time = cosigned(east, west.log().cosigner)
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
                assert cosigned(east, west.log().cosigner)[1]
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
                assert Note.parse(east.log().head(size).note).cosigned_at(west.log().cosigner)
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
            assert Note.parse(head.note).cosigned_at(west.log().cosigner)
            assert east.log().size == guarded["size"] + 1

    virtual_time.run(go())


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
                assert cosigned(east, west.log().cosigner)[0] == 3
                assert cosigned(east, west.log().cosigner)[1]

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
            assert Note.parse(published.read_bytes()).cosigned_at(west.log().cosigner)
            assert cosigned(east, west.log().cosigner)[1]

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
            assert note.cosigned_at(east.log().cosigner)
            pins = VERIFIER.pin(ledger.name, {"key": west.log().verifier.encode()})
            assert VERIFIER.check(evidence, other.statement(5), pins, ()).proved

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
