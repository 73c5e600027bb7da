"""Migrations: revisions of both kinds of database, and what runs them (Alembic). Private.

A change of a table is two things: the table in `log_tables.py` or `node_tables.py`, and a revision in `migrations/log` or
`migrations/node`, a file `rNNNN_what.py` that names the one before. `schema.py` says which is the newest. Tests hold that the
revisions give the very tables, and that a filled database of the first revision comes through.

- Revisions are written out: they import no table, for tables change and revisions do not.
- A column is changed by `op.batch_alter_table`: SQLite makes the table anew then, and a clustered one stays one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def upgrade(connection: Connection, revisions: Path, head: str) -> bool:
    """Bring the database up to the revision `head`, in the transaction that is open. False, and nothing is done, where it is
    at a revision that is not among these: another program's, or a newer one."""
    script = ScriptDirectory(str(revisions), version_locations=[str(revisions)])
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in {revision.revision for revision in script.walk_revisions()}:
        return False

    def steps(revision: Any, _context: MigrationContext) -> Any:
        return script._upgrade_revs(head, revision)

    with EnvironmentContext(Config(), script, fn=steps) as environment:  # as `alembic upgrade`, without its files
        environment.configure(connection=connection, render_as_batch=True, transactional_ddl=True)
        environment.run_migrations()
    return True
