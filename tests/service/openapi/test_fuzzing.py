"""schemathesis finds nothing: no error of the node's, no status or body that the document lacks, nothing wrong that is taken."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.service.openapi.fuzzing import fuzz
from tests.service.openapi.world import make, world

# Each boundary of what the document says of bodies that are no JSON, and of keys. Of all routes that takes a minute, by hand.
BODIES = [word for path in ("records", "jobs/issue", "jobs/export") for word in ("--include-path", f"/v1/{path}")]


def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    async def go() -> None:
        async with world(make(tmp_path / "node")) as here:
            outcome = await fuzz(here, here.node.operator_token, "--phases", "fuzzing", "--max-examples", "1")
            assert outcome.status == 0, outcome.output
            assert " passed" in outcome.output
            outcome = await fuzz(here, here.node.operator_token, "--phases", "coverage", *BODIES)
            assert outcome.status == 0, outcome.output
            assert " passed" in outcome.output

    asyncio.run(go())
