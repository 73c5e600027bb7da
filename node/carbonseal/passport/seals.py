"""Seals: what ties one entry of a log to ledgers."""

from __future__ import annotations

from dataclasses import dataclass

from carbonseal.ledger import Evidence

MAX_HEADS = 16
MAX_ANCHORS = 16  # of one head
MAX_EVIDENCE = 8 << 20  # bytes of one evidence's data


@dataclass(frozen=True, slots=True)
class SealedAnchor:
    """A head's anchor on one ledger: the ledger's name as policies write it, and the evidence."""

    ledger: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Head:
    """One checkpoint that covers the entry, and all that was proved about it.

    `consistency` leads from the head before this one, which is smaller (RFC 9162, section 2.1.4); None on the first head, and
    where the two cannot be linked.
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
