"""The public client: typed answers, pages as iterators, and a second try where that is safe."""

from __future__ import annotations

import asyncio
import dataclasses
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from aiohttp import web

from carbonseal.client import BrokenOff, Client, Content, DeadLetter, DocumentFile, RecordState, Refused, Webhook
from carbonseal.node.access.callers import Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import NewToken
from carbonseal.node.config import SignerConfig
from carbonseal.node.node import Node
from carbonseal.passport.conformity.files import parse_statement
from carbonseal.passport.passports import parse
from carbonseal.service.app import serving
from carbonseal.service.client import paging, retries
from tests.node.issuance.stating import BODY, subject
from tests.nodes import make_node, settings
from tests.records.documents import encoded, footprint

MAKER = SignerConfig("maker", "did:web:maker.example", "file:keys/maker.key")


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[Node, Client]]:
    make_node(folder / "node", settings(issuers=(MAKER,), bodies=(BODY,), batch_age=0.05))
    scopes = frozenset(Scope) - {Scope.ADMIN}
    async with Node.open(folder / "node") as node, serving(node) as url:
        secret = await node.access.create_token(NewToken("anna", "anna", Kind.PERSON, "default", scopes, 1))
        async with Client(url, token=secret) as client:
            yield node, client


def test_the_way_of_a_record_a_passport_and_a_statement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MOST", 2)  # so that five are three pages

    async def go() -> None:
        async with served(tmp_path) as (node, client):
            receipt = await client.submit(encoded(footprint()), "pact/3.0")
            state = await client.state(receipt.commitment)
            assert (state.log, state.index) == ("default", 1) and isinstance(state, RecordState)
            await node.sequence()
            assert (await client.state(receipt.commitment)).state == "sequenced"
            content = await client.content(receipt.commitment)
            assert (content.profile, content.media) == ("pact/3.0", "") and isinstance(content, Content)
            await node.lookup.indexer.catch_up()
            (found,) = [one async for one in client.find_records(profile="pact/3.0")]
            assert (found.commitment, found.index, found.findings) == (receipt.commitment, 1, ())
            assert found.valid_from is None or found.valid_from.tzinfo is not None
            request = {"issuer": "maker", "subject": "urn:example:cell"}
            request["records"] = [{"role": "footprint", "commitment": receipt.commitment.hex()}]  # type: ignore[assignment]
            made = [parse(await client.issue(request)).root for _ in range(5)]
            assert [one.digest async for one in client.all_issued()] == made
            assert await client.revoke(made[0], "wrong") and not await client.revoke(made[0], "wrong")
            assert [one.revoked async for one in client.all_issued()] == [True, *[False] * 4]
            stated = {"body": BODY.name, "credentialSubject": subject([receipt.commitment])}
            file = await client.issue_statement(stated)
            assert isinstance(file, DocumentFile)
            digest = parse_statement(file.file).root
            assert await client.mark_statement("suspend", digest, "looked at")
            (listed,) = [one async for one in client.statements()]
            assert (listed.digest, listed.by, listed.state, listed.reason) == (
                digest,
                BODY.name,
                "suspended",
                "looked at",
            )
            assert parse_statement((await client.statement(digest)).file).root == digest
            assert [one async for one in client.accreditations()] == []
            assert await client.grant(receipt.commitment, "anna")
            (grant,) = [one async for one in client.grants()]
            assert (grant.commitment, grant.reader, grant.revoked) == (receipt.commitment, "anna", None)
            assert await client.revoke_grant(receipt.commitment, "anna")
            with pytest.raises(Refused) as refused:
                await client.health()
            assert refused.value.finding.code.name == "access.scope-missing"

    asyncio.run(go())


def test_receivers_and_what_they_did_not_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MOST", 1)

    async def go() -> None:
        async with served(tmp_path) as (node, client):
            hooks = client.webhooks()
            assert (await hooks.add("erp", "https://[2001:470::1]:1/x?key=1", ["sealed"])).startswith("whsec_")
            assert (await hooks.add("mes", "https://mes.example/")) != await hooks.rotate("mes", overlap=0)
            assert await hooks.pause("mes", "moving") and not await hooks.pause("mes", "moving")
            erp, mes = [one async for one in hooks.all()]
            assert (erp.name, erp.types, erp.paused, erp.tenant) == ("erp", ("sealed",), None, "default")
            assert (mes.name, mes.types, mes.paused, mes.made, mes.last) == ("mes", (), "moving", 0, None)
            assert erp.number < mes.number and "key" not in erp.url
            with closing(sqlite3.connect(node.directory / "node.db")) as database, database:
                for number in (3, 8):
                    letter = (
                        erp.number,
                        number,
                        f"msg_{number:040x}",
                        "test",
                        b'{"a": 1}',
                        "dead",
                        1.8e9,
                        82,
                        "answered 500",
                    )
                    database.execute(f"INSERT INTO deliveries VALUES ({', '.join('?' * len(letter))})", letter)
            letters = [one async for one in hooks.dead("erp")]
            assert [(one.number, one.tries, one.reason) for one in letters] == [
                (3, 82, "answered 500"),
                (8, 82, "answered 500"),
            ]
            assert letters[0].event == {"a": 1}
            assert await hooks.replay("erp", [letters[0].id]) == 1 and await hooks.replay("erp") == 1
            assert await hooks.resume("mes")
            await hooks.remove("mes")
            assert [one.name async for one in client.webhooks("default").all()] == ["erp"]
            assert [one async for one in client.webhooks("other").all()] == []
            with pytest.raises(Refused) as refused:
                await hooks.dead("mes").__anext__()
            assert refused.value.finding.code.name == "webhook.unknown"

    asyncio.run(go())


def test_three_people_have_one_passport_signed(tmp_path: Path) -> None:
    async def go() -> None:
        async with served(tmp_path) as (node, anna):
            both = frozenset({Scope.READ, Scope.REVIEW, Scope.RELEASE})
            tokens = [
                await node.access.create_token(NewToken(name, name, Kind.PERSON, "default", both, 1))
                for name in ("ben", "carl")
            ]
            async with Client(anna.url, token=tokens[0]) as ben, Client(anna.url, token=tokens[1]) as carl:
                receipt = await anna.submit(b'{"kilograms":"1"}', "json/1")
                records = [{"role": "footprint", "commitment": receipt.commitment.hex()}]
                request = {"issuer": "maker", "subject": "urn:example:cell", "records": records}
                draft = await anna.drafts.prepare("passport", request, "the meter was read twice")
                with pytest.raises(Refused):
                    await anna.drafts.review(draft.number, draft.content)
                assert [one.number async for one in ben.drafts.all(waiting=True)] == [draft.number]
                shown = await ben.drafts.show(draft.number)
                assert (shown.draft.content, shown.request, shown.refusal) == (draft.content, request, None)
                assert [one["text"] for one in shown.acts] == ["the meter was read twice"]
                await ben.drafts.comment(draft.number, "which one?")
                await ben.drafts.review(draft.number, draft.content)
                with pytest.raises(Refused):
                    await ben.drafts.release(draft.number, draft.content)
                released = await carl.drafts.release(draft.number, draft.content)
                assert (released.preparers, released.reviewer, released.releaser) == (("anna",), "ben", "carl")
                assert [one.digest async for one in carl.all_issued()] == [released.document]
                other = await anna.drafts.prepare("passport", request)
                assert (await ben.drafts.send_back(other.number, "twice")).state != other.state
                assert (await anna.drafts.discard(other.number, "right")).document is None

    asyncio.run(go())


BUSY = {"code": "http.busy", "outcome": "undetermined", "place": [], "detail": "no free slot", "remedy": "again"}


@pytest.mark.parametrize(
    ("call", "tries"),
    [
        (lambda node: node.submit(b"{}", "json/1"), 6),
        (lambda node: node.state(bytes(32)), 6),
        (lambda node: node.refresh(b"{}"), 6),
        (lambda node: node.issue({}), 6),
        (lambda node: node.grants().__anext__(), 6),
        (lambda node: node.revoke(bytes(32), "wrong"), 1),
        (lambda node: node.grant(bytes(32), "anna"), 1),
    ],
)
def test_what_may_be_repeated_is_tried_again(
    call: Callable[[Client], Awaitable[object]], tries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "DELAYS", (0.0,) * 5)
    asked: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.headers.get("Idempotency-Key"))
        return web.json_response(BUSY, status=503, headers={"Retry-After": "1"})

    async def go() -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with Client(f"http://127.0.0.1:{runner.addresses[0][1]}") as node:
            with pytest.raises(Refused) as refused:
                await call(node)
        await runner.cleanup()
        assert refused.value.finding.code.name == "http.busy"
        assert not isinstance(refused.value, BrokenOff)

    asyncio.run(go())
    assert len(asked) == tries
    assert len(set(asked)) == 1  # one key, or none, for all tries


def test_what_is_told_is_data() -> None:
    for kind in (RecordState, Content, DocumentFile, Webhook, DeadLetter):
        assert dataclasses.is_dataclass(kind)
