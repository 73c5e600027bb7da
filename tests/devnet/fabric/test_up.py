"""`carbonseal-devnet up --fabric`, as a program."""

from __future__ import annotations

import signal
from pathlib import Path
from subprocess import Popen

from click.testing import CliRunner

from carbonseal_devnet.main import main
from tests.devnet.test_up import refused, start, startup_lines


def fabric(process: Popen[str]) -> dict[str, str]:
    lines = startup_lines(process)
    at = next(index for index, line in enumerate(lines) if line.startswith("fabric "))
    return dict(line.split(maxsplit=1) for line in lines[at:-1])


def test_it_says_where_it_is_stops_cleanly_and_goes_on_even_after_a_kill(tmp_path: Path) -> None:
    seen = []
    for name, status in [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 0)]:
        with start("up", "--fabric", "--port", "0", cwd=tmp_path) as process:
            seen.append(fabric(process))
            process.send_signal(name)
            assert process.communicate(timeout=30)[1] == ""
            assert process.returncode == status
    assert seen[0] == seen[1]
    assert seen[0]["fabric"].startswith("fabric+grpcs://127.0.0.1:")
    for msp_id in ("Org1MSP", "Org2MSP"):
        for path in seen[0][msp_id].split():
            assert (tmp_path / path.split("=")[1]).exists()
    assert "another kind of ordering service" in refused("--fabric", "--bft", "--port", "0", cwd=tmp_path)


def test_an_ordering_service_without_a_network_is_wrong_usage() -> None:
    done = CliRunner().invoke(main, ["up", "--bft"])
    assert (done.exit_code, "--fabric" in done.stderr) == (2, True)
