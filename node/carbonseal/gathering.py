"""Gathering trust: what a verifier asks endpoints of its own choice for, and the interface of those who ask.

A :class:`TrustGatherer` serves one kind of ledger and is found by the scheme of a ledger's name (``eip155:1``). It runs on the
base install. What an endpoint answers is a claim by one source: a policy says how many sources must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from carbonseal.findings import Finding
from carbonseal.ledger import Evidence, TrustItem
from carbonseal.values import dataclass


@dataclass(frozen=True, slots=True)
class GatherRequest:
    """What a verifier asks an endpoint of its choice for: whatever some evidence rests on, and what its own trust lacks."""

    when: str  # RFC 3339, UTC: written on every item
    evidence: Sequence[Evidence] = ()
    known: Sequence[TrustItem] = ()  # what the trust has about this ledger, from whomever
    pins: Any = None  # what a policy pins
    since: int | None = None  # the place from which anchors of the policy's publishers are looked for, if so
    confirmations: int | None = None  # how deep something must lie; None: what the endpoint calls final; 0: anything


@dataclass(frozen=True, slots=True)
class GatherResult:
    """What an endpoint answered: `items` are new, `replaced` what it had answered otherwise before, `findings` say what is left
    out and why."""

    items: Sequence[TrustItem] = ()
    replaced: Sequence[TrustItem] = ()
    findings: Sequence[Finding] = ()


@dataclass(frozen=True, slots=True)
class TrustReview:
    """What a trust comes to: `lacking` says on what too few sources agree, or contradict each other; `remarks` name sources
    that are outvoted or do not count."""

    lacking: Sequence[Finding] = ()
    remarks: Sequence[Finding] = ()


class TrustGatherer(Protocol):
    """What `carbonseal trust` knows of one kind of ledger; found by the scheme of a ledger's name through the entry-point
    group ``carbonseal.trust``. It runs on the base install."""

    def wanted(self, ledger: str) -> str:
        """What a person adds to `carbonseal trust gather`, or types instead, where nothing was gathered for this ledger."""
        ...

    def source(self, endpoint: str) -> str:
        """How an endpoint is written down and reported: without access keys. Raises `Refused` where it is not an address."""
        ...

    def gather(self, ledger: str, request: GatherRequest, endpoint: str, step: Callable[[], None]) -> GatherResult:
        """Ask `endpoint`; `step` is called for each thing that it was asked for. Raises `Refused` where it is another ledger
        or of no use; `TransientError` where it cannot be reached."""
        ...

    def pin(self, ledger: str, words: Sequence[str]) -> Sequence[tuple[str, Mapping[str, Any]]]:
        """The kinds and values of the items in the words that a person typed. Raises `Refused`: what is expected there."""
        ...

    def review(self, ledger: str, request: GatherRequest, agree: int | None) -> TrustReview:
        """What all that is known now comes to, for the evidence and beyond, where so many must agree (None: as the policy's
        pins say, else one)."""
        ...
