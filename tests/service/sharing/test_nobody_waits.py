"""Nobody waits for somebody else's request: worker processes read and verify, and what a client holds is its share."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import json
import os
import signal
import socket
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson
import pytest

from carbonseal.node.access.callers import OPERATOR, Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import NewToken
from carbonseal.node.config import SignerConfig
from carbonseal.node.issuance.conformity import statement_tables
from carbonseal.node.node import Node
from carbonseal.node.working.config import passports_usually, processors
from carbonseal.records.strict import parse
from carbonseal.service.app import serving
from carbonseal.service.context import USUAL, Bounds
from tests.node.issuance.stating import ACCREDITOR, BODY, accreditation_request, multikey, statement_request, subject
from tests.service.nodes import make_node

RECORDS = "/v1/records?profile=json/1"
JSON = {"Content-Type": "application/json"}
NDJSON = {"Content-Type": "application/x-ndjson"}
Act = Callable[[Node, aiohttp.ClientSession], Awaitable[None]]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("node")
    maker = SignerConfig("maker", "did:web:maker.example", "file:keys/maker.key")
    make_node(directory, issuers=[maker], bodies=[BODY], accreditors=[ACCREDITOR])
    return directory


@dataclass(frozen=True)
class Served:
    """A node with worker processes: each takes half a second of CPU to start. It lives on from test to test."""

    runner: asyncio.Runner
    node: Node
    url: str

    def run(self, act: Act) -> None:
        async def go() -> None:
            async with aiohttp.ClientSession(self.url) as session:
                await act(self.node, session)

        self.runner.run(go())


@pytest.fixture(scope="module")
def here(directory: Path) -> Iterator[Served]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def begin() -> Served:
            node = await stack.enter_async_context(Node.open(directory, workers=True))
            return Served(runner, node, await stack.enter_async_context(serving(node)))

        yield runner.run(begin())
        runner.run(stack.aclose())


def run_alone(directory: Path, act: Act, bounds: Bounds = USUAL) -> None:
    """With a node that reads in its own process."""

    async def go() -> None:
        async with (
            Node.open(directory) as node,
            serving(node, bounds=bounds) as url,
            aiohttp.ClientSession(url) as session,
        ):
            await act(node, session)

    asyncio.run(go())


def forbid_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, nothing of a client's is read: it would be on the loop, or hold the interpreter's lock beside it."""

    def forbidden(*_args: object, **_kwargs: object) -> Any:
        raise AssertionError(f"read in the node's process {os.getpid()}")

    for place in (
        "carbonseal.node.admission.documents.admit",
        "carbonseal.records.canonical.read",
        "carbonseal.node.issuance.refreshing.parse_file",
        "carbonseal.node.issuance.refreshing.objections",
        "carbonseal.node.issuance.issue_desk.parse_json",
        "carbonseal.node.issuance.issue_desk.parse_value",
        "carbonseal.node.issuance.issue_desk.objections",
        "carbonseal.node.issuance.issue_desk.warnings",
        "carbonseal.node.issuance.conformity.desks.read_accreditation",
        "carbonseal.node.issuance.conformity.desks.parse_accreditation",
        "carbonseal.node.issuance.conformity.desks.assemble_statement",
        "carbonseal.node.issuance.conformity.desks.assemble_accreditation",
        "carbonseal.node.issuance.conformity.desks.requests.STATEMENT_REQUEST_SHAPE",
        "carbonseal.node.issuance.conformity.desks.requests.ACCREDITATION_REQUEST_SHAPE",
        "carbonseal.node.issuance.drafts.envelopes.jcs",
        "carbonseal.node.jobs.export_requests.WANTED",
    ):
        monkeypatch.setattr(place, forbidden)


async def passport_of(node: Node) -> bytes:
    receipt = await node.submit(json.dumps({"kilograms": "1.00"}).encode(), "json/1")
    listed = [{"role": "footprint", "commitment": receipt.commitment.hex()}]
    return await node.issue({"issuer": "maker", "subject": "urn:example:cell", "records": listed})


def test_what_a_client_sends_is_read_by_worker_processes(here: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        passport = await passport_of(node)
        forbid_here(monkeypatch)
        async with session.post(RECORDS, data=b'{"one": 1}', headers=JSON) as response:
            assert response.status == 201
        async with session.post(RECORDS, data=b'{"one": ', headers=JSON) as response:
            assert (response.status, (await response.json())["code"]) == (400, "json.truncated")
        async with session.post(RECORDS, data=b'{"one": 1}\n{"two": }\n', headers=NDJSON) as response:
            lines = [json.loads(line) async for line in response.content]
        assert ["receipt" in line for line in lines] == [True, False, False]
        assert lines[-1] == {"end": {"taken": 1, "refused": 1}}
        async with session.post("/v1/passports/refresh", data=passport, headers=JSON) as response:
            assert response.status == 200
            assert set(await response.json()) >= set(json.loads(passport))
        async with session.post("/v1/passports/refresh", data=b"[" * 1000, headers=JSON) as response:
            assert (response.status, (await response.json())["code"]) == (422, "json.too-deep")
        share = {"quantity": "2", "unit": "piece", "per": {"amount": "1", "unit": "piece"}, "basis": "listed"}
        records = [{"role": "footprint", "commitment": (await _stored(session)).hex()}]
        wanted = {"issuer": "maker", "subject": "urn:example:pack", "records": records}
        wanted["components"] = [{"passport": json.loads(passport), **share}]
        async with session.post("/v1/passports", data=json.dumps(wanted), headers=JSON) as response:
            assert response.status == 201, await response.text()
            assert len((await response.json())["credentials"]) == 2
        async with session.post("/v1/passports", data=b'{"issuer": ', headers=JSON) as response:
            assert (response.status, (await response.json())["code"]) == (400, "json.truncated")

    here.run(act)


def test_what_is_long_is_read_by_worker_processes_and_handed_out_as_it_is(
    here: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists of operations, an export's credentials, the files that join one which is refreshed; a file in an answer is bytes."""
    read = orjson.loads

    def short(raw: bytes) -> Any:
        assert len(raw) < 65_536, f"read in the node's process {os.getpid()}"
        return read(raw)

    in_portions = statement_tables._some

    def beside_the_loop(values: Iterable[bytes]) -> Iterator[list[bytes]]:
        assert threading.current_thread() is not threading.main_thread(), "asked of the database on the loop"
        return in_portions(values)

    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        unknown, others = ([hashlib.sha256(b"%d %d" % (one, at)).digest() for at in range(1_000)] for one in (1, 2))
        passport = await passport_of(node)
        [footprint] = json.loads(passport)["records"]
        stated = statement_request(subject([bytes.fromhex(footprint), *unknown]), attach=True)
        forbid_here(monkeypatch)
        monkeypatch.setattr("carbonseal.service.operations.reading.parse", None)
        monkeypatch.setattr(orjson, "loads", short)
        monkeypatch.setattr(statement_tables, "_some", beside_the_loop)
        looked_up = Counter[int]()
        find = node.logs.find_all
        monkeypatch.setattr(node.logs, "find_all", lambda *all: looked_up.update([len(all)]) or find(*all))
        async with session.post("/v1/statements/issue", data=json.dumps(stated), headers=JSON) as response:
            assert response.status == 200, await response.text()
            file = (await response.json())["file"]
        assert looked_up.total() < 20 and looked_up[1_001]  # not one by one
        named = {"statement": next(iter(file["statements"]))}
        drafted = {"kind": "statement", "request": {**stated, "credentialSubject": subject(others)}}
        for body, answered in (
            (json.dumps({"credentials": ["f" * 64] * 3_000}), (200, "export")),
            (json.dumps({"credentials": [1.5] * 3_000}), (400, "access.malformed")),
        ):
            async with session.post("/v1/jobs/export", data=body, headers=JSON) as response:
                said = await response.json()
                assert (response.status, said.get("kind") or said["code"]) == answered
        async with session.post(
            "/v1/records/states", data=json.dumps({"commitments": [1] * 9_000}), headers=JSON
        ) as response:
            assert (response.status, (await response.json())["code"]) == (400, "access.malformed")
        async with session.post("/v1/passports/refresh", data=passport, headers=JSON) as response:
            assert [*(await response.json())["statements"]] == [named["statement"]]
        monkeypatch.setattr("carbonseal.service.operations.reading.parse", parse)  # what is short
        async with session.post("/v1/statements/export", data=json.dumps(named), headers=JSON) as response:
            assert (await response.json())["file"]["statements"] == file["statements"]
        async with session.post("/v1/drafts/prepare", data=json.dumps(drafted), headers=JSON) as response:
            assert response.status == 200, await response.text()
            number = (await response.json())["draft"]["number"]
        async with session.post("/v1/drafts/show", data=json.dumps({"draft": number}), headers=JSON) as response:
            assert (await response.json())["request"] == drafted["request"]

    here.run(act)


async def _stored(session: aiohttp.ClientSession) -> bytes:
    async with session.post(RECORDS, data=b'{"kilograms": "2.00"}', headers=JSON) as response:
        return bytes.fromhex((await response.json())["commitment"])


def test_health_is_answered_while_large_requests_come_slowly_and_wait_to_be_read(
    here: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However large and slow: nothing of them is read here, and each has its answer in the end."""

    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        granted = accreditation_request(multikey(here.node.directory))
        accreditation = json.loads(await node.accreditations.issue(granted, OPERATOR))
        stated = statement_request(subject([await _stored(session)]), accreditations=[accreditation])
        forbid_here(monkeypatch)
        large = {"padding": "x" * (4 << 20)}
        bodies = [
            ("/v1/statements/issue", stated, 200),
            ("/v1/accreditations/issue", granted, 200),
            ("/v1/drafts/prepare", {"kind": "accreditation", "request": granted}, 200),
            ("/v1/drafts/prepare", {"kind": "statement", "request": {**stated, **large}}, 400),
            ("/v1/statements/issue", {**stated, **large}, 400),
            ("/v1/accreditations/issue", large, 400),
        ]
        all_sent = [asyncio.Event() for _ in bodies]

        async def slowly(body: bytes, sent: asyncio.Event) -> AsyncIterator[bytes]:
            for start in range(0, len(body), 1 << 20):
                async with session.get("/health") as response:
                    assert response.status == 200
                yield body[start : start + (1 << 20)]
            sent.set()

        async with every_worker_busy(node):
            waiting = [
                asyncio.create_task(session.post(path, data=slowly(json.dumps(body).encode(), sent), headers=JSON))
                for (path, body, _), sent in zip(bodies, all_sent, strict=True)
            ]
            await asyncio.gather(*(sent.wait() for sent in all_sent))
            for _ in range(20):
                async with session.get("/health") as response:
                    assert response.status == 200
            assert not any(one.done() for one in waiting)
        for (path, _, status), one in zip(bodies, waiting, strict=True):
            async with await one as response:
                assert response.status == status, (path, await response.text())

    here.run(act)


def test_records_go_on_while_every_worker_for_passports_is_busy(here: Served) -> None:
    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        async with every_worker_busy(node):
            waiting = asyncio.create_task(session.post("/v1/passports/refresh", data=b"{}", headers=JSON))
            async with session.post(RECORDS, data=b'{"still": "taken"}', headers=JSON) as response:
                assert response.status == 201
            async with session.get("/health") as response:
                assert response.status == 200
            assert not waiting.done()
        assert (await waiting).status == 422

    here.run(act)


@asynccontextmanager
async def every_worker_busy(node: Node) -> AsyncIterator[None]:
    """Those for passports, and what is like them, each with a client of its own."""
    async with AsyncExitStack() as busy:
        for client in range(passports_usually(processors())):
            await busy.enter_async_context(node.work.large(f"client {client}", _Nothing))
        yield


class _Nothing:
    def __init__(self, ask: Callable[..., Any]) -> None:
        pass


def test_a_worker_that_is_killed_loses_and_doubles_nothing(here: Served) -> None:
    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        await node.submit(b'{"the log": "has begun"}', "json/1")
        before = node.log().waiting
        lines = [b'{"line": %d}\n' % number for number in range(2000)]

        async def stream() -> AsyncIterator[bytes]:
            for number, line in enumerate(lines):
                if number == 1000:
                    os.kill(await node.work.small("killer", os.getpid), signal.SIGKILL)
                yield line

        async with session.post(RECORDS, data=stream(), headers=NDJSON) as response:
            answered = [json.loads(line) async for line in response.content]
        assert answered[-1] == {"end": {"taken": 2000, "refused": 0}}
        assert [line["place"] for line in answered[:-1]] == [[f"line {n}"] for n in range(1, 2001)]
        assert node.log().waiting - before == 2000

    here.run(act)


def test_a_client_that_fills_its_share_keeps_neither_others_nor_monitoring_out(tmp_path: Path) -> None:
    """Slow senders: their requests begin, and do not end."""
    make_node(tmp_path)

    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        scopes = frozenset({Scope.SUBMIT})
        slow, quick = [
            {
                "Authorization": f"Bearer {await node.access.create_token(NewToken(name, name, Kind.SYSTEM, 'default', scopes, 1))}"
            }
            for name in ("slow", "quick")
        ]

        async def never() -> AsyncIterator[bytes]:
            yield b"{"
            await asyncio.Event().wait()

        began = [asyncio.create_task(session.post(RECORDS, data=never(), headers=JSON | slow)) for _ in range(5)]
        done, _ = await asyncio.wait(began, return_when=asyncio.FIRST_COMPLETED)
        assert [one.result().status for one in done] == [503]
        async with session.post(RECORDS, data=b'{"quick": 1}', headers=JSON | quick) as response:
            assert response.status == 201
        async with session.get("/health", headers={"Authorization": f"Bearer {node.operator_token}"}) as response:
            assert response.status == 200
        for one in began:
            one.cancel()
        await asyncio.gather(*began, return_exceptions=True)

    run_alone(tmp_path, act, Bounds(requests=5, requests_each=4))


# --- readers -----------------------------------------------------------------------------------------------------------


def test_who_sends_all_before_it_reads_finds_all_results(tmp_path: Path) -> None:
    """As requests and urllib do. All buffers are full long before the last line is sent: each is refused in more than 1 kB."""
    make_node(tmp_path)
    count = 8_000
    body = b'{"%b":1,"%b":1}\n' % (b"k" * 1200, b"k" * 1200) * count

    def send(url: str) -> list[bytes]:
        parts = urlsplit(url)
        with closing(http.client.HTTPConnection(parts.hostname or "", parts.port)) as connection:
            connection.sock = socket.socket()
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
            connection.sock.connect((parts.hostname, parts.port))
            connection.request("POST", RECORDS, body=body, headers=NDJSON)
            return connection.getresponse().read().splitlines()

    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        assert session._base_url is not None
        *lines, end = await asyncio.to_thread(send, str(session._base_url))
        assert json.loads(end) == {"end": {"taken": 0, "refused": count}}
        assert [json.loads(line)["place"] for line in lines] == [[f"line {n}"] for n in range(1, count + 1)]

    run_alone(tmp_path, act)
