"""Tables of the node's database, for what crosses its logs: anchors on ledgers, issued credentials and their status,
and who is let in.

Each table belongs to one module of `carbonseal.node`, which alone reads and writes it; `info["owner"]` names it. Times are
seconds since 1970.
What only one database system knows has no place here: a column option, an index or a type that it alone has.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from .columns import NAMES
from .list_indices import add_indices

NODE_TABLES = MetaData(naming_convention=NAMES)

# --- anchoring ---------------------------------------------------------------------------------------------------------

_OUTBOX = {"owner": "anchoring.outbox"}
ANCHORS = Table(
    "anchors",
    NODE_TABLES,
    Column("ledger", String, primary_key=True),
    Column("log", LargeBinary, primary_key=True),  # its id
    Column("size", BigInteger, primary_key=True),
    Column("state", String, nullable=False),
    Column("due", Float, nullable=False),  # when it became due
    Column("since", Float, nullable=False),  # when it came to its state
    Column("next", Float),  # when the ledger is called next; NULL: not again
    Column("tries", Integer, nullable=False),  # that failed since it last got further
    Column("attempt", String, nullable=False),  # the id of the attempt that is to be sent, or that was seen last
    Column("attempts", Integer, nullable=False),  # signed for it
    Column("attempted", Float, nullable=False),  # when one was last signed, or the anchor was last reorged out
    Column("reason", String, nullable=False),
    Column("remedy", String, nullable=False),
    Column("stage", String, nullable=False),  # how far it has got, in the ledger's own words
    Column("cost", String, nullable=False),  # in the ledger's smallest unit: more than an integer column holds
    Column("version", Integer, nullable=False),  # counts changes
    Column("live", Boolean, nullable=False),  # false once it is closed: nothing happens to it any more
    Index("anchors_live", "ledger", "live"),
    Index("anchors_by_state", "ledger", "log", "state", "size"),
    info=_OUTBOX,
)
CLOSED = Table(  # what the closed anchors of a log on a ledger come to
    "closed",
    NODE_TABLES,
    Column("ledger", String, primary_key=True),
    Column("log", LargeBinary, primary_key=True),  # its id; there is a row as soon as the log has an anchor here
    Column("anchors", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),  # of the largest
    Column("cost", String, nullable=False),
    info=_OUTBOX,
)
ATTEMPTS = Table(
    "attempts",
    NODE_TABLES,
    Column("number", Integer, primary_key=True),
    Column("ledger", String, nullable=False),
    Column("log", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("id", String, nullable=False),
    Column("slot", String, nullable=False),
    Column("statement", LargeBinary, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),  # what `send` returned
    Index("attempts_by_anchor", "ledger", "log", "size"),
    info=_OUTBOX,
)
ANCHOR_CHANGES = Table(  # what others are told of: in the order in which it happened
    "anchor_changes",
    NODE_TABLES,
    Column("number", Integer, primary_key=True),
    Column("ledger", String, nullable=False),
    Column("log", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("state", String, nullable=False),  # that it came to
    Column("attempt", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("remedy", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    info=_OUTBOX,
)
EVIDENCE = Table(
    "evidence",
    NODE_TABLES,
    Column("log", LargeBinary, primary_key=True),  # its id
    Column("size", BigInteger, primary_key=True),
    Column("ledger", String, primary_key=True),
    Column("type", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("facts", String, nullable=False),  # of the observation that it proves, JSON
    info={"owner": "anchoring.evidence"},
)
BALANCES = Table(
    "balances",
    NODE_TABLES,
    Column("ledger", String, primary_key=True),
    Column("unit", String),
    Column("decimals", Integer),
    Column("amount", String),  # in the smallest unit: more than an integer column holds
    Column("warning", String),
    Column("empty", Boolean),
    Column("asked", Float),  # when the ledger was asked
    info={"owner": "anchoring.balances"},
)
CERTIFICATES = Table(
    "certificates",
    NODE_TABLES,
    Column("ledger", String, primary_key=True),
    Column("expires", Float),
    info={"owner": "anchoring.certificates"},
)

# --- issuance ----------------------------------------------------------------------------------------------------------

_STATUS = {"owner": "issuance.status_tables"}
STATUS_LISTS = Table(
    "status_lists",
    NODE_TABLES,
    Column("id", String, primary_key=True),
    Column("purpose", String, nullable=False),
    Column("issuer", String, nullable=False),  # its name in node.toml
    Column("origin", String, nullable=False),  # of the log that it issues in
    Column("part", Integer, nullable=False),  # 0 for the first list of this issuer in this log
    Column("allocated", Integer, nullable=False),  # positions that credentials have
    Column("changes", Integer, nullable=False),  # that were made to the bits
    UniqueConstraint("issuer", "origin", "purpose", "part"),
    info=_STATUS,
)
POSITIONS = Table(
    "positions",
    NODE_TABLES,
    Column("number", Integer, primary_key=True),
    Column("revocation", String, nullable=False),  # the list's id
    Column("suspension", String, nullable=False),  # the list's id
    Column("position", Integer, nullable=False),  # in both
    Column("credential", LargeBinary),  # digest; NULL until it is signed
    Column("revoked", Boolean, nullable=False),
    Column("suspended", Boolean, nullable=False),
    Index("positions_by_credential", "credential"),
    Index("positions_revoked", "revocation", "revoked", "position"),
    Index("positions_suspended", "suspension", "suspended", "position"),
    info=_STATUS,
)
STATUS_VERSIONS = Table(
    "status_versions",
    NODE_TABLES,
    Column("number", Integer, primary_key=True),
    Column("list", String, nullable=False),  # its id
    Column("changes", Integer, nullable=False),  # to the list's bits that it has
    Column("commitment", LargeBinary, nullable=False),
    Column("start", BigInteger, nullable=False),  # its validFrom
    Index("status_versions_by_list", "list", "number"),
    info=_STATUS,
)
STATUS_CHANGES = Table(  # in the order in which they were made
    "status_changes",
    NODE_TABLES,
    Column("number", Integer, primary_key=True),
    Column("credential", LargeBinary, nullable=False),  # digest
    Column("purpose", String, nullable=False),
    Column("set", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
    info=_STATUS,
)
PASSPORTS = Table(
    "passports",
    NODE_TABLES,
    Column("number", Integer, primary_key=True),  # in the order in which they were issued
    Column("credential", LargeBinary, nullable=False, unique=True),  # the root's digest
    Column("tenant", String, nullable=False),  # of its issuer
    Column("issuer", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("name", String, nullable=False),
    Column("issued", BigInteger, nullable=False),  # when
    Column("passport", LargeBinary, nullable=False),
    Index("passports_by_tenant", "tenant", "number"),
    info={"owner": "issuance.issued"},
)

_STATED = {"owner": "issuance.conformity.statement_tables"}
STATEMENTS = Table(
    "statements",
    NODE_TABLES,
    Column("number", Integer, primary_key=True),  # in the order in which they were issued
    Column("statement", LargeBinary, nullable=False, unique=True),  # digest
    Column("body", String, nullable=False),  # its name in node.toml
    Column("organisation", String, nullable=False),
    Column("name", String, nullable=False),  # the organisation's
    Column("covers", String, nullable=False),
    Column("issued", BigInteger, nullable=False),  # when
    Column("replaces", LargeBinary),  # digest of the one that it supersedes or corrects
    Column("attach", Boolean, nullable=False),  # whether it joins passports that are refreshed
    Column("file", LargeBinary, nullable=False),
    Index("statements_by_organisation", "organisation", "covers"),
    Index("statements_by_replaced", "replaces"),
    info=_STATED,
)
STATED_FOOTPRINTS = Table(
    "stated_footprints",
    NODE_TABLES,
    Column("commitment", LargeBinary, primary_key=True),
    Column("statement", Integer, primary_key=True, autoincrement=False),  # its number
    info=_STATED,
)
_ACCREDITED = {"owner": "issuance.conformity.accreditation_tables"}
ACCREDITATIONS = Table(
    "accreditations",
    NODE_TABLES,
    Column("number", Integer, primary_key=True),  # in the order in which they were issued
    Column("accreditation", LargeBinary, nullable=False, unique=True),  # digest
    Column("accreditor", String, nullable=False),  # its name in node.toml
    Column("body", String, nullable=False),  # its id
    Column("name", String, nullable=False),  # the body's
    Column("issued", BigInteger, nullable=False),  # when
    Column("file", LargeBinary, nullable=False),
    info=_ACCREDITED,
)
HELD_ACCREDITATIONS = Table(  # that bodies of this node were given
    "held_accreditations",
    NODE_TABLES,
    Column("body", String, primary_key=True),  # its name in node.toml
    Column("accreditation", LargeBinary, primary_key=True),  # digest
    Column("file", LargeBinary, nullable=False),
    info=_ACCREDITED,
)
STATUS_REASONS = Table(  # why statements and accreditations were withdrawn, suspended, reinstated
    "status_reasons",
    NODE_TABLES,
    Column("number", Integer, primary_key=True),
    Column("document", LargeBinary, nullable=False),  # digest
    Column("act", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("status_reasons_by_document", "document"),
    info={"owner": "issuance.conformity.reasons"},
)

_DRAFTED = {"owner": "issuance.drafts.tables"}
DRAFTS = Table(
    "drafts",
    NODE_TABLES,
    Column("number", Integer, primary_key=True),  # in the order in which they were prepared
    Column("tenant", String, nullable=False),  # of the signer
    Column("kind", String, nullable=False),
    Column("signer", String, nullable=False),  # its name in node.toml
    Column("title", String, nullable=False),
    Column("state", String, nullable=False),
    Column("open", Boolean, nullable=False),  # false once it is released or discarded: nothing happens to it any more
    Column("content", LargeBinary, nullable=False),  # SHA-256 of the request
    Column("request", LargeBinary, nullable=False),  # RFC 8785
    Column("preparers", String, nullable=False),  # names, with spaces between them; the one of this content last
    Column("reviewer", String, nullable=False),
    Column("releaser", String, nullable=False),
    Column("prepared", BigInteger, nullable=False),  # when
    Column("document", LargeBinary),  # the digest of what was signed for its release
    Column("signed", LargeBinary),  # what was, until its file is kept
    Index("drafts_by_tenant", "tenant", "number"),
    Index("drafts_open", "open", "tenant", "number"),
    info=_DRAFTED,
)
DRAFT_ACTS = Table(
    "draft_acts",
    NODE_TABLES,
    Column("number", Integer, primary_key=True),
    Column("draft", Integer, nullable=False),
    Column("act", String, nullable=False),
    Column("who", String, nullable=False),
    Column("kind", String, nullable=False),  # of who
    Column("at", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),  # of the draft, after it
    Column("text", String, nullable=False),  # a comment or reason
    Index("draft_acts_by_draft", "draft", "number"),
    info=_DRAFTED,
)

# --- access ------------------------------------------------------------------------------------------------------------

PRINCIPALS = Table(
    "principals",
    NODE_TABLES,
    Column("name", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("tenant", String, nullable=False),
    Column("scopes", String, nullable=False),  # names, with spaces between them
    Column("created", BigInteger, nullable=False),
    info={"owner": "access.principals"},
)
TOKENS = Table(
    "tokens",
    NODE_TABLES,
    Column("number", Integer, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),  # SHA-256 of the secret
    Column("name", String, nullable=False),
    Column("principal", String, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("revoked", BigInteger),
    info={"owner": "access.tokens"},
)
IDENTITIES = Table(  # of principals at the OpenID Connect issuer
    "identities",
    NODE_TABLES,
    Column("number", Integer, primary_key=True),  # never given again: a row stays when its identity is removed
    Column("issuer", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("principal", String, nullable=False),
    Column("added", BigInteger, nullable=False),
    Column("removed", BigInteger),
    info={"owner": "access.oidc.identities"},
)
GRANTS = Table(
    "grants",
    NODE_TABLES,
    Column("number", Integer, primary_key=True),
    Column("tenant", String, nullable=False),  # whose record it is
    Column("commitment", LargeBinary, nullable=False),
    Column("reader", String, nullable=False),  # the principal that may read it
    Column("granted", BigInteger, nullable=False),
    Column("revoked", BigInteger),
    Index("grants_by_record", "commitment", "reader"),
    Index("grants_by_tenant", "tenant", "number"),
    Index("grants_by_reader", "reader", "number"),
    info={"owner": "access.grants"},
)
_AUDIT = {"owner": "access.audit"}
AUDIT = Table(
    "audit",
    NODE_TABLES,
    Column("number", Integer, primary_key=True),
    Column("event", LargeBinary, nullable=False),  # RFC 8785
    Column("hash", LargeBinary, nullable=False),  # of it and all before it
    Index("audit_by_hash", "hash"),
    info=_AUDIT,
)
AUDIT_HEADS = Table(
    "audit_heads",
    NODE_TABLES,
    Column("number", Integer, primary_key=True),  # of the event whose hash is the entry
    Column("log", String, nullable=False),  # its name in node.toml
    Column("entry", Integer, nullable=False),
    info=_AUDIT,
)

# --- exchange with partners --------------------------------------------------------------------------------------------

PACT_EVENTS = Table(
    "pact_events",
    NODE_TABLES,
    Column("number", Integer, primary_key=True),
    Column("client", String, nullable=False),  # the principal that sent it
    Column("tenant", String, nullable=False),
    Column("type", String, nullable=False),
    Column("id", String, nullable=False),
    Column("source", String, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),  # RFC 8785
    Column("partner", String, nullable=False),  # the URL that is called back; empty: nothing is owed
    Column("state", String, nullable=False),
    Column("next", Float, nullable=False),  # when the call-back is tried next
    Column("tries", Integer, nullable=False),
    Column("answer", String, nullable=False),  # the type of the event that was sent back
    Column("reason", String, nullable=False),
    UniqueConstraint("client", "source", "id"),
    Index("pact_events_due", "client", "state", "partner", "next"),
    Index("pact_events_by_tenant", "tenant", "number"),
    info={"owner": "exchange.inbox"},
)

add_indices(NODE_TABLES)
