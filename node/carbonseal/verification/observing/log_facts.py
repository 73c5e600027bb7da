"""What a passport shows of logs: heads that listed keys signed, and the valid proofs under them (docs/spec.md, section 22).

- A head counts where a key that the policy lists for its origin signed it; a proof where it leads to the root of such a head.
  What does not is left out: it shows nothing, and accuses nobody.
- The logs are those that seal, and those that are ledgers: evidence of an anchor in another log shows that log's head and entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import TYPE_CHECKING

from carbonseal.findings import Refused
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.entries import ForeignAnchor
from carbonseal.log.notes import Note, VerifierKey
from carbonseal.log.proofs import TlogProof
from carbonseal.log.shown_trees import ShownTrees
from carbonseal.log.subtrees import SubtreeProof, from_consistency, split_consistency
from carbonseal.log.tree import leaf_hash, verify_consistency
from carbonseal.passport.bundles import Bundle
from carbonseal.passport.seals import Seal
from carbonseal.values import dataclass
from carbonseal.verification.policy import Policy

if TYPE_CHECKING:
    from carbonseal.log.fraud_proofs import LogKeys

TLOG_EVIDENCE = ("tlog-proof", 1)
MOST_NOTES = 4096  # that are kept between passports: about a kilobyte each


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A checkpoint, and its note with the signatures by listed log keys alone."""

    checkpoint: Checkpoint
    note: bytes


@dataclass(frozen=True, slots=True)
class ShownPath:
    """A valid proof under a signed head; of an inclusion proof also the entry."""

    head: SignedHead
    path: SubtreeProof
    entry: bytes | None = None


@dataclass(slots=True)
class LogFacts:
    """What one file shows of logs."""

    heads: dict[SignedHead, None] = field(default_factory=dict)  # in the order in which they were met
    proofs: dict[ShownPath, None] = field(default_factory=dict)
    links: dict[tuple[SignedHead, SignedHead], None] = field(default_factory=dict)  # older and newer, consistent
    sealing: set[str] = field(default_factory=set)  # the logs whose heads are in seals; others are ledgers

    def origins(self) -> set[str]:
        """The logs that it shows anything of."""
        return {head.checkpoint.origin for head in self.heads}


def log_keys(policy: Policy) -> LogKeys:
    """The keys that a policy lists for logs, by origin: those that seal, and those that are ledgers."""
    found: dict[str, list[VerifierKey]] = {origin: list(keys) for origin, keys in policy.logs.items()}
    for pinned in policy.ledgers.values():
        key = getattr(pinned.pins, "key", None)
        if isinstance(key, VerifierKey) and key not in found.setdefault(key.name, []):
            found[key.name].append(key)
    return found


Notes = dict[bytes, SignedHead | None]  # that were verified under one set of keys


def log_facts(passport: Bundle, keys: LogKeys, notes: Notes | None = None, trees: ShownTrees | None = None) -> LogFacts:
    """What the passport shows of the logs that have keys. Raises nothing on purpose.

    `notes` keeps verified notes from one passport to the next, and `trees` what was shown under them: of one log many have the same
    head. `notes` is emptied when it is full.
    """
    known = {} if notes is None else notes
    if len(known) > MOST_NOTES:
        known.clear()
    return _Collecting(keys, known, trees or ShownTrees()).passport(passport)


class _Collecting:
    """Collects the facts of one passport. A note is verified once."""

    def __init__(self, keys: LogKeys, notes: Notes, trees: ShownTrees) -> None:
        self._keys = keys
        self._notes = notes
        self._trees = trees
        self._facts = LogFacts()

    def passport(self, passport: Bundle) -> LogFacts:
        for seal in passport.seals.values():
            self._seal(seal)
        return self._facts

    def _seal(self, seal: Seal) -> None:
        leaf = leaf_hash(seal.entry)
        before: SignedHead | None = None
        for head in seal.heads:
            signed = self._head(head.checkpoint)
            if signed is not None:
                size = signed.checkpoint.size
                self._facts.sealing.add(signed.checkpoint.origin)
                self._path(signed, SubtreeProof(0, seal.index, leaf, size, head.inclusion), seal.entry)
                if before is not None and head.consistency is not None:
                    self._link(before, signed, head.consistency)
                for anchor in head.anchors:
                    if (anchor.evidence.type, anchor.evidence.version) == TLOG_EVIDENCE:
                        self._anchor(signed.checkpoint, anchor.evidence.data)
            before = signed

    def _head(self, note: bytes) -> SignedHead | None:
        if note not in self._notes:
            self._notes[note] = signed_head(note, self._keys)
        head = self._notes[note]
        if head is not None:
            self._facts.heads[head] = None
        return head

    def _path(self, head: SignedHead, path: SubtreeProof, entry: bytes | None) -> None:
        root = head.checkpoint.root
        try:
            if path.level:
                path.verify(root)
            else:
                self._trees.verify_inclusion(path.hash, path.index, path.size, path.siblings, root)
        except Refused:
            return
        self._facts.proofs[ShownPath(head, path, entry)] = None

    def _link(self, older: SignedHead, newer: SignedHead, proof: tuple[bytes, ...]) -> None:
        one, other = older.checkpoint, newer.checkpoint
        try:
            verify_consistency(one.size, one.root, other.size, other.root, proof)
        except Refused:
            return
        if one.origin == other.origin:
            self._facts.links[older, newer] = None
            if 0 < one.size < other.size:
                first, siblings = split_consistency(one.size, one.root, proof)
                self._path(newer, from_consistency(one.size, other.size, first, siblings), None)

    def _anchor(self, checkpoint: Checkpoint, evidence: bytes) -> None:
        """The entry of another log that anchors `checkpoint`."""
        try:
            proof = TlogProof.parse(evidence)
            entry = ForeignAnchor(checkpoint.statement()).encode()
        except Refused:
            return
        head = self._head(proof.checkpoint_note)
        if head is not None and head.checkpoint.origin != checkpoint.origin:
            self._path(head, SubtreeProof(0, proof.index, leaf_hash(entry), head.checkpoint.size, proof.hashes), entry)


def signed_head(note: bytes, keys: LogKeys) -> SignedHead | None:
    """The checkpoint in a note, where a key that is listed for its origin signed it; None where none did. A line of another listed
    key that fails takes nothing away: whoever hands a note on can add one."""
    try:
        parsed = Note.parse(note)
        checkpoint = Checkpoint.parse(parsed.text)
    except Refused:
        return None
    listed = [key for key in keys.get(checkpoint.origin, ()) if _is_signed(parsed, key)]
    if not listed:
        return None
    own = {(key.name, key.key_id) for key in listed}
    lines = tuple(line for line in parsed.signatures if (line.name, line.key_id) in own)
    return SignedHead(checkpoint, Note(parsed.text, lines).encode())


def _is_signed(note: Note, key: VerifierKey) -> bool:
    try:
        return note.signed_by(key)
    except Refused:
        return False


def find_paths(proofs: Iterable[ShownPath], origin: str, level: int, index: int) -> Iterator[ShownPath]:
    """Of these proofs, the parts that show the complete subtree of that level and index of the log; the entry where it has one."""
    for proof in proofs:
        if proof.head.checkpoint.origin == origin:
            for one in proof.path.subtrees():
                if (one.level, one.index) == (level, index):
                    yield ShownPath(proof.head, one, proof.entry if one == proof.path else None)
