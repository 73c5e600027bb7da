"""Seals of records, assembled from a log's proofs and from the anchors of its heads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from carbonseal.passport.seals import MAX_HEADS, Head, Seal, SealedAnchor

from .anchoring.evidence import EvidenceStore
from .anchoring.outbox import Outbox
from .anchoring.tracked import State
from .sealing.log import SealingLog
from .sealing.logs import SealedRecord


@dataclass(frozen=True, slots=True)
class RecordState:
    """How far a record has got: its log's name, its index there, and of each ledger that has an anchor over it, whether that is
    included or final."""

    log: str
    index: int
    state: str  # queued; sequenced; anchored on at least one ledger; final on every ledger of its log
    ledgers: Mapping[str, str]

    def to_json(self) -> dict[str, object]:
        """As the service answers."""
        return {"state": self.state, "log": self.log, "index": self.index, "ledgers": dict(self.ledgers)}


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

    def states(self, records: Mapping[bytes, SealedRecord]) -> dict[bytes, RecordState]:
        """How far each of these records has got. Of each log, its ledgers are looked at once."""
        logs = {record.log.id: record.log for record in records.values()}
        reached = {log: [self._outbox.reach(log, state) for state in (State.INCLUDED, State.FINAL)] for log in logs}
        return {key: _state(record, *reached[record.log.id]) for key, record in records.items()}

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


def _state(record: SealedRecord, included: Mapping[str, int], final: Mapping[str, int]) -> RecordState:
    """How far a record has got, by the sizes of its log's largest anchors on each ledger."""
    log, index = record.log, record.index
    ledgers = {name: "included" for name, size in included.items() if index < size}
    ledgers |= {name: "final" for name, size in final.items() if index < size}
    if index >= log.size:
        state = "queued"
    elif log.ledgers and all(ledgers.get(name) == "final" for name in log.ledgers):
        state = "final"
    else:
        state = "anchored" if ledgers else "sequenced"
    return RecordState(log.name, index, state, dict(sorted(ledgers.items())))
