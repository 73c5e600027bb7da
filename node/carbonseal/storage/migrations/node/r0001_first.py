"""The tables of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "anchors",
        sa.Column("ledger", sa.String(), nullable=False),
        sa.Column("log", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("due", sa.Float(), nullable=True),
        sa.Column("since", sa.Float(), nullable=True),
        sa.Column("next", sa.Float(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=True),
        sa.Column("attempt", sa.String(), nullable=True),
        sa.Column("facts", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("remedy", sa.String(), nullable=True),
        sa.Column("offered", sa.Float(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("cost", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("ledger", "log", "size", name=op.f("pk_anchors")),
    )
    op.create_table(
        "attempts",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ledger", sa.String(), nullable=True),
        sa.Column("log", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("id", sa.String(), nullable=True),
        sa.Column("slot", sa.String(), nullable=True),
        sa.Column("statement", sa.LargeBinary(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_ledger"), "attempts", ["ledger"], unique=False)
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
        "evidence",
        sa.Column("ledger", sa.String(), nullable=False),
        sa.Column("log", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("facts", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("ledger", "log", "size", name=op.f("pk_evidence")),
    )
    op.create_table(
        "passports",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.Column("passport", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_passports")),
        sa.UniqueConstraint("credential", name=op.f("uq_passports_credential")),
    )
    op.create_table(
        "positions",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("list", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=True),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_positions")),
    )
    op.create_index("positions_by_credential", "positions", ["credential"], unique=False)
    op.create_index("positions_revoked", "positions", ["list", "revoked", "position"], unique=False)
    op.create_table(
        "status_lists",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("allocated", sa.Integer(), nullable=False),
        sa.Column("revoked", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_lists")),
        sa.UniqueConstraint("issuer", "origin", "part", name=op.f("uq_status_lists_issuer_origin_part")),
    )
    op.create_table(
        "status_versions",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("list", sa.String(), nullable=False),
        sa.Column("revoked", sa.Integer(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("signed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_status_versions")),
    )
    op.create_index("status_versions_by_list", "status_versions", ["list", "number"], unique=False)
