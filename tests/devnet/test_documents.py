"""The tests that documents show to developers pass, as pytest runs them in anyone's project."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.repository.sources import REPOSITORY

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


DOCUMENTS = ["README.md", "docs/developers.md"]


def test_what_is_shown_passes(tmp_path: Path) -> None:
    for number, document in enumerate(DOCUMENTS):
        blocks = BLOCK.findall((REPOSITORY / document).read_text(encoding="utf-8"))
        (shown,) = [block for block in blocks if "def test_" in block]
        (tmp_path / f"test_shown_{number}.py").write_text(shown, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:schemathesis", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(DOCUMENTS)} passed" in done.stdout
