"""Events of the anchoring machine: outcomes of ledger calls, and changes of other anchors on the same ledger. A closed set."""

from __future__ import annotations

from dataclasses import dataclass

from carbonseal.ledger import Attempt, AttemptStatus, Evidence, Observation


@dataclass(frozen=True, slots=True)
class Prepared:
    """`prepare` returned an attempt. `known` are the ids of all attempts that were open on the ledger when it was asked, in their
    order: the attempt is one of them, or new."""

    attempt: Attempt
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """`send` returned."""

    answer: bytes


@dataclass(frozen=True, slots=True)
class OutcomeUnknown:
    """`send` may or may not have taken effect."""

    reason: str


@dataclass(frozen=True, slots=True)
class Observed:
    """`follow` returned. One class below for each `AttemptStatus`."""

    seen: Observation


@dataclass(frozen=True, slots=True)
class SeenMissing(Observed):
    """The ledger does not know the attempt."""


@dataclass(frozen=True, slots=True)
class SeenPending(Observed):
    """The ledger has accepted the attempt, and has not written it yet."""


@dataclass(frozen=True, slots=True)
class SeenRefused(Observed):
    """No attempt will ever count."""


@dataclass(frozen=True, slots=True)
class SeenIncluded(Observed):
    """The anchor is written. `evidence` of that, None where it is stored already."""

    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class SeenFinal(Observed):
    """The anchor is written for good. `evidence` of that, None where it is stored already."""

    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class IncludedUnproved(Observed):
    """The anchor is written, and evidence could not be taken."""

    reason: str


@dataclass(frozen=True, slots=True)
class FinalUnproved(Observed):
    """The anchor is written for good, and evidence could not be taken."""

    reason: str


@dataclass(frozen=True, slots=True)
class TransientFailure:
    """The ledger raised `TransientError`, or its adapter has a defect. Nothing was changed."""

    reason: str


@dataclass(frozen=True, slots=True)
class PermanentFailure:
    """The ledger raised `PermanentError`."""

    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Overtaken:
    """The ledger raised `OvertakenError`, and the log has a larger head to anchor in place of this one."""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The ledger raised `UnreachableError`."""


@dataclass(frozen=True, slots=True)
class DueAgain:
    """This head became due, and has an anchor already."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """Another head became due on this ledger, or another anchor is stuck there."""


@dataclass(frozen=True, slots=True)
class Superseded:
    """A larger head of the same log became due on this ledger."""


Event = (
    Prepared | Sent | OutcomeUnknown
    | SeenMissing | SeenPending | SeenRefused | SeenIncluded | SeenFinal | IncludedUnproved | FinalUnproved
    | TransientFailure | PermanentFailure | Overtaken | Unreachable
    | DueAgain | Resumed | Superseded
)  # fmt: skip


def observed(seen: Observation, evidence: Evidence | None = None) -> Event:
    """The event of an observation whose evidence, where there is any to take, is `evidence` or is stored already."""
    match seen.status:
        case AttemptStatus.MISSING:
            return SeenMissing(seen)
        case AttemptStatus.PENDING:
            return SeenPending(seen)
        case AttemptStatus.REFUSED:
            return SeenRefused(seen)
        case AttemptStatus.INCLUDED:
            return SeenIncluded(seen, evidence)
        case AttemptStatus.FINAL:
            return SeenFinal(seen, evidence)


def unproved(seen: Observation, reason: str) -> Event:
    """The event of an observation, INCLUDED or FINAL, whose evidence could not be taken."""
    return (FinalUnproved if seen.status is AttemptStatus.FINAL else IncludedUnproved)(seen, reason)
