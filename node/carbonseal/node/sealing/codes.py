"""Findings of sealing: the queue, the log's files, and why a log is frozen."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

NODE_BUSY = undetermined("node.busy", "{waiting} records wait to be stored", "submit it again in a second")
NODE_NOT_SEQUENCED = undetermined(
    "node.not-sequenced",
    "entry {index} is not in the log, which has {size} entries",
    "if it is queued, wait for the next batch",
)
NODE_UNKNOWN_SIZE = undetermined(
    "node.unknown-size", "the log has signed no head of size {size}", "name a size that it published"
)
NODE_MISSING_TILE = undetermined(
    "node.missing-tile",
    "{path} is missing from the node's directory",
    "run `carbonseal fsck`: it can be made again from the entries",
)
NODE_TILE_CHANGED = rejected(
    "node.tile-changed",
    "{path} is not the tile that the log's entries have; it was changed or damaged",
    "stop the node, and run `carbonseal fsck --repair`: it is made again from the entries; then check the disk",
)

NODE_BATCH_FAILED = undetermined(
    "node.batch-failed",
    "the last batch of this log failed: {reason}",
    "see to the disk: what was taken in is durable, and joins the log once a batch can be written",
)
NODE_QUORUM_UNMET = undetermined(
    "node.quorum-unmet",
    "the head of size {size} is not published: {count} of {quorum} witnesses cosigned it",
    "see with `carbonseal status` which witness does not answer; what was taken in is durable, and joins the log once they do",
)

FROZEN_GUARD_MISSING = undetermined(
    "frozen.guard-missing",
    "{path} is missing, so that it is unknown what this log signed last",
    "put the file back; or, if you are sure that this directory is not an old copy, confirm that: carbonseal log adopt",
)
FROZEN_GUARD_MALFORMED = undetermined(
    "frozen.guard-malformed",
    "{path} is not a valid guard of this log (version 1)",
    "put back the guard that this log wrote; or, if you are sure that this directory is not an old copy, remove the file and "
    "confirm that: carbonseal log adopt",
)
FROZEN_WENT_BACK = rejected(
    "frozen.went-back",
    "{witness} has a head of size {known}, and this log has only {size} entries",
    "this is an old copy: bring back the newest directory, or begin a successor that names this log's last head",
)
FROZEN_OTHER_ROOT = rejected(
    "frozen.other-root",
    "{witness} has another root at size {size}",
    "this log forked, most likely from an old copy: do not sign with it again; begin a successor that names its last head",
)
FROZEN_LEDGER_KNOWS_MORE = undetermined(
    "frozen.ledger-knows-more",
    "{witness} reports a head of size {known}, and this log has only {size} entries",
    "if this is an old copy, bring back the newest directory; if {witness} is wrong, correct its uri, or remove it from this log's "
    "ledgers, and restart the node; if the key that anchors was stolen, begin a successor under another publisher",
)
FROZEN_LEDGER_OTHER_ROOT = undetermined(
    "frozen.ledger-other-root",
    "{witness} reports another root at size {size}",
    "if this is a copy that grew by itself, begin a successor that names this log's last head; if {witness} is wrong, correct its "
    "uri, or remove it from this log's ledgers, and restart the node",
)
FROZEN_LOST_ENTRIES = rejected(
    "frozen.lost-entries",
    "the checkpoint covers {size} entries, and the database holds {queued}",
    "restore the database that belongs to this log, or begin a successor that names this log's last head",
)
