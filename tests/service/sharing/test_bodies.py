from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web
from aiohttp.base_protocol import BaseProtocol

from carbonseal.findings import Refused
from carbonseal.service.bodies import BodyTimeout
from carbonseal.transport import read_chunks


@pytest.mark.parametrize("error", [ConnectionResetError(), web.RequestPayloadError()], ids=["gone", "malformed"])
def test_a_body_that_breaks_off_is_refused(error: Exception) -> None:
    async def act() -> str:
        loop = asyncio.get_running_loop()
        content = aiohttp.StreamReader(BaseProtocol(loop), 1 << 16, loop=loop)
        content.feed_data(b'{"a":')
        content.set_exception(error)
        with pytest.raises(Refused) as refused:
            await read_chunks(BodyTimeout(60.0).chunks(content), 100)
        return refused.value.finding.code.name

    assert asyncio.run(act()) == "http.body-broken"
