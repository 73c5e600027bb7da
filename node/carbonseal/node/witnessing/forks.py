"""Forks of other logs: two signed heads that no one history has, kept as a fraud proof. One for each origin, the first.

- *Kept* is only what convinces everybody (docs/spec.md, section 22): one size with two roots, both signed; or two signed heads
  and a consistency proof that leads to the newer root and to another older one. A wrong proof accuses nobody.
- A forked head is never cosigned, and never entered.
- The proof is in the database, and in a file of its own in the node's directory, for whoever is to be shown it.

Owns the table `forks`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, select

from carbonseal.findings import Refused
from carbonseal.instants import format_seconds
from carbonseal.ledger import log_id
from carbonseal.log import fraud_proofs
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.fraud_proofs import FraudProof, OtherPrefix
from carbonseal.log.notes import Note
from carbonseal.log.tree import roots_from_consistency
from carbonseal.node.sealing.files import replace_file
from carbonseal.storage.database import Database, Kept
from carbonseal.storage.log_tables import FORKS

from .guard import TakenHead

LOG = logging.getLogger(__name__)
FOLDER = "forks"  # of a node's directory


@dataclass(frozen=True, slots=True)
class Fork:
    """The fraud proof about one log, when it was found (seconds since 1970), and the name of its file in the node's directory."""

    proof: FraudProof
    found: int

    @property
    def origin(self) -> str:
        """The log that forked."""
        return self.proof.origin

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes of its two checkpoints."""
        return tuple(Checkpoint.parse(Note.parse(note).text).size for note in self.proof.notes)

    @property
    def file(self) -> str:
        """Where the proof is, below the node's directory."""
        return f"{FOLDER}/{log_id(self.origin).hex()}.json"

    def to_json(self) -> dict[str, object]:
        """As health has it."""
        return {
            "origin": self.origin,
            "sizes": list(self.sizes),
            "found": format_seconds(self.found),
            "file": self.file,
        }


def fork_between(known: TakenHead, submitted: TakenHead, proof: Sequence[bytes] = ()) -> FraudProof | None:
    """The fork that two signed heads of one log show, with the proof that came along; None where they show none."""
    older, newer = known.checkpoint, submitted.checkpoint
    if older.size == newer.size:
        return fraud_proofs.of_roots(known.note, submitted.note) if older.root != newer.root else None
    if not 0 < older.size < newer.size or older.size & (older.size - 1) == 0 or not proof:
        return None  # where the older size is a power of two, a proof that lacks the older root says nothing about it
    first, *rest = proof
    try:
        old_root, new_root = roots_from_consistency(older.size, newer.size, first, rest)
    except Refused:
        return None
    if new_root != newer.root or old_root == older.root:
        return None
    return FraudProof((known.note, submitted.note), OtherPrefix(first, tuple(rest)))


class Forks:
    """The forks that were shown to one log. One thread keeps; any may read."""

    def __init__(self, database: Database, directory: Path) -> None:
        """`directory` is the node's."""
        self._database = database
        self._every: Kept[tuple[Fork, ...]] = Kept(database)
        self._directory = directory

    def keep(self, proof: FraudProof, now: int) -> None:
        """Keep a fork, durably, unless one of its log is kept. Raises OSError where the disk fails."""
        fork = Fork(proof, now)
        log = log_id(fork.origin)
        with self._database.read() as connection:
            if connection.scalar(select(FORKS.c.log_id).where(FORKS.c.log_id == log)) is not None:
                return
        (self._directory / FOLDER).mkdir(exist_ok=True)
        replace_file(self._directory / fork.file, proof.encode())
        with self._database.write() as connection:
            connection.execute(insert(FORKS).values(log_id=log, proof=proof.encode(), found=now))
        # Durable: file and row. A crash between them leaves the file, which the same fork writes again.
        LOG.error("another log forked, proof kept: log=%s sizes=%s file=%s", fork.origin, list(fork.sizes), fork.file)

    def every(self) -> Sequence[Fork]:
        """All forks that are kept."""
        return self._every.get(self._read)

    def _read(self) -> tuple[Fork, ...]:
        with self._database.read() as connection:
            rows = connection.execute(select(FORKS).order_by(FORKS.c.found)).all()
        return tuple(Fork(fraud_proofs.parse(bytes(row.proof)), row.found) for row in rows)
