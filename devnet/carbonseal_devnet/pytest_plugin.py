"""Fixtures for anyone's tests: local ledgers that start when a test asks for one. Imports nothing heavy before that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from carbonseal_devnet.ethereum import Network
    from carbonseal_devnet.fabric.network import Blocking

ENGINES = ("py-evm", "anvil", "geth")


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
    from carbonseal_devnet.ethereum import Missing, find, in_thread

    if engine != "py-evm":
        try:
            find(engine)
        except Missing as missing:
            pytest.skip(str(missing))
    with in_thread(engine=engine) as network:
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


def pytest_addoption(parser: pytest.Parser) -> None:
    known = ("embedded", "embedded-bft", "native", "native-bft")
    text = "which Fabric network tests run on: in this process, or Fabric's own programs (see CARBONSEAL_FABRIC_BIN)"
    parser.addoption("--fabric", choices=known, default="embedded", help=text)


@contextmanager
def _fabric(request: pytest.FixtureRequest, directory: Path) -> Iterator[Any]:
    engine, _, consensus = request.config.getoption("--fabric").partition("-")
    if engine == "native":
        from carbonseal_devnet.fabric_native import started

        with started(directory, bft=consensus == "bft") as native:
            yield native
    else:
        from carbonseal_devnet.fabric.config import Settings
        from carbonseal_devnet.fabric.network import in_thread

        with in_thread(directory, settings=Settings(bft=consensus == "bft")) as embedded:
            yield embedded
