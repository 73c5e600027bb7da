from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from eth_utils import keccak

from carbonseal_adapters.ethereum.checking.registry import artifact

ROOT = Path(__file__).parents[3]


def test_the_artifact_is_what_the_source_compiles_to() -> None:
    """Byte for byte, by the compiler in an environment of its own (installed on first use)."""
    command = [sys.executable, str(ROOT / "contracts/ethereum/compile.py"), "--print"]
    built = subprocess.run(command, check=True, capture_output=True).stdout
    assert built == (ROOT / "adapters/carbonseal_adapters/ethereum/checking/AnchorRegistry.json").read_bytes()


def test_the_artifact_speaks_of_its_source() -> None:
    source = (ROOT / "contracts/ethereum/AnchorRegistry.vy").read_bytes()
    assert artifact()["source_sha256"] == hashlib.sha256(source).hexdigest()
    assert artifact()["code_hash"] == "0x" + keccak(hexstr=artifact()["bytecode_runtime"]).hex()
