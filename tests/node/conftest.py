"""Nodes to test with, and the entry point by which they find the simulated ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from carbonseal.node.config import LedgerConfig, NodeConfig, TenantConfig
from carbonseal.node.create import create
from carbonseal.node.secrets import make_key

ORIGIN = "log.example/test"
SETTINGS = NodeConfig(
    origin=ORIGIN,
    log_key="file:keys/log.key",
    guard="guard/last-signed",
    batch_size=4096,
    batch_age=1.0,
    heartbeat=0,
    predecessor=None,
    tenants=(TenantConfig("default", "file:keys/salt.key"),),
    issuers=(),
    ledgers=(),
    foreign=(),
)

Begin = Callable[..., Path]


def ledger_in(folder: Path, name: str = "sim:1", cadence: float = 3600.0) -> LedgerConfig:
    folder.mkdir(parents=True, exist_ok=True)
    return LedgerConfig(name, f"sim+file://{folder}/ledger.db", "sim-publisher", cadence, {"called": name})


@pytest.fixture(scope="session")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that, on the path, registers the simulated ledger as an installed distribution would."""
    folder = tmp_path_factory.mktemp("plugins")
    info = folder / "carbonseal_simulated-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: carbonseal-simulated\nVersion: 0\n")
    (info / "entry_points.txt").write_text("[carbonseal.ledgers]\nsim = simulated:connect\n")
    (folder / "simulated.py").write_text(Path(__file__).with_name("simulated.py").read_text())
    return folder


@pytest.fixture
def begin(tmp_path: Path, plugins: Path, monkeypatch: pytest.MonkeyPatch) -> Begin:
    """Makes a node's directory, with changes to the settings."""
    monkeypatch.syspath_prepend(plugins)

    def make(name: str = "node", **changes: object) -> Path:
        directory = tmp_path / name
        make_key(directory / "keys/log.key")
        make_key(directory / "keys/salt.key")
        create(directory, replace(SETTINGS, **changes))  # type: ignore[arg-type]
        return directory

    return make
