"""Fraud proof (docs/spec.md, section 23): two checkpoints that one log signed and that no append-only tree can both have.

As written (RFC 8785 and a line feed; hashes in hex, proofs as joined hashes in base64)::

    {"carbonseal": "fraud-proof/1", "kind": "roots", "checkpoints": [note, note]}
    {..., "kind": "entries", ..., "index": 17, "entries": [base64, base64], "proofs": [base64, base64]}
    {..., "kind": "subtrees", ..., "level": 3, "index": 2, "hashes": [hex, hex], "proofs": [base64, base64]}
    {..., "kind": "consistency", ..., "first": hex, "proof": base64}

- The checkpoints are of one origin, and ascend by size, then by root. The further pairs are in the order of the checkpoints.
- *roots*: one size, two roots. *entries*: one index, two entries. *subtrees*: one complete subtree, two hashes; each is proved
  under its own checkpoint. *consistency*: a consistency proof whose first node is given apart leads to the newer root, and to
  another older root than the older checkpoint has.
- Any other claim about a log accuses nobody: anyone can put a public checkpoint beside a wrong proof.
- It counts only under keys that the policy lists for that log.
- The same frame with the kind *batch* is about a lot: `carbonseal.verification.proofs.batch_proofs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from carbonseal.findings import Finding, Refused
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.notes import Note, VerifierKey
from carbonseal.log.subtrees import SubtreeProof
from carbonseal.log.text import decode_base64, encode_base64
from carbonseal.log.tiles import MAX_ENTRY
from carbonseal.log.tree import leaf_hash, roots_from_consistency
from carbonseal.records import strict
from carbonseal.records.canonical import jcs
from carbonseal.values import dataclass

from . import codes

VERSION = "fraud-proof/1"
LIMITS = strict.Limits(max_bytes=2 << 20, max_depth=8)
MOST_HASHES = 64  # of one proof
T = TypeVar("T")

LogKeys = Mapping[str, Sequence[VerifierKey]]  # by origin: the keys of which each is that log's


@dataclass(frozen=True, slots=True)
class TwoRoots:
    """One size, two roots: the checkpoints say it all."""


@dataclass(frozen=True, slots=True)
class TwoEntries:
    """Two entries at `index`, each with the inclusion proof that leads to the root of its checkpoint."""

    index: int
    entries: tuple[bytes, bytes]
    proofs: tuple[tuple[bytes, ...], tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class TwoSubtrees:
    """Two hashes (32 bytes) of one complete subtree, each with the siblings that lead to the root of its checkpoint."""

    level: int
    index: int
    hashes: tuple[bytes, bytes]
    proofs: tuple[tuple[bytes, ...], tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class OtherPrefix:
    """A consistency proof that leads to the newer root and to another older one; `first` is its first node (32 bytes)."""

    first: bytes
    proof: tuple[bytes, ...]


Contradiction = TwoRoots | TwoEntries | TwoSubtrees | OtherPrefix


@dataclass(frozen=True, slots=True)
class FraudProof:
    """Two signed notes, and what contradicts between them. Nothing is verified before `check`."""

    notes: tuple[bytes, bytes]
    contradiction: Contradiction

    def encode(self) -> bytes:
        """The file's bytes: RFC 8785 and a line feed."""
        kind, members = _written(self.contradiction)
        checkpoints = [note.decode() for note in self.notes]
        return write_frame(kind, {"checkpoints": checkpoints, **members})

    def check(self, keys: LogKeys) -> Finding:
        """`fraud-proof.holds` (rejected) where it holds under keys that are listed; `fraud-proof.log-not-listed` (undetermined)
        where it would hold and no listed key signed both checkpoints. Raises Refused where it does not hold."""
        notes = [Note.parse(note) for note in self.notes]
        one, other = (Checkpoint.parse(note.text) for note in notes)
        _check_pair(one, other)
        what = _check(self.contradiction, one, other)
        signed = [
            [note.signed_by(key) for key in keys.get(one.origin, ())] for note in notes
        ]  # a forged one is refused
        if not all(map(any, signed)):
            return codes.FRAUD_PROOF_LOG_NOT_LISTED(origin=one.origin)
        return codes.FRAUD_PROOF_HOLDS(origin=one.origin, one=one.size, other=other.size, what=what)

    @property
    def origin(self) -> str:
        """The log that it is about. Raises Refused where the notes are not checkpoints."""
        return Checkpoint.parse(Note.parse(self.notes[0]).text).origin


def fraud_proof(pair: Iterable[tuple[bytes, T]], join: Callable[[T, T], Contradiction]) -> FraudProof:
    """The proof of two (note, what it shows), put into order; `join` makes the contradiction of what both show."""
    one, other = sorted(pair, key=lambda one: _order(Checkpoint.parse(Note.parse(one[0]).text)))
    return FraudProof((one[0], other[0]), join(one[1], other[1]))


def of_roots(one: bytes, other: bytes) -> FraudProof:
    """The proof that two notes are: one size, two roots."""
    return fraud_proof([(one, None), (other, None)], lambda _one, _other: TwoRoots())


def is_fraud_proof(value: Any) -> bool:
    """Whether a JSON value says that it is a fraud proof, of whatever version."""
    version = value.get("carbonseal") if isinstance(value, dict) else None
    return isinstance(version, str) and version.startswith("fraud-proof/")


def parse(raw: bytes) -> FraudProof:
    """The inverse of `FraudProof.encode`, strictly; other white space is allowed. Raises Refused: `fraud-proof.malformed`,
    undetermined on another version or an unknown kind, and the codes of strict JSON."""
    return parse_value(strict.parse(raw, LIMITS))


def parse_value(value: Any) -> FraudProof:
    """`parse` for the JSON value of a file, as `records.strict` reads it."""
    kind, members = read_frame(value)
    if kind not in _MEMBERS:
        raise Refused(codes.FRAUD_PROOF_UNKNOWN_KIND("kind", kind=kind[:80]))
    expect_members(members, ("checkpoints", *_MEMBERS[kind]))
    match members["checkpoints"]:
        case [str(one), str(other)]:
            return FraudProof((one.encode(), other.encode()), _contradiction(kind, members))
    raise malformed(("checkpoints",), "expected two signed notes")


# --- the frame, for every kind -------------------------------------------------------------------------------------


def read_frame(value: Any) -> tuple[str, dict[str, Any]]:
    """The kind of a fraud proof, and its further members. Raises Refused: `fraud-proof.malformed`, and
    `fraud-proof.unknown-version` (undetermined)."""
    if not is_fraud_proof(value):
        raise malformed((), 'expected an object with "carbonseal": "fraud-proof/1"')
    if value["carbonseal"] != VERSION:
        raise Refused(codes.FRAUD_PROOF_UNKNOWN_VERSION("carbonseal", version=value["carbonseal"][:80]))
    kind = value.get("kind")
    if not isinstance(kind, str):
        raise malformed((), "expected a kind")
    return kind, {name: member for name, member in value.items() if name not in ("carbonseal", "kind")}


def write_frame(kind: str, members: Mapping[str, Any]) -> bytes:
    """The inverse: RFC 8785 and a line feed."""
    return jcs({"carbonseal": VERSION, "kind": kind, **members}) + b"\n"


def expect_members(value: Mapping[str, Any], names: Sequence[str], *place: str) -> None:
    """Raise Refused (`fraud-proof.malformed`) unless an object has exactly these members."""
    if set(value) != set(names):
        raise malformed(place, f"expected the members {', '.join(names)}")


def malformed(place: Sequence[str], problem: str) -> Refused:
    """The refusal of a file that is not a fraud proof in the specified form."""
    return Refused(codes.FRAUD_PROOF_MALFORMED(*place, problem=problem))


def read_number(value: Any, *place: str) -> int:
    """A whole number, 0 or more. Raises Refused (`fraud-proof.malformed`), as those below."""
    if type(value) is not int or value < 0:
        raise malformed(place, "expected a whole number, 0 or more")
    return value


def read_hash(value: Any, *place: str) -> bytes:
    """32 bytes, written in hex."""
    if not (isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")):
        raise malformed(place, "expected 64 lower-case hexadecimal digits")
    return bytes.fromhex(value)


def read_hashes(value: Any, *place: str) -> tuple[bytes, ...]:
    """A proof: hashes of 32 bytes, joined and written in base64."""
    data = _bytes(value, *place)
    if len(data) % 32 or len(data) > 32 * MOST_HASHES:
        raise malformed(place, f"expected up to {MOST_HASHES} whole hashes of 32 bytes")
    return tuple(data[start : start + 32] for start in range(0, len(data), 32))


def write_hashes(hashes: Sequence[bytes]) -> str:
    """The inverse of `read_hashes`."""
    return encode_base64(b"".join(hashes))


# --- members -------------------------------------------------------------------------------------------------------

_MEMBERS: Mapping[str, tuple[str, ...]] = {  # beside the kind and the checkpoints
    "roots": (),
    "entries": ("index", "entries", "proofs"),
    "subtrees": ("level", "index", "hashes", "proofs"),
    "consistency": ("first", "proof"),
}


def _written(contradiction: Contradiction) -> tuple[str, dict[str, Any]]:
    """The kind, and the members that say what contradicts."""
    match contradiction:
        case TwoRoots():
            return "roots", {}
        case TwoEntries(index, entries, proofs):
            return "entries", {
                "index": index,
                "entries": [*map(encode_base64, entries)],
                "proofs": [*map(write_hashes, proofs)],
            }
        case TwoSubtrees(level, index, hashes, proofs):
            pair = [value.hex() for value in hashes]
            return "subtrees", {"level": level, "index": index, "hashes": pair, "proofs": [*map(write_hashes, proofs)]}
        case OtherPrefix(first, proof):
            return "consistency", {"first": first.hex(), "proof": write_hashes(proof)}


def _contradiction(kind: str, rest: Mapping[str, Any]) -> Contradiction:
    match kind:
        case "roots":
            return TwoRoots()
        case "entries":
            entries = _pair(rest, "entries", _entry)
            return TwoEntries(read_number(rest["index"], "index"), entries, _pair(rest, "proofs", read_hashes))
        case "subtrees":
            level, hashes = read_number(rest["level"], "level"), _pair(rest, "hashes", read_hash)
            return TwoSubtrees(level, read_number(rest["index"], "index"), hashes, _pair(rest, "proofs", read_hashes))
        case _:
            return OtherPrefix(read_hash(rest["first"], "first"), read_hashes(rest["proof"], "proof"))


def _pair(rest: Mapping[str, Any], member: str, read: Callable[..., T]) -> tuple[T, T]:
    match rest[member]:
        case [one, other]:
            return read(one, member, "0"), read(other, member, "1")
    raise malformed((member,), "expected a list of two")


def _bytes(value: Any, *place: str) -> bytes:
    data = decode_base64(value) if isinstance(value, str) else None
    if data is None:
        raise malformed(place, "expected base64")
    return data


def _entry(value: Any, *place: str) -> bytes:
    entry = _bytes(value, *place)
    if not 0 < len(entry) <= MAX_ENTRY:
        raise malformed(place, f"expected 1 to {MAX_ENTRY} bytes")
    return entry


# --- what holds ----------------------------------------------------------------------------------------------------


def _order(checkpoint: Checkpoint) -> tuple[int, bytes]:
    return checkpoint.size, checkpoint.root


def _check_pair(one: Checkpoint, other: Checkpoint) -> None:
    if one.origin != other.origin:
        raise Refused(codes.FRAUD_PROOF_TWO_LOGS("checkpoints", one=one.origin, other=other.origin))
    if _order(one) == _order(other):
        raise Refused(codes.FRAUD_PROOF_SHOWS_NOTHING(problem="both checkpoints have the same size and root"))
    if _order(one) > _order(other):
        raise Refused(codes.FRAUD_PROOF_UNSORTED("checkpoints"))


def _check(contradiction: Contradiction, one: Checkpoint, other: Checkpoint) -> str:
    """What contradicts, in words. Raises Refused where nothing does, or a proof does not lead to its root."""
    match contradiction:
        case TwoRoots():
            return _two_roots(one, other)
        case TwoEntries(index, entries, proofs):
            hashes = leaf_hash(entries[0]), leaf_hash(entries[1])
            _two_hashes(TwoSubtrees(0, index, hashes, proofs), one, other)
            return f"two entries at index {index}"
        case TwoSubtrees(level, index):
            _two_hashes(contradiction, one, other)
            return f"two hashes of the subtree of level {level} at index {index}"
        case OtherPrefix(first, proof):
            return _other_prefix(first, proof, one, other)


def _two_roots(one: Checkpoint, other: Checkpoint) -> str:
    if one.size != other.size:
        raise Refused(codes.FRAUD_PROOF_SHOWS_NOTHING(problem=f"the sizes differ, {one.size} and {other.size}"))
    return f"two roots of size {one.size}"


def _two_hashes(pair: TwoSubtrees, one: Checkpoint, other: Checkpoint) -> None:
    for number, checkpoint in enumerate((one, other)):
        proof = SubtreeProof(pair.level, pair.index, pair.hashes[number], checkpoint.size, pair.proofs[number])
        try:
            proof.verify(checkpoint.root)
        except Refused as refused:
            raise refused.under("proofs", str(number)) from refused
    if pair.hashes[0] == pair.hashes[1]:
        raise Refused(codes.FRAUD_PROOF_SHOWS_NOTHING(problem="both checkpoints have the same there"))


def _other_prefix(first: bytes, proof: Sequence[bytes], one: Checkpoint, other: Checkpoint) -> str:
    older, newer = roots_from_consistency(one.size, other.size, first, proof)
    if newer != other.root:
        raise Refused(codes.CONSISTENCY_NEW_ROOT_DIFFERS("proof", old=one.size, new=other.size))
    if older == one.root:
        raise Refused(codes.FRAUD_PROOF_SHOWS_NOTHING(problem="the newer checkpoint continues the older"))
    return f"another root of the first {one.size} entries"
