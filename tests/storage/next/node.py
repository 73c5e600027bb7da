"""What a next revision of the node's database might do."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "BEFORE"


def upgrade() -> None:
    op.create_table("notes", sa.Column("number", sa.Integer(), primary_key=True), sa.Column("text", sa.String()))
    with op.batch_alter_table("passports") as passports:
        passports.add_column(sa.Column("label", sa.String(), nullable=True))
    table = sa.table("passports", sa.column("label", sa.String()), sa.column("name", sa.String()))
    op.execute(table.update().values(label=sa.func.upper(table.c.name)))
    with op.batch_alter_table("passports") as passports:
        passports.alter_column("label", existing_type=sa.String(), nullable=False)
        passports.drop_column("name")
