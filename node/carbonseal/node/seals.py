"""Seals of records, assembled from a log's proofs and from the anchors of its heads."""

from __future__ import annotations

from carbonseal.passport.seals import MAX_HEADS, Head, Seal, SealedAnchor

from .anchoring.evidence import EvidenceStore
from .anchoring.outbox import Outbox
from .anchoring.tracked import State
from .sealing.log import SealingLog
from .sealing.logs import SealedRecord


class Seals:
    """Seals of records of a node's logs."""

    def __init__(self, outbox: Outbox, evidence: EvidenceStore) -> None:
        self._outbox = outbox
        self._evidence = evidence

    def seal(self, record: SealedRecord) -> Seal:
        """The seal of a record: on each ledger, the earliest anchor that covers it and is final, or the earliest that is
        included where none is final yet; the newest head where there is neither. Raises Refused where the record is not in its
        log yet."""
        log, index = record.log, record.index
        newest = log.head_over(index).checkpoint.size
        final = self._outbox.earliest(log.id, index, State.FINAL)
        anchored = {**self._outbox.earliest(log.id, index, State.INCLUDED), **final}
        sizes = sorted(set(anchored.values()))[:MAX_HEADS] or [newest]
        heads = [self._head(log, index, size, before) for size, before in zip(sizes, [None, *sizes], strict=False)]
        return Seal(log.entry(index), index, tuple(heads))

    def is_final(self, record: SealedRecord) -> bool:
        """Whether a record is under an anchor that is final on every ledger of its log."""
        return set(record.log.ledgers) <= set(self._outbox.earliest(record.log.id, record.index, State.FINAL))

    def _head(self, log: SealingLog, index: int, size: int, before: int | None) -> Head:
        return Head(
            checkpoint=log.head(size).note,
            inclusion=log.inclusion(index, size),
            consistency=None if before is None else log.consistency(before, size),
            anchors=tuple(SealedAnchor(ledger, evidence) for ledger, evidence in self._evidence.at(log.id, size)),
        )
