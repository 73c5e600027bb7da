"""Seals (docs/spec.md, section 11): what ties one entry of a log to ledgers."""

from __future__ import annotations

from carbonseal.ledger import Evidence
from carbonseal.values import dataclass

MAX_HEADS = 16
MAX_ANCHORS = 16  # of one head
MAX_EVIDENCE = 8 << 20  # bytes of one evidence's data


@dataclass(frozen=True, slots=True)
class SealedAnchor:
    """A head's anchor on one ledger: the ledger's name as policies write it, and the evidence."""

    ledger: str
    evidence: Evidence

    def __hash__(self) -> int:  # of what nearly always tells two apart: anchors are in keys, and bytes are hashed once
        return hash(self.evidence.data)


@dataclass(frozen=True, slots=True)
class Head:
    """One checkpoint over the entry, with its proofs and anchors.

    `consistency` is the proof from the head before, which is smaller (RFC 9162, section 2.1.4); None on the first head, and
    where there is no such proof.
    """

    checkpoint: bytes  # the signed note
    inclusion: tuple[bytes, ...]  # leaf to root, 32 bytes each (RFC 9162, section 2.1.3)
    consistency: tuple[bytes, ...] | None
    anchors: tuple[SealedAnchor, ...]


@dataclass(frozen=True, slots=True)
class Seal:
    """An entry's place in its log, under 1 to `MAX_HEADS` heads by ascending size."""

    entry: bytes
    index: int
    heads: tuple[Head, ...]
