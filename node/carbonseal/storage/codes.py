"""Findings of databases."""

from __future__ import annotations

from carbonseal.findings import undetermined

NODE_DATABASE_FULL = undetermined(
    "node.database-full",
    "{path} cannot grow: the disk is full",
    "make room there, then do the same again: nothing that was acknowledged is lost",
)
NODE_DATABASE_BUSY = undetermined(
    "node.database-busy",
    "another program keeps {path} locked",
    "end what reads it beside the node, such as a backup or a database browser, then do the same again",
)
NODE_DATABASE_DAMAGED = undetermined(
    "node.database-damaged",
    "{path} is damaged, or no database at all: {reason}",
    "bring back the newest copy of the whole directory, but for its guard, which stays as it is",
)
NODE_DATABASE_FAILED = undetermined(
    "node.database-failed",
    "{path} cannot be used: {reason}",
    "see that it is a file that this user may write, in a folder where it may write too, and that the disk is sound",
)
