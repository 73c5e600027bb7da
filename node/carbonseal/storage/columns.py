"""What both kinds of database have in common."""

from __future__ import annotations

# Every constraint has a name, the same on every database system, by which a migration can change it.
NAMES = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}

CLUSTERED = {
    "clustered": True
}  # of `Table.info`: rows lie in the order of the primary key, where the database system can do that
