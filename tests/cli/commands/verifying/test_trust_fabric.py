"""A Fabric channel's configuration block comes as a file."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run
from tests.fabric.scenes.channels import Channel


def test_a_configuration_block_is_pinned_and_shown(run: Run, tmp_path: Path) -> None:
    channel, block, trust = Channel(), tmp_path / "config.block", tmp_path / "trust.json"
    block.write_bytes(channel.block().SerializeToString())
    ledger = f"fabric:{channel.genesis}"
    done = run("trust", "pin", ledger, block, "--source", "the operator", "-o", trust)
    assert done.exit_code == 0, done.output
    result = run("trust", "show", trust).output
    assert f"config-block 0 hash {channel.genesis}, from the operator" in done.output  # what a policy pins
    assert result.startswith(f"{ledger}\n  config-block 0 hash {channel.genesis}, from the operator, ")


def test_a_block_that_was_changed_by_hand_is_still_shown(run: Run, tmp_path: Path) -> None:
    value = {"block": "bm90aGluZw==", "number": 7}
    item = {
        "ledger": "fabric:ab",
        "kind": "config-block",
        "value": value,
        "source": "me",
        "when": "2026-11-22T09:00:00Z",
    }
    trust = tmp_path / "trust.json"
    trust.write_text(json.dumps({"carbonseal": "trust/1", "items": [item]}), encoding="utf-8")
    result = run("trust", "show", trust)
    assert result.exit_code == 0, result.output
    assert "config-block 7, which cannot be read: " in result.output


def test_another_channels_block_is_refused(run: Run, tmp_path: Path) -> None:
    block = tmp_path / "config.block"
    block.write_bytes(Channel().block().SerializeToString())
    done = run("trust", "pin", "fabric:" + "ab" * 32, block, "--source", "the operator", "-o", tmp_path / "trust.json")
    assert done.exit_code == 2
    assert "fabric.file-malformed" in done.stderr or "not a configuration block of the channel" in done.stderr
