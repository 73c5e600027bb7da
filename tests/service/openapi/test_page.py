"""docs/http.md: its commands are run against a node, and do what the page says."""

from __future__ import annotations

import asyncio
import json
import os
import re
from pathlib import Path

from tests.repository.sources import REPOSITORY
from tests.service.openapi.world import make, world

PAGE = (REPOSITORY / "docs" / "http.md").read_text("utf-8")
COMMANDS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
(PROBLEM,) = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_commands_of_the_page_work(tmp_path: Path) -> None:
    async def go() -> None:
        async with world(make(tmp_path / "node")) as here:
            given = {"NODE": here.url, "TOKEN": here.token, "COMMITMENT": here.commitment.hex()}
            answers = []
            for command in COMMANDS:
                process = await asyncio.create_subprocess_exec(
                    "bash", "-euc", command, env={**os.environ, **given}, cwd=tmp_path, stdout=asyncio.subprocess.PIPE
                )
                output, _ = await process.communicate()
                assert process.returncode == 0, (command, output)
                answers.append(json.loads(output))
        openapi, issued, receipt, states, passport, page, records, webhooks, problem = answers
        assert openapi["openapi"] == "3.1.0"
        assert len(issued["items"]) == 1
        assert receipt["commitment"] == here.commitment.hex()  # the same record, the same receipt
        assert states["items"][0]["state"] == "sequenced"
        assert passport["carbonseal"] == "passport/1"
        assert len(page["items"]) == 2
        assert here.commitment.hex() in [one["commitment"] for one in records["items"]]
        assert webhooks == {"items": [], "next": None}
        assert problem == json.loads(PROBLEM)

    asyncio.run(go())
