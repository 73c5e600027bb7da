"""Findings of the log: entries, proofs, tiles, keys, notes, checkpoints, groups."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

ENTRY_EMPTY = rejected("entry.empty", "an entry has no bytes")
ENTRY_TOO_LONG = rejected("entry.too-long", "an entry has {length} bytes; a log holds at most {limit} in one")
ENTRY_WRONG_LENGTH = rejected(
    "entry.wrong-length", "an entry of kind {kind} has {length} bytes after the kind, where {expected} are meant"
)
ENTRY_ANCHORS_NOTHING = rejected("entry.anchors-nothing", "a foreign anchor speaks of a log without entries")
ENTRY_RESERVED_KIND = undetermined(
    "entry.reserved-kind", "entries of kind {kind} ({meaning}) are not specified yet", "use a newer carbonseal"
)
ENTRY_UNKNOWN_KIND = undetermined("entry.unknown-kind", "entries of kind {kind} are unknown", "use a newer carbonseal")

GENESIS_NOT_JSON = rejected("genesis.not-json", "the log's first entry is not JSON")
GENESIS_MALFORMED = rejected(
    "genesis.malformed", "the log's first entry is not version, origin, publishers and perhaps predecessor"
)
GENESIS_NOT_CANONICAL = rejected("genesis.not-canonical", "the log's first entry is not in RFC 8785 form")
GENESIS_UNKNOWN_VERSION = undetermined(
    "genesis.unknown-version", "the log's first entry has version {version}", "use a newer carbonseal"
)

HASH_WRONG_LENGTH = rejected("tree.hash-length", "hash {position} has {length} bytes instead of 32")

INCLUSION_INDEX_BEYOND_SIZE = rejected(
    "inclusion.index-beyond-size", "entry {index} cannot be in a log of {size} entries"
)
INCLUSION_TOO_SHORT = rejected("inclusion.too-short", "the inclusion proof has {length} hashes, {expected} are needed")
INCLUSION_TOO_LONG = rejected("inclusion.too-long", "the inclusion proof has {length} hashes, {expected} are needed")
INCLUSION_ROOT_DIFFERS = rejected(
    "inclusion.root-differs", "the inclusion proof of entry {index} does not lead to the root at size {size}"
)

CONSISTENCY_SHRINKS = rejected("consistency.shrinks", "a log of {old} entries cannot become one of {new}")
CONSISTENCY_EMPTY_ROOT_DIFFERS = rejected(
    "consistency.empty-root-differs", "a log without entries has another root than the empty tree"
)
CONSISTENCY_FORK = rejected("consistency.fork", "two heads of {size} entries have different roots")
CONSISTENCY_TOO_SHORT = rejected(
    "consistency.too-short", "the consistency proof has {length} hashes, {expected} are needed"
)
CONSISTENCY_TOO_LONG = rejected(
    "consistency.too-long", "the consistency proof has {length} hashes, {expected} are needed"
)
CONSISTENCY_OLD_ROOT_DIFFERS = rejected(
    "consistency.old-root-differs", "the proof from {old} to {new} entries does not lead to the older root"
)
CONSISTENCY_NEW_ROOT_DIFFERS = rejected(
    "consistency.new-root-differs", "the proof from {old} to {new} entries does not lead to the newer root"
)

TILE_WRONG_LENGTH = rejected("tile.wrong-length", "a tile has {length} bytes instead of {expected}")

BUNDLE_TRUNCATED = rejected("bundle.truncated", "an entry bundle ends after {whole} of {width} entries")
BUNDLE_TOO_LONG = rejected("bundle.too-long", "an entry bundle goes on for {rest} bytes after its {width} entries")

KEY_MALFORMED = rejected(
    "key.malformed", "{key} is not a verifier key", "a verifier key looks like name+key id in hex+base64"
)
KEY_NAME = rejected(
    "key.name", "a key cannot be named {name}", "use a name without spaces, plus and control characters"
)
KEY_LENGTH = rejected("key.length", "the Ed25519 key of {name} has {length} bytes instead of 32")
KEY_ID_DIFFERS = rejected(
    "key.id-differs", "the key id {key_id} is not that of the key named {name}", "copy the whole verifier key again"
)
KEY_UNKNOWN_ALGORITHM = undetermined(
    "key.unknown-algorithm", "the key of {name} is of type {algorithm}; 0x01 and 0x04 are known"
)

NOTE_TOO_LARGE = undetermined("note.too-large", "a signed note has {length} bytes; at most {limit} are read")
NOTE_NOT_UTF8 = rejected("note.not-utf8", "a signed note is not UTF-8 from byte {offset} on")
NOTE_CONTROL_CHARACTER = rejected("note.control-character", "a signed note contains a control character")
NOTE_WITHOUT_SIGNATURES = rejected("note.without-signatures", "a signed note has no signatures")
NOTE_TRUNCATED = rejected("note.truncated", "a signed note does not end with a newline")
NOTE_TOO_MANY_SIGNATURES = undetermined(
    "note.too-many-signatures", "a signed note has {count} signatures; at most {limit} are read"
)
NOTE_SIGNATURE_MALFORMED = rejected("note.signature-malformed", "{line} is not a signature line")
NOTE_SIGNATURE_REPEATED = rejected("note.signature-repeated", "the key of {name} signed one note twice")
NOTE_SIGNATURE_FAILS = rejected("note.signature-fails", "the signature of {name} is not over this note")

CHECKPOINT_TRUNCATED = rejected("checkpoint.truncated", "a checkpoint is not three whole lines")
CHECKPOINT_EXTENSION = undetermined(
    "checkpoint.extension", "a checkpoint has {lines} extension lines, and none are known"
)
CHECKPOINT_ORIGIN = rejected("checkpoint.origin", "a checkpoint has no origin")
CHECKPOINT_SIZE = rejected("checkpoint.size", "a checkpoint's size is {size}, which is not a plain decimal")
CHECKPOINT_SIZE_TOO_LARGE = undetermined("checkpoint.size-too-large", "a checkpoint's size is {size}, beyond 2^63 - 1")
CHECKPOINT_ROOT = rejected("checkpoint.root", "a checkpoint's root is {root}, which is not 32 bytes in base64")
CHECKPOINT_EMPTY = rejected("checkpoint.empty", "the log {origin} has no entries yet: there is nothing to anchor")
CHECKPOINT_UNSIGNED = rejected("checkpoint.unsigned", "the log key of {name} has not signed this checkpoint")
CHECKPOINT_OTHER_ORIGIN = rejected("checkpoint.other-origin", "the log key of {name} signed a checkpoint of {origin}")

TLOG_PROOF_TOO_LARGE = undetermined("tlog-proof.too-large", "a proof has {length} bytes; at most {limit} are read")
TLOG_PROOF_TRUNCATED = rejected("tlog-proof.truncated", "a proof ends before its checkpoint")
TLOG_PROOF_UNKNOWN_VERSION = undetermined("tlog-proof.unknown-version", "a proof begins with {header}")
TLOG_PROOF_EXTRA = rejected("tlog-proof.extra", "a proof's extra data is not base64 of 1 to 65,535 bytes")
TLOG_PROOF_INDEX = rejected("tlog-proof.index", "a proof says {line} where its index belongs")
TLOG_PROOF_HASH = rejected("tlog-proof.hash", "a proof says {line} where a hash in base64 belongs")
TLOG_PROOF_TOO_MANY_HASHES = rejected(
    "tlog-proof.too-many-hashes", "a proof has {count} hashes; no tree asks for over {limit}"
)

GROUP_EMPTY = rejected("group.empty", "the group {name} has no members")
GROUP_THRESHOLD = rejected("group.threshold", "the group {name} asks for {threshold} of {members} members")
GROUP_THRESHOLD_MALFORMED = rejected(
    "group.threshold-malformed", "the group {name} asks for {threshold}", "write all, any or a number"
)
GROUP_MEMBER_TWICE = rejected("group.member-twice", "the group {name} counts {member} twice")
GROUP_MEMBER_TAKEN = rejected(
    "group.member-taken", "{member} cannot be in the group {name}: it is in {other}", "a name is in one group only"
)
GROUP_MEMBER_UNKNOWN = rejected(
    "group.member-unknown", "{member} is not defined", "define it on a line before this one"
)
GROUP_IN_ITSELF = rejected("group.in-itself", "the group {name} is a member of itself")
GROUP_NAME_TAKEN = rejected("group.name-taken", "the name {name} is defined already")
GROUP_TOO_MANY_NAMES = undetermined("group.too-many-names", "a policy defines more than {limit} names")
GROUP_NAME_RESERVED = rejected("group.name-reserved", "{name} cannot be a name: it stands for no quorum")
