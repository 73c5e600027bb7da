"""``make mutants``: run each mutant of the verifier (tests/mutants/listed.py) against its tests.

In a copy of the repository's packages and tests. Arguments select mutants by a part of their path or name. Exit status 1 where one
survives, or where the tests fail without a mutant.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutants.listed import MUTANTS, Mutant

REPOSITORY = Path(__file__).parents[2]
LIMIT = 300  # seconds a mutant
COPIED = ("node", "adapters", "devnet", "tests", "docs", "examples", "contracts")


def copy(to: Path) -> None:
    """What tests need of the repository, into `to`."""
    for folder in COPIED:
        shutil.copytree(REPOSITORY / folder, to / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (*REPOSITORY.glob("*.toml"), *REPOSITORY.glob("*.md"), REPOSITORY / "constraints.txt"):
        shutil.copy(path, to)


def fails(tests: str, at: Path) -> bool:
    """Whether one of the tests fails, in the copy that is at `at`. One that takes too long has failed."""
    packages = os.pathsep.join(str(at / folder) for folder in ("node", "adapters", "devnet"))
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:randomly", *tests.split()]
    environment = os.environ | {"PYTHONPATH": packages, "PYTHONDONTWRITEBYTECODE": "1", "HYPOTHESIS_PROFILE": "default"}
    try:
        done = subprocess.run(
            command, cwd=at, env=environment, capture_output=True, text=True, check=False, timeout=LIMIT
        )
    except subprocess.TimeoutExpired:
        return True
    if done.returncode not in {0, 1}:
        raise SystemExit(f"pytest {tests}: exit status {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.returncode == 1


def is_killed(mutant: Mutant, at: Path) -> bool:
    """Whether the mutant's tests notice it."""
    path = at / mutant.path
    original = path.read_text()
    path.write_text(original.replace(mutant.old, mutant.new))
    try:
        return fails(mutant.tests, at)
    finally:
        path.write_text(original)


def main(selected: list[str]) -> int:
    """Run the mutants; how it ends is the exit status."""
    mutants = [one for one in MUTANTS if not selected or any(word in f"{one.path} {one.what}" for word in selected)]
    survived = []
    with tempfile.TemporaryDirectory() as folder:
        copy(Path(folder))
        for tests in sorted({one.tests for one in mutants}):
            if fails(tests, Path(folder)):
                print(f"without a mutant, these tests fail: {tests}")
                return 1
        for mutant in mutants:
            began = time.monotonic()
            killed = is_killed(mutant, Path(folder))
            print(
                f"{'killed' if killed else 'SURVIVED'}  {time.monotonic() - began:5.1f} s  {mutant.path}: {mutant.what}",
                flush=True,
            )
            survived += [] if killed else [mutant]
    print(f"{len(mutants)} mutants, {len(mutants) - len(survived)} killed, {len(survived)} survived")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
