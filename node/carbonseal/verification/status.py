"""Status (docs/spec.md, section 17, "Status"): what an issuer's status lists say of a credential at an instant.

Several versions of one list may be carried. Of those whose purpose is asked about:

- *Revoked*: a set bit in any version whose signature and key window hold, whatever its dates.
- Else the versions decide that are fully shown, and of these the one with the latest `validFrom` not after the instant. Where
  two have the same, a bit that either sets is set.
- It is *current* before its `validUntil`, or while its age, from `validFrom` or the time that its seal proves if that is
  earlier, is within what the policy allows.
- *Suspended* is read from that version alone.

A version that is not shown lowers nothing while another decides: it is noted. What is rejected in it is reported always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from carbonseal.findings import Finding, Outcome, Place, wordings
from carbonseal.instants import format_instant
from carbonseal.passport.credentials import REVOCATION, Carried, Credential, StatusEntry
from carbonseal.passport.status_lists import StatusList
from carbonseal.values import dataclass

from . import codes

_WEAK = (Outcome.UNDETERMINED, Outcome.REJECTED)
WORDS = wordings(["revoked", "suspended"])
_STATES = {True: WORDS["revoked"](), False: WORDS["suspended"]()}


@dataclass(frozen=True, slots=True)
class Signed:
    """What steps 1 to 3 show of a credential: whether its signature holds and its key was in force, and the time T that its
    seal proves."""

    findings: tuple[Finding, ...]
    in_force: bool
    time: datetime | None

    @property
    def shown(self) -> bool:
        """Whether everything that the policy requires of it is shown."""
        return self.in_force and not any(finding.code.outcome in _WEAK for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a status list, with what steps 1 to 3 show of it."""

    signed: StatusList
    checked: Signed

    @property
    def since(self) -> datetime:
        """When its age begins."""
        start, time = self.signed.valid_from, self.checked.time
        return start if time is None else min(start, time)

    def says(self, index: int) -> bool:
        """Whether the bit at a position is set."""
        return index < self.signed.positions and self.signed.is_set(index)

    def is_valid_at(self, time: datetime) -> bool:
        """Whether `time` is before its `validUntil`."""
        return self.signed.valid_until is not None and time < self.signed.valid_until


@dataclass(frozen=True, slots=True)
class _Versions:
    """The versions of one list, for one purpose: all of them, and those that decide at the instant."""

    all: Sequence[Version]
    deciding: Sequence[Version]


class Statuses:
    """The status of credentials at the instant `at`, by the versions of `lists` that a passport carries, by (issuer, id). `check`
    takes a list through steps 1 to 3; `within` is the age up to which a list counts that is no longer valid."""

    def __init__(
        self,
        lists: Mapping[tuple[str, str], Sequence[Carried[StatusList]]],
        check: Callable[[Carried[StatusList], Place], Signed],
        *,
        at: datetime,
        within: timedelta | None = None,
    ) -> None:
        self._carried = lists
        self._check = check
        self._at = at
        self._within = within
        self._versions: dict[tuple[str, str, str], _Versions] = {}

    def findings(self, credential: Credential) -> Iterator[Finding]:
        """What the lists say of a credential, and, where a list is looked at for the first time, of the list."""
        if not any(entry.purpose == REVOCATION for entry in credential.status):
            yield codes.STATUS_NOT_NAMED()
        for entry in credential.status:
            yield from self._entry(credential.issuer, entry)

    def in_force(self, issuer: str, entry: StatusEntry, time: datetime) -> Sequence[Version]:
        """Of the fully shown versions of the list that an entry names, the latest whose `validFrom` is not after `time`; all that
        have the same."""
        shown = [one for one in self._of(issuer, entry).all if one.checked.shown and one.signed.valid_from <= time]
        latest = max((one.signed.valid_from for one in shown), default=None)
        return [one for one in shown if one.signed.valid_from == latest]

    def of_lists(self) -> Iterator[Finding]:
        """What there is to say of the lists that `findings` has looked at."""
        for versions in self._versions.values():
            yield from _reported(versions)

    def _entry(self, issuer: str, entry: StatusEntry) -> Iterator[Finding]:
        """What one list says of one position."""
        versions = self._of(issuer, entry)
        if not versions.all:
            is_carried = (issuer, entry.list_id) in self._carried
            code = codes.STATUS_OTHER_PURPOSE if is_carried else codes.STATUS_MISSING
            yield code(list=entry.list_id, purpose=entry.purpose)
            return
        in_force = [version for version in versions.all if version.checked.in_force]
        if entry.purpose == REVOCATION and _is_set(in_force, entry.index):
            yield codes.STATUS_REVOKED(list=entry.list_id, index=entry.index)
        elif versions.deciding:
            yield self._decided(versions.deciding, entry)
        elif shown := [version.signed.valid_from for version in versions.all if version.checked.shown]:
            yield codes.STATUS_NOT_YET(list=entry.list_id, start=format_instant(min(shown)))

    def _decided(self, deciding: Sequence[Version], entry: StatusEntry) -> Finding:
        """What the deciding version says, or those that have the same date."""
        short = [version for version in deciding if entry.index >= version.signed.positions]
        if short:
            return codes.STATUS_NO_POSITION(index=entry.index, positions=short[0].signed.positions)
        state = _STATES[entry.purpose == REVOCATION]
        start = format_instant(deciding[0].signed.valid_from)
        if _is_set(deciding, entry.index):
            return codes.STATUS_SUSPENDED(list=entry.list_id, index=entry.index, start=start)
        if not any(self._is_current(version) for version in deciding):
            until = max(version.signed.valid_until for version in deciding if version.signed.valid_until is not None)
            return codes.STATUS_STALE(start=start, until=format_instant(until))
        return codes.STATUS_CURRENT(start=start, state=state)

    def _is_current(self, version: Version) -> bool:
        until = version.signed.valid_until
        return (until is not None and self._at < until) or (
            self._within is not None and self._at - version.since <= self._within
        )

    def _of(self, issuer: str, entry: StatusEntry) -> _Versions:
        """The versions of the list that an entry names, each checked once."""
        key = (issuer, entry.list_id, entry.purpose)
        if key not in self._versions:
            carried = self._carried.get((issuer, entry.list_id), ())
            versions = [
                Version(one.signed, self._check(one, _place(one.signed)))
                for one in sorted(carried, key=lambda one: (one.signed.valid_from, one.signed.digest))
                if one.signed.purpose == entry.purpose
            ]
            shown = [version for version in versions if version.checked.shown and version.signed.valid_from <= self._at]
            latest = max((version.signed.valid_from for version in shown), default=None)
            deciding = [version for version in shown if version.signed.valid_from == latest]
            self._versions[key] = _Versions(versions, deciding)
        return self._versions[key]


def _place(status_list: StatusList) -> Place:
    return (f"status list {status_list.id} of {format_instant(status_list.valid_from)}",)


def _is_set(versions: Iterable[Version], index: int) -> bool:
    return any(index < version.signed.positions and version.signed.is_set(index) for version in versions)


def _reported(versions: _Versions) -> Iterator[Finding]:
    """The findings on the versions that decide; on all of them where none is shown. Of the others what is rejected, and that
    they do not count."""
    in_full = versions.deciding or [version for version in versions.all if version.checked.shown] or versions.all
    for version in versions.all:
        if version in in_full:
            yield from version.checked.findings
        elif not version.checked.shown:
            yield from (one for one in version.checked.findings if one.code.outcome is Outcome.REJECTED)
            yield codes.STATUS_VERSION_NOT_SHOWN(*_place(version.signed))
