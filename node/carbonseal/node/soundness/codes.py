"""Findings of `carbonseal fsck` and of the scrub: what rotted, and what of it can be made again."""

from __future__ import annotations

from carbonseal.findings import noted, undetermined

_REPAIR = "stop the node and run `carbonseal fsck --repair`; then see to the disk: what rotted once may do so again"
_COPY = "bring these bytes back from a backup, a mirror or whoever was given them; nothing here can make them again"

FSCK_FILE_DAMAGED = undetermined(
    "fsck.file-damaged", "{path} differs, from byte {offset} on, from what the log's entries give", _REPAIR
)
FSCK_TILES_DAMAGED = undetermined(
    "fsck.tiles-damaged",
    "tiles of {log} do not lead to the root of its first {size} entries, and the entries do",
    _REPAIR,
)
FSCK_PROOF_DAMAGED = undetermined(
    "fsck.proof-damaged",
    "the proof from the tiles of {log}, of {what}, does not lead to the root that was signed: it is not handed out",
    _REPAIR,
)
FSCK_FILE_MISSING = undetermined("fsck.file-missing", "{path} is missing", _REPAIR)
FSCK_FILE_BEYOND = undetermined(
    "fsck.file-beyond",
    "{path} holds more than the database has entries for: a newer copy of this log wrote it",
    _REPAIR,
)
FSCK_CHECKPOINT_DAMAGED = undetermined(
    "fsck.checkpoint-damaged", "{path} is not the log's newest checkpoint: {reason}", _REPAIR
)
FSCK_ENTRY_DAMAGED = undetermined(
    "fsck.entry-damaged", "{path}: entry {number} is missing or is not the one that the tree has", _REPAIR
)
FSCK_ENTRIES_DAMAGED = undetermined(
    "fsck.entries-damaged",
    "{path}: an entry from {start} to before {end} is not the one that was hashed before",
    _REPAIR,
)
FSCK_RECORD_DAMAGED = undetermined(
    "fsck.record-damaged",
    "{path}: the record of entry {number} does not open its commitment: its bytes, profile or salt changed, or are missing",
    _COPY,
)
FSCK_SALT_DAMAGED = undetermined(
    "fsck.salt-damaged", "{path}: the salt of entry {number} is not the one that opens its commitment", _REPAIR
)
FSCK_TENANT_DAMAGED = undetermined(
    "fsck.tenant-damaged",
    "{path}: the record of entry {number} belongs to {tenant}, and no tenant of that name submits to this log",
    "if node.toml had that tenant before, put it back; otherwise " + _COPY,
)
FSCK_HEAD_DAMAGED = undetermined(
    "fsck.head-damaged", "{path}: the head of size {size} is not what was signed: {reason}", _REPAIR
)
FSCK_INDEX_DAMAGED = undetermined(
    "fsck.index-damaged",
    "{path}: the index of commitments (the table known) does not have exactly the records",
    _REPAIR,
)
FSCK_DATABASE_DAMAGED = undetermined(
    "fsck.database-damaged",
    "{path}: {problem}",
    "run `carbonseal fsck --repair`, which makes indices again; what it still names then is to be brought back from a backup",
)
FSCK_DRAFT_DAMAGED = undetermined(
    "fsck.draft-damaged",
    "{path}: what draft {number} asks for is not what was prepared",
    "discard it, and prepare it again: carbonseal draft discard",
)
FSCK_PASSPORT_DAMAGED = undetermined(
    "fsck.passport-damaged", "{path}: the passport of number {number} is not the one that was issued: {reason}", _COPY
)
FSCK_STATUS_DAMAGED = undetermined("fsck.status-damaged", "{path}: the status list {list}: {reason}", _REPAIR)
FSCK_LOOKUP_DAMAGED = undetermined(
    "fsck.lookup-damaged",
    "{path}, the index for look-ups, is not what the log {log} gives: {reason}",
    "nothing that was sealed is lost: make it again with `carbonseal records index --rebuild`, or `carbonseal fsck --repair`",
)
FSCK_BEYOND_REPAIR = undetermined(
    "fsck.beyond-repair",
    "the parts of this log contradict each other, and none of them leads to the root that {witness} has at size {size}",
    "nothing was repaired; bring back what is named from a backup, and run it again",
)
FSCK_SIGNATURES_UNCHECKED = noted(
    "fsck.signatures-unchecked", "signatures were not checked: the log's key cannot be opened ({reason})"
)
FSCK_CUT = noted("fsck.cut", "more than {count} places are damaged; the others are not named")
