"""Fixtures for anyone's tests: local ledgers that start when a test asks for one. Imports nothing heavy before that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from carbonseal_devnet.ethereum import Network
    from carbonseal_devnet.fabric.embedded.blocking import Blocking
    from carbonseal_devnet.log import Log

ENGINES = ("py-evm", "anvil", "geth")
FABRIC = "--carbonseal-fabric"


@pytest.fixture(scope="session")
def carbonseal_chain() -> Iterator[Network]:
    """An Ethereum-like chain with an AnchorRegistry, one for the whole session: take log ids of your own."""
    with _network("py-evm") as network:
        yield network


@pytest.fixture
def carbonseal_fresh_chain() -> Iterator[Network]:
    """A chain of one's own, for tests that reorganise it or count its blocks. Starts in some 30 ms."""
    with _network("py-evm") as network:
        yield network


@pytest.fixture(scope="session", params=ENGINES)
def carbonseal_every_chain(request: pytest.FixtureRequest) -> Iterator[Network]:
    """The same as `carbonseal_chain`, on py-evm, anvil and geth in turn; skipped where the program is not found."""
    with _network(request.param) as network:
        yield network


@pytest.fixture(params=ENGINES)
def carbonseal_every_fresh_chain(request: pytest.FixtureRequest) -> Iterator[Network]:
    """The same as `carbonseal_fresh_chain`, on py-evm, anvil and geth in turn; geth takes a second."""
    with _network(request.param) as network:
        yield network


@contextmanager
def _network(engine: str) -> Iterator[Network]:
    ethereum = _import("carbonseal_devnet.ethereum")
    if engine != "py-evm":
        try:
            ethereum.find(engine)
        except ethereum.Missing as missing:
            pytest.skip(str(missing))
    with ethereum.in_thread(engine=engine) as network:
        yield network


@pytest.fixture(scope="session")
def carbonseal_fabric(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blocking]:
    """A Fabric network with carbonseal's chaincode, one for the whole session: take log ids of your own."""
    with _fabric(request, tmp_path_factory.mktemp("fabric")) as network:
        yield network


@pytest.fixture
def carbonseal_fresh_fabric(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Blocking]:
    """A Fabric network of one's own, for tests that break something. Starts in some 200 ms, a native one in seconds."""
    with _fabric(request, tmp_path / "fabric") as network:
        yield network


@contextmanager
def _fabric(request: pytest.FixtureRequest, directory: Path) -> Iterator[Any]:
    engine, _, consensus = request.config.getoption(FABRIC).partition("-")
    if engine == "native":
        with _import("carbonseal_devnet.fabric.native.network").started(directory, bft=consensus == "bft") as native:
            yield native
    else:
        settings = _import("carbonseal_devnet.fabric.config").Settings(bft=consensus == "bft")
        with _import("carbonseal_devnet.fabric.embedded.blocking").in_thread(directory, settings=settings) as embedded:
            yield embedded


@pytest.fixture(scope="session")
def carbonseal_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """Another operator's log, one for the whole session: introduce logs with origins of your own, and anchor in it."""
    with _import("carbonseal_devnet.log").in_thread(tmp_path_factory.mktemp("log")) as log:
        yield log


@pytest.fixture
def carbonseal_fresh_log(tmp_path: Path) -> Iterator[Log]:
    """A log of one's own, empty and without acquaintances. Starts in some 50 ms."""
    with _import("carbonseal_devnet.log").in_thread(tmp_path / "log") as log:
        yield log


def pytest_addoption(parser: pytest.Parser) -> None:
    known = ("embedded", "embedded-bft", "native", "native-bft")
    text = "which Fabric network tests run on: in this process, or Fabric's own programs (see CARBONSEAL_FABRIC_BIN)"
    parser.getgroup("carbonseal").addoption(FABRIC, choices=known, default="embedded", help=text)


def _import(name: str) -> Any:
    """A module of the development network. Fails the test where its packages are not installed."""
    try:
        return import_module(name)
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("carbonseal"):
            raise
        pytest.fail(f"carbonseal's fixtures lack {missing.name}: pip install 'carbonseal[devnet]'", pytrace=False)
