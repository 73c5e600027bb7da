"""Keccak-256: every implementation that may be used gives what the others give."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from carbonseal_adapters.ethereum.checking.keccak import IMPLEMENTATIONS, OF_NOTHING, Hash, keccak256


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS, ids=lambda implementation: implementation.__name__)
def test_every_keccak_is_keccak(implementation: Callable[[], Hash]) -> None:
    """Around the ends of its blocks of 136 bytes, each gives what the others give."""
    hashed = implementation()
    assert hashed(b"") == OF_NOTHING
    for length in (1, 31, 32, 55, 135, 136, 137, 271, 272, 273, 532, 70_000):
        data = hashlib.shake_128(bytes([length % 251])).digest(length)
        assert hashed(data) == keccak256(data)
