"""What `carbonseal verify` imports: it starts fast, and needs nothing but the base install."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.world import World

HEAVY = {
    "aiohttp", "alembic", "asyncio", "cffi", "dask", "email", "eth", "eth_account", "fsspec", "grpc", "http.client",
    "importlib.metadata", "importlib.resources", "jinja2", "jsonschema_rs", "multiprocessing", "pickle", "pycparser", "pydantic",
    "rich", "secrets", "shutil", "socket", "sqlalchemy", "ssl", "subprocess", "tarfile", "tempfile", "urllib.request", "uvloop",
    "web3", "zipfile",
}  # fmt: skip
X509 = {"cryptography.x509", "cryptography.hazmat.primitives.serialization"}
UNUSED = {  # by one passport alone, under a policy and nothing else
    "carbonseal.cli.examining.report_page", "carbonseal.cli.formatting.claims", "carbonseal.examining.consignment",
    "carbonseal.examining.files.archives", "carbonseal.examining.files.stores", "carbonseal.examining.log_tiles",
    "carbonseal.examining.lot_proofs", "carbonseal.gathering", "carbonseal.goods.digital_link", "carbonseal.log.fraud_proofs",
    "carbonseal.passport.conformity.files", "carbonseal.passport.conformity.statements", "carbonseal.records.scanner",
    "carbonseal.verification.consignment", "carbonseal.verification.proofs.batch_proofs",
}  # fmt: skip

VERIFY = """
import json, sys
absent = filter(None, sys.argv[1].split(","))
sys.modules.update(dict.fromkeys(absent))  # None: importing it fails
from carbonseal.cli.main import carbonseal
try:
    carbonseal(sys.argv[2:])
except SystemExit as stopped:
    loaded = sorted(name for name, module in sys.modules.items() if module is not None)
    print(json.dumps({"status": stopped.code, "modules": loaded}))
"""


def modules_after(lines: Mapping[str, str], world: World, directory: Path, *absent: str) -> set[str]:
    """The modules of a process that has verified a passport on two ledgers under a policy, where some modules are not installed."""
    (directory / "passport.json").write_bytes(world.passport().encode())
    (directory / "policy").write_text("\n".join(lines.values()) + "\n", encoding="utf-8")
    (directory / "trust.json").write_bytes(world.trust().encode())
    given = ["verify", "passport.json", "--policy", "policy", "--trust", "trust.json", "--at", "2026-11-22T09:00:00Z"]
    command = [sys.executable, "-c", VERIFY, ",".join(absent), *given]
    untraced = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run(command, cwd=directory, env=untraced, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["status"] == 0, done.stdout
    return set(found["modules"])


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Under a policy that requires both ledgers, on the base install."""
    world = World()
    world.passport()
    return modules_after(world.lines(), world, tmp_path_factory.mktemp("verify"), "nacl", "pybase64", "sha3")


def test_verify_imports_nothing_heavy(imported: set[str]) -> None:
    assert not HEAVY & imported


def test_verify_imports_only_what_it_was_asked_for(imported: set[str]) -> None:
    """Certificates are Fabric's; tiles, proofs, lines and reports are options of the command; a file with one passport is no
    archive, and has no statements, and its JSON is plain."""
    assert not X509 & imported
    assert not UNUSED & imported
    assert not [name for name in imported if name.startswith("carbonseal_adapters.fabric")]
    assert "cryptography.hazmat.primitives.asymmetric.ed25519" in imported


def test_a_policy_that_names_no_chain_imports_no_keccak(tmp_path: Path) -> None:
    """And with PyNaCl nothing of cryptography is needed for Ed25519."""
    world = World()
    world.passport()
    lines = world.lines()
    without = {name: line for name, line in lines.items() if name not in ("chain", "both", "time")}
    found = modules_after(without | {"anchors": "require anchors by=other"}, world, tmp_path)
    assert not [name for name in found if name.startswith(("carbonseal_adapters.ethereum", "Crypto", "sha3"))]
    assert not [name for name in found if name.startswith("cryptography.hazmat.primitives.asymmetric")]
    assert "nacl" in found


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
