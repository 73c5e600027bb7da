"""Guard of other logs' heads: the last one taken of each origin, in a file beside the log's own guard, that no backup holds.

    {"version": 2, "witnesses": ["here.example/witness+51dcd4c8+BFZ5…"], "heads": {"other.example/log": "<signed note>"}}

- It is written, durably, before a head is cosigned or entered. Whoever restores the database finds a guard that is ahead of it.
- A witness that forgot a head would cosign a second history. So a guard that is lost, or is older than what the database knows,
  takes nothing in any more, until the witness keys are replaced (`carbonseal witness new-key`).
- It names the witness keys that may have cosigned those heads; none before the first. A key that it does not name may have cosigned
  others, which nobody remembers: it cosigns nothing here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from carbonseal.findings import Refused
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.notes import Note, VerifierKey
from carbonseal.node.sealing.files import replace_file

from .codes import FOREIGN_GUARD_MALFORMED, FOREIGN_GUARD_MISSING, FOREIGN_GUARD_OTHER_KEY

VERSION = 2
SUFFIX = "+heads"  # behind the path of the log's own guard
_MEMBERS = {"version", "witnesses", "heads"}


@dataclass(frozen=True, slots=True)
class TakenHead:
    """A head of another log, and the note with the signature by which it was taken."""

    checkpoint: Checkpoint
    note: bytes

    @staticmethod
    def parse(note: bytes) -> TakenHead:
        """Read a note that was verified when it was taken. Raises Refused."""
        return TakenHead(Checkpoint.parse(Note.parse(note).text), note)


@dataclass(frozen=True, slots=True)
class Taken:
    """The last head taken of each origin, and the witness keys (verifier keys) that may have cosigned them."""

    witnesses: tuple[str, ...]
    heads: Mapping[str, TakenHead]


class HeadsGuard:
    """The file of one log: what it took of other logs. One thread reads and writes it."""

    def __init__(self, own_guard: Path, witnesses: Iterable[VerifierKey]) -> None:
        """`own_guard` is the path of the log's own guard, `witnesses` are the keys that node.toml has."""
        self.path = own_guard.with_name(own_guard.name + SUFFIX)
        self._witnesses = tuple(key.encode() for key in witnesses)

    def read(self) -> Mapping[str, TakenHead]:
        """The last head of each origin. Raises Refused (`foreign.guard-*`) where the file is missing, malformed, another key's."""
        taken = self.load()
        for witness in self._witnesses:
            if taken.witnesses and witness not in taken.witnesses:
                found = ", ".join(taken.witnesses)
                raise Refused(FOREIGN_GUARD_OTHER_KEY(path=self.path, found=found, expected=witness))
        return taken.heads

    def load(self) -> Taken:
        """What the file says, of whichever key it is. Raises Refused where it is missing or malformed."""
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError as error:
            raise Refused(FOREIGN_GUARD_MISSING(path=self.path)) from error
        try:
            value = orjson.loads(raw)
            if value.keys() != _MEMBERS or value["version"] != VERSION:
                raise ValueError("not a guard of this version")
            witnesses = tuple(VerifierKey.parse(witness).encode() for witness in value["witnesses"])
            heads = {origin: TakenHead.parse(note.encode()) for origin, note in value["heads"].items()}
        except (ValueError, KeyError, TypeError, AttributeError, Refused) as error:
            raise Refused(FOREIGN_GUARD_MALFORMED(path=self.path)) from error
        if any(head.checkpoint.origin != origin for origin, head in heads.items()):
            raise Refused(FOREIGN_GUARD_MALFORMED(path=self.path))
        return Taken(witnesses, heads)

    def write(self, heads: Mapping[str, TakenHead]) -> None:
        """Remember, durably, that these are the heads that may be cosigned and entered. Raises OSError."""
        replace_file(self.path, encode(Taken(self._witnesses, heads)))


def encode(taken: Taken) -> bytes:
    """The file's bytes."""
    heads = {origin: head.note.decode() for origin, head in taken.heads.items()}
    value = {"version": VERSION, "witnesses": taken.witnesses, "heads": heads}
    return json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n"


def first() -> bytes:
    """What the file holds before anything is taken."""
    return encode(Taken((), {}))
