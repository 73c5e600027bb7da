"""What `carbonseal verify` imports: it starts fast, and needs nothing but the base install."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.world import World

HEAVY = {
    "aiohttp", "alembic", "asyncio", "eth", "eth_account", "grpc", "importlib.metadata", "multiprocessing", "pydantic", "rich",
    "sqlalchemy", "uvloop", "web3",
}  # fmt: skip

VERIFY = """
import json, sys
from carbonseal.cli.main import carbonseal
try:
    carbonseal(sys.argv[1:])
except SystemExit as stopped:
    print(json.dumps({"status": stopped.code, "modules": sorted(sys.modules)}))
"""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The modules of a process that has verified a passport with evidence of two ledgers."""
    directory: Path = tmp_path_factory.mktemp("verify")
    world = World()
    (directory / "passport.json").write_bytes(world.passport().encode())
    (directory / "policy").write_text("\n".join(world.lines().values()) + "\n", encoding="utf-8")
    (directory / "trust.json").write_bytes(world.trust().encode())
    arguments = [
        "verify",
        "passport.json",
        "--policy",
        "policy",
        "--trust",
        "trust.json",
        "--at",
        "2026-11-22T09:00:00Z",
    ]
    command = [sys.executable, "-c", VERIFY, *arguments]
    untraced = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run(command, cwd=directory, env=untraced, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["status"] == 0, done.stdout
    return set(found["modules"])


def test_verify_imports_nothing_heavy(imported: set[str]) -> None:
    assert not HEAVY & imported


def test_verify_imports_no_other_part_of_ours(imported: set[str]) -> None:
    ours = {name for name in imported if name.startswith("carbonseal")}
    assert "carbonseal.verification.verify" in ours
    assert not [
        name for name in ours if name.startswith(("carbonseal.node", "carbonseal.service", "carbonseal_devnet"))
    ]
    assert not [
        name
        for name in ours
        if name.startswith("carbonseal_adapters") and (".sending." in name or ".gathering." in name)
    ]


def test_a_command_that_opens_a_node_imports_no_http() -> None:
    """aiohttp takes a third of a second: it is for those who serve, and for those who connect to them."""
    program = "import sys, carbonseal.service.client.nodes; print('aiohttp' in sys.modules)"
    untraced = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run([sys.executable, "-c", program], env=untraced, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
