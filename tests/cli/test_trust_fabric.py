"""A Fabric channel's configuration block comes as a file."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run
from tests.fabric.scenes import Channel


def test_a_configuration_block_is_pinned_and_shown(run: Run, tmp_path: Path) -> None:
    channel, block, trust = Channel(), tmp_path / "config.block", tmp_path / "trust.json"
    block.write_bytes(channel.block().SerializeToString())
    ledger = f"fabric:{channel.genesis}"
    done = run("trust", "pin", ledger, block, "--whence", "the operator", "-o", trust)
    assert done.exit_code == 0, done.output
    shown = run("trust", "show", trust).output
    assert ledger in shown
    assert "config-block" in shown
    assert "number 0" in shown
    assert max(map(len, shown.splitlines())) < 300  # the block itself is not spread out


def test_another_channels_block_is_refused(run: Run, tmp_path: Path) -> None:
    block = tmp_path / "config.block"
    block.write_bytes(Channel().block().SerializeToString())
    done = run("trust", "pin", "fabric:" + "ab" * 32, block, "--whence", "the operator", "-o", tmp_path / "trust.json")
    assert done.exit_code == 2
    assert "fabric.file-malformed" in done.stderr or "no configuration block of the channel" in done.stderr
