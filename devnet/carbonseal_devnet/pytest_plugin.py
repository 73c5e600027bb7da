"""Pytest fixtures: local ledgers that start when a test asks for one. Imports nothing heavy before that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from carbonseal_devnet.supervised_process import ProgramMissing

if TYPE_CHECKING:
    from carbonseal_devnet.ethereum.network import Network
    from carbonseal_devnet.fabric.network import FabricNetwork
    from carbonseal_devnet.log.network import Log

ENGINES = ("py-evm", "anvil", "geth")
FABRIC = "--carbonseal-fabric"


@pytest.fixture(scope="session")
def carbonseal_chain() -> Iterator[Network]:
    """An Ethereum-like chain with an AnchorRegistry, one for the whole session: take log ids of your own."""
    with _started("ethereum") as network:
        yield network


@pytest.fixture
def carbonseal_fresh_chain() -> Iterator[Network]:
    """A chain of one's own, for tests that reorganise it or count its blocks. Starts in some 30 ms."""
    with _started("ethereum") as network:
        yield network


@pytest.fixture(scope="session", params=ENGINES)
def carbonseal_every_chain(request: pytest.FixtureRequest) -> Iterator[Network]:
    """The same as `carbonseal_chain`, on py-evm, anvil and geth in turn; skipped where the program is not found."""
    with _started("ethereum", engine=request.param) as network:
        yield network


@pytest.fixture(params=ENGINES)
def carbonseal_every_fresh_chain(request: pytest.FixtureRequest) -> Iterator[Network]:
    """The same as `carbonseal_fresh_chain`, on py-evm, anvil and geth in turn; geth takes a second."""
    with _started("ethereum", engine=request.param) as network:
        yield network


@pytest.fixture(scope="session")
def carbonseal_fabric(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FabricNetwork]:
    """A Fabric network with carbonseal's chaincode, one for the whole session: take log ids of your own."""
    with _started("fabric", tmp_path_factory.mktemp("fabric"), **_chosen(request)) as network:
        yield network


@pytest.fixture
def carbonseal_fresh_fabric(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FabricNetwork]:
    """A Fabric network of one's own, for tests that break something. Starts in some 200 ms, a native one in seconds."""
    with _started("fabric", tmp_path / "fabric", **_chosen(request)) as network:
        yield network


@pytest.fixture
def carbonseal_mutual_tls_fabric(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FabricNetwork]:
    """A Fabric network of one's own, whose peers ask clients for a certificate: mutual TLS."""
    with _started("fabric", tmp_path / "fabric", **_chosen(request), mutual_tls=True) as network:
        yield network


@pytest.fixture(scope="session")
def carbonseal_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """Another operator's log, one for the whole session: introduce logs with origins of your own, and anchor in it."""
    with _started("log", tmp_path_factory.mktemp("log")) as log:
        yield log


@pytest.fixture
def carbonseal_fresh_log(tmp_path: Path) -> Iterator[Log]:
    """A log of one's own, empty, to which no other log was introduced. Starts in some 50 ms."""
    with _started("log", tmp_path / "log") as log:
        yield log


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option that chooses the Fabric network."""
    known = ("embedded", "embedded-bft", "native", "native-bft")
    text = "which Fabric network tests run on: in this process, or Fabric's own programs (see CARBONSEAL_FABRIC_BIN)"
    parser.getgroup("carbonseal").addoption(FABRIC, choices=known, default="embedded", help=text)


def _chosen(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Which Fabric network the option names, as `carbonseal_devnet.fabric.starting.in_thread` wants it."""
    engine, _, consensus = request.config.getoption(FABRIC).partition("-")
    return {"engine": engine, "bft": consensus == "bft"}


@contextmanager
def _started(kind: str, *where: Path, **options: Any) -> Iterator[Any]:
    """A network of that kind (`carbonseal_devnet.network`). Fails the test where its packages are not installed, and skips it
    where the program that is to run it is missing."""
    try:
        starting = import_module(f"carbonseal_devnet.{kind}.starting")
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("carbonseal"):
            raise
        pytest.fail(f"carbonseal's fixtures lack {missing.name}: pip install 'carbonseal[devnet]'", pytrace=False)
    with ExitStack() as stack:
        try:
            network = stack.enter_context(starting.in_thread(*where, **options))
        except ProgramMissing as missing:
            pytest.skip(str(missing))
        yield network
