"""Findings of the log: entries, proofs, tiles, keys, notes, checkpoints, tlog-proofs, groups."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

_NEWER = "use a version of carbonseal that knows it"
_CHANGED = "it was damaged or changed: get it again from where it came from"

ENTRY_EMPTY = rejected("entry.empty", "the entry is empty; expected a kind byte and a body", _CHANGED)
ENTRY_TOO_LONG = rejected("entry.too-long", "the entry has {length} bytes; a log holds at most {limit} in one entry")
ENTRY_WRONG_LENGTH = rejected(
    "entry.wrong-length", "an entry of kind {kind} has a body of {expected} bytes, and this one has {length}", _CHANGED
)
ENTRY_ANCHORS_NOTHING = rejected("entry.anchors-nothing", "the foreign anchor is of a log without entries", _CHANGED)
ENTRY_RESERVED_KIND = undetermined(
    "entry.reserved-kind", "entries of kind {kind} ({meaning}) are not specified yet", _NEWER
)
ENTRY_UNKNOWN_KIND = undetermined("entry.unknown-kind", "entries of kind {kind} are unknown", _NEWER)

GENESIS_NOT_JSON = rejected("genesis.not-json", "the genesis entry is not valid JSON", _CHANGED)
GENESIS_MALFORMED = rejected(
    "genesis.malformed",
    "the genesis entry is not valid; expected version, origin, publishers and optionally predecessor",
    _CHANGED,
)
GENESIS_NOT_CANONICAL = rejected("genesis.not-canonical", "the genesis entry is not in RFC 8785 form", _CHANGED)
GENESIS_UNKNOWN_VERSION = undetermined(
    "genesis.unknown-version", "the genesis entry has version {version}; version 1 is known", _NEWER
)

HASH_WRONG_LENGTH = rejected("tree.hash-length", "hash {position} has {length} bytes; expected 32", _CHANGED)

SUBTREE_INCOMPLETE = rejected(
    "tree.subtree-incomplete",
    "the subtree of level {level} at index {index} is not complete in a log of {size} entries",
    "a subtree of level L at index I covers the entries from I * 2^L to before (I + 1) * 2^L",
)
SUBTREE_ROOT_DIFFERS = rejected(
    "tree.subtree-root-differs",
    "the proof of the subtree of level {level} at index {index} does not lead to the root of the checkpoint of size {size}",
    _CHANGED,
)

INCLUSION_INDEX_BEYOND_SIZE = rejected(
    "inclusion.index-beyond-size", "index {index} is not in a log of {size} entries", "ask with an index below the size"
)
INCLUSION_TOO_SHORT = rejected(
    "inclusion.too-short", "the inclusion proof has {length} hashes; expected {expected}", _CHANGED
)
INCLUSION_TOO_LONG = rejected(
    "inclusion.too-long", "the inclusion proof has {length} hashes; expected {expected}", _CHANGED
)
INCLUSION_ROOT_DIFFERS = rejected(
    "inclusion.root-differs",
    "the inclusion proof of entry {index} does not lead to the root of the checkpoint of size {size}",
    _CHANGED,
)

CONSISTENCY_SHRINKS = rejected(
    "consistency.shrinks", "a log of {old} entries cannot have {new} later", "ask for the proof from the smaller size"
)
CONSISTENCY_EMPTY_ROOT_DIFFERS = rejected(
    "consistency.empty-root-differs", "the checkpoint of size 0 does not have the root of the empty tree"
)
CONSISTENCY_FORK = rejected(
    "consistency.fork",
    "two checkpoints of size {size} have different roots",
    "keep both checkpoints: together they prove equivocation (a split view)",
)
CONSISTENCY_TOO_SHORT = rejected(
    "consistency.too-short", "the consistency proof has {length} hashes; expected {expected}", _CHANGED
)
CONSISTENCY_TOO_LONG = rejected(
    "consistency.too-long", "the consistency proof has {length} hashes; expected {expected}", _CHANGED
)
CONSISTENCY_OLD_ROOT_DIFFERS = rejected(
    "consistency.old-root-differs",
    "the consistency proof from size {old} to {new} does not lead to the older root",
    _CHANGED,
)
CONSISTENCY_NEW_ROOT_DIFFERS = rejected(
    "consistency.new-root-differs",
    "the consistency proof from size {old} to {new} does not lead to the newer root",
    _CHANGED,
)

TILE_WRONG_LENGTH = rejected("tile.wrong-length", "the tile has {length} bytes; expected {expected}", _CHANGED)

BUNDLE_TRUNCATED = rejected(
    "bundle.truncated", "the entry bundle ends after {whole} whole entries; expected {width}", _CHANGED
)
BUNDLE_TOO_LONG = rejected(
    "bundle.too-long", "the entry bundle has {rest} bytes after its {width} entries; expected none", _CHANGED
)

KEY_MALFORMED = rejected(
    "key.malformed", "{key} is not a valid verifier key", "copy the whole key, NAME+KEY ID IN HEX+BASE64, on one line"
)
KEY_NAME = rejected(
    "key.name",
    "{name} is not a valid key name",
    "use a name of one character or more, without spaces, plus signs and control characters",
)
KEY_INVALID = rejected(
    "key.invalid",
    "the public key of {name} is not accepted: {problem}",
    "ask its owner for the key; no program that makes keys makes one like this",
)
KEY_ID_DIFFERS = rejected(
    "key.id-differs",
    "the key id {key_id} does not belong to this name ({name}) and public key",
    "copy the whole verifier key again",
)
KEY_UNKNOWN_ALGORITHM = undetermined(
    "key.unknown-algorithm",
    "the key of {name} is of signature type {algorithm}; 0x01 (Ed25519), 0x04 (cosignature/v1) and 0x06 (ML-DSA-44) are known",
    _NEWER,
)

NOTE_TOO_LARGE = undetermined("note.too-large", "the signed note has {length} bytes; at most {limit} are read")
NOTE_NOT_UTF8 = rejected("note.not-utf8", "the signed note is not valid UTF-8: byte {offset}", _CHANGED)
NOTE_CONTROL_CHARACTER = rejected("note.control-character", "the signed note has a control character", _CHANGED)
NOTE_WITHOUT_SIGNATURES = rejected(
    "note.without-signatures", "the signed note has no signature lines; expected them after an empty line", _CHANGED
)
NOTE_TRUNCATED = rejected("note.truncated", "the signed note does not end with a newline", _CHANGED)
NOTE_TOO_MANY_SIGNATURES = undetermined(
    "note.too-many-signatures", "the signed note has {count} signatures; at most {limit} are read"
)
NOTE_SIGNATURE_MALFORMED = rejected(
    "note.signature-malformed", "{line} is not a valid signature line; expected — NAME BASE64", _CHANGED
)
NOTE_NOT_A_CHECKPOINT = rejected(
    "note.not-a-checkpoint",
    "the ML-DSA-44 key of {name} signs checkpoints alone, of origins of at most 255 bytes, and this text is not one",
    "sign another text with an Ed25519 key",
)
NOTE_SIGNATURE_FAILS = rejected(
    "note.signature-fails",
    "invalid signature by {name} on this note",
    "the note was changed after signing, or the key is another one of that name: get both again from their owners",
)

CHECKPOINT_TRUNCATED = rejected(
    "checkpoint.truncated", "the checkpoint is not three whole lines: origin, size, root", _CHANGED
)
CHECKPOINT_EXTENSION = undetermined(
    "checkpoint.extension", "the checkpoint has {lines} extension lines; none are known", _NEWER
)
CHECKPOINT_ORIGIN = rejected("checkpoint.origin", "the checkpoint's first line, its origin, is empty", _CHANGED)
CHECKPOINT_SIZE = rejected(
    "checkpoint.size", "{size} is not a valid checkpoint size; expected a decimal without leading zeros", _CHANGED
)
CHECKPOINT_SIZE_TOO_LARGE = undetermined(
    "checkpoint.size-too-large", "the checkpoint's size is {size}; at most 2^63 - 1 is read"
)
CHECKPOINT_ROOT = rejected("checkpoint.root", "{root} is not a valid root hash; expected 32 bytes in base64", _CHANGED)
CHECKPOINT_EMPTY = rejected(
    "checkpoint.empty",
    "the log {origin} has no entries, so that there is nothing to anchor",
    "wait for the log's first entry",
)
CHECKPOINT_UNSIGNED = rejected(
    "checkpoint.unsigned",
    "the checkpoint has no signature by the log key {name}",
    "get the log's checkpoint again, and compare the key with its operator's",
)
CHECKPOINT_OTHER_ORIGIN = rejected(
    "checkpoint.other-origin",
    "the checkpoint is of the log {origin}, and is signed with the key of the log {name}",
    "get the checkpoint of the log that the key is named after",
)

TLOG_PROOF_TOO_LARGE = undetermined(
    "tlog-proof.too-large", "the tlog-proof has {length} bytes; at most {limit} are read"
)
TLOG_PROOF_TRUNCATED = rejected("tlog-proof.truncated", "the tlog-proof ends before its checkpoint", _CHANGED)
TLOG_PROOF_UNKNOWN_VERSION = undetermined(
    "tlog-proof.unknown-version", "the first line is {header}; expected c2sp.org/tlog-proof@v1", _NEWER
)
TLOG_PROOF_EXTRA = rejected(
    "tlog-proof.extra", "the tlog-proof's extra data is not valid; expected 1 to 65,535 bytes in base64", _CHANGED
)
TLOG_PROOF_INDEX = rejected(
    "tlog-proof.index", "the tlog-proof has the line {line}; expected index and a decimal", _CHANGED
)
TLOG_PROOF_HASH = rejected(
    "tlog-proof.hash", "the tlog-proof has the line {line}; expected a hash of 32 bytes in base64", _CHANGED
)
TLOG_PROOF_TOO_MANY_HASHES = rejected(
    "tlog-proof.too-many-hashes", "the tlog-proof has {count} hashes; no tree needs more than {limit}", _CHANGED
)

FRAUD_PROOF_HOLDS = rejected(
    "fraud-proof.holds",
    "{origin} equivocates: its checkpoints of size {one} and of size {other} have {what}",
    "rely on nothing that this log sealed; keep the fraud proof and give it to whoever relies on the log",
)
FRAUD_PROOF_LOG_NOT_LISTED = undetermined(
    "fraud-proof.log-not-listed",
    "the fraud proof would hold, and the policy lists no key of {origin} that signed its checkpoints",
    "add the log's line to the policy, with a key that you know to be the log's: only then the proof accuses anybody",
)
FRAUD_PROOF_MALFORMED = rejected("fraud-proof.malformed", "not a valid fraud proof: {problem}", _CHANGED)
FRAUD_PROOF_UNKNOWN_VERSION = undetermined(
    "fraud-proof.unknown-version", "the fraud proof has version {version}; fraud-proof/1 is known", _NEWER
)
FRAUD_PROOF_UNKNOWN_KIND = undetermined(
    "fraud-proof.unknown-kind", "fraud proofs of kind {kind} are not known here", _NEWER
)
FRAUD_PROOF_TWO_LOGS = rejected(
    "fraud-proof.two-logs",
    "the checkpoints are of two logs, {one} and {other}",
    "two logs may differ: only two checkpoints of one log accuse it",
)
FRAUD_PROOF_UNSORTED = rejected(
    "fraud-proof.unsorted", "the checkpoints are not in order", "sort them by size, then by root"
)
FRAUD_PROOF_SHOWS_NOTHING = rejected(
    "fraud-proof.shows-nothing", "the fraud proof accuses nobody: {problem}", "compare it with the original"
)

FRAUD_PROOF_DOES_NOT_HOLD = undetermined(
    "fraud-proof.does-not-hold",
    "the fraud proof does not hold, and accuses nobody: {problem}",
    "ask whoever made it for the checkpoints, and compare them",
)

WITNESS_REQUEST_TRUNCATED = rejected(
    "witness-request.truncated", "the request to a witness ends before its checkpoint", _CHANGED
)
WITNESS_REQUEST_OLD = rejected(
    "witness-request.old", "the request to a witness begins with {line}; expected old and a decimal", _CHANGED
)
WITNESS_REQUEST_HASH = rejected(
    "witness-request.hash",
    "the request to a witness has the line {line}; expected a hash of 32 bytes in base64",
    _CHANGED,
)
WITNESS_REQUEST_TOO_MANY_HASHES = rejected(
    "witness-request.too-many-hashes", "the request to a witness has {count} hashes; at most {limit} are read"
)

GROUP_EMPTY = rejected("group.empty", "the group {name} has no members", "name one or more members")
GROUP_THRESHOLD = rejected(
    "group.threshold",
    "the group {name} has the threshold {threshold} and {members} members",
    "write a threshold from 1 to the number of members",
)
GROUP_THRESHOLD_MALFORMED = rejected(
    "group.threshold-malformed",
    "{threshold} is not a valid threshold of the group {name}",
    "write all, any or a decimal number",
)
GROUP_MEMBER_TWICE = rejected(
    "group.member-twice",
    "the group {name} counts {member} twice, directly or through its groups",
    "name each member once",
)
GROUP_MEMBER_TAKEN = rejected(
    "group.member-taken",
    "{member} cannot be a member of the group {name}: it is a member of {other}",
    "put a witness in one group only",
)
GROUP_MEMBER_UNKNOWN = rejected(
    "group.member-unknown", "{member} is not defined", "define it on a line before this one"
)
GROUP_IN_ITSELF = rejected("group.in-itself", "the group {name} is a member of itself", "take it out")
GROUP_NAME_TAKEN = rejected("group.name-taken", "the name {name} is already defined", "choose another name")
GROUP_TOO_MANY_NAMES = undetermined("group.too-many-names", "the policy defines more than {limit} names")
GROUP_NAME_RESERVED = rejected(
    "group.name-reserved", "{name} is not a valid name: it means that no quorum is required", "choose another name"
)
