"""Fixtures for anyone's tests: local ledgers that start when a test asks for one. Imports nothing heavy before that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from carbonseal_devnet.ethereum import Network


@pytest.fixture(scope="session")
def carbonseal_chain() -> Iterator[Network]:
    """An Ethereum-like chain with an AnchorRegistry, one for the whole session: take log ids of your own."""
    from carbonseal_devnet.ethereum import in_thread

    with in_thread() as network:
        yield network


@pytest.fixture
def carbonseal_fresh_chain() -> Iterator[Network]:
    """A chain of one's own, for tests that reorganise it or count its blocks. Starts in some 30 ms."""
    from carbonseal_devnet.ethereum import in_thread

    with in_thread() as network:
        yield network
