"""Tables of a log's database: its entries, the records behind them, its signed heads, other logs' heads.

Each table belongs to one module, which alone reads and writes it; `info["owner"]` names it. Times are seconds since 1970.
What only one database system knows has no place here: a column option, an index or a type that it alone has.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

LOG_TABLES = MetaData()

_QUEUE = {"owner": "carbonseal.node.sealing.queue"}
ENTRIES = Table(
    "entries",
    LOG_TABLES,
    Column("number", Integer, primary_key=True),
    Column("entry", LargeBinary),
    info=_QUEUE,
)
RECORDS = Table(
    "records",
    LOG_TABLES,
    Column("number", Integer, primary_key=True),
    Column("tenant", String),
    Column("profile", String),
    Column("salt", LargeBinary),
    Column("acknowledged", BigInteger),
    info=_QUEUE,
)
PAYLOADS = Table(
    "payloads",
    LOG_TABLES,
    Column("number", Integer, primary_key=True),
    Column("canonical", LargeBinary),
    info=_QUEUE,
)
KNOWN = Table(
    "known",
    LOG_TABLES,
    Column("prefix", BigInteger, primary_key=True, autoincrement=False),  # the commitment's first 8 bytes
    Column("number", Integer, primary_key=True, autoincrement=False),
    info=_QUEUE,
)
KNOWN_UNTIL = Table("known_until", LOG_TABLES, Column("number", Integer), info=_QUEUE)

HEADS = Table(
    "heads",
    LOG_TABLES,
    Column("size", Integer, primary_key=True),
    Column("root", LargeBinary),
    Column("note", LargeBinary),
    Column("time", Integer),  # when it was recorded
    Column("triggers", Integer),  # how many of its entries make an anchor due
    info={"owner": "carbonseal.node.sealing.sequencer"},
)

FOREIGN = Table(
    "foreign_anchors",
    LOG_TABLES,
    Column("number", Integer, primary_key=True),  # of its entry
    Column("log_id", LargeBinary),
    Column("size", Integer),
    Column("root", LargeBinary),
    Column("note", LargeBinary),  # the signed checkpoint, kept: with a second one it would prove equivocation
    UniqueConstraint("log_id", "size"),
    info={"owner": "carbonseal.node.sealing.foreign"},
)
