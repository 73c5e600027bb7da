"""The command itself: help, version, wrong commands."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from carbonseal.cli.errors import MissingExtra, missing_module
from carbonseal.plugins import COMMANDS
from tests.cli.conftest import Run
from tests.installed import install
from tests.programs.counted import counted


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
    [("sqlalchemy", "node"), ("eth_keys", "ethereum"), ("grpc.aio", "fabric"), ("google.protobuf", "fabric")],
)
def test_a_missing_module_names_the_extra_that_brings_it(module: str, extra: str) -> None:
    missing = missing_module(ModuleNotFoundError(name=module), "carbonseal init")
    assert isinstance(missing, MissingExtra)
    assert missing.install == f"pip install 'carbonseal[{extra}]'"


def installed_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, module: str, source: str) -> None:
    """A package that brings the command `tally`."""
    install(tmp_path / package, package, {"carbonseal.commands": {"tally": f"{module}:tally"}}, {module: source})
    monkeypatch.syspath_prepend(str(tmp_path / package))


TALLY = """
import click

@click.command()
def tally() -> None:
    "Count what there is."
    click.echo("three")
"""


def test_an_installed_command_is_one_of_them(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed_command(tmp_path, monkeypatch, "tallies", "tallies_of_one", TALLY)
    assert "\n  tally " in run("--help").output
    assert run("tally").output == "three\n"


def test_a_command_that_cannot_be_loaded_is_listed_and_says_why(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        installed_command(tmp_path, monkeypatch, f"tallies-{number}", f"tallies_twice_{number}", TALLY)
    assert "\n  tally " in run("--help").output
    result = run("tally", "--whatever", "x")
    assert result.exit_code == 2
    assert "tallies-1" in result.stderr
    assert "tallies-2" in result.stderr


def test_an_installed_command_whose_own_packages_are_missing_says_so(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "raise ModuleNotFoundError(name='sqlalchemy')\n"
    installed_command(tmp_path, monkeypatch, "tallies", "tallies_of_a_node", source)
    result = run("tally")
    assert result.exit_code == 2
    assert "the command tally of the package tallies cannot be loaded" in result.stderr


def test_no_command_shows_help(run: Run) -> None:
    assert "carbonseal verify passport.json" in run().output


def test_console_script_and_exit_status() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from carbonseal.cli.main import main; main()", "verify"],
        env=counted(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert b"Usage: carbonseal verify" in done.stderr
