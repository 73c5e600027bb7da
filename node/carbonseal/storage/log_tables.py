"""Tables of a log's database: its entries, the records behind them, its signed heads, other logs' heads.

Each table belongs to one module, which alone reads and writes it; `info["owner"]` names it. Times are seconds since 1970.
What only one database system knows has no place here: a column option, an index or a type that it alone has.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

LOG_TABLES = MetaData()
CLUSTERED = {"clustered": True}  # rows lie in the order of the primary key, where the database system can do that

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
_KNOWN = {"owner": "carbonseal.node.sealing.known"}
KNOWN = Table(
    "known",
    LOG_TABLES,
    Column("run", Integer, primary_key=True, autoincrement=False),
    Column("prefix", BigInteger, primary_key=True, autoincrement=False),  # the commitment's first 8 bytes
    Column("number", Integer, primary_key=True, autoincrement=False),  # of its entry
    info=_KNOWN | CLUSTERED,
)
KNOWN_RUNS = Table(
    "known_runs",
    LOG_TABLES,
    Column("run", Integer, primary_key=True, autoincrement=False),
    Column("level", Integer, nullable=False),
    Column("records", Integer, nullable=False),  # when it is complete
    Column("until", Integer, nullable=False),  # it holds nothing of this entry or a later one
    Column("into", Integer),  # the run that it is being merged into
    info=_KNOWN,
)

HEADS = Table(
    "heads",
    LOG_TABLES,
    Column("size", Integer, primary_key=True),
    Column("root", LargeBinary),
    Column("note", LargeBinary),
    Column("triggers", Integer),  # how many of its entries make an anchor due
    Column("last_trigger", BigInteger),  # when the newest of those was sequenced
    info={"owner": "carbonseal.node.sealing.heads"},
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
