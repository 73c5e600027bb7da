"""Evidence store: the evidence of anchors, stored in the transaction of the change that it belongs to.

Evidence is taken when an anchor is first seen included, while the ledger still has that state, and again when the facts of the
inclusion change. It may be handed out before the anchor is final, because it counts only if the verifier's trust pins what it
rests on (docs/adr/0013). Owns the table `evidence`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select

from carbonseal.ledger import Evidence, Observation
from carbonseal.storage.database import Database
from carbonseal.storage.node_tables import EVIDENCE

from .tracked import Name, TrackedAnchor

# What each look at an anchor asks, built once: see `outbox`.
_FACTS = select(EVIDENCE.c.facts).where(
    EVIDENCE.c.ledger == bindparam("its_ledger"),
    EVIDENCE.c.log == bindparam("its_log"),
    EVIDENCE.c.size == bindparam("its_size"),
)


class EvidenceStore:
    """Reads evidence. `keep` and `drop` change it, within a transaction of the outbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def at(self, log: bytes, size: int) -> list[tuple[str, Evidence]]:
        """The evidence of all anchors of the log's head of `size`, each with its ledger, in the order of ledgers."""
        chosen = select(EVIDENCE).where(EVIDENCE.c.log == log, EVIDENCE.c.size == size).order_by(EVIDENCE.c.ledger)
        with self._database.read() as connection:
            return [
                (row.ledger, Evidence(row.type, row.version, bytes(row.data))) for row in connection.execute(chosen)
            ]

    def facts(self, anchor: TrackedAnchor) -> Mapping[str, Any] | None:
        """What the stored evidence of an anchor proves (`Observation.facts`); None without any."""
        ledger, log, size = anchor.name
        with self._database.read() as connection:
            found = connection.scalar(_FACTS, {"its_ledger": ledger, "its_log": log, "its_size": size})
        facts: Mapping[str, Any] | None = None if found is None else json.loads(found)
        return facts


def proves(facts: Mapping[str, Any] | None, seen: Observation) -> bool:
    """Whether evidence with these facts is of what was seen: two observations with the same facts have the same evidence."""
    return facts is not None and _encode(facts) == _encode(seen.facts or {})


def keep(connection: Connection, name: Name, evidence: Evidence, facts: Mapping[str, Any]) -> None:
    """Keep evidence of an anchor, in place of any other of it."""
    drop(connection, name)
    ledger, log, size = name
    connection.execute(
        insert(EVIDENCE).values(
            log=log,
            size=size,
            ledger=ledger,
            type=evidence.type,
            version=evidence.version,
            data=evidence.data,
            facts=_encode(facts),
        )
    )


def drop(connection: Connection, name: Name) -> None:
    """Drop the evidence of an anchor: it is not included any more."""
    connection.execute(delete(EVIDENCE).where(_is(name)))


def _is(name: Name) -> ColumnElement[bool]:
    ledger, log, size = name
    return (EVIDENCE.c.log == log) & (EVIDENCE.c.size == size) & (EVIDENCE.c.ledger == ledger)


def _encode(facts: Mapping[str, Any]) -> str:
    return json.dumps(dict(facts), sort_keys=True)
