"""A full disk ends nothing: 507 with Retry-After on what would write, reading goes on, and all resumes when there is room."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.nodes import install_simulated


def may_mount() -> bool:
    """Whether this machine lets a process mount in a namespace of its own."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode == 0


@pytest.mark.skipif(not may_mount(), reason="needs a mount namespace")
def test_a_node_whose_disk_is_full(tmp_path: Path) -> None:
    """On a file system of 6 MiB: ingest, log, outbox and lock file; then room, and then a stop while it is full again."""
    folder, plugins = tmp_path / "disk", install_simulated(tmp_path / "plugins")
    folder.mkdir()
    program = f"{sys.executable} -m tests.node.soundness.full_disk {folder} {plugins}"
    script = f"mount -t tmpfs -o size=6m tmpfs {folder} && {program}"
    ran = subprocess.run(["unshare", "-rm", "sh", "-c", script], check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr[-3000:]
    counts = json.loads(ran.stdout.splitlines()[-1])
    assert counts["refused"] >= 21
    assert counts["acknowledged"] >= 2
