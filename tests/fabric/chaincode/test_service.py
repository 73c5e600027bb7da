"""The chaincode as a service, run as its operator runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from carbonseal_adapters.fabric.chaincode.__main__ import main
from tests.programs.counted import counted

PROGRAM = [sys.executable, "-m", "carbonseal_adapters.fabric.chaincode"]


def test_it_prints_its_address_and_ends_on_a_signal() -> None:
    asked = [*PROGRAM, "--address", "127.0.0.1:0", "--id", "carbonseal:1"]
    with subprocess.Popen(asked, env=counted(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        said, _, port = program.stdout.readline().partition(" ")
        assert said == "ready"
        assert 0 < int(port) < 65536
        program.terminate()
        assert program.wait(30) == 0


@pytest.mark.parametrize("options", [["--tls-key", "pem"], ["--tls-certificate", "pem"], ["--client-ca", "pem"]])
def test_half_of_the_tls_options_is_refused(options: list[str], tmp_path: Path) -> None:
    (tmp_path / "pem").write_text("PEM")
    given = [options[0], str(tmp_path / options[1])]
    result = CliRunner().invoke(main, ["--address", "127.0.0.1:0", "--id", "carbonseal:1", *given])
    assert result.exit_code == 2
    assert "go together" in result.output
