"""Findings of witnessing: why another log's head is not taken, and why a witness did not cosign a head of this log."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

_REPLACE = "put back the file that this node wrote last; or, where it is lost, replace the witness key: carbonseal witness new-key"

FOREIGN_MALFORMED = rejected(
    "foreign.malformed", "the body is not a valid request to a witness: {why}", "send it as C2SP tlog-witness has it"
)
FOREIGN_UNKNOWN_LOG = rejected(
    "foreign.unknown-log",
    "no key is known for the log {origin}",
    "the operator adds its verifier key to node.toml: [[foreign]]",
)
FOREIGN_OWN_LOG = rejected(
    "foreign.own-log", "{origin} is a log of this node, and no log is its own witness or ledger", "ask another node"
)
FOREIGN_UNSIGNED = rejected(
    "foreign.unsigned",
    "the checkpoint has no valid signature by a key that is known for {origin}",
    "compare the log's verifier key with the one in node.toml: [[foreign]]",
)
FOREIGN_EMPTY = rejected("foreign.empty", "a checkpoint of size 0 anchors nothing", "send one of size 1 or more")
FOREIGN_OLD_BEYOND_SIZE = rejected(
    "foreign.old-beyond-size",
    "the old size is {old}, and the checkpoint has size {size}",
    "a log does not shrink: send the size that was taken last as the old one",
)
FOREIGN_OTHER_SIZE = rejected(
    "foreign.other-size",
    "the old size is {old}, and the head of {origin} that was taken last has size {taken}",
    "send a head of that size or a larger one, with the consistency proof from that size",
)
FOREIGN_OTHER_ROOT = rejected(
    "foreign.other-root",
    "{origin} signed another root at size {size} before",
    "two heads of one size are equivocation: keep both signed checkpoints",
)
FOREIGN_PROOF_FAILS = rejected(
    "foreign.proof-fails",
    "the consistency proof does not lead from size {old} to size {size}: {why}",
    "make the proof again from the log's tiles",
)
FOREIGN_GUARD_MISSING = undetermined(
    "foreign.guard-missing",
    "{path} is missing: nothing says which heads of other logs this node took last",
    _REPLACE,
)
FOREIGN_GUARD_MALFORMED = undetermined(
    "foreign.guard-malformed", "{path} is not a valid guard of other logs' heads (version 2)", _REPLACE
)
FOREIGN_GUARD_OTHER_KEY = undetermined(
    "foreign.guard-other-key", "{path} is of the witness keys {found}, and node.toml has {expected}", _REPLACE
)
FOREIGN_GUARD_OLD = undetermined(
    "foreign.guard-old",
    "{path} knows size {guarded} of {origin}, and the database size {stored}: the guard is an old copy",
    _REPLACE,
)
FOREIGN_SAME_KEY = rejected(
    "foreign.same-key", "{uri} is the witness key that is in use", "name another key, or none, to have one generated"
)
FOREIGN_RETIRED_KEY = rejected(
    "foreign.retired-key",
    "{uri} was a witness key here before: what it cosigned may be forgotten",
    "name another key, or none, to have one generated",
)
FOREIGN_KEY_HAS_ROLE = rejected(
    "foreign.key-has-role",
    "{uri} is the key of {role}: a key has one role",
    "name another key, or none, to have one generated",
)
GUARDS = (FOREIGN_GUARD_MISSING, FOREIGN_GUARD_MALFORMED, FOREIGN_GUARD_OTHER_KEY, FOREIGN_GUARD_OLD)

WITNESS_UNREACHABLE = undetermined(
    "witness.unreachable", "the witness {name} does not answer: {why}", "it is asked again"
)
WITNESS_REFUSES = undetermined(
    "witness.refuses",
    "the witness {name} does not cosign: HTTP {status}, {said}",
    "ask its operator whether it knows this log's verifier key, and correct the url in node.toml",
)
WITNESS_OTHER_KEY = undetermined(
    "witness.other-key", "no cosignature by the key of {name} came", "compare the key in node.toml with its operator's"
)
WITNESS_NO_DATE = undetermined(
    "witness.no-date",
    "the witness {name} says that it cosigned in second {seconds} since 1970, which is not a date",
    "have its operator set its clock",
)
WITNESS_KNOWS_MORE = undetermined(
    "witness.knows-more",
    "the witness {name} says that it cosigned size {known} of this log, which has signed size {size}",
    "if this is an old copy, bring back the newest directory; the number is not signed, and shows nothing by itself",
)
WITNESS_OTHER_ROOT = undetermined(
    "witness.other-root",
    "the witness {name} says that it cosigned another root at size {size}",
    "if this is a copy that grew by itself, begin a successor; what the witness says is not signed, and shows nothing by itself",
)
