"""Begins a node, and logs in it: settings and guards. A log itself begins with its first entry.

Guards are written here and never by opening a node, so that settings and keys that were restored without the rest do not begin
the same log again.
"""

from __future__ import annotations

import stat
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from carbonseal.findings import CONFIG_EXISTS, Refused
from carbonseal.log.tree import EMPTY_ROOT

from .config import FILE, LogConfig, NodeConfig, TenantConfig, load, parse, render, render_log, render_tenant
from .files import replace_file
from .guard import Guard
from .lock import Lock

PRIVATE = 0o600  # a ledger's uri may hold an access key


def new_log(
    name: str, origin: str, *, predecessor: str | None = None, ledgers: tuple[str, ...] | None = None
) -> tuple[LogConfig, TenantConfig]:
    """A log, and a tenant of the same name who submits to it, with keys and guard where this program puts them."""
    log = LogConfig(name, origin, f"file:keys/log-{name}.key", f"guard/{name}", predecessor, ledgers)
    return log, TenantConfig(name, f"file:keys/salt-{name}.key", name)


def create(directory: Path, config: NodeConfig) -> None:
    """Write `node.toml` and the guards of logs that have signed nothing. The keys that `config` names are made by whoever
    calls (`secrets.make_key`). Raises Refused where a file exists: no log is begun twice."""
    text = render(config)
    parse(text)  # what is handed out works
    for path in (directory / FILE, *(directory / log.guard for log in config.logs)):
        if path.exists():
            raise Refused(CONFIG_EXISTS(path=path))
    directory.mkdir(parents=True, exist_ok=True)
    _write_guards(directory, config.logs)
    replace_file(directory / FILE, text.encode(), PRIVATE)


def add(directory: Path, log: LogConfig, tenant: TenantConfig) -> NodeConfig:
    """Begin another log in a node, with a tenant who submits to it. `node.toml` gains two sections and keeps the rest. Their
    keys are made by whoever calls. Raises Refused where a name is taken or the guard exists, `Locked` while the node runs."""
    with closing(Lock(directory)):
        config = check_addition(directory, log, tenant)
        _write_guards(directory, [log])
        path = directory / FILE
        old, mode = path.read_bytes().rstrip(b"\n"), stat.S_IMODE(path.stat().st_mode)
        replace_file(path, old + f"\n{render_log(log)}{render_tenant(tenant)}".encode(), mode)
    return config


def check_addition(directory: Path, log: LogConfig, tenant: TenantConfig) -> NodeConfig:
    """What the settings would be with another log. Raises Refused, as `add` does."""
    config = load(directory)
    grown = replace(config, logs=(*config.logs, log), tenants=(*config.tenants, tenant))
    parse(render(grown))
    if (directory / log.guard).exists():
        raise Refused(CONFIG_EXISTS(path=directory / log.guard))
    return grown


def _write_guards(directory: Path, logs: Sequence[LogConfig]) -> None:
    for log in logs:
        Guard(directory / log.guard, log.origin).write(0, EMPTY_ROOT)
