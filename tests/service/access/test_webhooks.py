"""Webhooks over HTTP: a tenant's person names receivers of that tenant's events, and of no other's."""

from __future__ import annotations

import asyncio
from pathlib import Path

import orjson

from carbonseal.node.access.callers import OPERATOR
from carbonseal.node.access.scopes import Scope
from carbonseal.node.webhooks.codes import WEBHOOK_NAME_TAKEN, WEBHOOK_TOO_MANY, WEBHOOK_TYPE, WEBHOOK_UNKNOWN
from carbonseal.node.webhooks.receivers import MOST, NewReceiver
from tests.service.access import tenants
from tests.service.access.tenants import Json, Party

URL = "https://erp.example.org/hooks"


async def ask(party: Party, scope: Scope, name: str, body: Json) -> tuple[int, Json]:
    status, raw = await party.ask(scope, "POST", f"/v1/webhooks/{name}", body)
    return status, orjson.loads(raw)


async def look(party: Party, query: str = "") -> tuple[int, Json]:
    status, raw = await party.ask(Scope.READ, "GET", f"/v1/webhooks{query}")
    return status, orjson.loads(raw)


def test_tenants(tmp_path: Path) -> None:
    asyncio.run(_tenants(tenants.make(tmp_path / "node")))


async def _tenants(directory: Path) -> None:
    async with tenants.parties(directory) as (node, mine, theirs):
        await node.webhooks.add(OPERATOR, NewReceiver("", "pager", URL, frozenset()))
        for scope in frozenset(Scope) - {Scope.RELEASE, Scope.REVIEW}:  # those of the system
            assert (await ask(mine, scope, "add", {"name": "erp", "url": URL}))[0] == 403
        status, added = await ask(mine, Scope.RELEASE, "add", {"name": "erp", "url": URL})
        assert status == 200
        assert added["secret"].startswith("whsec_")
        status, listed = await look(mine)
        assert [(one["name"], one["tenant"]) for one in listed["items"]] == [("erp", "mine")]
        assert (await look(theirs))[1]["items"] == []
        for name, more in {
            "pause": {"reason": "x"},
            "resume": {},
            "rotate": {},
            "remove": {},
            "replay": {},
            "test": {},
        }.items():
            status, refused = await ask(theirs, Scope.RELEASE, name, {"name": "erp", **more})
            assert (status, refused["code"]) == (404, WEBHOOK_UNKNOWN.name), name
            for tenant in ("mine", "nobody"):
                status, refused = await ask(theirs, Scope.RELEASE, name, {"name": "erp", "tenant": tenant, **more})
                assert refused["code"] == "node.unknown-tenant", name
        for name in ("erp", "pager"):
            status, refused = await look(theirs, f"/dead?name={name}")
            assert (status, refused["code"]) == (404, WEBHOOK_UNKNOWN.name), name

        status, refused = await ask(mine, Scope.RELEASE, "add", {"name": "erp", "url": URL})
        assert refused["code"] == WEBHOOK_NAME_TAKEN.name
        status, refused = await ask(mine, Scope.RELEASE, "add", {"name": "ops", "url": URL, "types": ["failing"]})
        assert refused["code"] == WEBHOOK_TYPE.name
        for number in range(MOST - 1):
            assert (await ask(mine, Scope.RELEASE, "add", {"name": f"n{number}", "url": URL}))[0] == 200
        status, refused = await ask(mine, Scope.RELEASE, "add", {"name": "more", "url": URL})
        assert refused["code"] == WEBHOOK_TOO_MANY.name
        assert len(list((directory / "keys" / "webhooks").iterdir())) == MOST + 1
        assert added["secret"] not in str(listed)
