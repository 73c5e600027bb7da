"""The systemd units and the container file: systemd reads them, and their commands are the program's."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from carbonseal.service.listening.answering import FINISH
from tests.repository.sources import REPOSITORY
from tests.repository.texts.test_texts import check_call

UNITS = REPOSITORY / "examples/systemd"
CONTAINER = REPOSITORY / "examples/container/Containerfile"
SERVICES = ("carbonseal.service", "carbonseal-backup.service")
PROGRAM = "/usr/local/bin/carbonseal"
ANALYZE = shutil.which("systemd-analyze")
HARDENED = 20  # tenths: of 10.0, which is a service without any protection


def unit(name: str) -> ConfigParser:
    read = ConfigParser(interpolation=None, strict=False)
    read.read_string((UNITS / name).read_text(encoding="utf-8"))
    return read


def test_the_unit_serves_a_node() -> None:
    service = unit("carbonseal.service")["Service"]
    words = shlex.split(service["ExecStart"])
    assert words[0] == PROGRAM
    check_call([Path(words[0]).name, *words[1:]])
    assert words[1] == "serve"
    assert words[words.index("--host") + 1] == "127.0.0.1"
    assert int(service["TimeoutStopSec"]) > FINISH  # systemd does not kill what the service still finishes


def test_the_backup_is_of_that_node() -> None:
    service = unit("carbonseal-backup.service")["Service"]
    shell, option, script = shlex.split(service["ExecStart"].replace("%%", "%"))
    assert (shell, option) == ("/bin/sh", "-c")
    words = shlex.split(re.sub(r"\$\(.*?\)", "DATE", script))
    check_call(["carbonseal", *words[2:]])
    node = shlex.split(unit("carbonseal.service")["Service"]["ExecStart"])[2]
    assert words[1:4] == [PROGRAM, "backup", node]
    assert words[4] == f"{service['ReadWritePaths']}/DATE"
    assert node.startswith(service["ReadOnlyPaths"])


def test_what_is_pruned_is_what_the_backup_makes(tmp_path: Path) -> None:
    """Old folders with such a name go; whatever else lies there stays."""
    service = unit("carbonseal-backup.service")["Service"]
    for name in ("2020-01-01T02-30", "2020-01-01T02-30.unfinished", "mine", "2099-01-01T02-30"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    old = ["touch", "-d", "2020-01-01", *(str(tmp_path / name) for name in ("2020-01-01T02-30", "mine"))]
    subprocess.run(old, check=True)
    prune = service["ExecStartPost"].replace("/var/backups/carbonseal", str(tmp_path))
    subprocess.run(shlex.split(prune), check=True)
    assert {path.name for path in tmp_path.iterdir()} == {"2020-01-01T02-30.unfinished", "mine", "2099-01-01T02-30"}


@pytest.mark.skipif(ANALYZE is None, reason="needs systemd-analyze")
def test_systemd_reads_the_units(tmp_path: Path) -> None:
    """With a program that exists in the place of one that is installed elsewhere."""
    assert ANALYZE is not None
    for path in UNITS.iterdir():
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8").replace(PROGRAM, "/bin/true"))
    done = subprocess.run(
        [ANALYZE, "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.skipif(ANALYZE is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_little(name: str) -> None:
    assert ANALYZE is not None
    options = ["security", "--offline=true", "--no-pager", f"--threshold={HARDENED}"]
    done = subprocess.run([ANALYZE, *options, str(UNITS / name)], check=False, capture_output=True, text=True)
    if "unrecognized option" in done.stderr:
        pytest.skip("systemd-analyze is older than 250")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_container_file() -> None:
    """What it copies is there, its command is one, and it runs as nobody in particular."""
    text = re.sub(r"\\\n", " ", CONTAINER.read_text(encoding="utf-8"))
    lines = [line.split(None, 1) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    steps = [(word, rest) for word, rest in lines if word.isupper()]
    copied = [source for word, rest in steps if word == "COPY" and "--from" not in rest for source in rest.split()[:-1]]
    assert {"node", "adapters", "devnet", "pyproject.toml", "constraints.txt"} <= {*copied}
    assert not [source for source in copied if not (REPOSITORY / source).exists()]
    last = dict(steps[max(at for at, (word, _) in enumerate(steps) if word == "FROM") :])
    assert re.fullmatch("[1-9][0-9]*:[1-9][0-9]*", last["USER"])
    command = [*re.findall('"(.*?)"', last["ENTRYPOINT"]), *re.findall('"(.*?)"', last["CMD"])]
    check_call(command)
    assert command[:3] == ["carbonseal", "serve", last["VOLUME"]]
    compile(re.findall('"(.*?)"', last["HEALTHCHECK"])[-1], "healthcheck", "exec")
