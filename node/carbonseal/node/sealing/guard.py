"""Guard: the head that a log last signed, in a file that no backup holds. It protects a log from its own old copies.

    {"version": 1, "origin": "log.example/1", "size": 7, "root": "<base64>", "frozen": []}

- It is written, durably, before a head is signed: it names the newest head that was signed *or was about to be*. A node that was
  restored from an old copy finds a guard that is ahead of it.
- It holds the reasons of a freeze, so that a frozen log stays frozen whatever is restored around it. What a ledger claims freezes
  as long as that ledger claims it: nobody can prove to this node what a ledger holds, so a claim stops a log and does not end it.
- Without a guard nothing is signed until the operator confirms the directory. A file with other members, or another version,
  is not a guard: it freezes the log, and is left as it is.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from carbonseal.findings import Finding, Refused
from carbonseal.log.tree import EMPTY_ROOT

from .codes import (
    FROZEN_GUARD_MALFORMED,
    FROZEN_GUARD_MISSING,
    FROZEN_LEDGER_KNOWS_MORE,
    FROZEN_LEDGER_OTHER_ROOT,
    FROZEN_LOST_ENTRIES,
    FROZEN_OTHER_ROOT,
    FROZEN_WENT_BACK,
)
from .files import replace_file

CLAIMS = (FROZEN_LEDGER_KNOWS_MORE, FROZEN_LEDGER_OTHER_ROOT)
FREEZES = (
    FROZEN_GUARD_MISSING,
    FROZEN_GUARD_MALFORMED,
    FROZEN_WENT_BACK,
    FROZEN_OTHER_ROOT,
    FROZEN_LOST_ENTRIES,
    *CLAIMS,
)
VERSION = 1
_MEMBERS = {"version", "origin", "size", "root", "frozen"}
_BY_NAME = {code.name: code for code in FREEZES}


class Frozen(Refused):
    """This log signs nothing and takes nothing in: the finding says why, and what the operator can do."""


@dataclass(frozen=True, slots=True)
class LastSigned:
    """The newest head that was or may have been signed. `frozen` says why the log froze, if it did: for one reason of its own, or
    for what ledgers claim, each once."""

    origin: str
    size: int
    root: bytes
    frozen: tuple[Finding, ...] = ()


class Guard:
    """The file of one log's `LastSigned`."""

    def __init__(self, path: Path, origin: str) -> None:
        self.path = path
        self._origin = origin

    def read(self) -> LastSigned:
        """Raises `Frozen` where the file is missing, malformed or another log's."""
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError as error:
            raise Frozen(FROZEN_GUARD_MISSING(path=self.path)) from error
        try:
            value = orjson.loads(raw)
            if value.keys() != _MEMBERS or value["version"] != VERSION:
                raise ValueError("not a guard of this version")
            last = LastSigned(
                origin=value["origin"],
                size=int(value["size"]),
                root=base64.b64decode(value["root"], validate=True),
                frozen=tuple(_BY_NAME[reason["code"]](**reason["facts"]) for reason in value["frozen"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Frozen(FROZEN_GUARD_MALFORMED(path=self.path)) from error
        if last.origin != self._origin or len(last.root) != 32:
            raise Frozen(FROZEN_GUARD_MALFORMED(path=self.path))
        return last

    def first(self) -> bytes:
        """What the file holds before anything is signed."""
        return _encode(LastSigned(self._origin, 0, EMPTY_ROOT))

    def write(self, size: int, root: bytes) -> None:
        """Remember, durably, that this head may now be signed."""
        self._write(LastSigned(self._origin, size, root))

    def freeze(self, last: LastSigned, *findings: Finding) -> None:
        """Remember, durably, why this log signs nothing; without any, that it signs again."""
        self._write(replace(last, frozen=findings))

    def _write(self, last: LastSigned) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self.path, _encode(last))


class ReadOnlyGuard(Guard):
    """The guard of a log that is only read: what it learns is for this process alone, and the file stays as it is."""

    def _write(self, last: LastSigned) -> None:
        pass


def _encode(last: LastSigned) -> bytes:
    value = {
        "version": VERSION,
        "origin": last.origin,
        "size": last.size,
        "root": base64.b64encode(last.root).decode(),
        "frozen": [
            {"code": reason.code.name, "facts": dict(reason.facts), "message": reason.message} for reason in last.frozen
        ],
    }
    return json.dumps(value, indent=1).encode() + b"\n"
