"""`carbonseal backup` and `carbonseal restore`: the way there and back."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run
from tests.nodes import make_node, settings


def test_there_and_back(tmp_path: Path, run: Run) -> None:
    node, copy, restored = (tmp_path / name for name in ("node", "copy", "restored"))
    make_node(node, settings())
    record = tmp_path / "record.json"
    record.write_text('{"kilograms": "1.00"}')
    assert run("seal", node, record, "--profile", "json/1").exit_code == 0
    made = run("backup", node, copy)
    assert made.exit_code == 0
    assert "  the log default, 2 entries\nwithout guards and keys" in made.output
    back = run("restore", copy, restored)
    assert back.exit_code == 0
    assert "the log default, 2 entries" in back.output
    (node / "keys").rename(restored / "keys")
    assert "frozen" in run("status", restored).output
    assert run("log", "adopt", restored, "--yes").exit_code == 0
    told = run("status", restored).output
    assert "frozen" not in told
    assert "takes no heads of other logs" in told  # their guard is left out too: carbonseal witness new-key
    assert run("fsck", restored).exit_code == 0
    again = run("restore", copy, restored)
    assert (again.exit_code, "is there already" in again.output) == (2, True)
