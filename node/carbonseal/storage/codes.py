"""Findings of databases."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

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
    "{path} is damaged, or is not a database: {reason}",
    "bring back the newest copy of the whole directory, but for its guard, which stays as it is",
)
NODE_DATABASE_FAILED = undetermined(
    "node.database-failed",
    "{path} cannot be used: {reason}",
    "see that it is a file that this user may write, in a folder where it may write too, and that the disk is sound",
)
NODE_DATABASE_NEWER = rejected(
    "node.database-newer",
    "{path} has the schema {found}, and this program knows schemas up to {known}",
    "use the carbonseal that wrote it, or a newer one",
)
NODE_DATABASE_OLDER = undetermined(
    "node.database-older",
    "{path} has the schema {found}, and this program reads {known}",
    "open the node once with this program (carbonseal serve), which migrates it; a command that only reads changes nothing",
)
NODE_DATABASE_UNVERSIONED = rejected(
    "node.database-unversioned",
    "{path} has tables and no schema version: an unreleased carbonseal made it, or another program",
    "begin a node in another directory: carbonseal init",
)
NODE_DATABASE_FOREIGN = rejected(
    "node.database-foreign",
    "{path} has the schema {found}, and not its tables: {missing}",
    "bring back the file of this name from the newest copy of the directory: this is another database, or was changed",
)
NODE_DATABASE_LOST = rejected(
    "node.database-lost",
    "{path} is missing or empty, and the logs of this node have entries",
    "bring back the newest copy of the whole directory, but for its guard, which stays as it is: without this file, what was "
    "revoked would not be any more",
)
