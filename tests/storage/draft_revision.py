"""`python -m tests.storage.draft_revision log|node`: the operations by which the tables differ from what the revisions make."""

from __future__ import annotations

import sys

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from carbonseal.storage.migrations import upgrade
from carbonseal.storage.schema import LOG, NODE

if __name__ == "__main__":
    schema = {"log": LOG, "node": NODE}[sys.argv[1]]
    with create_engine("sqlite://").begin() as connection:
        if any(schema.revisions.glob("r*.py")):
            upgrade(connection, schema.revisions, schema.head)
        found = produce_migrations(MigrationContext.configure(connection), schema.tables)
        assert found.upgrade_ops is not None
        print(render_python_code(found.upgrade_ops, sqlalchemy_module_prefix="sa.", render_as_batch=True))
