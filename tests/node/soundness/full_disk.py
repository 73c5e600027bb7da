"""A node on a small file system that becomes full, and has room again: run within a mount namespace by `test_full_disk`.

python -m tests.node.soundness.full_disk FOLDER PLUGINS      # FOLDER is a file system of a few MiB
"""

from __future__ import annotations

import asyncio
import json
import sys
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp

from carbonseal.findings import BrokenOff
from carbonseal.node.node import Node
from carbonseal.records.sources import Source
from carbonseal.service.app import serving
from carbonseal.service.client.remote import RemoteNode
from tests.node.conftest import ledger_in
from tests.nodes import make_node, settings

JSON = {"Content-Type": "application/json"}


async def pause(seconds: float) -> None:
    """The node's own pauses, shortened: it tries again at once."""
    await asyncio.sleep(min(seconds, 0.02))


def fill(folder: Path) -> Path:
    """Take all room that is left, to the last byte."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return ballast


class Client:
    """Speaks to the node; `acknowledged` has the commitment of every record that it took in."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url
        self.acknowledged: list[str] = []
        self.sent = 0

    async def post(self) -> tuple[int, str]:
        """Submit another record: the status, and when to come again."""
        self.sent += 1
        body = json.dumps({"number": self.sent, "text": "y" * 3000})
        async with self._session.post(f"{self._url}/v1/records?profile=json/1", data=body, headers=JSON) as answer:
            value = await answer.json()
            if answer.status == 201:
                self.acknowledged.append(value["commitment"])
            else:
                assert value["code"] in ("node.database-full", "http.no-room"), value
            return answer.status, answer.headers.get("Retry-After", "")

    async def get(self, path: str) -> tuple[int, bytes]:
        async with self._session.get(f"{self._url}{path}") as answer:
            return answer.status, await answer.read()

    async def until(self, condition: Callable[[dict[str, object]], Awaitable[bool] | bool]) -> None:
        """Wait until the node's health is so."""
        async with asyncio.timeout(60):
            while True:
                found = condition(json.loads((await self.get("/health"))[1]))
                if found if isinstance(found, bool) else await found:
                    return
                await asyncio.sleep(0.01)


async def stream(url: str) -> None:
    """A stream says the same: nothing is wrong with what was sent."""
    body = json.dumps({"text": "z" * 3000}).encode()
    async with aiohttp.ClientSession() as session:
        kind = {"Content-Type": "application/x-ndjson"}
        async with session.post(f"{url}/v1/records?profile=json/1", data=body, headers=kind) as answer:
            broken = json.loads(await answer.content.readline())["broken"]
    assert (broken["status"], broken["code"]) == (507, "node.database-full"), broken
    async with RemoteNode(url) as remote:
        try:
            async for one in remote.submit_many([Source(("a",), body)], "json/1"):
                raise AssertionError(one)
        except BrokenOff as error:
            assert error.finding.code.name == "node.database-full"


async def main(folder: Path) -> None:
    outside = folder.parent / "ledger"
    ledger = ledger_in(outside, cadence=1.0)
    directory = make_node(folder / "node", settings(ledgers=(ledger,), batch_age=0.05))
    async with (
        Node.open(directory, sleep=pause) as node,
        serving(node) as url,
        aiohttp.ClientSession() as session,
    ):
        client = Client(session, url)
        work = asyncio.create_task(node.run())
        assert (await client.post())[0] == 201
        await client.until(lambda health: health["logs"][0]["size"] == 2)  # type: ignore[index]
        ballast = fill(folder)
        while (refused := await client.post())[0] == 201:  # what SQLite has room for in its own file
            fill(folder)
        assert refused == (507, "30"), refused
        # Reading goes on.
        for path in ("/health", "/v1/ledgers", "/v1/logs/default/checkpoint", "/v1/logs/default/proofs/1"):
            assert (await client.get(path))[0] == 200, path
        assert (await client.get(f"/v1/seals/{client.acknowledged[0]}"))[0] == 200
        for _ in range(20):  # and nothing ends, however often it is tried
            assert (await client.post())[0] == 507
        await stream(url)
        node.advertise(url)
        assert not work.done()
        ballast.unlink()
        assert (await client.post())[0] == 201
        await client.until(lambda health: health["logs"][0]["size"] == 1 + len(client.acknowledged))  # type: ignore[index]
        await client.until(lambda health: health["state"] == "ok")
        await client.until(lambda health: health["ledgers"][0]["counts"].get("final", 0) > 0)  # type: ignore[index]
        for commitment in client.acknowledged:
            assert (await client.get(f"/v1/seals/{commitment}"))[0] == 200
        fill(folder)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    async with Node.open(directory, read_only=True) as node:  # it was closed on a full disk
        assert node.log().size == 1 + len(client.acknowledged)
    print(json.dumps({"acknowledged": len(client.acknowledged), "refused": client.sent - len(client.acknowledged)}))


if __name__ == "__main__":
    warnings.simplefilter("error")
    sys.path.insert(0, sys.argv[2])
    asyncio.run(main(Path(sys.argv[1])))
