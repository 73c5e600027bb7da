"""What a next revision of the log's database might do."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "BEFORE"


def upgrade() -> None:
    with op.batch_alter_table("heads") as heads:
        heads.alter_column("triggers", new_column_name="weight")
    with op.batch_alter_table("known", recreate="always") as known:
        known.add_column(sa.Column("seen", sa.Integer(), nullable=False, server_default="0"))
