"""Settings `[workers]` of `node.toml`: how many worker processes a served node has."""

from __future__ import annotations

import os
from dataclasses import dataclass

from carbonseal.node.toml_tables import Table


@dataclass(frozen=True, slots=True)
class WorkersConfig:
    """`[workers]`: processes of each pool, at most; None: for the machine, as `records_usually` and `passports_usually` say."""

    records: int | None = None
    passports: int | None = None


USUAL = WorkersConfig()


def records_usually(processors: int) -> int:
    """One processor is left for the node itself, where there are several."""
    return max(1, min(4, processors - 1))


def passports_usually(processors: int) -> int:
    """Two at least, so that one client leaves one for others. The worst passport that is admitted takes 640 MiB."""
    return max(2, min(4, processors - 1))


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_workers(table: Table) -> WorkersConfig:
    """The section of that name. Raises Refused."""
    found = {key: table.count(key, 0, least=0) or None for key in ("records", "passports")}
    table.end()
    return WorkersConfig(**found)
