"""One history of each log (docs/spec.md, section 17, "History"): every signed head leads to the largest one.

- `History` collects the signed heads of the logs that seal, and the consistency proofs between them, of one passport or of many.
  From the smallest on, each head has to lead to the largest, step by step.
- Where a log's tiles are at hand they prove what no passport does. Tiles are a claim: what counts is that they lead from one signed
  head to another. Where they lead to the newer one, and from another older root than was signed, that is a fraud proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from carbonseal.findings import Finding, Refused
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.subtrees import split_consistency
from carbonseal.log.tiles import TileReader
from carbonseal.log.tree import Edge, consistency_proof, verify_consistency
from carbonseal.passport.bundles import Bundle
from carbonseal.values import dataclass
from carbonseal.verification.observing.log_facts import LogFacts, SignedHead, log_facts

from . import codes

if TYPE_CHECKING:
    from carbonseal.log.fraud_proofs import FraudProof, LogKeys

Link = tuple[SignedHead, SignedHead]  # older and newer, shown to be consistent


@dataclass(frozen=True, slots=True)
class HistoryFinding:
    """What was found of a log's history, and a fraud proof where the tiles give one."""

    origin: str
    finding: Finding
    proof: FraudProof | None = None


@dataclass(slots=True)
class History:
    """The signed heads of sealing logs, and what leads from one to another."""

    _heads: dict[str, dict[Checkpoint, SignedHead]] = field(default_factory=dict)  # one note of each checkpoint
    _newer: dict[Checkpoint, set[Checkpoint]] = field(default_factory=dict)  # by the older one

    def add(self, heads: Iterable[SignedHead], links: Iterable[Link] = ()) -> None:
        """More heads and links, in any order: of one checkpoint the least note is kept."""
        for head in heads:
            known = self._heads.setdefault(head.checkpoint.origin, {})
            if head.note <= known.get(head.checkpoint, head).note:
                known[head.checkpoint] = head
        for older, newer in links:
            self._newer.setdefault(older.checkpoint, set()).add(newer.checkpoint)

    def findings(self, keys: LogKeys, tiles: Mapping[str, TileReader]) -> Iterator[HistoryFinding]:
        """For each log one finding; `tiles` are readers by origin. What a reader raises on purpose, but for Refused, is raised."""
        for origin, heads in sorted(self._heads.items()):
            ordered = sorted(heads.values(), key=lambda head: (head.checkpoint.size, head.checkpoint.root))
            yield self._finding(origin, ordered, keys, tiles.get(origin))

    def _finding(
        self, origin: str, ordered: list[SignedHead], keys: LogKeys, reader: TileReader | None
    ) -> HistoryFinding:
        largest = ordered[-1]
        unled = self._unled(ordered)
        proof: FraudProof | None = None
        if unled and reader is not None:
            self.add((), ((older, largest) for older in unled if _leads(older, largest, reader)))
            unled = self._unled(ordered)
            proof = next((found for older in unled if (found := _other_prefix(older, largest, reader, keys))), None)
        facts = {"origin": origin, "heads": len(ordered), "size": largest.checkpoint.size}
        if proof is not None:
            return HistoryFinding(origin, proof.check(keys), proof)
        if not unled:
            return HistoryFinding(origin, codes.HISTORY_SHOWN(**facts))
        first = unled[-1].checkpoint.size
        return HistoryFinding(origin, codes.HISTORY_UNLINKED(**facts, unled=len(unled), first=first))

    def _unled(self, ordered: list[SignedHead]) -> list[SignedHead]:
        """The heads that do not lead to the last, largest first. A log without entries leads to every other."""
        led = {ordered[-1].checkpoint}
        unled = []
        for head in reversed(ordered[:-1]):
            if head.checkpoint.size == 0 or led & self._newer.get(head.checkpoint, set()):
                led.add(head.checkpoint)
            else:
                unled.append(head)
        return unled


def _leads(older: SignedHead, newer: SignedHead, reader: TileReader) -> bool:
    """Whether the tiles lead from one head to the other."""
    one, other = older.checkpoint, newer.checkpoint
    try:
        proof = consistency_proof(one.size, other.size, reader)
        verify_consistency(one.size, one.root, other.size, other.root, proof)
    except Refused:
        return False
    return True


def _other_prefix(older: SignedHead, newer: SignedHead, reader: TileReader, keys: LogKeys) -> FraudProof | None:
    """The fraud proof that the tiles give: they lead to the newer head, from another older root than was signed."""
    from carbonseal.log.fraud_proofs import FraudProof, OtherPrefix

    one, other = older.checkpoint, newer.checkpoint
    try:
        prefix = Edge.load(one.size, reader).root()
        first, siblings = split_consistency(one.size, prefix, consistency_proof(one.size, other.size, reader))
        proof = FraudProof((older.note, newer.note), OtherPrefix(first, siblings))
        return proof if proof.check(keys).code.name == "fraud-proof.holds" else None
    except (Refused, IndexError):  # tiles that are missing, or of another log
        return None


def of_facts(facts: LogFacts) -> tuple[list[SignedHead], list[Link]]:
    """The heads of sealing logs, and the links, that one file shows."""
    return [head for head in facts.heads if head.checkpoint.origin in facts.sealing], [*facts.links]


def within(passport: Bundle, keys: LogKeys) -> Iterator[Finding]:
    """The findings on the history of each log that sealed something in one file, from the file alone."""
    history = History()
    history.add(*of_facts(log_facts(passport, keys)))
    return (found.finding for found in history.findings(keys, {}))
