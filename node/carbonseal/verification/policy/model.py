"""What a policy says, once it is read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from carbonseal.flow.rules import CheckRequirement
from carbonseal.ledger import EvidenceVerifier, Pins
from carbonseal.log.notes import UnknownKey, VerifierKey
from carbonseal.log.quorums import Quorum
from carbonseal.passport.conformity.words import PRODUCT, UNMODIFIED, VERIFICATION
from carbonseal.plugins import CHECKS
from carbonseal.values import dataclass
from carbonseal.verification.verifiers import InstalledCheck


class Role(StrEnum):
    """What a signer's documents are: a key has one role."""

    ISSUER = "issuer"  # product credentials and status lists
    BODY = "body"  # a certification body's statements
    ACCREDITOR = "accreditor"  # accreditations of bodies


@dataclass(frozen=True, slots=True)
class Signer:
    """One key of one signer, the time in which what it signed counts, and what it may attest."""

    name: str  # in this policy
    role: Role
    id: str  # its own, a URI
    key: bytes  # Ed25519, 32 bytes
    since: datetime | None = None
    until: datetime | None = None
    products: str = ""  # an issuer attests products whose ids begin with this


@dataclass(frozen=True, slots=True)
class PinnedLedger:
    """A ledger that counts: what is pinned of it, and the code that checks its evidence."""

    name: str  # in this policy
    ledger: str  # its own: "eip155:1"
    pins: Pins
    verifier: EvidenceVerifier
    quorum: Quorum = None  # of a log: the witnesses that must have cosigned the checkpoint in its evidence


@dataclass(frozen=True, slots=True)
class StatusRequirement:
    """`require status`: a status list must show that nothing was revoked."""

    within: timedelta | None = None  # a list counts at this age, too; None: until its validUntil only


@dataclass(frozen=True, slots=True)
class StatementRequirement:
    """`require statement`: statements of these signers must cover a share of the root's figure."""

    text: str  # the line, as findings name it
    by: Quorum  # of bodies, and of accreditors of bodies
    covers: tuple[str, ...] = (PRODUCT,)
    engagements: tuple[str, ...] = (VERIFICATION,)
    opinions: tuple[str, ...] = (UNMODIFIED,)
    assurances: tuple[str, ...] = ()  # none: whatever the assurance
    standards: tuple[str, ...] = ()  # of the scope; none: whatever the scope
    share: Fraction = Fraction(1)


@dataclass(slots=True)
class Policy:
    """Whom the verifier trusts, and what is required. What is None, False or empty is not asked."""

    logs: dict[str, tuple[VerifierKey, ...]] = field(
        default_factory=dict
    )  # by origin; none: only keys of unknown types
    witnesses: dict[str, VerifierKey | UnknownKey] = field(default_factory=dict)  # by name in this policy
    ledgers: dict[str, PinnedLedger] = field(default_factory=dict)  # by the ledger's own name
    signers: dict[tuple[str, bytes], Signer] = field(default_factory=dict)  # by id and key
    quorum: Quorum = None  # of witnesses, on heads of a seal
    anchors: Quorum = None  # of ledgers
    time: Quorum = None  # of ledgers
    status: StatusRequirement | None = None
    history: bool = False
    disclosed: tuple[str, ...] = ()  # roles of records
    statements: tuple[StatementRequirement, ...] = ()
    carbon_flow: CheckRequirement | None = None  # of all checks that have no line of their own
    checks: dict[str, CheckRequirement] = field(default_factory=dict)  # carbon-flow checks with a line of their own
    installed_checks: dict[str, InstalledCheck] = field(default_factory=dict)  # of packages that their lines name
    absent_checks: dict[str, str] = field(default_factory=dict)  # required of a package that does not bring them here
    unknown_checks: tuple[str, ...] = ()  # required, and this version lacks them

    def required_checks(self) -> Mapping[str, CheckRequirement]:
        """What is required of each carbon-flow check, by name; those that are not asked for are left out."""
        all_of_them = {} if self.carbon_flow is None else dict.fromkeys(CHECKS.built_in, self.carbon_flow)
        return {**all_of_them, **self.checks}

    def without_ledgers(self, origins: Collection[str]) -> Policy:
        """The policy without the ledger lines of these logs, by origin."""
        gone = {f"tlog:{origin}" for origin in origins} & self.ledgers.keys()
        if not gone:
            return self
        return replace(self, ledgers={name: one for name, one in self.ledgers.items() if name not in gone})
