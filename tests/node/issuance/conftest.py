"""A clock, and the directory of a node with one issuer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.node.conftest import Begin
from tests.node.issuance.issuing import MAKER, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def directory(begin: Begin) -> Path:
    return begin(issuers=(MAKER,))
