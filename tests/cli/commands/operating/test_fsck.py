"""`carbonseal fsck`: what it prints, and its exit statuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.nodes import make_node, settings


@pytest.fixture
def node(tmp_path: Path, run: Run) -> Path:
    directory = make_node(tmp_path / "node", settings())
    record = tmp_path / "record.json"
    record.write_text('{"kilograms": "1.00"}')
    assert run("seal", directory, record, "--profile", "json/1").exit_code == 0
    return directory


def test_sound_damaged_repaired(node: Path, run: Run) -> None:
    sound = run("fsck", node)
    assert (sound.exit_code, sound.output) == (0, "sound: 2 entries, 0 damaged, 0 repaired\n")
    tile = node / "logs/default/tile/0/000.p/2"
    right = tile.read_bytes()
    tile.write_bytes(right[:40] + b"\0" + right[41:])
    damaged = run("fsck", node)
    assert damaged.exit_code == 3
    assert "damaged  logs/default/tile/0/000.p/2 differs, from byte 40 on," in damaged.output
    assert "run `carbonseal fsck --repair`" in damaged.output
    found = json.loads(run("fsck", node, "--json").output)
    assert [one["code"] for one in found["damage"]] == ["fsck.file-damaged"]
    repaired = run("fsck", node, "--repair")
    assert repaired.exit_code == 0
    assert repaired.output.splitlines()[-1] == "sound: 2 entries, 0 damaged, 1 repaired"
    assert tile.read_bytes() == right


def test_a_log_that_is_not_its_guards(node: Path, run: Run) -> None:
    guard = node / "guard/default"
    guard.write_text(guard.read_text().replace('"size": 2', '"size": 9'))
    refused = run("fsck", node, "--repair")
    assert refused.exit_code == 4
    assert "the guard has a head of size 9, and this log has only 2 entries [frozen.went-back]" in refused.output


def test_no_node(tmp_path: Path, run: Run) -> None:
    assert run("fsck", tmp_path).exit_code == 2


def test_a_log_without_its_guard(node: Path, run: Run) -> None:
    (node / "guard/default").unlink()
    ran = run("fsck", node)
    assert ran.exit_code == 3
    assert ran.output.splitlines()[-1] == "not known: 2 entries, 0 damaged, 0 repaired"
