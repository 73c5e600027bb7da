"""examples/ledger-timestamp passes the conformance kit with a real authority, and docs/ledger-of-your-own.md works as written."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from carbonseal.ledger import Anchor, Evidence, Ledger, Statement
from carbonseal_adapters.conformance import CHECKS, Check, Stranger, Subject
from tests.examples.authority import Authority, served
from tests.repository.sources import REPOSITORY

EXAMPLE = REPOSITORY / "examples" / "ledger-timestamp"
PAGE = REPOSITORY / "docs" / "ledger-of-your-own.md"


@dataclass(frozen=True)
class Here:
    """`carbonseal.ledger.Secrets` of an adapter that opens none."""

    directory: Path

    def __call__(self, uri: str) -> bytes:
        raise AssertionError(uri)


@pytest.fixture(scope="module", params=[("rsa", "sha256"), ("ec", "sha512")], ids=" ".join)
def authority(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with served(tmp_path_factory.mktemp("tsa"), *request.param) as running:
        yield running


@pytest.fixture(scope="module")
def package() -> Iterator[ModuleType]:
    """The example's package, imported from where it is."""
    sys.path.insert(0, str(EXAMPLE))
    try:
        import_module("carbonseal_timestamp.checking")
        import_module("carbonseal_timestamp.sending")
        yield import_module("carbonseal_timestamp")
    finally:
        sys.path.remove(str(EXAMPLE))
        for name in [name for name in sys.modules if name.startswith("carbonseal_timestamp")]:
            del sys.modules[name]


def anchor(size: int, root: bytes = b"\x01" * 32) -> Anchor:
    return Anchor(Statement(b"\x07" * 32, size, root), b"")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_conforms(check: Check, authority: Authority, package: ModuleType) -> None:
    sizes = itertools.count(1)
    options = {"certificate": "tsa.pem"}

    async def connect() -> Ledger:
        made: Ledger = await package.sending.connect(f"timestamp+{authority.url}", options, Here(authority.folder))
        return made

    async def progress() -> None:
        """An authority does not move on."""

    @asynccontextmanager
    async def outage() -> AsyncIterator[None]:
        authority.down = True
        yield
        authority.down = False

    subject = Subject(
        connect=connect,
        anchor=lambda: anchor(next(sizes)),
        contradiction=lambda one: anchor(one.statement.size, b"\x02" * 32),
        progress=progress,
        verifier=package.checking.VERIFIER,
        options={},
        publisher="any",
        trust=lambda evidence: (),
        stranger=Stranger(connect, {}, "any"),
        outage=outage,
    )
    asyncio.run(check(subject))


def test_it_says_what_is_wrong(authority: Authority, package: ModuleType) -> None:
    async def stamped() -> tuple[str, Evidence]:
        ledger = await package.sending.connect(
            f"timestamp+{authority.url}", {"certificate": "tsa.pem"}, Here(authority.folder)
        )
        attempt = await ledger.prepare(anchor(9), [])
        attempt = replace(attempt, answer=await ledger.send(attempt))
        return ledger.name, await ledger.evidence(attempt, await ledger.follow([attempt]))

    name, evidence = asyncio.run(stamped())
    verifier = package.checking.VERIFIER

    def codes(ledger: str = name, given: Evidence = evidence, size: int = 9) -> list[str]:
        checked = verifier.check(given, anchor(size).statement, verifier.pin(ledger, {}), ())
        return [found.code.name for found in checked.findings]

    assert codes() == ["timestamp.stamped"]
    assert codes(size=10) == ["timestamp.wrong"]
    assert codes(ledger="timestamp:" + "ab" * 32) == ["timestamp.other-certificate"]
    assert codes(given=replace(evidence, version=2)) == ["timestamp.unknown"]
    for data in (b"", b"[]", b"{}", b'["00"]', evidence.data.upper(), b" " + evidence.data):
        assert codes(given=replace(evidence, data=data)) == ["timestamp.wrong"], data


def test_it_is_short() -> None:
    files = [EXAMPLE / "pyproject.toml", *sorted(EXAMPLE.glob("*/*.py"))]
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(lines) <= 250


def test_the_page_works_as_written(tmp_path: Path) -> None:
    """The page's commands, in their order, in a folder of their own; the package is installed by pip, beside ours."""
    site = tmp_path / "site"
    (tmp_path / "examples").symlink_to(REPOSITORY / "examples")
    commands = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))
    options = f"-q --no-deps --no-build-isolation --no-compile --disable-pip-version-check --target {site}"
    pip = f"{sys.executable} -m pip install {options}"
    assert "pip install " in commands
    commands = commands.replace("pip install ", f"{pip} ")
    with served(tmp_path, accuracy="") as authority:  # the page verifies within the second
        script = "set -eu\n" + commands.replace("http://127.0.0.1:3161/", authority.url)
        ours = [str(site), *(str(REPOSITORY / root) for root in ("node", "adapters", "devnet"))]
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = {**os.environ, "PYTHONPATH": ":".join(ours), "PATH": path}
        done = subprocess.run(
            ["bash", "-c", script], check=False, cwd=tmp_path, env=environment, capture_output=True, text=True
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "VERIFIED" in done.stdout, done.stdout
    policy = (tmp_path / "node" / "policy-template.policy").read_text(encoding="utf-8")
    assert re.search(r"^ledger stamps timestamp:[0-9a-f]{64} package=carbonseal-timestamp$", policy, re.MULTILINE)
