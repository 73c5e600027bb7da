"""What several packages' tests share."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from carbonseal_devnet.supervised_process import ProgramMissing
from tests.once import once
from tests.programs.counted import count_no_programs, counted
from tests.programs.uncounted import Tracing
from tests.tokens import SoftHsm, softhsm_module

if TYPE_CHECKING:
    from tests.ethereum.one_geth import OneGeth

# No property has a deadline: how long an example takes says more about the machine than about the code.
# In CI the examples are the same in every run, so that a failure there is a failure everywhere. HYPOTHESIS_PROFILE=long looks
# for longer, where a test does not say how long.
settings.register_profile("default", deadline=None, print_blob=True)
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, database=None)
settings.register_profile("long", settings.get_profile("default"), max_examples=5000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default"))


IN_MEMORY = Path("/dev/shm")
NEEDED = 2 << 30  # bytes; a run leaves a tenth of it


def pytest_configure(config: pytest.Config) -> None:
    """What costs time and adds nothing is left out: tracing of what others reach, and disks (tests kill programs, never the
    machine), of the programs that are started too: a chain's data are there as well."""
    if IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free >= NEEDED:
        os.environ.setdefault("TMPDIR", str(IN_MEMORY))
        tempfile.tempdir = None  # asked for already, by whoever began the run
    if "COUNT_ALL" not in os.environ:
        config.pluginmanager.register(Tracing())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than cores: tests wait for programs that they start, and each process reads all tests first."""
    return 1 + (os.cpu_count() or 1)


def pytest_collection_finish() -> None:
    """Thousands of tests and all modules stay until the end: the garbage collector has no need to go through them each time."""
    gc.freeze()


INSTALLED_IN_CI = ("anvil", "geth", "clef", "SoftHSM", "chromium", "axe-core")  # by .ci/run


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI nothing is skipped for want of a program that .ci/run installs: it fails, and says which."""
    report = yield
    if os.environ.get("CI") == "true" and report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
        if any(program in reason for program in INSTALLED_IN_CI):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid}: .ci/run installs what this needs, and it is not found: {reason}"
    return report


@pytest.fixture(scope="session", autouse=True)
def _count_no_programs() -> None:
    count_no_programs()
    if forked := sys.modules.get("tests.programs.forked"):  # of a module that was collected
        forked.start()


@pytest.fixture(scope="module", autouse=True)
def _path_is_left_as_it_was() -> Iterator[None]:
    """Plug-ins that a module leaves on the path would be found by all tests that come after it in its process."""
    before = list(sys.path)
    yield
    assert sys.path == before


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftHsm]:
    """SoftHSM with fresh tokens: one per process, because a PKCS#11 module reads its settings once."""
    module = softhsm_module()
    if module is None:
        pytest.skip("SoftHSM is not installed: apt-get install softhsm2")
    with pytest.MonkeyPatch.context() as environment:
        yield SoftHsm.begin(module, tmp_path_factory.mktemp("softhsm"), environment)


@pytest.fixture(scope="session")
def one_geth() -> Iterator[OneGeth]:
    """For `tests.ethereum.one_geth.fresh_chain`, which has the chain."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(import_module("tests.ethereum.one_geth").start())
        except ProgramMissing as missing:
            pytest.skip(str(missing))
        yield running


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder in which `carbonseal demo` ran, as a user runs it, and what it printed. It left nobody running."""
    folder = once(tmp_path_factory, "demo", _run_demo)
    return folder / "demo", (folder / "output").read_text(encoding="utf-8")


def _run_demo(folder: Path) -> None:
    program = folder / "bin" / "carbonseal"  # as in an environment that is not on the PATH
    program.parent.mkdir()
    uncounted = "import os\n\nos.environ.pop('COVERAGE_PROCESS_CONFIG', None)\n"  # what it starts itself
    main = "from carbonseal.cli.main import main\n\nif __name__ == '__main__':\n    main()\n"
    program.write_text(f"#!{sys.executable}\n{uncounted}{main}", encoding="utf-8")
    program.chmod(0o755)
    process = subprocess.Popen(
        ["bin/carbonseal", "demo"],
        cwd=folder,
        env=counted(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    output, _ = process.communicate()
    assert process.returncode == 0, output
    until = time.monotonic() + 20
    with pytest.raises(
        ProcessLookupError
    ):  # nobody of its session is left: who forked workers ends by itself, and not at once
        while time.monotonic() < until:
            os.killpg(process.pid, 0)
            os.sched_yield()
    (folder / "output").write_text(output, encoding="utf-8")
