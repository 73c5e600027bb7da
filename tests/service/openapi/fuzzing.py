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
# Operations that refuse what the schemas allow, each with the rule that no schema says. A rule that one can say is there:
# forms, limits, closed members, patterns.
# - records: what its profile asks of the document (the body is any JSON), that of the query;
# - passports, statements/issue, accreditations/issue, drafts/prepare, drafts/change: a signer, records and passports that are
#   here, units that are known, times that follow one another;
# - passports/refresh: a file whose hashes and proofs hold;
# - tokens/create, tokens/scopes, identities/add, identities/remove, identities/scopes: principals and names that are free or
#   known, which scopes go together, an issuer that node.toml names;
# - webhooks/add: an address outside private networks, a name that is free;
# - add-checkpoint, foreign-anchors: a signed checkpoint of a log whose key is known;
# - the lists of passports, statements and accreditations, GET records, records/find: days that their months have, times and
#   values that belong together (a scheme with its value).
CONFIG = """\
[[operations]]
include-name = [
    "POST /v1/records", "POST /v1/passports", "POST /v1/passports/refresh", "POST /v1/statements/issue",
    "POST /v1/accreditations/issue", "POST /v1/tokens/create", "POST /v1/tokens/scopes",
    "POST /v1/webhooks/add", "POST /v1/identities/add", "POST /v1/identities/remove", "POST /v1/identities/scopes",
    "POST /v1/drafts/prepare", "POST /v1/drafts/change",
    "POST /v1/logs/{log}/add-checkpoint", "POST /v1/logs/{log}/foreign-anchors",
    "GET /v1/passports", "GET /v1/statements", "GET /v1/accreditations", "GET /v1/records",
    "POST /v1/records/find",
]
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 409, 415, 422]
"""


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
