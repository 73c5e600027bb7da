"""Other people's programs, libraries and vectors: what each is called here, and how it is had.

A test names the variable of what it needs, and is skipped where that is not set. ``python -m tests.interop`` sets them: to what
the environment has already, else to what it installs into the cache from the registries of Go, npm and Python.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
WITNESS = "github.com/transparency-dev/witness/cmd"
WITNESS_VERSION = "v0.0.0-20260720115447-2e1c6971d19e"
NOBLE = "@noble/post-quantum@0.7.1"
DIGITALBAZAAR = (
    "@digitalbazaar/data-integrity@2.5.0",
    "@digitalbazaar/ed25519-multikey@1.3.1",
    "@digitalbazaar/eddsa-jcs-2022-cryptosuite@1.0.0",
    "@digitalbazaar/vc-bitstring-status-list@2.0.1",
    "jsonld-signatures@11.6.0",
)
DPPVALIDATOR = "dppvalidator==0.5.1"
WYCHEPROOF = "github.com/c2sp/wycheproof@v0.0.0-20260902155932-3fa63dd0344a"
MERKLE = "github.com/transparency-dev/merkle@v0.0.3-0.20260707140218-77df88e508fa"
SMALL_ORDER = "filippo.io/mostly-harmless/ed25519vectors@v0.0.0-20210322192420-30a2d7243a94"


class NotInstallable(Exception):
    """Why a part could not be had, in one line."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something of others'. `install` puts it below a folder and gives its path."""

    name: str
    variable: str  # of the environment, that points at it
    install: Callable[[Path], Path]


def run(*command: str | Path, **variables: str) -> str:
    """What a command prints. Raises `NotInstallable` where it cannot be run or fails."""
    program = shutil.which(str(command[0]))
    if program is None:
        raise NotInstallable(f"{command[0]} is not on the path")
    done = subprocess.run(
        [program, *map(str, command[1:])], capture_output=True, text=True, check=False, env=os.environ | variables
    )
    if done.returncode:
        raise NotInstallable(" ".join((done.stderr or done.stdout).split())[-300:])
    return done.stdout


def _asked(module: str) -> Callable[[Path], Path]:
    """A program of ours that asks one library. Each is a Go module of its own: one that cannot be had is lacking alone."""

    def install(folder: Path) -> Path:
        program = folder / "bin" / f"asking-{module}"
        run("go", "build", "-C", HERE / "others" / module, "-o", program, ".")
        return program

    return install


def _go_program(package: str) -> Callable[[Path], Path]:
    def install(folder: Path) -> Path:
        program = folder / "bin" / package
        if not program.exists():
            run("go", "install", f"{WITNESS}/{package}@{WITNESS_VERSION}", GOBIN=str(program.parent))
        return program

    return install


def _go_files(module: str, path: str) -> Callable[[Path], Path]:
    """A path within a Go module, which `go` keeps in its own cache."""

    def install(folder: Path) -> Path:
        del folder
        found = Path(json.loads(run("go", "mod", "download", "-json", module))["Dir"]) / path
        if not found.exists():
            raise NotInstallable(f"{module} has no {path}")
        return found

    return install


def _npm(packages: Sequence[str], name: str = "") -> Callable[[Path], Path]:
    """Packages in a folder of that name: `npm` takes out of one what it was not told to install this time."""

    def install(folder: Path) -> Path:
        there = folder / name
        if not all((there / "node_modules" / package.rpartition("@")[0]).exists() for package in packages):
            there.mkdir(exist_ok=True)
            run("npm", "install", "--silent", "--no-save", "--ignore-scripts", "--prefix", there, *packages)
        return there

    return install


def _dppvalidator(folder: Path) -> Path:
    """Its command, in an environment of its own."""
    environment = folder / "dppvalidator"
    program = environment / "bin" / "dppvalidator"
    if not program.exists():
        run(sys.executable, "-m", "venv", environment)
        run(environment / "bin" / "python", "-m", "pip", "install", "--quiet", DPPVALIDATOR)
    return program


PARTS = (
    Part("transparency-dev/formats and x/mod (Go)", "CARBONSEAL_FORMATS", _asked("formats")),
    Part("torchwood 0.6.1 (Go; newer ones need Go 1.27)", "CARBONSEAL_TORCHWOOD", _asked("torchwood")),
    Part("Tessera (Go)", "CARBONSEAL_TESSERA", _asked("tessera")),
    Part("sigsum-go 0.14.1 (Go; newer ones need Go 1.27)", "CARBONSEAL_SIGSUM", _asked("sigsum")),
    Part("omniwitness (Go)", "CARBONSEAL_OMNIWITNESS", _go_program("omniwitness")),
    Part("omniwitness's key generator (Go)", "CARBONSEAL_OMNIWITNESS_KEYS", _go_program("generate_keys")),
    Part("@noble/post-quantum (npm)", "CARBONSEAL_NOBLE", _npm([NOBLE])),
    Part(
        "Digital Bazaar's Data Integrity and status lists (npm)",
        "CARBONSEAL_DIGITALBAZAAR",
        _npm(DIGITALBAZAAR, "digitalbazaar"),
    ),
    Part("dppvalidator, with UN/CEFACT's schemas (PyPI)", "CARBONSEAL_DPPVALIDATOR", _dppvalidator),
    Part("Wycheproof's vectors (Go)", "CARBONSEAL_WYCHEPROOF", _go_files(WYCHEPROOF, "testvectors_v1")),
    Part(
        "vectors of small-order Ed25519 points (Go)",
        "CARBONSEAL_SMALL_ORDER",
        _go_files(SMALL_ORDER, "ed25519vectors.json"),
    ),
    Part("transparency-dev/merkle's vectors (Go)", "CARBONSEAL_MERKLE_VECTORS", _go_files(MERKLE, "testdata")),
)


def needed(variable: str) -> Path:
    """Where a part is. Skips the test where it is not here."""
    if not os.environ.get(variable):
        (part,) = [part for part in PARTS if part.variable == variable]
        pytest.skip(f"{part.name}: set {variable}, or run make interop")
    return Path(os.environ[variable])


def ask(variable: str, asked: object) -> Any:
    """What the program of a part answers. Skips the test where it is not here."""
    done = subprocess.run(
        [needed(variable)], input=json.dumps(asked), capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
