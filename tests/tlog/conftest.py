"""A hostile log, made once."""

from __future__ import annotations

import pytest

from .hostile import HostileLog


@pytest.fixture(scope="module")
def truth() -> HostileLog:
    return HostileLog()


@pytest.fixture
def log(truth: HostileLog) -> HostileLog:
    truth.answers.clear()
    truth.asked.clear()
    return truth
