"""Which bodies may state what (docs/spec.md, section 17, "Accreditations"): depth one, from the policy's accreditors.

An accreditation is judged at the time of the statement, not at the instant asked about: by its period, its scope, and the version
of its status list that was the latest then. Its bits act forward: what was stated before stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from carbonseal.findings import Finding, Outcome, Place
from carbonseal.instants import format_instant
from carbonseal.passport.credentials import REVOCATION, Carried
from carbonseal.records.places import printable
from carbonseal.values import dataclass
from carbonseal.verification.documents import Documents, Listed
from carbonseal.verification.policy import Policy, Role, Signer
from carbonseal.verification.status import Signed

from . import codes

if TYPE_CHECKING:
    from carbonseal.passport.conformity.accreditations import Accreditation
    from carbonseal.passport.conformity.scopes import Scope
    from carbonseal.passport.conformity.statements import Statement


@dataclass(frozen=True, slots=True)
class Accredited:
    """An accreditation whose accreditor the policy lists, with the line's name."""

    signed: Accreditation
    name: str
    place: Place
    scopes: frozenset[Scope]


class Accreditations:
    """The accreditations of one passport. `findings` tells of each whether it counts."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._accreditors = Listed(documents.policy, Role.ACCREDITOR)
        self._statuses = documents.statuses(self._accreditors)
        self.counting: list[Accredited] = []
        self.findings: list[Finding] = []
        for carried in documents.bundle.accreditations.values():
            self._take(carried)

    def _take(self, carried: Carried[Accreditation]) -> None:
        one = carried.signed
        place = (f"accreditation {printable(one.number, 80)} ({one.digest.hex()[:8]})",)
        line = self._accreditors.find(one)
        if line is None:
            self.findings.append(codes.ACCREDITATION_UNKNOWN_ACCREDITOR(*place, issuer=one.issuer))
            return
        checked = self._documents.signed(carried, self._accreditors, place)
        self.findings += rejected(checked.findings)
        if not checked.shown:
            self.findings.append(codes.ACCREDITATION_NOT_SHOWN(*place, why=why_not(checked)))
            return
        facts = {"body": one.body, "issuer": one.issuer, "name": line.name, "number": one.number}
        self.findings.append(codes.ACCREDITATION_COUNTS(*place, **facts))
        self.counting.append(Accredited(one, line.name, place, frozenset(one.scope)))

    def bodies(self) -> dict[tuple[str, bytes], Signer]:
        """The bodies' keys that accreditations give, by id and key. None is a key to which the policy gives another role."""
        found: dict[tuple[str, bytes], Signer] = {}
        taken = keys_with_roles(self._documents.policy) if self.counting else {}
        for one in self.counting:
            for key in one.signed.keys:
                if taken.get(key, (Role.BODY, one.signed.body)) == (Role.BODY, one.signed.body):
                    found[one.signed.body, key] = Signer(one.name, Role.BODY, one.signed.body, key)
                else:
                    self.findings.append(codes.ACCREDITATION_KEY_TAKEN(*one.place, body=one.signed.body))
        return found

    def keys_of(self, body: str) -> Iterator[bytes]:
        """All keys (32 bytes each) that accreditations which count name for a body, those with another role, too."""
        return (key for one in self.counting if one.signed.body == body for key in one.signed.keys)

    def judge(self, statement: Statement, time: datetime | None) -> tuple[set[str], list[Finding]]:
        """The policy's names of the accreditors whose accreditation covers a statement, which existed by `time`, and why those of
        others do not."""
        names: set[str] = set()
        against: list[Finding] = []
        for one in self.counting:
            if one.signed.body == statement.issuer and statement.key in one.signed.keys:
                reason = self._against(one, statement, time)
                if reason is None:
                    names.add(one.name)
                else:
                    against.append(reason)
        return names, against

    def _against(self, one: Accredited, statement: Statement, time: datetime | None) -> Finding | None:
        """Why the accreditation does not cover the statement; None where it does. T is `time`, C the statement's own."""
        start, end = one.signed.valid_from, one.signed.valid_until
        assert end is not None  # an accreditation always ends
        facts = {"issuer": one.signed.issuer, "body": one.signed.body}
        period = {"start": format_instant(start), "end": format_instant(end)}
        if time is None:
            return codes.ACCREDITATION_TIME_UNKNOWN(**facts, **period)
        begun = min(statement.created, time)
        if begun < start:
            return codes.ACCREDITATION_NOT_BEGUN(**facts, **period, time=format_instant(begun))
        if time > end:
            return codes.ACCREDITATION_ENDED(**facts, **period, time=format_instant(time))
        if statement.opinion.scope not in one.scopes:
            scopes = "; ".join(map(str, one.signed.scope))
            return codes.ACCREDITATION_OTHER_SCOPE(**facts, scope=statement.opinion.scope, scopes=scopes)
        return self._status_then(one.signed, time)

    def _status_then(self, accreditation: Accreditation, time: datetime) -> Finding | None:
        """What the accreditor's lists said at that time."""
        facts = {"issuer": accreditation.issuer, "body": accreditation.body, "time": format_instant(time)}
        is_known = bool(accreditation.status)
        for entry in accreditation.status:
            versions = self._statuses.in_force(accreditation.issuer, entry, time)
            if any(version.says(entry.index) for version in versions):
                is_withdrawn = entry.purpose == REVOCATION
                code = codes.ACCREDITATION_WITHDRAWN_THEN if is_withdrawn else codes.ACCREDITATION_SUSPENDED_THEN
                return code(**facts)
            is_known &= any(version.is_valid_at(time) for version in versions)
        if self._documents.policy.status is not None and not is_known:
            return codes.ACCREDITATION_STATUS_UNKNOWN(**facts)
        return None

    def of_lists(self) -> Iterator[Finding]:
        """What rejects of the accreditors' lists that were looked at."""
        return rejected(self._statuses.of_lists())


def keys_with_roles(policy: Policy) -> dict[bytes, tuple[Role | None, str]]:
    """The public keys that a policy gives a role, with the role and id of a signer's; no role for logs, witnesses and ledgers."""
    found: dict[bytes, tuple[Role | None, str]] = {
        key: (None, "") for pinned in policy.ledgers.values() for key in pinned.pins.keys
    }
    found |= {key.public_key: (None, "") for keys in policy.logs.values() for key in keys}
    found |= {witness.public_key: (None, "") for witness in policy.witnesses.values()}
    return found | {one.key: (one.role, one.id) for one in policy.signers.values()}


def rejected(found: Iterable[Finding]) -> Iterator[Finding]:
    """Those that reject: what is false is told wherever it stands."""
    return (finding for finding in found if finding.code.outcome is Outcome.REJECTED)


def why_not(checked: Signed) -> str:
    """Why not all that the policy requires of a document is shown: the first reason, and how many there are more."""
    weak: Sequence[Finding] = [
        one for one in checked.findings if one.code.outcome in (Outcome.UNDETERMINED, Outcome.REJECTED)
    ]
    first = weak[0].message if weak else "its key was not in force"
    return first if len(weak) < 2 else f"{first}, and {len(weak) - 1} more"
