"""Review: what a node's own verifier says of a file before it is handed out (docs/spec.md, section 18).

The policy lists exactly the keys that the documents name, each in its own name and without a window, and the node's logs. It
requires a status, and neither anchors nor witnesses nor a time: those come later. What is *rejected* is refused, and so is what
is *undetermined*, unless it is something that is not there yet.

- `AT_ISSUE`: a seal or a status list that is missing or late; a head of another operator's log, whose key nobody here knows.
- `AT_REFRESH`, besides: what a refresh is to show (revoked, suspended), that the credential has ended or not begun, and a component
  that the holder left out.

Two nodes' clocks differ: a credential that begins within `CLOCKS` of the instant has begun.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from carbonseal.findings import Code, Finding, Outcome
from carbonseal.instants import parse_instant
from carbonseal.log.notes import VerifierKey
from carbonseal.passport.bundles import Bundle
from carbonseal.passport.conformity.files import AccreditationFile, AnyFile, StatementFile
from carbonseal.passport.credentials import Carried
from carbonseal.passport.passports import Passport
from carbonseal.verification.documents import Documents, Listed
from carbonseal.verification.policy.model import Policy, Role, Signer, StatusRequirement
from carbonseal.verification.trust import Trust
from carbonseal.verification.verify import verify

from . import codes

CLOCKS = timedelta(seconds=300)  # between two nodes' clocks, as between a client's and the Fabric chaincode's

AT_ISSUE = frozenset(
    {
        codes.SEAL_MISSING,
        codes.SEAL_WITHOUT_HEAD,
        codes.RECORD_NOT_SEALED,
        codes.STATUS_NOT_NAMED,
        codes.STATUS_MISSING,
        codes.STATUS_NOT_YET,
        codes.STATUS_STALE,
    }
)
AT_REFRESH = AT_ISSUE | {
    codes.STATUS_REVOKED,
    codes.STATUS_SUSPENDED,
    codes.CREDENTIAL_EXPIRED,
    codes.CREDENTIAL_NOT_YET_VALID,
    codes.COMPONENT_NOT_CARRIED,
}


def objections(
    file: AnyFile, logs: Mapping[str, VerifierKey], *, at: datetime, accepted: Collection[Code]
) -> list[Finding]:
    """Why a passport, statement file or accreditation file is not to be handed out at the instant `at`: what rejects it first.
    `logs` are the keys of the logs that are known here, by origin; `accepted` is AT_ISSUE or AT_REFRESH."""
    policy = _policy(file, logs)
    found = verify(file, policy, at=at).findings if isinstance(file, Passport) else [*_conformity(file, policy, at)]
    against = [one for one in found if one.code not in accepted and not _begins_soon(one, at)]
    rejected = [finding for finding in against if finding.code.outcome is Outcome.REJECTED]
    return rejected + [finding for finding in against if finding.code.outcome is Outcome.UNDETERMINED]


def _begins_soon(finding: Finding, at: datetime) -> bool:
    return finding.code is codes.CREDENTIAL_NOT_YET_VALID and parse_instant(finding.facts["start"]) <= at + CLOCKS


def _conformity(file: StatementFile | AccreditationFile, policy: Policy, at: datetime) -> Iterator[Finding]:
    """What is shown of statements and accreditations by themselves: signature, seal and status. Whether one counts is for a policy
    to say."""
    documents = Documents(file, policy, Trust(), at)
    sections: list[tuple[str, Role, Iterable[Carried[Any]]]] = [
        ("statement", Role.BODY, file.statements.values()),
        ("accreditation", Role.ACCREDITOR, file.accreditations.values()),
    ]
    for name, role, section in sections:
        listed = Listed(policy, role)
        statuses = documents.statuses(listed)
        for carried in section:
            place = (f"{name} {carried.signed.digest.hex()[:8]}",)
            yield from documents.signed(carried, listed, place).findings
            yield from (finding.under(*place) for finding in statuses.findings(carried.signed))
        yield from statuses.of_lists()


def _policy(bundle: Bundle, logs: Mapping[str, VerifierKey]) -> Policy:
    """Every key that a document names, in the role of who signs such documents. One that signs products has that role alone."""
    documents: list[tuple[Role, Carried[Any]]] = [
        *((Role.ACCREDITOR, one) for one in bundle.accreditations.values()),
        *((Role.BODY, one) for one in bundle.statements.values()),
        *((Role.ISSUER, one) for one in bundle.credentials.values()),
    ]
    signers = {
        (one.signed.issuer, one.signed.key): Signer(one.signed.issuer, role, one.signed.issuer, one.signed.key)
        for role, one in documents
    }
    roles = {id: signer.role for (id, _), signer in signers.items()}
    for status_list in (one.signed for one in bundle.status_lists.values()):
        role = roles.get(status_list.issuer, Role.ISSUER)
        key = (status_list.issuer, status_list.key)
        signers.setdefault(key, Signer(status_list.issuer, role, *key))
    return Policy(logs={origin: (key,) for origin, key in logs.items()}, signers=signers, status=StatusRequirement())
