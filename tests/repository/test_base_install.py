"""`pip install carbonseal` alone can check every kind of evidence: what the adapters keep in `checking` and `gathering` imports
where the packages of the extras are absent."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from carbonseal.log.text import HAS_PYBASE64
from carbonseal.public_keys import HAS_LIBSODIUM
from carbonseal_adapters.ethereum.checking.keccak import keccak256
from tests.repository.sources import REPOSITORY

ADAPTERS = REPOSITORY / "adapters" / "carbonseal_adapters"
ABSENT = (
    "aiohttp", "alembic", "coincurve", "dask", "distributed", "eth", "eth_abi", "eth_account", "eth_keys", "eth_utils",
    "fabric_protos", "fsspec", "google", "grpc", "hexbytes", "nacl", "openpyxl", "pkcs11", "requests", "rlp", "segno",
    "pybase64", "sha3", "sqlalchemy", "trie", "uvloop", "web3",
)  # fmt: skip

IMPORT = """
import sys
from importlib import import_module
absent, names = sys.argv[1].split(","), sys.argv[2].split(",")
sys.modules.update(dict.fromkeys(absent))  # None: importing it fails
for name in names:
    import_module(name)
print(len(names))
"""

VECTORS = """
import json, sys
sys.modules.update(dict.fromkeys(sys.argv[1:]))  # None: importing it fails
from carbonseal import public_keys
from carbonseal.log import text
from carbonseal_adapters.ethereum.checking import keccak
from tests.vectors import test_vectors as vectors
cases = [(file, case) for file in vectors.FILES.values() for case in file["cases"]]
for file, case in cases:
    vectors.test_the_implementation_does_what_the_vector_says(file, case)
print(json.dumps([public_keys.HAS_LIBSODIUM, text.HAS_PYBASE64, keccak.keccak256.__qualname__.partition(".")[0], len(cases)]))
"""


def _modules() -> list[str]:
    """Every module below */checking and */gathering."""
    files = [file for folder in ("checking", "gathering") for file in ADAPTERS.glob(f"*/{folder}/**/*.py")]
    names = [file.relative_to(ADAPTERS.parent).with_suffix("").parts for file in files]
    return sorted(".".join(parts).removesuffix(".__init__") for parts in names)


def _import(*names: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", IMPORT, ",".join(ABSENT), ",".join(names)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_checking_and_gathering_import_on_the_base_install() -> None:
    names = _modules()
    assert {name.split(".")[1] for name in names} == {"ethereum", "fabric", "tlog"}
    done = _import(*names)
    assert (done.stdout, done.returncode) == (f"{len(names)}\n", 0), done.stderr


def test_sending_does_not() -> None:
    """So that the test above is one that can fail."""
    for name in ("ethereum", "fabric", "tlog"):
        done = _import(f"carbonseal_adapters.{name}.sending.ledger")
        assert "halted; None in sys.modules" in done.stderr, done.stdout


def test_all_vectors_hold_without_the_extra_fast() -> None:
    """The extra `fast` is installed where these tests run: with it, `tests/vectors` does the same."""
    untraced = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    command = [sys.executable, "-c", VECTORS, "nacl", "pybase64", "sha3"]
    done = subprocess.run(command, env=untraced, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    libsodium, pybase64, keccak, count = json.loads(done.stdout)
    assert (libsodium, pybase64, keccak) == (False, False, "_pycryptodome_compiled")
    assert count > 500
    assert (HAS_LIBSODIUM, HAS_PYBASE64, keccak256.__qualname__.partition(".")[0]) == (True, True, "_pysha3")
