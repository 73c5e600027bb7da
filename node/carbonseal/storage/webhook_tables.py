"""Tables of webhooks in the node's database: receivers, how far each has got, what waits for it, and outages.

As `node_tables`, to which they belong.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, String, Table

from .node_tables import NODE_TABLES
from .request_tables import WITH_REQUESTS

RECEIVERS = Table(
    "receivers",
    NODE_TABLES,
    Column("number", Integer, primary_key=True),  # never given again: a row stays when its receiver is removed
    Column("tenant", String, nullable=False),  # empty: the operator's
    Column("name", String, nullable=False),
    Column("url", String, nullable=False),
    Column("types", String, nullable=False),  # of events, with spaces between them; empty: all
    Column("secret", String, nullable=False),  # URI
    Column("old_secret", String, nullable=False),  # URI of the one before, which signs too; empty: none does
    Column("old_until", BigInteger, nullable=False),
    Column("paused", String),  # why nothing is sent; NULL: it is
    Column("created", BigInteger, nullable=False),
    Column("removed", BigInteger),
    info={"owner": "webhooks.receivers"},
)
_OUTBOX = {"owner": "webhooks.outbox"}
CURSORS = Table(  # how far a receiver's messages have come in each source of events
    "cursors",
    NODE_TABLES,
    Column("receiver", Integer, primary_key=True, autoincrement=False),
    Column("source", String, primary_key=True),
    Column("position", BigInteger, nullable=False),
    info=_OUTBOX,
)
COUNTERS = Table(
    "counters",
    NODE_TABLES,
    Column("receiver", Integer, primary_key=True, autoincrement=False),
    Column("made", BigInteger, nullable=False),  # messages; the newest one's sequence
    Column("delivered", BigInteger, nullable=False),
    Column("last", BigInteger),  # when one was delivered
    info=_OUTBOX,
)
DELIVERIES = Table(  # what was made and not delivered
    "deliveries",
    NODE_TABLES,
    Column("receiver", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),  # the event's sequence: never given again
    Column("id", String, nullable=False),
    Column("type", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String, nullable=False),
    Column("next", Float, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("reason", String, nullable=False),
    Index("deliveries_by_receiver", "receiver", "state", "next"),
    info=_OUTBOX,
)
OUTAGES = Table(  # that began or ended
    "outages",
    NODE_TABLES,
    Column("number", Integer, primary_key=True),
    Column("subject", String, nullable=False),  # what fails
    Column("type", String, nullable=False),
    Column("problem", String, nullable=False),
    Column("remedy", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),  # when it began
    Column("open", Boolean, nullable=False),  # it has not ended
    Index("outages_open", "open", "subject"),
    info={"owner": "webhooks.outages"},
)
ALL_NODE_TABLES = WITH_REQUESTS  # now that these are among them
