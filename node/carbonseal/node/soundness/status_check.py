"""Checks the status of credentials in the node's own database against what was signed and sealed.

- The bits of each list are those of its newest version, which is a record in a log, so they can be set again from it. A change
  whose version is not signed yet is left alone; that a revocation went missing is seen also then.
- Each passport's credential has the position that it names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from carbonseal.findings import Finding, Refused
from carbonseal.passport.credentials import REVOCATION, StatusEntry
from carbonseal.passport.status_lists import STATUS_LIST, StatusList
from carbonseal.records.strict import parse
from carbonseal.storage.database import Database

from . import codes
from .damage import Damage, PutStatus
from .stored import StoredList, status_lists, status_positions

DATABASE = "node.db"
Lookup = Callable[[bytes], bytes | None]  # the RFC 8785 bytes of the record with this commitment


class StatusCheck:
    """One pass over the status lists. `damage` says what was found."""

    def __init__(self, database: Database, lookup: Lookup) -> None:
        self._database = database
        self._lookup = lookup
        self.damage: list[Damage] = []
        self.verdict: list[Finding] = []  # no guard knows this database

    def steps(self) -> Iterator[int]:
        """Make the pass: the number of bytes that each step, of one list, looked at."""
        for one in status_lists(self._database):
            signed = self._signed(one)
            if signed is not None:
                self._compare(one, signed)
            yield 0 if signed is None else len(signed.bits)

    def _signed(self, one: StoredList) -> StatusList | None:
        """The newest version that was signed; None where none was, or its record cannot be read, which another check tells."""
        raw = None if one.commitment is None else self._lookup(one.commitment)
        if raw is None:
            if one.commitment is not None:
                self._add(one, "its newest version is no record here")
            return None
        try:
            return STATUS_LIST.parse(parse(raw))
        except Refused as refused:
            self._add(one, refused.finding.message)
            return None

    def _compare(self, one: StoredList, signed: StatusList) -> None:
        if (signed.id, signed.purpose) != (one.id, one.purpose) or one.signed > one.changes:
            self._add(one, "its row is not what its newest version says")
            return
        rows = status_positions(self._database, one.id, one.purpose)
        if rows.keys() != set(range(one.allocated)):
            self._add(one, f"{len(rows)} credentials have positions in it, and {one.allocated} were given out")
            return
        stored = {position for position, is_set in rows.items() if is_set}
        said = {index for index in range(one.allocated) if signed.is_set(index)}
        lost = said - stored if one.signed == one.changes or one.purpose == REVOCATION else set()
        made_up = stored - said if one.signed == one.changes else set()
        for index in sorted(lost | made_up):
            reason = f"position {index} is {'not ' if index in lost else ''}set, and its newest version says otherwise"
            self._add(one, reason, PutStatus(one.id, one.purpose, index, is_set=index in lost))

    def _add(self, one: StoredList, reason: str, repair: PutStatus | None = None) -> None:
        self.damage.append(Damage(codes.FSCK_STATUS_DAMAGED(path=DATABASE, list=one.id, reason=reason), repair))


def position_problem(found: dict[str, tuple[str, int]] | None, entries: tuple[StatusEntry, ...]) -> str:
    """What is wrong with the position that a credential has here, by purpose; empty where nothing is."""
    if found is None:
        return "its credential has no position in a status list"
    wanted = {entry.purpose: (entry.list_id, entry.index) for entry in entries}
    return "" if found == wanted else "its credential names another position in a status list than it has here"
