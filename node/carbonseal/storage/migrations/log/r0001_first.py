"""The tables of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261130"  # unreleased programs made others, "0001" among them
down_revision = None


def upgrade() -> None:
    """Make the tables and indices of version 1."""
    op.create_table(
        "entries",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_entries")),
    )
    op.create_table(
        "foreign_anchors",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("log_id", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_foreign_anchors")),
        sa.UniqueConstraint("log_id", "size", name=op.f("uq_foreign_anchors_log_id_size")),
    )
    op.create_table(
        "forks",
        sa.Column("log_id", sa.LargeBinary(), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log_id", name=op.f("pk_forks")),
    )
    op.create_table(
        "heads",
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("triggers", sa.Integer(), nullable=False),
        sa.Column("last_trigger", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_heads")),
    )
    op.create_table(
        "known",
        sa.Column("run", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("prefix", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("run", "prefix", "number", name=op.f("pk_known")),
        info={"clustered": True},
    )
    op.create_table(
        "known_runs",
        sa.Column("run", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("into", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("run", name=op.f("pk_known_runs")),
    )
    op.create_table(
        "payloads",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("canonical", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_payloads")),
    )
    op.create_table(
        "records",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("acknowledged", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_records")),
    )
    op.create_table(
        "taken_heads",
        sa.Column("log_id", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log_id", name=op.f("pk_taken_heads")),
    )
