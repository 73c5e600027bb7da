"""Compile a contract with exactly the compiler that its artifact names.

    python contracts/ethereum/compile.py                # write AnchorRegistry's artifact into the adapter
    python contracts/ethereum/compile.py --print        # print it instead
    python contracts/ethereum/compile.py --print FILE   # print that of another contract

The compiler's own requirements do not agree with the rest of carbonseal's, so it gets an environment of its own, made
once in the user's cache folder. Needs the standard library only.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import venv
from pathlib import Path

VYPER = "0.4.3"
SOURCE = Path(__file__).with_name("AnchorRegistry.vy")
ARTIFACT = SOURCE.parents[2] / "adapters/carbonseal_adapters/ethereum/checking/AnchorRegistry.json"


def compiler() -> Path:
    """The compiler in an environment of its own, installed on first use."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    home = cache / "carbonseal" / f"vyper-{VYPER}-py{sys.version_info.major}.{sys.version_info.minor}"
    binaries = home / ("Scripts" if os.name == "nt" else "bin")
    ready = home / "ready"
    if not ready.exists():
        venv.create(home, clear=True, with_pip=True)
        pip = [str(binaries / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, f"vyper=={VYPER}"], check=True, stdout=subprocess.DEVNULL)
        ready.touch()
    return binaries / "vyper"


def artifact(source: Path) -> str:
    """The artifact as it is committed: JSON text that depends on the source and the compiler alone."""
    command = [str(compiler()), "-f", "combined_json", source.name]
    output = subprocess.run(command, cwd=source.parent, check=True, stdout=subprocess.PIPE, text=True).stdout
    built = json.loads(output)
    contract = built[source.name]
    return (
        json.dumps(
            {
                "contract": source.stem,
                "compiler": f"vyper {built['version']}",
                "evm_version": _evm_version(source),
                "source_sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
                "code_hash": contract_code_hash(contract["bytecode_runtime"]),
                "bytecode": contract["bytecode"],
                "bytecode_runtime": contract["bytecode_runtime"],
                "abi": contract["abi"],
            },
            indent=1,
        )
        + "\n"
    )


def _evm_version(source: Path) -> str:
    """As the source's pragma has it."""
    prefix = "# pragma evm-version "
    lines = source.read_text(encoding="utf-8").splitlines()
    return next(line.removeprefix(prefix) for line in lines if line.startswith(prefix))


def contract_code_hash(runtime: str) -> str:
    """Keccak-256 of the runtime code, by a library that the compiler brings along (hashlib has no Keccak)."""
    program = (
        "import sys; from Crypto.Hash import keccak;"
        "print('0x' + keccak.new(digest_bits=256, data=bytes.fromhex(sys.argv[1][2:])).hexdigest())"
    )
    command = [str(compiler().with_name("python")), "-c", program, runtime]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            ARTIFACT.write_text(artifact(SOURCE), encoding="utf-8")
        case ["--print", *other] if len(other) <= 1:
            sys.stdout.write(artifact(Path(other[0]).resolve() if other else SOURCE))
        case _:
            sys.exit(__doc__)
