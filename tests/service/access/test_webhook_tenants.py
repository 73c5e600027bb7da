"""Receivers of webhooks are a tenant's own: another's name leads nowhere, whoever is asked for it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson

from carbonseal.node.access.scopes import Scope
from carbonseal.service.app import ROUTES
from carbonseal.service.operations.webhooks import OPERATIONS
from tests.service.access.tenants import make, parties

MORE: dict[str, dict[str, Any]] = {
    "pause": {"reason": "x"},
    "replay": {"ids": ["msg_" + "0" * 40]},
}
ACTS = [name for name, operation in OPERATIONS.items() if name != "webhooks/add" and not operation.is_list]


def test_another_tenants_receiver_is_answered_as_one_that_is_not_there(tmp_path: Path) -> None:
    needs = {route.path: route.needs for route in ROUTES}

    async def go() -> None:
        async with parties(make(tmp_path / "node")) as (_, mine, theirs):
            new = {"name": "erp", "url": "https://erp.example/hook"}
            assert (await mine.ask(Scope.RELEASE, "POST", "/v1/webhooks/add", new))[0] == 200
            _, raw = await mine.ask(Scope.READ, "GET", "/v1/webhooks")
            (own,) = orjson.loads(raw)["items"]
            for query in ("", "?tenant=mine", f"?after={own['number'] - 1}", "?tenant=nob"):
                _, raw = await theirs.ask(Scope.READ, "GET", f"/v1/webhooks{query}")
                assert orjson.loads(raw) == {"items": [], "next": None}
            for act in ("webhooks/dead", *ACTS):
                scope, told = needs[f"/v1/{act}"], []
                assert isinstance(scope, Scope)
                for body in ({"name": "erp"}, {"name": "nob"}, {"name": "erp", "tenant": "mine"}):
                    asked = {**MORE.get(act.rpartition("/")[2], {}), **body}
                    if act in ACTS:
                        status, raw = await theirs.ask(scope, "POST", f"/v1/{act}", asked)
                    else:
                        status, raw = await theirs.ask(scope, "GET", f"/v1/{act}?{urlencode(asked)}")
                    assert status >= 400, (act, body, raw)
                    told.append((status, raw.replace(b"erp", b"NAME").replace(b"nob", b"NAME")))
                assert told[0] == told[1], act

    asyncio.run(go())
