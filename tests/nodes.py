"""Nodes in directories of a test's own: their settings, and their keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from carbonseal.node.config import DEFAULT, ForeignConfig, LogConfig, NodeConfig, TenantConfig
from carbonseal.node.create import create, new_log
from carbonseal.node.secrets import make_key
from carbonseal.node.witnessing.settings import CosignerConfig

ORIGIN = "log.example/test"


def log_config(name: str = DEFAULT, origin: str = ORIGIN, **changes: Any) -> LogConfig:
    """A log as `carbonseal init` begins one, with changes."""
    return replace(new_log(name, origin)[0], **changes)


def tenant_config(log: LogConfig) -> TenantConfig:
    """Who submits to a log."""
    return new_log(log.name, log.origin)[1]


def settings(*logs: LogConfig, **changes: Any) -> NodeConfig:
    """A node with these logs, or with one, and a tenant for each."""
    chosen = logs or (log_config(),)
    made = NodeConfig(
        batch_size=4096,
        batch_age=1.0,
        foreign_age=300.0,
        heartbeat=0,
        logs=chosen,
        tenants=tuple(map(tenant_config, chosen)),
        issuers=(),
        ledgers=(),
        foreign=(),
        cosigner=CosignerConfig.beside(chosen[0].origin),
    )
    return replace(made, **changes)


def make_node(directory: Path, config: NodeConfig) -> Path:
    """The node's directory, with keys for all that `config` keeps in files of its own."""
    uris = [config.cosigner.key, *(log.key for log in config.logs), *(tenant.salt_key for tenant in config.tenants)]
    make_keys(directory, [*uris, *(signer.key for signer in config.signers)])
    create(directory, config)
    return directory


def make_keys(directory: Path, uris: Iterable[str]) -> None:
    """The key files that are named and missing."""
    for uri in uris:
        path = directory / uri.removeprefix("file:")
        if uri.startswith("file:keys/") and not path.exists():
            make_key(path)


def foreign(*keys: Any) -> tuple[ForeignConfig, ...]:
    """Logs that may anchor in the default one, by their verifier keys."""
    return tuple(map(ForeignConfig, keys))


def install_simulated(folder: Path, scheme: str = "sim", connect: str = "tests.node.simulated:connect") -> Path:
    """Make the folder that, on the path, registers a simulated ledger as an installed distribution would."""
    info = folder / f"carbonseal_{scheme}-0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: carbonseal-{scheme}\nVersion: 0\n")
    (info / "entry_points.txt").write_text(f"[carbonseal.ledgers]\n{scheme} = {connect}\n")
    return folder
