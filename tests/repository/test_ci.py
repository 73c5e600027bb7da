"""What CI may not leave out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repository.sources import REPOSITORY

NEEDS_CLEF = "tests/ethereum/sending/signers/test_remote_signers.py::test_clef_signs_by_its_rules"


@pytest.mark.parametrize(("ci", "status", "words"), [("true", 1, "1 failed"), ("", 0, "1 skipped")])
def test_a_program_that_ci_installs_and_does_not_find_fails_there_alone(
    ci: str, status: int, words: str, tmp_path: Path
) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CARBONSEAL_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", NEEDS_CLEF],
        cwd=REPOSITORY,
        env={**environment, "PATH": str(tmp_path), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout
    assert words in done.stdout
