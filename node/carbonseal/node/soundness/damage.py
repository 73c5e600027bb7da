"""Damage: what rotted, as a finding, and what would mend it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from carbonseal.findings import Finding
from carbonseal.log.checkpoints import Checkpoint


@dataclass(frozen=True, slots=True)
class WriteFile:
    """Write a file of the log anew."""

    path: str  # below the log's folder
    data: bytes


@dataclass(frozen=True, slots=True)
class RemoveFile:
    """Remove a file of the log: a larger one has its bytes, or nothing that was signed needs it."""

    path: str


@dataclass(frozen=True, slots=True)
class PutEntry:
    """Write the row of an entry anew."""

    number: int
    entry: bytes


@dataclass(frozen=True, slots=True)
class PutSalt:
    """Write the salt of a record anew."""

    number: int
    salt: bytes


@dataclass(frozen=True, slots=True)
class SignHead:
    """Write the row of a head anew: signed again, with those cosignatures of the damaged note that are valid."""

    checkpoint: Checkpoint
    damaged: bytes


@dataclass(frozen=True, slots=True)
class RebuildIndex:
    """Make the index of commitments anew."""


@dataclass(frozen=True, slots=True)
class PutStatus:
    """Set, or clear, the bit of a position in a status list, as its newest signed version has it."""

    list_id: str
    purpose: str
    position: int
    is_set: bool


@dataclass(frozen=True, slots=True)
class RemoveIndex:
    """Remove the index for look-ups: it is made again from the logs when it is next needed."""


Repair = WriteFile | RemoveFile | PutEntry | PutSalt | SignHead | RebuildIndex | PutStatus | RemoveIndex


@dataclass(frozen=True, slots=True)
class Damage:
    """One damaged place. `repair` is None where nothing here can make it again."""

    finding: Finding
    repair: Repair | None = None

    def beyond_repair(self) -> Damage:
        """The same, not to be repaired."""
        return replace(self, repair=None)
