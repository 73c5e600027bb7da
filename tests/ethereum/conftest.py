"""What the tests of Ethereum share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from carbonseal_devnet.ethereum.network import Network
from carbonseal_devnet.pytest_plugin import ENGINES
from tests.ethereum.one_geth import fresh_chain


@pytest.fixture(params=ENGINES)
def carbonseal_every_fresh_chain(request: pytest.FixtureRequest) -> Iterator[Network]:
    with fresh_chain(request) as network:
        yield network
