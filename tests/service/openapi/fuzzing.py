"""schemathesis against a served node: what it sends is what the OpenAPI document allows and forbids, half of it about what is here.

    python -m tests.service.openapi.fuzzing --max-examples 100

runs it by hand, at length; `test_fuzzing` runs a little of it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.repository.sources import REPOSITORY
from tests.service.openapi.world import World, make, world

HOOKS = "tests.service.openapi.hooks"
KNOWN = "CARBONSEAL_KNOWN"  # for the hooks: what is here, as JSON


@dataclass(frozen=True)
class Relaxed:
    """Operations that refuse, with these statuses too, what their schemas allow, and why no schema says it."""

    names: tuple[str, ...]
    statuses: tuple[int, ...]
    why: str

    def to_toml(self) -> str:
        return (
            f"[[operations]]\ninclude-name = {json.dumps(self.names)}\n"
            f"checks.positive_data_acceptance.expected-statuses = {json.dumps(['2xx', 401, 403, 404, 409, *self.statuses])}\n"
        )


# What a form, a limit, a pattern or a condition between members can say, the schemas do. 401, 403, 404 and 409 depend on who asks
# and on what is here: they are expected of every operation.
RELAXED = (
    Relaxed(
        ("POST /v1/records",),
        (400, 415, 422),
        "what the profile in the query asks of a document is many schemas and rules, and plug-ins have profiles too; of any other "
        "media type than JSON, NDJSON and tables only the profile file/1 takes a body",
    ),
    Relaxed(
        ("POST /v1/passports", "POST /v1/drafts/prepare", "POST /v1/drafts/change"),
        (400, 422),
        "signers, records and passports that are here and verify; an end that is still to come; units of one dimension; an "
        "identifier that occurs once in two members",
    ),
    Relaxed(
        ("POST /v1/statements/issue", "POST /v1/accreditations/issue"),
        (400, 422),
        "a body or accreditor that is here; days that are not to come, and in order; signed accreditations that verify; keys that "
        "are points of the curve",
    ),
    Relaxed(("POST /v1/passports/refresh",), (400, 422), "hashes, proofs and signatures of the file hold"),
    Relaxed(
        ("POST /v1/logs/{log}/add-checkpoint", "POST /v1/logs/{log}/foreign-anchors"),
        (400, 422),
        "the body is text: a checkpoint that a key which is known here signed, and a proof that leads to it",
    ),
)
CONFIG = "\n".join(one.to_toml() for one in RELAXED)


@dataclass(frozen=True)
class Outcome:
    """Exit status and output of a run."""

    status: int
    output: str


async def fuzz(here: World, token: str, *options: str) -> Outcome:
    """Run schemathesis with this token against all that a node serves."""
    return await fuzz_at(here.url, CONFIG, here.known, "--header", f"Authorization: Bearer {token}", *options)


async def fuzz_at(url: str, rules: str, known: Mapping[str, str], *options: str) -> Outcome:
    """Run schemathesis against all that is served at this URL. `rules` are its configuration, `known` what is there by name."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "schemathesis.toml"
        config.write_text(rules, encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "schemathesis.cli",
            "--config-file",
            str(config),
            "run",
            f"{url}/openapi.json",
        ]
        command += ["--seed", "1", "--continue-on-failure", "--no-color"]
        environment = {
            **os.environ,
            KNOWN: json.dumps(known),
            "SCHEMATHESIS_HOOKS": HOOKS,
            "PYTHONPATH": os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")]),
        }
        process = await asyncio.create_subprocess_exec(
            *command,
            *options,
            env=environment,
            cwd=folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
    assert process.returncode is not None
    return Outcome(process.returncode, output.decode(errors="replace"))


async def _by_hand(options: list[str]) -> int:
    worst = 0
    with tempfile.TemporaryDirectory() as folder:
        async with world(make(Path(folder) / "node")) as here:
            for name, token in {"the operator": here.node.operator_token, "a system": here.token}.items():
                outcome = await fuzz(here, token, *options)
                print(f"as {name}:\n{outcome.output}", flush=True)
                worst = max(worst, outcome.status)
    return worst


if __name__ == "__main__":
    sys.exit(asyncio.run(_by_hand(sys.argv[1:])))
