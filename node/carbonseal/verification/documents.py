"""Signed documents (docs/spec.md, section 17, steps 1 to 3): signature, seal and key window, of a document with any subject.

1. The policy lists the key of the proof, in the role that signs such documents, and the signature is valid.
2. The seal of its commitment (`carbonseal.verification.seals`).
3. The key was in force (`carbonseal.verification.signers`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from typing import Any

from carbonseal.findings import Finding, Outcome, Place, Refused
from carbonseal.instants import format_instant
from carbonseal.passport.bundles import Bundle
from carbonseal.passport.credentials import Carried, Credential
from carbonseal.passport.data_integrity import check_proof
from carbonseal.passport.status_lists import StatusList
from carbonseal.records.canonical import jcs_without_numbers
from carbonseal.values import cached_property, dataclass
from carbonseal.verification.checked.caches import Caches, OfOne
from carbonseal.verification.policy import Policy, Role, Signer
from carbonseal.verification.seals import CheckedSeal, Seals
from carbonseal.verification.signers import outside_window
from carbonseal.verification.status import Signed, Statuses
from carbonseal.verification.trust import Trust

from . import codes

PROOF_SIZE = 1024  # bytes that the outcome of one proof takes, about


@dataclass(frozen=True)
class Listed:
    """The signers whose documents of one kind count: those that a policy lists in one role, and others. Both are by id and key."""

    policy: Policy
    role: Role
    others: Mapping[tuple[str, bytes], Signer] = field(default_factory=dict)

    def find(self, document: Credential) -> Signer | None:
        """The line whose key signed a document, by what its proof says."""
        key = document.issuer, document.key
        line = self.policy.signers.get(key)
        return line if line is not None and line.role is self.role else self.others.get(key)

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids that are listed, with whatever key."""
        listed = {id for (id, _), one in self.policy.signers.items() if one.role is self.role}
        return frozenset(listed | {id for id, _ in self.others})


class Documents:
    """The documents of one bundle, under one policy. Each seal is verified once. `caches` has what other bundles shared."""

    def __init__(
        self, bundle: Bundle, policy: Policy, trust: Trust, at: datetime, caches: Caches | None = None
    ) -> None:
        self.bundle = bundle
        self.policy = policy
        self.at = at
        self._caches = caches or OfOne()
        self.seals = Seals(policy, trust, self._caches)
        # seals verified, by commitment, each with its first place
        self._sealed: dict[bytes, tuple[Place, CheckedSeal]] = {}
        self._lists: dict[tuple[str, str], list[Carried[StatusList]]] = {}  # the versions of each, by issuer and id
        for carried in bundle.status_lists.values():
            self._lists.setdefault(carried.signed.name, []).append(carried)

    def statuses(self, listed: Listed) -> Statuses:
        """The status of documents whose signers are listed: their lists are signed by the same."""

        def check(carried: Carried[Any], place: Place) -> Signed:
            return self.signed(carried, listed, place)

        within = self.policy.status.within if self.policy.status else None
        return Statuses(self._lists, check, at=self.at, within=within)

    def signed(self, carried: Carried[Any], listed: Listed, place: Place) -> Signed:
        """Steps 1 to 3, for a document with any subject."""
        document: Credential = carried.signed
        signer, by = self._signature(document, listed, place)  # 1
        sealed = self.seal(carried.commitment, (*place, "seal"))  # 2
        found = [by, *(sealed.findings if sealed else [codes.SEAL_MISSING(*place)])]
        time = sealed.existed_by if sealed else None
        if signer is None:
            return Signed(tuple(found), False, time)
        outside = outside_window(signer, created=document.created, time=time)  # 3
        if outside is not None:
            found.append(outside.under(*place))
        return Signed(tuple(found), outside is None, time)

    def _signature(self, document: Credential, listed: Listed, place: Place) -> tuple[Signer | None, Finding]:
        """Step 1: the line whose key signed the document, if there is one, and what there is to say, placed at `place`."""
        signer = listed.find(document)
        if signer is None:
            code = codes.SIGNER_KEY_NOT_LISTED if document.issuer in listed.ids else codes.SIGNER_NOT_LISTED
            return None, code(*place, issuer=document.issuer)
        wrong = self._caches.proofs.of(document.digest, PROOF_SIZE, lambda: _wrong_proof(document))
        if wrong is not None:
            return None, wrong.under(*place)
        return signer, codes.CREDENTIAL_SIGNED(*place, issuer=document.issuer, name=signer.name)

    def seal(self, commitment: bytes, place: Place) -> CheckedSeal | None:
        """Step 2: what the seal of a commitment shows, with findings below `place`; None where the bundle has no seal for it."""
        seal = self.bundle.seals.get(commitment)
        if seal is None:
            return None
        if commitment in self._sealed:  # thousands of credentials may list one record: in full only the first time
            first, checked = self._sealed[commitment]
            return replace(checked, findings=[_worst(checked.findings, first, place)])
        checked = self.seals.check(seal, commitment, place)
        if checked.existed_by is not None and checked.existed_by > self.at:
            time, at = format_instant(checked.existed_by), format_instant(self.at)
            after = codes.TIME_AFTER_INSTANT(*place, time=time, at=at)
            checked = replace(checked, findings=[*checked.findings, after])
        self._sealed[commitment] = place, checked
        return checked

    def since(self, commitment: bytes) -> dict[str, datetime]:
        """The times that ledgers show of a commitment whose seal was verified, by the ledgers' own names."""
        if commitment not in self._sealed:
            return {}
        times = self._sealed[commitment][1].times
        return {ledger: times[line.name] for ledger, line in self.policy.ledgers.items() if line.name in times}

    def validity(self, document: Credential) -> Iterable[Finding]:
        """Step 4, for a document with any subject: whether the instant is between `validFrom` and `validUntil`."""
        if self.at < document.valid_from:
            yield codes.CREDENTIAL_NOT_YET_VALID(start=format_instant(document.valid_from))
        if document.valid_until is not None and self.at >= document.valid_until:
            yield codes.CREDENTIAL_EXPIRED(until=format_instant(document.valid_until))


def _wrong_proof(document: Credential) -> Finding | None:
    """Why the proof of a document is no valid signature by the key that it names; None where it is one."""
    try:
        check_proof(document.document, document.key, jcs_without_numbers)
    except Refused as refused:
        return refused.finding
    return None


def _worst(found: Sequence[Finding], first: Place, place: Place) -> Finding:
    """Of the findings of a seal, which were placed below `first`, one that decides its outcome, placed below `place`."""
    weights = (Outcome.NOTED, Outcome.SHOWN, Outcome.UNDETERMINED, Outcome.REJECTED)
    worst = max(found, key=lambda finding: weights.index(finding.code.outcome))
    return replace(worst, place=(*place, *worst.place[len(first) :]))
