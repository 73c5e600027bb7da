"""Jobs over HTTP: taken in as a stream, seen by their tenant alone, handed out as lines or files; the same from near and far."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from carbonseal.findings import Refused
from carbonseal.node.access.callers import OPERATOR
from carbonseal.node.access.scopes import Scope
from carbonseal.node.jobs import uploads
from carbonseal.node.node import Node
from carbonseal.passport.passports import parse
from carbonseal.service.app import serving
from carbonseal.service.client.nodes import AnyNode, LocalNode
from carbonseal.service.client.remote import RemoteNode
from tests.service.access.tenants import Party, make, parties

Act = Callable[[Node, Party, Party], Awaitable[None]]
NDJSON = {"Content-Type": "application/x-ndjson"}
NOBODYS = "00000000-0000-4000-8000-000000000000"


def run(tmp_path: Path, act: Act, *, background: bool = True) -> None:
    async def go() -> None:
        async with parties(make(tmp_path / "node")) as (node, mine, theirs):
            working = asyncio.create_task(node.jobs.run(asyncio.sleep)) if background else None
            await act(node, mine, theirs)
            if working is not None:
                working.cancel()

    asyncio.run(go())


async def send(
    party: Party, body: Any, headers: dict[str, str] | None = None, scope: Scope = Scope.ISSUE
) -> tuple[int, dict[str, Any]]:
    sent = {**NDJSON, "Authorization": f"Bearer {party.tokens[scope]}", **(headers or {})}
    async with party.session.post("/v1/jobs/issue", data=body, headers=sent) as response:
        return response.status, await response.json(content_type=None)


async def lines(party: Party, count: int) -> bytes:
    found = []
    for number in range(count):
        receipt = await party.seal(b'{"n": %d}' % number)
        found.append(orjson.dumps(party.request(receipt["commitment"])) + b"\n")
    return b"".join(found)


async def ask(party: Party, path: str, body: Any = None) -> tuple[int, Any]:
    status, raw = await party.ask(Scope.READ, "GET" if body is None else "POST", path, body)
    return status, raw if path.endswith(("results", "passports", "zip")) and status == 200 else orjson.loads(raw)


async def ended(party: Party, id: str) -> dict[str, Any]:
    while True:
        status, job = await ask(party, f"/v1/jobs/{id}")
        assert status == 200
        if job["ended"] is not None:
            return dict(job)


def test_many_are_issued_and_handed_out(tmp_path: Path) -> None:
    async def act(node: Node, mine: Party, theirs: Party) -> None:
        status, job = await send(mine, await lines(mine, 5) + b'{"broken"\n')
        assert (status, job["state"], job["of"]) == (202, "queued", 6)
        job = await ended(mine, job["job"])
        assert (job["state"], job["done"], job["failed"]) == ("done", 5, 1)
        path = f"/v1/jobs/{job['job']}"
        results = [orjson.loads(line) for line in (await ask(mine, f"{path}/results"))[1].splitlines()]
        digests = [one["credential"] for one in results if "credential" in one]
        assert len({*digests}) == 5
        assert results[5]["error"]["code"] == "json.truncated"
        passports = (await ask(mine, f"{path}/passports"))[1].splitlines()
        assert [parse(one).root.hex() for one in passports] == digests
        with zipfile.ZipFile(io.BytesIO((await ask(mine, f"{path}/passports?form=zip"))[1])) as archive:
            assert archive.testzip() is None
            assert archive.namelist() == [f"{one}.json" for one in digests]
            assert [archive.read(name).rstrip() for name in archive.namelist()] == passports

        await node.sequence()
        status, exporting = await ask(mine, "/v1/jobs/export", {"job": job["job"]})
        assert status == 200
        exporting = await ended(mine, exporting["job"])
        assert (exporting["kind"], exporting["done"], exporting["failed"]) == ("export", 5, 0)
        refreshed = (await ask(mine, f"/v1/jobs/{exporting['job']}/passports"))[1].splitlines()
        assert [parse(one).root.hex() for one in refreshed] == digests
        assert refreshed[0] != passports[0]  # it has a newer head
        assert [one["job"] for one in (await ask(mine, "/v1/jobs"))[1]["items"]] == [
            job["job"],
            exporting["job"],
        ]

    run(tmp_path, act)


def test_another_tenants_job_is_no_job(tmp_path: Path) -> None:
    """Whatever is asked of it gets the answer that a job gets which nobody has."""

    async def act(node: Node, mine: Party, theirs: Party) -> None:
        _, job = await send(theirs, await lines(theirs, 2))
        id = (await ended(theirs, job["job"]))["job"]
        asked: list[tuple[str, Any]] = [
            (f"/v1/jobs/{{}}{rest}", None) for rest in ("", "/results", "/passports", "/passports?form=zip")
        ]
        asked += [("/v1/jobs/show", {"job": ""}), ("/v1/jobs/cancel", {"job": ""}), ("/v1/jobs/export", {"job": ""})]
        for path, body in asked:
            found, nothing = [
                await ask(mine, path.format(one), None if body is None else {"job": one}) for one in (id, NOBODYS)
            ]
            assert nothing[0] == 404
            assert found == (404, orjson.loads(orjson.dumps(nothing[1]).replace(NOBODYS.encode(), id.encode())))
        assert (await ask(mine, "/v1/jobs"))[1] == {"items": [], "next": None}
        theirs_digest = {"credentials": [theirs.digest, mine.digest]}
        _, exporting = await ask(mine, "/v1/jobs/export", theirs_digest)
        exporting = await ended(mine, exporting["job"])
        assert (exporting["done"], exporting["failed"]) == (1, 1)
        _, everything = await ask(mine, "/v1/jobs/export", {})
        assert (await ended(mine, everything["job"]))["of"] == 1

    run(tmp_path, act)


def test_what_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 1 << 20)

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * (1 << 16)

    async def act(node: Node, mine: Party, theirs: Party) -> None:
        for body, headers, wanted in (
            (b"", {}, (400, "job.empty")),
            (b"\n \n\r\n", {}, (400, "job.empty")),
            (b"{}", {"Content-Type": "application/json"}, (415, "http.wrong-type")),
            (b"{}", {"Content-Encoding": "gzip"}, (415, "http.packed")),
            (b"{}", {"Idempotency-Key": "a b"}, (400, "idempotency.malformed")),
            (io.BytesIO(b"x" * ((1 << 20) + 1)), {}, (413, "job.too-large")),
            (endless(), {}, (413, "job.too-large")),
        ):
            status, refused = await send(mine, body, headers)
            assert (status, refused["code"]) == wanted
        reader, writer = await asyncio.open_connection(mine.session._base_url.host, mine.session._base_url.port)  # type: ignore[union-attr]
        token = mine.tokens[Scope.ISSUE]
        writer.write(
            f"POST /v1/jobs/issue HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/x-ndjson\r\nContent-Length: 10000000000\r\n\r\n".encode()
        )
        assert b" 413 " in await reader.readline()  # before a byte of its ten gigabytes came
        writer.close()
        for wanted_of in ({"subject": "urn:example:none"}, {"issuer": "did:web:none.example"}):
            status, refused = await ask(mine, "/v1/jobs/export", wanted_of)
            assert (status, refused["code"]) == (404, "job.none-issued")
        assert [*(tmp_path / "node/jobs").iterdir()] == []
        assert await send(mine, b"{}", scope=Scope.REVIEW) == (403, (await send(mine, b"{}", scope=Scope.REVIEW))[1])
        assert (await ask(mine, "/v1/jobs"))[1] == {"items": [], "next": None}

    run(tmp_path, act)


def test_under_one_key_there_is_one_job(tmp_path: Path) -> None:
    async def act(node: Node, mine: Party, theirs: Party) -> None:
        body = await lines(mine, 2)
        key = {"Idempotency-Key": '"bulk"'}
        both = await asyncio.gather(*(send(mine, body, key) for _ in range(4)))
        again = await send(mine, body, key)
        assert again[0] == 202
        assert {one["job"] for status, one in both if status == 202} == {again[1]["job"]}
        assert {one["code"] for status, one in both if status != 202} <= {"idempotency.under-way"}
        assert (await send(mine, body + b"{}", key))[1]["code"] == "idempotency.other-request"
        assert (await send(theirs, body, key))[0] == 202
        assert [path.name for path in (tmp_path / "node/jobs").iterdir()].count(again[1]["job"]) == 1
        assert len((await ask(mine, "/v1/jobs"))[1]["items"]) == 1

    run(tmp_path, act, background=False)


def test_near_and_far_are_one(tmp_path: Path) -> None:
    """A job by the client of a served node, and by that of an open one."""

    async def act(node: Node, mine: Party, theirs: Party) -> None:
        body = await lines(mine, 3)

        async def pieces() -> AsyncIterator[bytes]:
            yield body[:100]
            yield body[100:]

        async with serving(node) as url, RemoteNode(url, token=node.operator_token) as far:
            told: list[str] = []
            for any_node in (far, LocalNode(node)):
                chosen: AnyNode = any_node
                job = await chosen.jobs.issue(pieces)
                job = await chosen.jobs.finish(str(job["job"]), lambda one: told.append(str(one["state"])))
                assert (job["state"], job["done"]) == ("done", 3)
                results = b"".join([one async for one in chosen.jobs.results(str(job["job"]))])
                assert len(results.splitlines()) == 3
                found = [b"".join([one async for one in chosen.jobs.passports(str(job["job"]), "zip")]) for _ in "ab"]
                assert found[0] == found[1]
                with pytest.raises(Refused) as refused:
                    await chosen.operate("jobs/cancel", {"job": job["job"]})
                assert refused.value.finding.code.name == "job.ended"
        assert len(node.issued(0, OPERATOR)) == 2 + 6

    run(tmp_path, act)
