"""The wheel, without extras, in an environment of its own: enough to verify every kind of evidence."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.once import once
from tests.repository.sources import OURS, REPOSITORY
from tests.world import World

CONSTRAINTS = str(REPOSITORY / "constraints.txt")


@dataclass
class Installed:
    """An environment with the wheel in it, and a folder with a passport, a policy and trust."""

    wheel: Path
    bin: Path
    files: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
        return subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            cwd=self.files,
            env=clean | {"PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            check=False,
        )

    def pip(self, *arguments: str) -> str:
        """What pip prints, ours, which an environment without one is installed by."""
        command = [sys.executable, "-m", "pip", "--python", str(self.bin / "python"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return _installed(once(tmp_path_factory, "wheel", _install))


def _installed(directory: Path) -> Installed:
    (wheel,) = directory.glob("*.whl")
    return Installed(wheel, directory / "env" / ("Scripts" if os.name == "nt" else "bin"), directory)


def _install(directory: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(directory), str(REPOSITORY)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    venv.create(directory / "env")
    here = _installed(directory)
    here.pip("install", "--quiet", "--no-compile", "--constraint", CONSTRAINTS, str(here.wheel))
    world = World()
    passport = world.passport(components=[world.passport(world.supplier, "battery")])
    (directory / "passport.json").write_bytes(passport.encode())
    (directory / "customs.policy").write_text("\n".join(world.lines().values()) + "\n", encoding="utf-8")
    (directory / "trust.json").write_bytes(world.trust().encode())


def test_only_our_packages_are_in_it(installed: Installed) -> None:
    names = zipfile.ZipFile(installed.wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {*OURS, f"carbonseal-{version('carbonseal')}.dist-info"}
    assert not [name for name in names if "tests" in Path(name).parts]
    assert {f"{package}/py.typed" for package in OURS} <= set(names)
    assert "carbonseal_adapters/ethereum/checking/AnchorRegistry.json" in names
    assert "carbonseal_devnet/example/chain.toml" in names
    assert {"carbonseal/desk/templates/passport.html", "carbonseal/languages/locale/zh/carbonseal.mo"} <= set(names)


def test_nothing_is_broken_or_heavy(installed: Installed) -> None:
    installed.pip("check")
    listed = installed.pip("list", "--format", "freeze").lower()
    assert "carbonseal==" in listed
    for heavy in ("web3", "grpc", "protobuf", "aiohttp", "sqlalchemy", "pydantic", "py-evm"):
        assert f"\n{heavy}" not in f"\n{listed}"


def test_version_and_help(installed: Installed) -> None:
    assert installed.run("carbonseal", "--version").stdout == f"carbonseal {version('carbonseal')}\n"
    result = installed.run("carbonseal", "--help")
    assert result.returncode == 0, result.stderr
    assert "\n  verify " in result.stdout


def test_it_verifies_a_passport_of_two_ledgers(installed: Installed) -> None:
    asked = ["--policy", "customs.policy", "--trust", "trust.json", "--at", "2026-11-22T09:00:00Z"]
    verified = installed.run("carbonseal", "verify", "passport.json", *asked)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert verified.stdout.startswith("VERIFIED")
    assert installed.run("carbonseal", "trust", "show", "trust.json").returncode == 0
    assert installed.run("carbonseal", "passport", "show", "passport.json").returncode == 0


def test_it_verifies_the_demos_passport(installed: Installed, demo: tuple[Path, str]) -> None:
    """Evidence of all three kinds of ledger, with none of their software installed."""
    folder, _ = demo
    asked = ["--policy", str(folder / "office"), "--json"]
    verified = installed.run("carbonseal", "verify", str(folder / "north" / "door-reader.json"), *asked)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    codes = {finding["code"] for finding in json.loads(verified.stdout)["findings"]}
    assert {"ethereum.anchored", "fabric.ordered", "fabric.valid", "tlog.included"} <= codes


def test_a_program_verifies_with_the_public_names(installed: Installed) -> None:
    program = """
import carbonseal
from datetime import UTC, datetime
from pathlib import Path
policy = carbonseal.parse_policy(Path("customs.policy").read_bytes())
trust = carbonseal.parse_trust(Path("trust.json").read_bytes())
report = carbonseal.verify(Path("passport.json").read_bytes(), policy, trust, at=datetime(2026, 11, 22, 9, tzinfo=UTC))
print(carbonseal.__version__, report.verdict.value)
"""
    done = installed.run("python", "-c", program)
    assert done.stdout == f"{version('carbonseal')} verified\n", done.stderr


def test_the_programs_in_the_readme_run(installed: Installed) -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    programs = re.findall(r"^```python\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    verifying = [program for program in programs if "carbonseal.client" not in program]  # that one needs the extra node
    assert verifying
    for program in verifying:
        done = installed.run("python", "-W", "error", "-c", program)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        (["carbonseal", "demo"], "devnet"),
        (["carbonseal-devnet", "up", "--port", "0"], "devnet"),
        (["carbonseal", "seal", "node", "passport.json", "--profile", "json/1"], "node"),
        (["carbonseal", "status", "node"], "node"),
        (["carbonseal", "serve", "node"], "node"),
        (["carbonseal", "desk", "--policy", "customs.policy"], "desk"),
        (["carbonseal", "verify", "passport.json", "--policy", "customs.policy", "--report", "out.html"], "desk"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value[:2]),
)
def test_what_needs_an_extra_says_which(installed: Installed, command: list[str], extra: str) -> None:
    (installed.files / "node").mkdir(exist_ok=True)
    done = installed.run(*command)
    assert done.returncode == 2, done.stdout + done.stderr
    assert f"pip install 'carbonseal[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_pytest_plugin_needs_no_extra_until_a_fixture_is_used(installed: Installed) -> None:
    """Whoever has carbonseal and pytest must be able to run pytest, devnet or no devnet."""
    installed.pip("install", "--quiet", "--no-compile", "--constraint", CONSTRAINTS, "pytest")
    done = installed.run("python", "-m", "pytest", "--version")
    assert done.returncode == 0, done.stderr
