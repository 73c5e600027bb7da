"""Verification of a passport (docs/spec.md, section 17): a pure function of passport, policy, trust and an instant.

Each credential that the root leads to is verified once, in the steps of the specification; the code below has their numbers:

1. Issuer: the policy lists the key of the proof, for this product, and the signature is valid.
2. Seal: of the credential's commitment (`carbonseal.verification.seals`).
3. Key window: the key was in force (`carbonseal.verification.signers`).
4. Validity: the instant is between `validFrom` and `validUntil`.
5. Records: each is disclosed or withheld, and sealed; the policy may require that some are disclosed.
6. Status: the issuer's lists, themselves verified by steps 1 to 3, say that the credential is neither revoked nor suspended
   (`carbonseal.verification.status`).
7. Components: each is carried, and verified like this credential.
8. Carbon flow: the figures, of records and along the chain (`carbonseal.flow`). What fails is told, required or not.
9. Statements of certification bodies, and the share of the figure that they cover (`carbonseal.verification.conformity`).

Then come equivocation, over all heads seen, and what the policy does not ask. All findings are reported; one that is
rejected makes the verdict *rejected*, else one that is undetermined makes it *undetermined*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING

from carbonseal.findings import Finding, Outcome, Place, Refused, Verdict, placed
from carbonseal.flow import judging
from carbonseal.flow.graph import graph_of
from carbonseal.flow.judging import CheckResult
from carbonseal.ledger import TrustItem
from carbonseal.passport.credentials import Carried
from carbonseal.passport.passports import Passport, parse
from carbonseal.passport.products import ListedRecord, ProductCredential
from carbonseal.records.places import printable
from carbonseal.records.profiles import built_in
from carbonseal.values import dataclass
from carbonseal.verification.checked.caches import Caches
from carbonseal.verification.conformity.codes import STATEMENT_NOT_ASKED, STATEMENT_NOT_STANDING
from carbonseal.verification.conformity.statements import Statements
from carbonseal.verification.documents import Documents, Listed
from carbonseal.verification.observing.log_facts import log_keys
from carbonseal.verification.policy import Policy, Role
from carbonseal.verification.trust import Trust

from . import codes, examination, one_history

if TYPE_CHECKING:
    from carbonseal.passport.conformity.files import StatementFile

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
    since: Mapping[str, datetime] = field(
        default_factory=dict
    )  # what each ledger dates, by its own name: not later than
    trusted: tuple[TrustItem, ...] = ()  # the items that the proofs rest on, with source and date
    checked: judging.Results = field(default=(), repr=False, compare=False)

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        """How each built-in check of the figures came out, in each place, whether the policy requires it or not."""
        return tuple(CheckResult.of(name, result) for name, result in self.checked)


def verify(
    passport: Passport | bytes,
    policy: Policy,
    trust: Trust = Trust(),  # noqa: B008
    *,
    at: datetime,
    caches: Caches | None = None,
) -> Report:
    """The report on a passport under `policy`, at the instant `at` (with a time zone). Reads nothing but its arguments.

    Who verifies many hands `caches` on from one to the next: what they share is checked once, and every report is the same.
    Bytes that are not a passport give a report too, with one finding that says why; bad input raises nothing.
    """
    if isinstance(passport, bytes):
        try:
            passport = parse(passport, None if caches is None else caches.read)
        except Refused as refused:
            return Report(Verdict.of([refused.finding]), (refused.finding,))
    return _Verification(passport, policy, trust, at, caches).report()


def verify_statement(file: StatementFile, policy: Policy, trust: Trust = Trust(), *, at: datetime) -> Report:  # noqa: B008
    """The report on a statement by itself, as `verify`: verified where it stands (section 17, "Statements")."""
    equivocations = examination.within(file, policy)
    documents = Documents(file, policy.without_ledgers(equivocations), trust, at)
    statements = Statements(documents)
    found = [*statements.findings(None), *equivocations.values(), *_lacking_checks(policy)]
    if policy.history:
        found += one_history.within(file, log_keys(policy))
    if not statements.standing:
        found.append(STATEMENT_NOT_STANDING())
    return Report(
        verdict=Verdict.of(found),
        findings=tuple(found),
        subject=file.statement.opinion.organisation,
        name=file.statement.opinion.name,
        credential=file.root.hex(),
        existed_by=statements.times.get(file.root),
        trusted=tuple(documents.seals.trusted.values()),
    )


def _lacking_checks(policy: Policy) -> Iterable[Finding]:
    """A finding for each check that the policy requires and that is not here: in every verdict."""
    for check in policy.unknown_checks:
        yield codes.CHECK_UNAVAILABLE(check=check)
    for check, package in policy.absent_checks.items():
        yield codes.CHECK_NOT_INSTALLED(check=check, package=package)


class _Verification:
    """The verification of one passport."""

    def __init__(self, passport: Passport, policy: Policy, trust: Trust, at: datetime, caches: Caches | None) -> None:
        self._passport = passport
        self._equivocations = examination.within(passport, policy)
        self._policy = policy = policy.without_ledgers(self._equivocations)
        self._at = at
        self._documents = Documents(passport, policy, trust, at, caches)
        self._issuers = Listed(policy, Role.ISSUER)
        self._statuses = self._documents.statuses(self._issuers)
        self._found: list[Finding] = []

    def report(self) -> Report:
        """Verify everything, once."""
        passport = self._passport
        root = passport.credential
        times = {digest: self._credential(carried) for digest, carried in passport.citations.credentials.items()}
        self._found += self._if_asked(self._statuses.of_lists())  # 6
        self._found += self._equivocations.values()
        if self._policy.history:
            self._found += one_history.within(passport, log_keys(self._policy))
        graph = graph_of(passport, built_in, times)
        required = self._policy.required_checks()
        checked = tuple(judging.results(graph, self._at, required))
        self._found += judging.findings(checked, required)  # 8
        for check in self._policy.installed_checks.values():
            self._found += check.findings(graph, self._at)
        if passport.statements or passport.accreditations or self._policy.statements:
            self._found += Statements(self._documents).findings(graph)  # 9
        self._found += self._not_asked()
        return Report(
            verdict=Verdict.of(self._found),
            findings=tuple(self._found),
            subject=root.subject,
            name=root.name,
            credential=root.digest.hex(),
            existed_by=times[passport.root],
            since=self._documents.since(passport.credentials[passport.root].commitment),
            trusted=tuple(self._documents.seals.trusted.values()),
            checked=checked,
        )

    def _add(self, place: Place, *found: Finding) -> None:
        self._found += placed(place, found)

    # One credential

    def _credential(self, carried: Carried[ProductCredential]) -> datetime | None:
        """Steps 1 to 7; the time that the seal proves."""
        credential = carried.signed
        place = (f"{printable(credential.name, LONGEST_NAME)} ({credential.digest.hex()[:8]})",)
        signed = self._documents.signed(carried, self._issuers, place)  # 1 to 3
        self._found += signed.findings
        self._product(credential, place)  # 1
        self._add(place, *self._documents.validity(credential))  # 4
        for record in credential.records:  # 5
            self._record(record, place)
        self._required_records(credential, place)
        self._add(place, *self._if_asked(self._statuses.findings(credential)))  # 6
        for component in credential.components:  # 7
            if component.digest not in self._passport.credentials:
                self._add(place, codes.COMPONENT_NOT_CARRIED(digest=component.digest.hex()))
        return signed.time

    def _product(self, credential: ProductCredential, place: Place) -> None:
        """Step 1: what the issuer's line lets it attest."""
        issuer = self._issuers.find(credential)
        if issuer is not None and not credential.subject.startswith(issuer.products):
            facts = {"products": issuer.products, "subject": credential.subject}
            self._add(place, codes.SIGNER_OTHER_PRODUCT(name=issuer.name, **facts))

    def _record(self, record: ListedRecord, place: Place) -> None:
        """Step 5, for one record."""
        place = (*place, " ".join(("record", record.role, record.stage)).rstrip())
        disclosed = self._passport.records.get(record.commitment)
        if disclosed is None:
            self._add(place, codes.RECORD_WITHHELD())
        elif disclosed.profile != record.profile:
            self._add(place, codes.RECORD_OTHER_PROFILE(listed=record.profile, disclosed=disclosed.profile))
        else:
            self._add(place, codes.RECORD_DISCLOSED(profile=record.profile))
        sealed = self._documents.seal(record.commitment, place)
        self._found += sealed.findings if sealed else [codes.RECORD_NOT_SEALED(*place)]

    def _required_records(self, credential: ProductCredential, place: Place) -> None:
        """Step 5: the records that the policy requires to be disclosed, by their roles."""
        for role in self._policy.disclosed:
            listed = [record.commitment for record in credential.records if record.role == role]
            if not listed:
                self._add(place, codes.RECORD_NOT_LISTED(role=role))
            for commitment in listed:
                if commitment not in self._passport.records:
                    self._add((*place, f"record {role}"), codes.RECORD_REQUIRED(role=role, commitment=commitment.hex()))

    def _if_asked(self, found: Iterable[Finding]) -> Iterable[Finding]:
        """Step 6 under a policy that does not ask for status: only what rejects is reported, that a list which is carried is
        wrong, or revokes."""
        if self._policy.status is not None:
            return found
        return (finding for finding in found if finding.code.outcome is Outcome.REJECTED)

    # Not asked

    def _not_asked(self) -> Iterable[Finding]:
        """What the policy leaves out, and the checks that it asks for and this version lacks."""
        policy = self._policy
        if policy.anchors is None:
            yield codes.LEDGERS_NOT_ASKED()
        if policy.quorum is None:
            yield codes.WITNESSES_NOT_ASKED()
        if policy.time is None:
            yield codes.TIME_NOT_ASKED()
        if policy.status is None:
            yield codes.STATUS_NOT_ASKED()
        if not policy.history:
            yield codes.HISTORY_NOT_ASKED()
        if not policy.disclosed:
            yield codes.RECORD_NOT_ASKED()
        if not policy.required_checks():
            yield codes.FLOW_NOT_ASKED()
        if not policy.statements:
            yield STATEMENT_NOT_ASKED()
        yield from _lacking_checks(policy)
