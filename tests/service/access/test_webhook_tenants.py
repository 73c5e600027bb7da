"""Receivers of webhooks are a tenant's own: another's name leads nowhere, whoever is asked for it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import orjson

from carbonseal.node.access.scopes import Scope
from carbonseal.service.app import ROUTES
from carbonseal.service.operations.webhooks import OPERATIONS
from tests.service.access.tenants import make, parties

MORE: dict[str, dict[str, Any]] = {
    "pause": {"reason": "x"},
    "dead": {"after": 0},
    "replay": {"ids": ["msg_" + "0" * 40]},
}
ACTS = [name.partition("/")[2] for name in OPERATIONS if name not in ("webhooks/add", "webhooks/list")]


def test_another_tenants_receiver_is_answered_as_one_that_is_not_there(tmp_path: Path) -> None:
    needs = {route.path: route.needs for route in ROUTES}

    async def go() -> None:
        async with parties(make(tmp_path / "node")) as (_, mine, theirs):
            new = {"name": "erp", "url": "https://erp.example/hook"}
            assert (await mine.ask(Scope.RELEASE, "POST", "/v1/webhooks/add", new))[0] == 200
            _, raw = await theirs.ask(Scope.READ, "POST", "/v1/webhooks/list", {})
            assert orjson.loads(raw) == {"webhooks": []}
            for act in ACTS:
                scope = needs[f"/v1/webhooks/{act}"]
                assert isinstance(scope, Scope)
                told = []
                for body in ({"name": "erp"}, {"name": "nob"}, {"name": "erp", "tenant": "mine"}):
                    status, raw = await theirs.ask(scope, "POST", f"/v1/webhooks/{act}", {**MORE.get(act, {}), **body})
                    assert status >= 400, (act, body, raw)
                    told.append((status, raw.replace(b"erp", b"NAME").replace(b"nob", b"NAME")))
                assert told[0] == told[1], act

    asyncio.run(go())
