"""Findings on files that are examined, and on logs whose tiles were named."""

from __future__ import annotations

from carbonseal.findings import undetermined

FILES_NONE = undetermined("files.none", "there is no passport in {names}", "name files, or folders that have some")
FILES_STANDARD_INPUT = undetermined(
    "files.standard-input",
    "- cannot be combined with files: standard input is one file",
    "name files alone, or - alone",
)
FILES_CHANGED = undetermined("files.changed", "the files changed while they were read", "do the same again")
STORE_UNKNOWN = undetermined(
    "store.unknown",
    "{url}: files cannot be read from there: {reason}",
    "install what reads that store (s3fs, gcsfs, adlfs), or copy the files to a folder",
)
STORE_IN_PROCESS = undetermined(
    "store.in-process",
    "{url} is in the memory of one process: no other reads it",
    "name a folder, or an object store",
)
STORE_UNREADABLE = undetermined(
    "store.unreadable", "{url} cannot be listed: {reason}", "are address and credentials right? If they are, try later"
)
TILE_NO_PLACE = undetermined(
    "tile.no-place",
    "{place} is neither a folder nor an address",
    "name the folder or the URL that has the log's checkpoint",
)
TILE_NO_CHECKPOINT = undetermined(
    "tile.no-checkpoint",
    "{place}/checkpoint: there is none",
    "name the folder or the URL that has the log's checkpoint",
)
TILE_UNREADABLE = undetermined(
    "tile.unreadable", "{place}: {reason}", "is the address right? If it is, try again later"
)
RESUME_NOTHING = undetermined(
    "resume.nothing",
    "{file}: there is no run to go on with: it is whole, or something else wrote it",
    "name another file; or leave out --resume, and overwrite it with --force",
)
RESUME_RUNNING = undetermined(
    "resume.running",
    "{file}: another process is at work on this run",
    "wait for its end, or end it",
)
RESUME_OTHER_RUN = undetermined(
    "resume.other-run",
    "{file} is of a run with another {what}",
    "do the same as when it was begun, with the same files; or begin anew, with --force and without --resume",
)
RESUME_CHANGED = undetermined(
    "resume.changed",
    "{file} is not as the run left it: something changed it",
    "begin anew, with --force and without --resume",
)
