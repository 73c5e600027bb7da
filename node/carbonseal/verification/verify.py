"""The verdict on a passport: a pure function of its bytes, a policy, trust and the instant asked about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from carbonseal.findings import Finding, Outcome, Place, Refused, Verdict
from carbonseal.instants import format_instant
from carbonseal.ledger import TrustItem
from carbonseal.passport.citations import citations
from carbonseal.passport.credentials import Carried, Credential, SignedDocument
from carbonseal.passport.data_integrity import check_proof
from carbonseal.passport.passports import Passport, parse
from carbonseal.passport.status_lists import StatusList
from carbonseal.records.places import printable
from carbonseal.verification.policy import Issuer, Policy
from carbonseal.verification.seals import CheckedSeal, Seals
from carbonseal.verification.trust import Trust

from . import codes

LONGEST_NAME = 80  # characters of a credential's name, where findings are placed below it


@dataclass(frozen=True, slots=True)
class Report:
    """A verdict and all that led to it. `subject` and what follows are empty where the file could not be read."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    subject: str = ""
    name: str = ""
    credential: str = ""  # the digest, in hex
    existed_by: datetime | None = None
    trusted: tuple[TrustItem, ...] = ()  # what the proofs rest on, with its source and date


def verify(passport: Passport | bytes, policy: Policy, trust: Trust = Trust(), *, at: datetime) -> Report:  # noqa: B008
    """Check all that `policy` asks of a passport, at the instant `at` (with a time zone). Reads nothing but its arguments.

    Bytes that are no passport give a report too, with the finding that says why; nothing is raised for bad input.
    """
    if isinstance(passport, bytes):
        try:
            passport = parse(passport)
        except Refused as refused:
            return Report(Verdict.of([refused.finding]), (refused.finding,))
    return _Verification(passport, policy, trust, at).report()


class _Verification:
    """One passport on its way to a verdict."""

    def __init__(self, passport: Passport, policy: Policy, trust: Trust, at: datetime) -> None:
        self._passport = passport
        self._policy = policy
        self._at = at
        self._seals = Seals(policy, trust)
        self._known = {id for id, _ in policy.issuers}
        self._named = {one.signed.name: one for one in passport.status_lists.values()}
        self._found: list[Finding] = []
        self._lists: dict[bytes, bool] = {}  # status lists seen, and whether they are their issuer's own
        self._sealed: dict[bytes, tuple[Place, CheckedSeal]] = {}  # seals seen, by commitment, and where they stand

    def report(self) -> Report:
        passport = self._passport
        root = passport.credential
        since: datetime | None = None
        for digest, carried in citations(passport.root, passport.credentials).credentials.items():
            proved = self._credential(carried)
            if digest == passport.root:
                since = proved
        self._found += self._seals.equivocations()
        self._found += self._not_asked()
        return Report(
            verdict=Verdict.of(self._found),
            findings=tuple(self._found),
            subject=root.subject,
            name=root.name,
            credential=root.digest.hex(),
            existed_by=since,
            trusted=tuple(self._seals.trusted.values()),
        )

    def _add(self, place: Place, *found: Finding) -> None:
        self._found += (finding.under(*place) for finding in found)

    # One credential: who signed it, since when it exists, what it lists.

    def _credential(self, carried: Carried[Credential]) -> datetime | None:
        credential = carried.signed
        place = (f"{printable(credential.name, LONGEST_NAME)} ({credential.digest.hex()[:8]})",)
        _, since = self._signed(carried, place)
        self._validity(credential, place)
        for record in credential.records:
            self._record(record.role, record.commitment, record.profile, place)
        self._status(credential, place)
        for component in credential.components:
            if component.digest not in self._passport.credentials:
                self._add(place, codes.COMPONENT_NOT_CARRIED(digest=component.digest.hex()))
        return since

    def _signed(self, carried: Carried[Credential] | Carried[StatusList], place: Place) -> tuple[bool, datetime | None]:
        """Check signature and seal of a signed document: whether it is shown to be by its issuer, with a key that was in
        force, and the instant since which it is shown to exist."""
        issuer = self._issuer(carried.signed, place)
        sealed = self._seal(carried.commitment, (*place, "seal"))
        if sealed is None:
            self._add(place, codes.SEAL_MISSING())
        since = sealed.since if sealed else None
        amiss = None if issuer is None else _outside_window(issuer, since)
        if amiss is not None:
            self._add(place, amiss)
        return issuer is not None and amiss is None, since

    def _issuer(self, signed: SignedDocument, place: Place) -> Issuer | None:
        issuer = self._policy.issuers.get((signed.issuer, signed.key))
        if issuer is None:
            known = signed.issuer in self._known
            code = codes.ISSUER_KEY_NOT_LISTED if known else codes.ISSUER_NOT_LISTED
            self._add(place, code(issuer=signed.issuer))
            return None
        try:
            check_proof(signed.document, issuer.key)
        except Refused as refused:
            self._add(place, refused.finding)
            return None
        self._add(place, codes.CREDENTIAL_SIGNED(issuer=signed.issuer, name=issuer.name))
        return issuer

    def _seal(self, commitment: bytes, place: Place) -> CheckedSeal | None:
        seal = self._passport.seals.get(commitment)
        if seal is None:
            return None
        if commitment in self._sealed:  # thousands of credentials may list one record: told in full the first time
            first, checked = self._sealed[commitment]
            self._found.append(_worst(checked.findings, first, place))
        else:
            checked = self._seals.check(seal, commitment, place)
            self._sealed[commitment] = place, checked
            self._found += checked.findings
        if checked.since is not None and checked.since > self._at:
            self._add(place, codes.TIME_AFTER_INSTANT(since=format_instant(checked.since), at=format_instant(self._at)))
        return checked

    def _validity(self, signed: SignedDocument, place: Place) -> None:
        if self._at < signed.valid_from:
            self._add(place, codes.CREDENTIAL_NOT_YET_VALID(since=format_instant(signed.valid_from)))
        if signed.valid_until is not None and self._at >= signed.valid_until:
            self._add(place, codes.CREDENTIAL_EXPIRED(until=format_instant(signed.valid_until)))

    def _record(self, role: str, commitment: bytes, profile: str, place: Place) -> None:
        place = (*place, f"record {role}")
        disclosed = self._passport.records.get(commitment)
        if disclosed is None:
            self._add(place, codes.RECORD_WITHHELD())
        elif disclosed.profile != profile:
            self._add(place, codes.RECORD_OTHER_PROFILE(listed=profile, disclosed=disclosed.profile))
        else:
            self._add(place, codes.RECORD_DISCLOSED(profile=profile))
        if self._seal(commitment, place) is None:
            self._add(place, codes.RECORD_NOT_SEALED())

    # Whether it was revoked.

    def _status(self, credential: Credential, place: Place) -> None:
        """What a policy that does not ask for status is told all the same: that a list which is there is wrong, or revokes."""
        before = len(self._found)
        self._look_up(credential, place)
        if not self._policy.status_required:
            self._found[before:] = (
                finding for finding in self._found[before:] if finding.code.outcome is Outcome.REJECTED
            )

    def _look_up(self, credential: Credential, place: Place) -> None:
        if credential.status is None or credential.status_list is None:
            self._add(place, codes.STATUS_NOT_NAMED())
            return
        carried = self._named.get(credential.status_list)
        if carried is None:
            self._add(place, codes.STATUS_MISSING(list=credential.status.list_id))
        elif self._status_list(carried):
            self._add(place, self._standing(carried.signed, credential.status.index))

    def _status_list(self, carried: Carried[StatusList]) -> bool:
        """Check a status list, once; whether it is shown to be its issuer's own."""
        digest = carried.signed.digest
        if digest not in self._lists:
            self._lists[digest], _ = self._signed(carried, (f"status list {carried.signed.id}",))
        return self._lists[digest]

    def _standing(self, status_list: StatusList, index: int) -> Finding:
        try:
            if status_list.revoked(index):
                return codes.STATUS_REVOKED(list=status_list.id, index=index)
        except IndexError as error:
            return codes.STATUS_NO_POSITION(index=index, problem=error)
        if (
            not status_list.valid_from <= self._at
            or status_list.valid_until is None
            or self._at >= status_list.valid_until
        ):
            until = "ever" if status_list.valid_until is None else format_instant(status_list.valid_until)
            return codes.STATUS_STALE(since=format_instant(status_list.valid_from), until=until)
        return codes.STATUS_CURRENT(since=format_instant(status_list.valid_from))

    # What the policy leaves out, and what it asks in vain.

    def _not_asked(self) -> Iterable[Finding]:
        policy = self._policy
        if policy.ledger_quorum is None:
            yield codes.LEDGERS_NOT_ASKED()
        if policy.quorum is None:
            yield codes.WITNESSES_NOT_ASKED()
        if policy.time_quorum is None:
            yield codes.TIME_NOT_ASKED()
        if not policy.status_required:
            yield codes.STATUS_NOT_ASKED()
        if not policy.checks:
            yield codes.FLOW_NOT_ASKED()
        for check in policy.checks:
            yield codes.CHECK_UNAVAILABLE(check=check)


def _worst(found: Sequence[Finding], first: Place, place: Place) -> Finding:
    """Of the findings of a seal, which were placed below `first`, one that decides what it comes to, placed below `place`."""
    weights = (Outcome.NOTED, Outcome.SHOWN, Outcome.UNDETERMINED, Outcome.REJECTED)
    worst = max(found, key=lambda finding: weights.index(finding.code.outcome))
    return replace(worst, place=(*place, *worst.place[len(first) :]))


def _outside_window(issuer: Issuer, since: datetime | None) -> Finding | None:
    """A key is judged at the time that the document's own seal proves, never at the date that the document claims."""
    if issuer.since is None and issuer.until is None:
        return None
    if since is None:
        return codes.ISSUER_TIME_UNKNOWN(name=issuer.name)
    if issuer.until is not None and since > issuer.until:
        return codes.ISSUER_KEY_ENDED(name=issuer.name, until=format_instant(issuer.until), since=format_instant(since))
    if issuer.since is not None and since < issuer.since:
        return codes.ISSUER_KEY_NOT_YET(
            name=issuer.name, start=format_instant(issuer.since), since=format_instant(since)
        )
    return None
