"""Files that commands are given by name: regular ones, said in a sentence before any work."""

from __future__ import annotations

import os
from pathlib import Path

import click
import pytest

from carbonseal.cli.options import InputPath
from tests.cli.conftest import Files, Run
from tests.repository.texts import help_texts

# Each file among these is looked at by itself, and what is none is told beside the others.
ONE_BY_ONE = {("seal", "paths"), ("verify", "passports"), ("examine", "sources"), ("gather", "passports")}


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe.json")
    return tmp_path / "pipe.json"


def test_every_input_file_of_a_command_is_a_regular_one() -> None:
    plain = {
        (str(context.info_name), str(one.name))
        for context in help_texts.commands()
        for one in context.command.params
        if isinstance(one.type, click.Path) and one.type.exists and one.type.file_okay
        if not isinstance(one.type, InputPath)
    }
    assert plain == ONE_BY_ONE


@pytest.mark.parametrize("option", ["--policy", "--trust", "--consignment", "--with"])
def test_a_pipe_is_refused(run: Run, files: Files, pipe: Path, option: str) -> None:
    given = {"--policy": files.policy, option: pipe}
    result = run("verify", files.passport, *(str(word) for pair in given.items() for word in pair))
    assert result.exit_code == 2
    assert f"'{pipe}' is not a regular file; write what it gives to a file, and name that." in result.stderr


def test_where_standard_input_may_be_read_instead_it_is_said(run: Run, pipe: Path) -> None:
    result = run("passport", "show", pipe)
    assert result.exit_code == 2
    assert "is not a regular file; - reads standard input." in result.stderr


def test_a_folder_is_named_as_before(run: Run, files: Files) -> None:
    result = run("verify", files.passport, "--policy", files.policy, "--trust", files.directory)
    assert result.exit_code == 2
    assert "is a directory" in result.stderr


def test_a_key_in_a_pipe_is_refused(run: Run, pipe: Path) -> None:
    pipe.chmod(0o600)
    result = run("key", "show", f"file:{pipe}", "--name", "log.example")
    assert result.exit_code == 2
    assert "not a regular file" in result.stderr
