"""The two kinds of database: one for each log, and one for what crosses a node's logs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import MetaData

from .log_tables import LOG_TABLES
from .node_tables import NODE_TABLES


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of one kind of database."""

    name: str
    tables: MetaData


LOG = Schema("log", LOG_TABLES)
NODE = Schema("node", NODE_TABLES)
