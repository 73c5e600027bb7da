"""`pip install carbonseal` alone can check every kind of evidence: what the adapters keep in `checking` and `gathering` imports
where the packages of the extras are absent."""

from __future__ import annotations

import subprocess
import sys

from tests.repository.sources import REPOSITORY

ADAPTERS = REPOSITORY / "adapters" / "carbonseal_adapters"
ABSENT = (
    "aiohttp", "alembic", "coincurve", "dask", "distributed", "eth", "eth_abi", "eth_account", "eth_keys", "eth_utils",
    "fabric_protos", "fsspec", "google", "grpc", "hexbytes", "openpyxl", "pkcs11", "requests", "rlp", "segno",
    "sqlalchemy", "trie", "uvloop", "web3",
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
