"""`carbonseal serve` with `[pact]`: the host listens, and calls back by itself."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
from dataclasses import replace
from pathlib import Path

import aiohttp
import orjson

from carbonseal.node.access.callers import Kind
from carbonseal.node.access.tokens import NewToken
from carbonseal.node.config import load
from carbonseal.node.config_file import render
from carbonseal.node.listen_config import Address
from carbonseal.node.node import Node
from tests.service.exchange.hosted import CREATED, EVENTS, READ, event, make, pact, partner_host
from tests.service.nodes import free_port
from tests.service.test_serve import serve


def test_a_served_node_answers_partners_and_calls_them_back(tmp_path: Path) -> None:
    async def act() -> None:
        async with partner_host() as partner:
            directory = make(tmp_path / "node", partner.url, (ipaddress.ip_network("127.0.0.0/8"),))
            settings, address = load(directory), Address("127.0.0.1", free_port())
            assert settings.pact is not None
            changed = replace(settings, pact=replace(settings.pact, listen=address))
            (directory / "node.toml").write_text(render(changed), "utf-8")
            async with Node.open(directory) as node:
                secret = await node.access.create_token(NewToken("b", "buyer", Kind.SYSTEM, "mine", READ, 1))
                await node.submit(orjson.dumps(pact(1)), "pact/3.0", "mine")
                await node.sequence()
                await node.lookup.indexer.catch_up()
            with serve(directory):
                async with aiohttp.ClientSession(f"http://{address}") as session:
                    basic = f"Basic {base64.b64encode(f'buyer:{secret}'.encode()).decode()}"
                    form = {"grant_type": "client_credentials"}
                    async with session.post("/auth/token", data=form, headers={"Authorization": basic}) as response:
                        token = (await response.json())["access_token"]
                    headers = {"Authorization": f"Bearer {token}", **EVENTS}
                    async with session.get("/3/footprints", headers=headers) as response:
                        assert (await response.json())["data"] == [pact(1)]
                    wanted = event(CREATED, {"geography": ["DE"]}, partner.url)
                    async with session.post("/3/events", data=orjson.dumps(wanted), headers=headers) as response:
                        assert response.status == 200
                async with asyncio.timeout(60):
                    await partner.came.wait()
            assert partner.events[0]["data"] == {"requestEventId": "event-1", "pfs": [pact(1)]}

    asyncio.run(act())
