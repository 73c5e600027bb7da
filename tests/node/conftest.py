"""Nodes to test with, and the entry point by which they find the simulated ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from carbonseal.node.config import LedgerConfig, LogConfig
from tests.nodes import ORIGIN, install_simulated, make_node, settings

__all__ = ["ORIGIN"]

Begin = Callable[..., Path]


def ledger_in(folder: Path, name: str = "sim:1", cadence: float = 3600.0) -> LedgerConfig:
    folder.mkdir(parents=True, exist_ok=True)
    return LedgerConfig(name, f"sim+file://{folder}/ledger.db", "sim-publisher", cadence, {"called": name})


@pytest.fixture(scope="session")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that, on the path, registers the simulated ledger as an installed distribution would."""
    return install_simulated(tmp_path_factory.mktemp("plugins"))


@pytest.fixture
def begin(tmp_path: Path, plugins: Path, monkeypatch: pytest.MonkeyPatch) -> Begin:
    """Makes a node's directory, with these logs (or one, the default) and changes to the settings."""
    monkeypatch.syspath_prepend(plugins)

    def make(name: str = "node", logs: Sequence[LogConfig] = (), **changes: object) -> Path:
        return make_node(tmp_path / name, settings(*logs, **changes))

    return make
