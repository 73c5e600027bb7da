"""Tables of requests: keys under which they are repeated, and jobs of many.

As `node_tables`, to which they belong.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table

from .node_tables import NODE_TABLES

IDEMPOTENCY_KEYS = Table(
    "idempotency_keys",
    NODE_TABLES,
    Column("id", LargeBinary, primary_key=True),  # SHA-256 of whose it is and of its text
    Column("request", LargeBinary, nullable=False),  # SHA-256 of what was asked
    Column("ends", BigInteger),  # when; NULL: when it is forgotten
    Column("credential", LargeBinary),  # the digest of what was signed
    Column("document", LargeBinary),  # what was signed, until its file is kept
    Column("answer", LargeBinary),  # where that is no file
    Index("idempotency_keys_by_end", "ends"),
    info={"owner": "requests.idempotency"},
)
JOBS = Table(
    "jobs",
    NODE_TABLES,
    Column("number", Integer, primary_key=True),  # in the order in which they came
    Column("id", String, nullable=False, unique=True),  # which nobody guesses
    Column("kind", String, nullable=False),
    Column("caller", String, nullable=False),
    Column("caller_kind", String, nullable=False),
    Column("tenant", String, nullable=False),  # empty: the operator's
    Column("created", BigInteger, nullable=False),
    Column("of", Integer, nullable=False),  # so many lines to do
    Column("size", BigInteger, nullable=False),  # of the requests, in bytes
    Column("state", String, nullable=False),
    Column("live", Boolean, nullable=False),  # something is left to do
    Column("ended", BigInteger),
    Column("problem", String),  # why it failed: a finding, JSON
    Column("lines", Integer, nullable=False),  # of the requests that were read
    Column("done", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("requests", BigInteger, nullable=False),  # bytes that were read
    Column("results", BigInteger, nullable=False),  # bytes that were written
    Column("passports", BigInteger, nullable=False),  # bytes that were written
    Index("jobs_live", "live", "number"),
    Index("jobs_by_tenant", "tenant", "number"),
    Index("jobs_by_end", "ended"),
    info={"owner": "jobs.tables"},
)

WITH_REQUESTS = NODE_TABLES  # now that these are among them
