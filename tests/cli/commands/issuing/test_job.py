"""`carbonseal job`: many passports issued, looked at, exported and written, on a directory that nobody serves."""

from __future__ import annotations

import asyncio
import json
import zipfile
from pathlib import Path

from carbonseal.node.node import Node
from carbonseal.passport.passports import parse
from tests.cli.test_way import carbonseal
from tests.node.issuance.issuing import MAKER
from tests.node.jobs.jobs import requests
from tests.nodes import make_node, settings


def test_many_are_issued_and_written(tmp_path: Path) -> None:
    directory = make_node(tmp_path / "node", settings(issuers=(MAKER,)))

    async def lines() -> list[bytes]:
        async with Node.open(directory) as node:
            return await requests(node, 3)

    file = tmp_path / "requests.ndjson"
    file.write_bytes(b"\n".join([*asyncio.run(lines()), b"{"]))
    done = carbonseal("job", "issue", directory, file)
    assert (done.status, done.err) == (0, "")
    id, kind, state, *counted = done.out.splitlines()[-1].split()
    assert (kind, state, counted) == ("issue", "done", ["4", "of", "4,", "1", "refused"])
    assert carbonseal("job", "list", directory).out == carbonseal("job", "show", directory, id).out
    written = carbonseal("job", "fetch", directory, id, "-o", tmp_path / "passports.zip")
    assert (written.status, written.err) == (0, "")
    with zipfile.ZipFile(tmp_path / "passports.zip") as archive:
        roots = [parse(archive.read(name)).root.hex() for name in archive.namelist()]
    results = carbonseal("job", "fetch", directory, id, "--results", "-o", "-").out.splitlines()
    assert [json.loads(one).get("credential") for one in results] == [*roots, None]
    exported = carbonseal("job", "export", directory, "--of", id).out.splitlines()[-1].split()
    assert exported[1:3] == ["export", "done"]
    assert carbonseal("job", "cancel", directory, id).status == 2
