"""Verification of a passport (docs/spec.md, section 17): a pure function of passport, policy, trust and an instant.

Each credential that the root leads to is verified once, in the steps of the specification; the code below has their numbers:

1. Issuer: the policy lists the key of the proof, and the signature is valid.
2. Seal: of the credential's commitment (`carbonseal.verification.seals`).
3. Key window: the key was in force at the time that the seal proves.
4. Validity: the instant is between `validFrom` and `validUntil`.
5. Records: each is disclosed or withheld, and sealed.
6. Status: the issuer's list, itself verified by steps 1 to 3, says that the credential is not revoked.
7. Components: each is carried, and verified like this credential.

Then come equivocation, over all heads seen, and what the policy does not ask. All findings are reported; one that is
rejected makes the verdict *rejected*, else one that is undetermined makes it *undetermined*.
"""

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

LONGEST_NAME = 80  # characters of a credential's name in the place of a finding


@dataclass(frozen=True, slots=True)
class Report:
    """A verdict and its findings. `subject` and what follows are empty where the file could not be read."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    subject: str = ""
    name: str = ""
    credential: str = ""  # the digest, in hex
    existed_by: datetime | None = None
    trusted: tuple[TrustItem, ...] = ()  # the items that the proofs rest on, with source and date


def verify(passport: Passport | bytes, policy: Policy, trust: Trust = Trust(), *, at: datetime) -> Report:  # noqa: B008
    """The report on a passport under `policy`, at the instant `at` (with a time zone). Reads nothing but its arguments.

    Bytes that are not a passport give a report too, with one finding that says why; bad input raises nothing.
    """
    if isinstance(passport, bytes):
        try:
            passport = parse(passport)
        except Refused as refused:
            return Report(Verdict.of([refused.finding]), (refused.finding,))
    return _Verification(passport, policy, trust, at).report()


class _Verification:
    """The verification of one passport."""

    def __init__(self, passport: Passport, policy: Policy, trust: Trust, at: datetime) -> None:
        self._passport = passport
        self._policy = policy
        self._at = at
        self._seals = Seals(policy, trust)
        self._known = {id for id, _ in policy.issuers}
        self._named = {one.signed.name: one for one in passport.status_lists.values()}
        self._found: list[Finding] = []
        self._lists: dict[bytes, bool] = {}  # status lists verified, by digest: whether they are their issuer's
        self._sealed: dict[
            bytes, tuple[Place, CheckedSeal]
        ] = {}  # seals verified, by commitment, each with its first place

    def report(self) -> Report:
        """Verify everything, once."""
        passport = self._passport
        root = passport.credential
        existed_by: datetime | None = None
        for digest, carried in citations(passport.root, passport.credentials).credentials.items():
            time = self._credential(carried)
            if digest == passport.root:
                existed_by = time
        self._found += self._seals.equivocations()
        self._found += self._not_asked()
        return Report(
            verdict=Verdict.of(self._found),
            findings=tuple(self._found),
            subject=root.subject,
            name=root.name,
            credential=root.digest.hex(),
            existed_by=existed_by,
            trusted=tuple(self._seals.trusted.values()),
        )

    def _add(self, place: Place, *found: Finding) -> None:
        self._found += (finding.under(*place) for finding in found)

    # One credential

    def _credential(self, carried: Carried[Credential]) -> datetime | None:
        """Steps 1 to 7; the time that the seal proves."""
        credential = carried.signed
        place = (f"{printable(credential.name, LONGEST_NAME)} ({credential.digest.hex()[:8]})",)
        _, time = self._signed(carried, place)  # 1 to 3
        self._validity(credential, place)  # 4
        for record in credential.records:  # 5
            self._record(record.role, record.commitment, record.profile, place)
        self._status(credential, place)  # 6
        for component in credential.components:  # 7
            if component.digest not in self._passport.credentials:
                self._add(place, codes.COMPONENT_NOT_CARRIED(digest=component.digest.hex()))
        return time

    def _signed(self, carried: Carried[Credential] | Carried[StatusList], place: Place) -> tuple[bool, datetime | None]:
        """Steps 1 to 3: whether the document is shown to be by its issuer, with a key that was in force; and the time that its
        seal proves."""
        issuer = self._issuer(carried.signed, place)  # 1
        sealed = self._seal(carried.commitment, (*place, "seal"))  # 2
        if sealed is None:
            self._add(place, codes.SEAL_MISSING())
        time = sealed.existed_by if sealed else None
        outside = None if issuer is None else _outside_window(issuer, time)  # 3
        if outside is not None:
            self._add(place, outside)
        return issuer is not None and outside is None, time

    def _issuer(self, signed: SignedDocument, place: Place) -> Issuer | None:
        """Step 1: the line of the policy whose key signed the document; None where there is none."""
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
        """Step 2: what the seal of a commitment shows; None where the passport has no seal for it."""
        seal = self._passport.seals.get(commitment)
        if seal is None:
            return None
        if commitment in self._sealed:  # thousands of credentials may list one record: in full only the first time
            first, checked = self._sealed[commitment]
            self._found.append(_worst(checked.findings, first, place))
        else:
            checked = self._seals.check(seal, commitment, place)
            self._sealed[commitment] = place, checked
            self._found += checked.findings
        if checked.existed_by is not None and checked.existed_by > self._at:
            time, at = format_instant(checked.existed_by), format_instant(self._at)
            self._add(place, codes.TIME_AFTER_INSTANT(time=time, at=at))
        return checked

    def _validity(self, signed: SignedDocument, place: Place) -> None:
        """Step 4."""
        if self._at < signed.valid_from:
            self._add(place, codes.CREDENTIAL_NOT_YET_VALID(start=format_instant(signed.valid_from)))
        if signed.valid_until is not None and self._at >= signed.valid_until:
            self._add(place, codes.CREDENTIAL_EXPIRED(until=format_instant(signed.valid_until)))

    def _record(self, role: str, commitment: bytes, profile: str, place: Place) -> None:
        """Step 5, for one record."""
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

    # Status

    def _status(self, credential: Credential, place: Place) -> None:
        """Step 6. Under a policy that does not ask for status, only the findings that reject are reported: that a list which is
        carried is wrong, or revokes."""
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
            self._add(place, self._bit(carried.signed, credential.status.index))

    def _status_list(self, carried: Carried[StatusList]) -> bool:
        """Steps 1 to 3 for a status list, once; whether it is shown to be its issuer's."""
        digest = carried.signed.digest
        if digest not in self._lists:
            self._lists[digest], _ = self._signed(carried, (f"status list {carried.signed.id}",))
        return self._lists[digest]

    def _bit(self, status_list: StatusList, index: int) -> Finding:
        """What the list says of the position `index` at the instant. A set bit counts whatever the list's dates."""
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
            return codes.STATUS_STALE(start=format_instant(status_list.valid_from), until=until)
        return codes.STATUS_CURRENT(start=format_instant(status_list.valid_from))

    # Not asked

    def _not_asked(self) -> Iterable[Finding]:
        """What the policy leaves out, and the checks that it asks for and this version lacks."""
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
    """Of the findings of a seal, which were placed below `first`, one that decides its outcome, placed below `place`."""
    weights = (Outcome.NOTED, Outcome.SHOWN, Outcome.UNDETERMINED, Outcome.REJECTED)
    worst = max(found, key=lambda finding: weights.index(finding.code.outcome))
    return replace(worst, place=(*place, *worst.place[len(first) :]))


def _outside_window(issuer: Issuer, time: datetime | None) -> Finding | None:
    """Step 3: the finding where the key was not in force at `time`, which the document's own seal proves; its dates are claims."""
    if issuer.since is None and issuer.until is None:
        return None
    if time is None:
        return codes.ISSUER_TIME_UNKNOWN(name=issuer.name)
    if issuer.until is not None and time > issuer.until:
        return codes.ISSUER_KEY_ENDED(name=issuer.name, until=format_instant(issuer.until), time=format_instant(time))
    if issuer.since is not None and time < issuer.since:
        return codes.ISSUER_KEY_NOT_YET(name=issuer.name, start=format_instant(issuer.since), time=format_instant(time))
    return None
