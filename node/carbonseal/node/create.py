"""Begins a node: its settings and its guard. The log itself begins with the first entry."""

from __future__ import annotations

from pathlib import Path

from carbonseal.findings import CONFIG_EXISTS, CONFIG_WRONG_VALUE, Refused
from carbonseal.log.notes import is_key_name
from carbonseal.log.tree import EMPTY_ROOT

from .config import FILE, NodeConfig, render
from .files import replace_file
from .guard import Guard


def create(directory: Path, config: NodeConfig) -> None:
    """Write `node.toml` and the guard of a log that has signed nothing. The keys that `config` names are made by whoever
    calls (`secrets.make_key`). Raises Refused where either file exists: no log is begun twice.

    The guard is written here and never by opening a node, so that settings and keys that were restored without the rest do
    not begin the same log again."""
    if not is_key_name(config.origin):
        raise Refused(CONFIG_WRONG_VALUE(FILE, key="origin", expected="a name without spaces and plus signs"))
    guard = directory / config.guard
    for path in (directory / FILE, guard):
        if path.exists():
            raise Refused(CONFIG_EXISTS(path=path))
    directory.mkdir(parents=True, exist_ok=True)
    Guard(guard, config.origin).write(0, EMPTY_ROOT)
    replace_file(directory / FILE, render(config).encode())
