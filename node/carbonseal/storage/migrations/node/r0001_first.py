"""The tables of the first release."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from carbonseal.storage.migrations.lists import create_indices

revision = "20261130"  # unreleased programs made others, "0001" among them
down_revision = None


def _columns(type_: type[Any], *names: str) -> Iterator[sa.Column[Any]]:
    """Columns of one type that are never NULL."""
    return (sa.Column(name, type_(), nullable=False) for name in names)


def upgrade() -> None:  # noqa: PLR0915 - a statement for each table and index
    """Make the tables and indices of version 1."""
    op.create_table(
        "accreditations",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("accreditation", sa.LargeBinary(), nullable=False),
        *_columns(sa.String, "accreditor", "body", "name"),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_accreditations")),
        sa.UniqueConstraint("accreditation", name=op.f("uq_accreditations_accreditation")),
    )
    op.create_table(
        "anchor_changes",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ledger", sa.String(), nullable=False),
        sa.Column("log", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        *_columns(sa.String, "state", "attempt", "reason", "remedy"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_anchor_changes")),
    )
    op.create_table(
        "anchors",
        sa.Column("ledger", sa.String(), nullable=False),
        sa.Column("log", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        *_columns(sa.Float, "due", "since"),
        sa.Column("next", sa.Float(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempted", sa.Float(), nullable=False),
        *_columns(sa.String, "reason", "remedy", "stage", "cost"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "log", "size", name=op.f("pk_anchors")),
    )
    op.create_index("anchors_by_state", "anchors", ["ledger", "log", "state", "size"], unique=False)
    op.create_index("anchors_live", "anchors", ["ledger", "live"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ledger", sa.String(), nullable=False),
        sa.Column("log", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        *_columns(sa.String, "id", "slot"),
        *_columns(sa.LargeBinary, "statement", "payload", "answer"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_attempts")),
    )
    op.create_index("attempts_by_anchor", "attempts", ["ledger", "log", "size"], unique=False)
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), nullable=False),
        *_columns(sa.LargeBinary, "event", "hash"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit")),
    )
    op.create_index("audit_by_hash", "audit", ["hash"], unique=False)
    op.create_table(
        "audit_heads",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "balances",
        sa.Column("ledger", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("decimals", sa.Integer(), nullable=True),
        sa.Column("amount", sa.String(), nullable=True),
        sa.Column("warning", sa.String(), nullable=True),
        sa.Column("empty", sa.Boolean(), nullable=True),
        sa.Column("asked", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("ledger", name=op.f("pk_balances")),
    )
    op.create_table(
        "certificates",
        sa.Column("ledger", sa.String(), nullable=False),
        sa.Column("expires", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("ledger", name=op.f("pk_certificates")),
    )
    op.create_table(
        "closed",
        sa.Column("ledger", sa.String(), nullable=False),
        sa.Column("log", sa.LargeBinary(), nullable=False),
        sa.Column("anchors", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "log", name=op.f("pk_closed")),
    )
    op.create_table(
        "counters",
        sa.Column("receiver", sa.Integer(), autoincrement=False, nullable=False),
        *_columns(sa.BigInteger, "made", "delivered"),
        sa.Column("last", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("receiver", name=op.f("pk_counters")),
    )
    op.create_table(
        "cursors",
        sa.Column("receiver", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("receiver", "source", name=op.f("pk_cursors")),
    )
    op.create_table(
        "deliveries",
        sa.Column("receiver", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        *_columns(sa.String, "id", "type"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("next", sa.Float(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("receiver", "number", name=op.f("pk_deliveries")),
    )
    op.create_index("deliveries_by_receiver", "deliveries", ["receiver", "state", "next"], unique=False)
    _drafts()
    op.create_table(
        "evidence",
        sa.Column("log", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        *_columns(sa.String, "ledger", "type"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("log", "size", "ledger", name=op.f("pk_evidence")),
    )
    op.create_table(
        "grants",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("granted", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_grants")),
    )
    op.create_index("grants_by_record", "grants", ["commitment", "reader"], unique=False)
    op.create_table(
        "held_accreditations",
        sa.Column("body", sa.String(), nullable=False),
        *_columns(sa.LargeBinary, "accreditation", "file"),
        sa.PrimaryKeyConstraint("body", "accreditation", name=op.f("pk_held_accreditations")),
    )
    op.create_table(
        "idempotency_keys",
        *_columns(sa.LargeBinary, "id", "request"),
        sa.Column("ends", sa.BigInteger(), nullable=True),
        sa.Column("credential", sa.LargeBinary(), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("idempotency_keys_by_end", "idempotency_keys", ["ends"], unique=False)
    op.create_table(
        "outages",
        sa.Column("number", sa.Integer(), nullable=False),
        *_columns(sa.String, "subject", "type", "problem", "remedy"),
        *_columns(sa.BigInteger, "at", "since"),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_outages")),
    )
    op.create_index("outages_open", "outages", ["open", "subject"], unique=False)
    _make_exchange()
    op.create_table(
        "jobs",
        sa.Column("number", sa.Integer(), nullable=False),
        *_columns(sa.String, "id", "kind", "caller", "caller_kind", "tenant"),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        *_columns(sa.Integer, "lines", "done", "failed"),
        *_columns(sa.BigInteger, "requests", "results", "passports"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_jobs")),
        sa.UniqueConstraint("id", name=op.f("uq_jobs_id")),
    )
    op.create_index("jobs_by_end", "jobs", ["ended"], unique=False)
    op.create_index("jobs_by_tenant", "jobs", ["tenant", "number"], unique=False)
    op.create_index("jobs_live", "jobs", ["live", "number"], unique=False)
    op.create_table(
        "passports",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        *_columns(sa.String, "tenant", "issuer", "subject", "name"),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.Column("passport", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_passports")),
        sa.UniqueConstraint("credential", name=op.f("uq_passports_credential")),
    )
    op.create_table(
        "positions",
        sa.Column("number", sa.Integer(), nullable=False),
        *_columns(sa.String, "revocation", "suspension"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=True),
        *_columns(sa.Boolean, "revoked", "suspended"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_positions")),
    )
    op.create_index("positions_by_credential", "positions", ["credential"], unique=False)
    op.create_index("positions_revoked", "positions", ["revocation", "revoked", "position"], unique=False)
    op.create_index("positions_suspended", "positions", ["suspension", "suspended", "position"], unique=False)
    op.create_table(
        "identities",
        sa.Column("number", sa.Integer(), nullable=False),
        *_columns(sa.String, "issuer", "subject", "principal"),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_identities")),
    )
    op.create_table(
        "principals",
        *_columns(sa.String, "name", "kind", "tenant", "scopes"),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_principals")),
    )
    op.create_table(
        "receivers",
        sa.Column("number", sa.Integer(), nullable=False),
        *_columns(sa.String, "tenant", "name", "url", "types", "secret", "old_secret"),
        sa.Column("old_until", sa.BigInteger(), nullable=False),
        sa.Column("paused", sa.String(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_receivers")),
    )
    op.create_table(
        "stated_footprints",
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("statement", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("commitment", "statement", name=op.f("pk_stated_footprints")),
    )
    op.create_table(
        "statements",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        *_columns(sa.String, "body", "organisation", "name", "covers"),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.Column("replaces", sa.LargeBinary(), nullable=True),
        sa.Column("attach", sa.Boolean(), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_statements")),
        sa.UniqueConstraint("statement", name=op.f("uq_statements_statement")),
    )
    op.create_index("statements_by_organisation", "statements", ["organisation", "covers"], unique=False)
    op.create_index("statements_by_replaced", "statements", ["replaces"], unique=False)
    op.create_table(
        "status_changes",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("set", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_status_changes")),
    )
    op.create_table(
        "status_lists",
        *_columns(sa.String, "id", "purpose", "issuer", "origin"),
        *_columns(sa.Integer, "part", "allocated", "changes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_lists")),
        sa.UniqueConstraint(
            "issuer", "origin", "purpose", "part", name=op.f("uq_status_lists_issuer_origin_purpose_part")
        ),
    )
    op.create_table(
        "status_reasons",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        *_columns(sa.String, "act", "reason"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_status_reasons")),
    )
    op.create_index("status_reasons_by_document", "status_reasons", ["document"], unique=False)
    op.create_table(
        "status_versions",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("list", sa.String(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_status_versions")),
    )
    op.create_table(
        "tokens",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        *_columns(sa.String, "name", "principal"),
        *_columns(sa.BigInteger, "created", "expires"),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_tokens_digest")),
    )
    create_indices()


def _drafts() -> None:
    op.create_table(
        "draft_acts",
        *_columns(sa.Integer, "number", "draft"),
        *_columns(sa.String, "act", "who", "kind"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_draft_acts")),
    )
    op.create_index("draft_acts_by_draft", "draft_acts", ["draft", "number"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("number", sa.Integer(), nullable=False),
        *_columns(sa.String, "tenant", "kind", "signer", "title", "state"),
        sa.Column("open", sa.Boolean(), nullable=False),
        *_columns(sa.LargeBinary, "content", "request"),
        *_columns(sa.String, "preparers", "reviewer", "releaser"),
        sa.Column("prepared", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.Column("signed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_drafts")),
    )
    op.create_index("drafts_open", "drafts", ["open", "tenant", "number"], unique=False)


def _make_exchange() -> None:
    """Make the table of what partners sent."""
    op.create_table(
        "pact_events",
        sa.Column("number", sa.Integer(), nullable=False),
        *_columns(sa.String, "client", "tenant", "type", "id", "source"),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        *_columns(sa.String, "partner", "state"),
        sa.Column("next", sa.Float(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        *_columns(sa.String, "answer", "reason"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_pact_events")),
        sa.UniqueConstraint("client", "source", "id", name=op.f("uq_pact_events_client_source_id")),
    )
    op.create_index("pact_events_by_tenant", "pact_events", ["tenant", "number"], unique=False)
    op.create_index("pact_events_due", "pact_events", ["client", "state", "partner", "next"], unique=False)
