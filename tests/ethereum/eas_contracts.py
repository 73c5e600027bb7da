"""EAS contracts to test with: a test double of our own, and EAS's own code, from its npm package, where npm is at hand."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from eth_utils import keccak

from carbonseal_devnet.ethereum.network import Network

from . import calls

PACKAGE = "@ethereum-attestation-service/eas-contracts"
VERSION = "1.9.0"
INTEGRITY = "L60y1fgKlY3a45xxnPlgRbiGQY8RF/lF+AzF1iVoR7/aEzitS0Nuyyjq8+IXs1sSSU0dl2+yGSmELxVeB6FelA=="  # SHA-512
ARTIFACTS = {"mainnet": "deployments/mainnet/EAS.json", "newest": "artifacts/contracts/EAS.sol/EAS.json"}
KINDS = ("double", *ARTIFACTS)


@dataclass(frozen=True)
class Eas:
    """One on a chain, and the number of its storage variable `_timestamps`."""

    address: str
    slot: int


def deployed(chain: Network, kind: str) -> Eas:
    """Puts one on the chain. Skips where its code cannot be had."""
    if kind == "double":
        return Eas(calls.deploy(chain, double(7).hex()), 7)
    slot = {"mainnet": 2, "newest": 5}[kind]
    registry = ("address", "0x" + "11" * 20)  # of schemas: timestamps need none
    return Eas(calls.deploy(chain, artifact(kind)["bytecode"], registry), slot)


# --- EAS's own code --------------------------------------------------------------------------------------------------


@cache
def artifact(kind: str) -> dict[str, Any]:
    with tarfile.open(_package()) as package:
        member = package.extractfile(f"package/{ARTIFACTS[kind]}")
        assert member is not None
        found: dict[str, Any] = json.load(member)
        return found


def _package() -> Path:
    """The npm package's archive in the user's cache folder, with exactly the bytes that are known."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "carbonseal"
    archive = folder / f"ethereum-attestation-service-eas-contracts-{VERSION}.tgz"
    if not archive.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("EAS's own code comes with npm, which is not found; the double is tested all the same")
        folder.mkdir(parents=True, exist_ok=True)
        command = [npm, "pack", "--silent", "--pack-destination", str(folder), f"{PACKAGE}@{VERSION}"]
        run = subprocess.run(command, check=False, capture_output=True, text=True)
        if run.returncode:
            pytest.skip(f"npm does not give {PACKAGE}: {run.stderr.strip()[-200:]}")
    assert base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() == INTEGRITY
    return archive


# --- the test double -------------------------------------------------------------------------------------------------

OPCODES = {
    "EQ": 0x14,
    "SHL": 0x1B,
    "SHR": 0x1C,
    "KECCAK256": 0x20,
    "CALLDATALOAD": 0x35,
    "CODECOPY": 0x39,
    "TIMESTAMP": 0x42,
    "MSTORE": 0x52,
    "SLOAD": 0x54,
    "SSTORE": 0x55,
    "JUMPI": 0x57,
    "JUMPDEST": 0x5B,
    "PUSH0": 0x5F,
    "DUP1": 0x80,
    "SWAP1": 0x90,
    "RETURN": 0xF3,
    "REVERT": 0xFD,
}


def double(slot: int) -> bytes:
    """Deployment code of a stand-in for EAS: timestamp(bytes32), getTimestamp(bytes32), and no more. Written by hand because
    a mapping must lie where Solidity puts it, keccak(key ‖ slot), and Vyper puts it elsewhere."""
    place = f"4 CALLDATALOAD PUSH0 MSTORE {slot} 32 MSTORE 64 PUSH0 KECCAK256"
    give = "PUSH0 MSTORE 32 PUSH0 RETURN"
    runtime = assembled(
        f"""
        PUSH0 CALLDATALOAD 224 SHR
        DUP1 {selector("timestamp(bytes32)")} EQ @write JUMPI
        {selector("getTimestamp(bytes32)")} EQ @read JUMPI
        PUSH0 PUSH0 REVERT
        write: {place} DUP1 SLOAD @taken JUMPI TIMESTAMP SWAP1 SSTORE TIMESTAMP {give}
        taken: {selector("AlreadyTimestamped()")} 224 SHL PUSH0 MSTORE 4 PUSH0 REVERT
        read: {place} SLOAD {give}
        """
    )
    # Ten bytes that return what follows them.
    return assembled(f"{len(runtime)} DUP1 10 PUSH0 CODECOPY PUSH0 RETURN") + b"\0" + runtime


def selector(signature: str) -> str:
    return "0x" + keccak(text=signature)[:4].hex()


def assembled(program: str) -> bytes:
    """Words to bytes: operations, numbers to push, `name:` for a place, and `@name` to push one (below 256)."""
    code, places, wanted = bytearray(), {}, {}
    for word in program.split():
        if word.endswith(":"):
            places[word[:-1]] = len(code)
            code.append(OPCODES["JUMPDEST"])
        elif word in OPCODES:
            code.append(OPCODES[word])
        elif word.startswith("@"):
            wanted[len(code) + 1] = word[1:]
            code += b"\x60\x00"
        else:
            number = int(word, 0)
            pushed = number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big")
            code += bytes([0x5F + len(pushed)]) + pushed
    for at, name in wanted.items():
        code[at] = places[name]
    return bytes(code)
