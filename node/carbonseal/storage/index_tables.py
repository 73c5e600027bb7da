"""Tables of a node's index: what its sealed records say of themselves, for look-ups.

Every row is derived from the logs' records: the file may be removed, and is made again. Each table belongs to one module of
`carbonseal.node`, which alone reads and writes it; `info["owner"]` names it.
What only one database system knows has no place here: a column option, an index or a type that it alone has.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from .columns import CLUSTERED, NAMES

INDEX_TABLES = MetaData(naming_convention=NAMES)

_INDEX = {"owner": "lookup.index"}
COVERED = Table(  # how far the index reaches in each log
    "covered",
    INDEX_TABLES,
    Column("log", String, primary_key=True),  # its origin
    Column("until", BigInteger, nullable=False),  # the first entry that is not in the index
    Column("last", LargeBinary, nullable=False),  # entry `until` - 1: in another copy of the log it may be another
    info=_INDEX,
)
INDEXED = Table(
    "indexed",
    INDEX_TABLES,
    Column("number", Integer, primary_key=True),  # in the order in which they came into the index
    Column("log", String, nullable=False),  # its origin
    Column("entry", BigInteger, nullable=False),
    Column("tenant", String, nullable=False),
    Column("profile", String, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
    Column("acknowledged", BigInteger, nullable=False),
    Column("said", LargeBinary, nullable=False),  # JSON: `lookup.said.Said`
    Column("is_current", Boolean, nullable=False),  # no later record of its tenant and profile has its footprint id
    Column(
        "is_disputed", Boolean, nullable=False
    ),  # another record of its tenant gives its footprint id another figure
    UniqueConstraint("log", "entry"),
    Index("indexed_by_tenant", "tenant", "number"),
    Index("indexed_by_profile", "tenant", "profile", "number"),
    Index("indexed_disputed", "tenant", "is_disputed", "number"),
    info=_INDEX,
)
TERMS = Table(  # what a record is found by
    "terms",
    INDEX_TABLES,
    Column("tenant", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("value", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    info=_INDEX | CLUSTERED,
)
DISPUTES = Table(  # each second figure, once
    "disputes",
    INDEX_TABLES,
    Column("number", Integer, primary_key=True),
    Column("tenant", String, nullable=False),
    Column("footprint", String, nullable=False),
    Column("first", Integer, nullable=False),  # numbers in `indexed`
    Column("second", Integer, nullable=False),
    Column("log", String, nullable=False),  # origin and entry of the second
    Column("entry", BigInteger, nullable=False),
    UniqueConstraint("log", "entry"),
    info=_INDEX,
)
