"""Tables of a log's database: its entries, the records behind them, its signed heads, other logs' heads and forks.

Each table belongs to one module of `carbonseal.node`, which alone reads and writes it; `info["owner"]` names it. Times are
seconds since 1970.
What only one database system knows has no place here: a column option, an index or a type that it alone has.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

from .columns import CLUSTERED, NAMES

LOG_TABLES = MetaData(naming_convention=NAMES)

_QUEUE = {"owner": "sealing.queue"}
ENTRIES = Table(
    "entries",
    LOG_TABLES,
    Column("number", Integer, primary_key=True),
    Column("entry", LargeBinary, nullable=False),
    info=_QUEUE,
)
RECORDS = Table(
    "records",
    LOG_TABLES,
    Column("number", Integer, primary_key=True),
    Column("tenant", String, nullable=False),
    Column("profile", String, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("acknowledged", BigInteger, nullable=False),
    info=_QUEUE,
)
PAYLOADS = Table(
    "payloads",
    LOG_TABLES,
    Column("number", Integer, primary_key=True),
    Column("canonical", LargeBinary, nullable=False),
    info=_QUEUE,
)
_KNOWN = {"owner": "sealing.known"}
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
    Column("root", LargeBinary, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("triggers", Integer, nullable=False),  # how many of its entries make an anchor due
    Column("last_trigger", BigInteger, nullable=False),  # when the newest of those was sequenced
    info={"owner": "sealing.heads"},
)

FOREIGN = Table(
    "foreign_anchors",
    LOG_TABLES,
    Column("number", Integer, primary_key=True),  # of its entry
    Column("log_id", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column(
        "note", LargeBinary, nullable=False
    ),  # the signed checkpoint, kept: with a second one it would prove equivocation
    UniqueConstraint("log_id", "size"),
    info={"owner": "witnessing.anchors"},
)
TAKEN = Table(
    "taken_heads",
    LOG_TABLES,
    Column("log_id", LargeBinary, primary_key=True),
    Column("note", LargeBinary, nullable=False),  # the last signed checkpoint that was taken of that log
    info={"owner": "witnessing.taken"},
)
FORKS = Table(
    "forks",
    LOG_TABLES,
    Column("log_id", LargeBinary, primary_key=True),
    Column("proof", LargeBinary, nullable=False),  # a fraud proof (docs/spec.md, section 22)
    Column("found", BigInteger, nullable=False),
    info={"owner": "witnessing.forks"},
)
