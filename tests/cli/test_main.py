"""The command itself: help, version, wrong commands."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest

from carbonseal.cli.errors import MissingExtra
from carbonseal.plugins import COMMANDS
from tests.cli.conftest import Run


def test_help_names_every_command(run: Run) -> None:
    result = run("--help")
    assert result.exit_code == 0
    for name in COMMANDS.built_in:
        assert f"\n  {name} " in result.output


def test_version(run: Run) -> None:
    assert run("--version").output == f"carbonseal {version('carbonseal')}\n"


def test_a_wrong_command_names_the_right_ones(run: Run) -> None:
    result = run("verfy")
    assert result.exit_code == 2
    assert "passport" in result.stderr


@pytest.mark.parametrize(
    ("module", "extra"),
    [("sqlalchemy", "node"), ("web3", "ethereum"), ("grpc.aio", "fabric"), ("google.protobuf", "fabric")],
)
def test_a_missing_module_names_the_extra_that_brings_it(module: str, extra: str) -> None:
    missing = MissingExtra.of(ModuleNotFoundError(name=module), "carbonseal init")
    assert missing.install == f"pip install 'carbonseal[{extra}]'"


def test_no_command_shows_help(run: Run) -> None:
    assert "carbonseal verify passport.json" in run().output


def test_console_script_and_exit_status() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from carbonseal.cli.main import main; main()", "verify"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert b"Usage: carbonseal verify" in done.stderr
