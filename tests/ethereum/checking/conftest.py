"""What the tests of agreement share."""

from __future__ import annotations

import pytest

from carbonseal.ledger import Evidence
from carbonseal_devnet.ethereum.network import Network
from tests.ethereum.checking.agreements import anchored


@pytest.fixture
def evidence(carbonseal_fresh_chain: Network) -> Evidence:
    (one,) = anchored(carbonseal_fresh_chain, 1)
    carbonseal_fresh_chain.mine(12)  # until it is final
    return one
