"""Creating a node, and adding logs to it: writes settings, keys and guards. A log itself begins with its first entry.

- All files of one call are written, or none. No existing file is overwritten.
- Guards are written here alone, never by opening a node: settings and keys that were restored without the rest cannot begin
  the same log again.

Raises `Refused` where a file exists or the settings are not valid, `Locked` where the node is open.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from carbonseal.findings import Refused

from .codes import CONFIG_EXISTS
from .config import FILE, LogConfig, NodeConfig, TenantConfig, load, parse
from .config_file import render, with_log
from .lock import Lock
from .sealing.files import replace_file
from .sealing.guard import Guard
from .witnessing.guard import HeadsGuard, first

PRIVATE = 0o600  # keys; and node.toml, as a ledger's uri may hold an access key


def new_log(
    name: str,
    origin: str,
    *,
    key: str | None = None,
    predecessor: str | None = None,
    ledgers: tuple[str, ...] | None = None,
) -> tuple[LogConfig, TenantConfig]:
    """Settings of a new log and of a tenant of the same name who submits to it, with the default path of the guard. `key` is the
    URI of the log's key, by default of a file; `predecessor` is the signed note of the last checkpoint of the log that this one
    succeeds; `ledgers` None means all."""
    log = LogConfig(name, origin, key or f"file:keys/log-{name}.key", f"guard/{name}", predecessor, ledgers)
    return log, TenantConfig(name, f"file:keys/salt-{name}.key", name)


def create(
    directory: Path,
    config: NodeConfig,
    *,
    keys: Mapping[Path, bytes] = MappingProxyType({}),
    documents: Mapping[Path, bytes] = MappingProxyType({}),
) -> None:
    """Write `node.toml`, the guards of logs that have signed nothing, `keys` (mode 0600) and `documents`: all of them, or none.
    Raises `Refused` where a file exists: no log is begun twice, and no key is overwritten."""
    text = check_new(directory, config)
    with ExitStack() as undo:
        for path, document in documents.items():
            _begin_file(path, document, undo)
        _begin_guards(directory, config.logs, undo)
        for path, key in keys.items():
            _begin_file(path, key, undo, private=True)
        _begin_file(directory / FILE, text.encode(), undo, private=True)
        undo.pop_all()


def check_new(directory: Path, config: NodeConfig) -> str:
    """The text of the `node.toml` that `create` would write. Raises `Refused` as `create` does; writes nothing."""
    text = render(config)
    parse(text)  # what is written can be read
    for path in (directory / FILE, *(directory / log.guard for log in config.logs)):
        if path.exists():
            raise Refused(CONFIG_EXISTS(path=path))
    return text


def add(directory: Path, log: LogConfig, tenant: TenantConfig) -> NodeConfig:
    """Add a log and its tenant to the node in `directory`: two sections are appended to `node.toml`, and a guard is written. The
    caller writes their keys. Raises `Refused` where a name is taken or the guard exists, `Locked` while the node is open."""
    with closing(Lock(directory)), ExitStack() as undo:
        config = check_addition(directory, log, tenant)
        _begin_guards(directory, [log], undo)
        path = directory / FILE
        mode = stat.S_IMODE(path.stat().st_mode)
        replace_file(path, with_log(path.read_text("utf-8"), log, tenant).encode(), mode)
        undo.pop_all()
    return config


def check_addition(directory: Path, log: LogConfig, tenant: TenantConfig) -> NodeConfig:
    """The settings with another log and tenant. Raises `Refused` as `add` does; writes nothing."""
    config = load(directory)
    grown = replace(config, logs=(*config.logs, log), tenants=(*config.tenants, tenant))
    parse(render(grown))
    if (directory / log.guard).exists():
        raise Refused(CONFIG_EXISTS(path=directory / log.guard))
    return grown


def _begin_guards(directory: Path, logs: Sequence[LogConfig], undo: ExitStack) -> None:
    for log in logs:
        guard = Guard(directory / log.guard, log.origin)
        _begin_file(guard.path, guard.first(), undo)
        _begin_file(HeadsGuard(guard.path, ()).path, first(), undo)


def begin_folder(folder: Path, undo: ExitStack, *, private: bool = False) -> None:
    """Create `folder` and its parents. `undo` removes those that did not exist before."""
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(mode=0o700 if private else 0o777)
        undo.callback(missing.rmdir)


def _begin_file(path: Path, data: bytes, undo: ExitStack, *, private: bool = False) -> None:
    """Create a file, durably. `undo` removes it and the folders that were created for it."""
    begin_folder(path.parent, undo, private=private)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE if private else 0o666)
    except FileExistsError as error:
        raise Refused(CONFIG_EXISTS(path=path)) from error
    undo.callback(path.unlink)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
