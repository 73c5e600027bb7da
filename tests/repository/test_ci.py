"""What CI may not leave out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.repository.sources import REPOSITORY

NEEDS_CLEF = "tests/ethereum/sending/signers/test_remote_signers.py::test_clef_signs_by_its_rules"


BOTH = """
import os, pytest, sys
for ci in ("true", ""):
    os.environ["CI"] = ci
    print(f"CI={ci} ended with", pytest.main(sys.argv[1:]).value)
"""


def test_a_program_that_ci_installs_and_does_not_find_fails_there_alone(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CARBONSEAL_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-c", BOTH, NEEDS_CLEF],
        cwd=REPOSITORY,
        env={**environment, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    there, _, elsewhere = done.stdout.partition("CI=true ended with 1\n")
    assert "1 failed" in there
    assert "1 skipped" in elsewhere
    assert elsewhere.endswith("CI= ended with 0\n")
