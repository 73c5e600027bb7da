"""The world of the tests, with status lists whose packing does not depend on the zlib at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from carbonseal.ledger import Evidence, Statement
from carbonseal.log.entries import Genesis
from carbonseal.passport.assembly import refresh
from carbonseal.passport.credentials import REVOCATION
from carbonseal.passport.passports import Passport
from carbonseal.passport.seals import Head, SealedAnchor
from tests.world import CHAIN, ORIGIN, OTHER_ORIGIN, SIGNED, Issuer, MemoryLog, World, chain_evidence

Value = dict[str, Any]

# gzip of 131,072 bits, all zero but those at these positions
PACKED = {
    (): "uH4sIAAAAAAACA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA",
    (7,): "uH4sIAAAAAAACA-3BIQEAAAACIP1_2hkWoAEAAAAAAAAAAAAAAAAAAADeBjn7xTYAQAAA",
    (9,): "uH4sIAAAAAAACA-3BIQEAAAACIKf5f5UzLEAaAAAAAAAAAAAAAAAAAAAA4GxcqaqmAEAAAA",
    (0, 131071): "uH4sIAAAAAAACA-3BMQEAAAwCoNl80Y3hA_wBAAAAAAAAAAAAAAAAAAAAYylyaUQQAEAAAA",
}


@dataclass
class Scene(World):
    """One passport is made in one scene, so that its trust and its log stay small. `timestamp`: of the chain's blocks."""

    timestamp: int | None = None

    def status_document(
        self,
        issuer: Issuer,
        positions: Sequence[int] = (),
        valid_from: datetime = SIGNED,
        purpose: str = REVOCATION,
    ) -> Value:
        draft = super().status_document(issuer, positions, valid_from, purpose)
        del draft["proof"]
        draft["credentialSubject"]["encodedList"] = PACKED[tuple(positions)]
        return issuer.sign(draft)

    def trust_value(self) -> Value:
        items = [
            {
                "ledger": one.ledger,
                "kind": one.kind,
                "value": dict(one.value),
                "source": "made up",
                "when": "2026-11-21T09:00:00Z",
            }
            for one in self.trusted
        ]
        return {"carbonseal": "trust/1", "items": items}

    def refreshed(self, passport: Passport) -> Passport:
        """The passport with a second head, later and larger."""
        self.passport(name="something later")
        return refresh(
            passport,
            seals=self.seals(list(passport.seals)),
            status_lists=[],
            link=lambda origin, old, new: self.log.consistency(old, new) if origin == ORIGIN else None,
        )

    def on_chain(self, statement: Statement) -> Evidence:
        if self.timestamp is None:
            return super().on_chain(statement)
        made = chain_evidence(statement, timestamp=self.timestamp)
        self.trusted = made.trust(CHAIN)
        return made.evidence

    def forked(self, passport: Passport) -> Passport:
        """The log signs two heads of one size: one is anchored on the chain, the other in the other log."""
        fork = MemoryLog(ORIGIN)
        fork.encoded = [Genesis(ORIGIN, {"eip155:1": "0x" + "11" * 20}).encode(), *self.log.encoded[1:]]
        note, anchor = fork.head(fork.size), self._in_other(fork)
        seals = {}
        for commitment, seal in passport.seals.items():
            first = replace(seal.heads[0], anchors=tuple(one for one in seal.heads[0].anchors if one.ledger == CHAIN))
            second = Head(note, fork.inclusion(seal.index, fork.size), None, (anchor,))
            seals[commitment] = replace(seal, heads=(first, second))
        return replace(passport, seals=seals)

    def rewritten(self, passport: Passport) -> Passport:
        """The log signs a larger head in which the record is at the credential's index."""
        record = next(iter(passport.records))
        fork = MemoryLog(ORIGIN)
        fork.encoded = [self.log.encoded[at] for at in (0, 2, 1, 3, 0)]
        head = Head(fork.head(fork.size), fork.inclusion(2, fork.size), None, (self._in_other(fork),))
        return replace(
            passport, seals={**passport.seals, record: replace(passport.seals[record], index=2, heads=(head,))}
        )

    def _in_other(self, log: MemoryLog) -> SealedAnchor:
        return SealedAnchor(f"tlog:{OTHER_ORIGIN}", self.in_other_log(log.checkpoint(log.size).statement()))
