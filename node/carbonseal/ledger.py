"""Anchors, evidence, and the interface that a ledger adapter implements.

An adapter is two things that meet only in the bytes of :class:`Evidence`:

- a :class:`Ledger` *sends*. It is asynchronous, may need an extra, and is found through the entry-point group
  ``carbonseal.ledgers`` by the scheme of a ledger's URI (``ethereum+http://...`` finds ``ethereum``).
- an :class:`EvidenceVerifier` *checks*. It is pure, does no I/O, runs on the base install, and is found by the scheme of a
  ledger's name (``eip155:1`` finds ``eip155``).

The node's outbox owns all durable state. An adapter keeps nothing that a crash could lose: whatever it must remember is in
the :class:`Attempt` that the outbox stores before anything is sent, or in the :class:`Observation` that it stores after.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Protocol, overload

from carbonseal.findings import CarbonsealError, Finding

DIGEST_DOMAIN = b"carbonseal/anchor/v1\0"


def log_id(origin: str) -> bytes:
    """The 32 bytes that name a log on every ledger: SHA-256 of its origin."""
    return hashlib.sha256(origin.encode()).digest()


@dataclass(frozen=True, slots=True)
class Statement:
    """What an anchor says: this log, at this size, had this root."""

    log_id: bytes  # 32 bytes
    size: int  # 1 .. 2^64 - 1
    root: bytes  # 32 bytes

    def __post_init__(self) -> None:
        if len(self.log_id) != 32 or len(self.root) != 32 or not 0 < self.size < 1 << 64:
            raise ValueError("a statement is a 32-byte log id, a size from 1 to 2^64 - 1 and a 32-byte root")

    def encode(self) -> bytes:
        """log id ‖ size (u64 big-endian) ‖ root: 72 bytes."""
        return self.log_id + self.size.to_bytes(8, "big") + self.root

    @staticmethod
    def decode(data: bytes) -> Statement:
        """The inverse of `encode`. Raises ValueError unless `data` is exactly 72 bytes that state something."""
        if len(data) != 72:
            raise ValueError("a statement is 72 bytes")
        return Statement(data[:32], int.from_bytes(data[32:40], "big"), data[40:])

    def digest(self) -> bytes:
        """The anchor digest: the same 32 bytes on every ledger."""
        return hashlib.sha256(DIGEST_DOMAIN + self.encode()).digest()


@dataclass(frozen=True, slots=True)
class Anchor:
    """A checkpoint that is to be written on a ledger."""

    statement: Statement
    checkpoint: bytes  # the signed note, for ledgers that ask for it


@dataclass(frozen=True, slots=True)
class Evidence:
    """What lets anyone check an anchor offline. `type` and `version` say how `data` is read."""

    type: str
    version: int
    data: bytes


# --- sending -------------------------------------------------------------------------------------------------------


class TransientError(CarbonsealError):
    """Nothing was changed and the same call may succeed later. Counted against the anchor that it was made for."""


class UnreachableError(TransientError):
    """There was no connection to the ledger at all, so nothing else will work either. No anchor is to blame and none comes nearer
    to failing: the ledger as a whole is left alone for a while. An answer that does not come is a `TransientError`."""


class PermanentError(CarbonsealError):
    """The same call will fail for ever: `reason` says why, `remedy` what the operator can do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}: {remedy}")
        self.reason = reason
        self.remedy = remedy


class OutcomeUnknownError(CarbonsealError):
    """It may or may not have happened (timeout after sending). The outbox asks `follow` before it does anything else."""


class Secrets(Protocol):
    """What an adapter gets beside its options: opens secrets by URI, and knows where relative paths begin."""

    @property
    def directory(self) -> Path: ...
    def __call__(self, uri: str) -> bytes:
        """Raises `Refused`; the finding never holds the secret."""
        ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """One signed attempt to write one anchor, complete: sending it needs nothing but these bytes.

    `slot` names what the attempt uses up (an Ethereum nonce). Two attempts with one slot exclude each other on the ledger;
    that is how a replacement cannot be included beside what it replaces. Empty where the ledger itself makes writing the
    same anchor twice harmless.
    """

    statement: Statement
    id: str  # the ledger's own name for it: a transaction hash or id, unique among attempts
    slot: str
    payload: bytes


class AttemptStatus(Enum):
    """What `follow` can see."""

    MISSING = "missing"  # the ledger does not know it: send it again
    PENDING = "pending"  # accepted, and not written yet
    INCLUDED = "included"  # written, and could still fall out (a reorg)
    FINAL = "final"  # written for good, as far as this ledger ever says so; see `Observation.settled`
    REFUSED = "refused"  # written as a failure, or made impossible: this attempt will never count


@dataclass(frozen=True, slots=True)
class Observation:
    """What became of an anchor's attempts. `facts` is the adapter's own JSON, stored and handed back to `evidence`: two
    observations with the same facts have the same evidence."""

    status: AttemptStatus
    attempt: str = ""  # the `Attempt.id` that it speaks of; with MISSING, the one to send again
    facts: Mapping[str, Any] | None = None
    reason: str = ""  # with REFUSED: why; with PENDING: what it waits for, where the ledger tells
    stage: str = ""  # how far it has got, in the ledger's own words ("safe", "3 of 12 confirmations")
    cost: int = 0  # what all attempts for this anchor have cost so far, in the unit of the ledger's `Balance`
    settled: bool = True  # with FINAL: nothing is left to watch. False: ask again, as it might still fall out


@dataclass(frozen=True, slots=True)
class Balance:
    """What pays for anchors. Amounts are in the smallest unit, of which 10^`decimals` are one `unit`."""

    unit: str  # "ETH"
    decimals: int
    amount: int
    warning: str = ""  # that it will not last long: said before it stops anything
    empty: bool = False  # it does not pay for one more anchor, as things are now


class Ledger(Protocol):
    """Writes anchors on one ledger, under one publisher.

    Every method may raise `TransientError` and `UnreachableError`; only `prepare` and `send` may raise `PermanentError`;
    only `send` may raise
    `OutcomeUnknownError`. Nothing else is raised on purpose: anything else is a defect, and the outbox treats it as
    `TransientError` with a growing
    delay.
    """

    name: str  # the ledger's name, as policies write it: "eip155:1"
    publisher: str  # under whose name the anchors stand, as policies write it
    expires: float | None  # when what signs here ends, as a certificate does, in seconds since 1970; None: never
    replace_after: float | None  # seconds after which what is not written is prepared anew; None: that helps nothing

    async def prepare(self, anchor: Anchor, earlier: Sequence[Attempt]) -> Attempt:
        """Sign an attempt to write `anchor`, and send nothing.

        `earlier` holds every attempt on this ledger that the outbox has stored and that is not final and settled, for this
        anchor and others, oldest first. The outbox stores what is returned, durably, before it calls `send`. May read from
        the ledger.

        Asked again for the same statement where an earlier attempt was refused, or was not written for `replace_after` seconds.
        What is returned then excludes the earlier attempts that could still be written: it is one of them, unchanged, where
        nothing better can be offered; or a replacement in their slot. Slots of other anchors' attempts must be left alone.
        An attempt may also write nothing and only use up a slot that nobody else fills and that others wait for.

        Raises `PermanentError` where the ledger refuses the anchor (a different root is already there for this size),
        `TransientError` where
        it may be written later but not now (it would cost more than it may).
        """
        ...

    async def send(self, prepared: Attempt) -> None:
        """Hand over exactly `prepared.payload`. Idempotent: the ledger knowing it already, or holding the anchor already,
        is success. Called again after a crash, a `MISSING` or an `OutcomeUnknownError`."""
        ...

    async def follow(self, prepared: Sequence[Attempt]) -> Observation:
        """Say what became of one anchor's attempts, newest first; changes nothing. If any of them is included or final,
        the answer speaks of that one. Asked again until `FINAL` and settled, so that what was reorged out shows as another fate."""
        ...

    async def evidence(self, observation: Observation) -> Evidence:
        """The proof of an anchor seen as INCLUDED or FINAL, complete and checkable for ever without a server. It must have
        been checked by the adapter's own `EvidenceVerifier` code before it is returned, against the ledger as seen now.

        Taken at the first inclusion, while the ledger has the state, and again whenever the facts have changed. That it is
        there says nothing about finality: what it rests on is pinned by the verifier's trust or it counts for nothing."""
        ...

    async def latest(self, log: bytes) -> Statement | None:
        """The largest anchor of this log under this publisher, as far as the ledger tells; None where there is none. Asked
        at start, so that a node which was restored from an old copy notices that it once signed more."""
        ...

    async def pins(self) -> Mapping[str, str]:
        """The options of a policy's `ledger` line that pin this ledger and this publisher, as far as the ledger tells, for
        `carbonseal init` to write down. What it tells is a claim: a verifier compares it with what others know."""
        ...

    async def balance(self) -> Balance | None:
        """What pays for anchors, and whether it will last; None where anchors cost nothing."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


# --- checking ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TrustItem:
    """One thing that a verifier trusts about a ledger, with its source and date. `kind` and `value` are the adapter's."""

    ledger: str
    kind: str  # "block"
    value: Mapping[str, Any]
    source: str  # "https://rpc.example, asked by carbonseal trust"
    when: str  # RFC 3339, UTC

    def to_json(self) -> dict[str, object]:
        """As trust files and reports have it."""
        return {
            "ledger": self.ledger,
            "kind": self.kind,
            "value": dict(self.value),
            "source": self.source,
            "when": self.when,
        }


class TrustItems(Sequence[TrustItem]):
    """A verifier's items for one ledger. Finding one does not look at all the others: an index is made when first needed."""

    def __init__(self, items: Iterable[TrustItem]) -> None:
        self._items = tuple(items)
        self._by: dict[tuple[str, str], dict[Hashable, list[TrustItem]]] = {}

    @staticmethod
    def of(items: Sequence[TrustItem]) -> TrustItems:
        return items if isinstance(items, TrustItems) else TrustItems(items)

    def having(self, kind: str, member: str, value: Hashable) -> Sequence[TrustItem]:
        """The items of a kind whose value has this member, in their order."""
        if (kind, member) not in self._by:
            index = self._by[kind, member] = {}
            for item in self._items:
                if item.kind == kind and isinstance(found := item.value.get(member), Hashable):
                    index.setdefault(found, []).append(item)
        return self._by[kind, member].get(value, ())

    @overload
    def __getitem__(self, at: int) -> TrustItem: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[TrustItem]: ...
    def __getitem__(self, at: int | slice) -> TrustItem | Sequence[TrustItem]:
        return self._items[at]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[TrustItem]:
        return iter(self._items)


@dataclass(frozen=True, slots=True)
class Proved:
    """What evidence shows of a statement: that it stands on the ledger, under a publisher, and since when at the latest."""

    publisher: str
    time: int | None  # seconds since 1970 (not later than), or None where the ledger proves order only
    trusted: tuple[TrustItem, ...] = ()  # the items that it rests on


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of checking evidence: findings always, `proved` only where everything held."""

    findings: tuple[Finding, ...]
    proved: Proved | None = None


class Pins(Protocol):
    """What a policy's `ledger` line pins beyond the ledger's name, as its adapter read it."""

    @property
    def keys(self) -> frozenset[bytes]:
        """The public keys that it relies on, if any: the policy sees to it that a key has one role."""
        ...


class EvidenceVerifier(Protocol):
    """Checks one kind of ledger's evidence: pure, with no clock, no network and no state."""

    @property
    def scheme(self) -> str:
        """Of the ledger names it serves: "eip155"."""
        ...

    def pin(self, name: str, options: Mapping[str, str]) -> Pins:
        """Read a policy's `ledger` line: `name` is the ledger's name, `options` its key=value pairs. What it returns is
        handed back to `check`. Raises `Refused` on an unknown, missing or malformed option."""
        ...

    def check(self, evidence: Evidence, statement: Statement, pins: Any, trust: Sequence[TrustItem]) -> Checked:
        """Show that `statement` stands on the pinned ledger. `trust` holds the verifier's items for this ledger; where there
        may be many, `TrustItems.of(trust)` finds those that matter.

        Wrong evidence (a failing hash, proof or signature, another statement, another chain or contract than pinned) gives a
        REJECTED finding. Evidence that rests on something unpinned, or under a publisher that does not count, gives a
        NOTED finding: the anchor counts for nothing, and the policy's quorum decides what that means. Never raises on
        bad bytes. All findings' places are relative to the anchor.
        """
        ...

    def tell(self, kind: str, value: Mapping[str, Any]) -> str:
        """What a trust item says, in a few words, with what a policy pins of it. Never raises: a person may have written it."""
        ...


# --- gathering trust -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What a verifier asks an endpoint of its choice for: whatever some evidence rests on, and what its own trust lacks."""

    when: str  # RFC 3339, UTC: written on every item
    evidence: Sequence[Evidence] = ()
    known: Sequence[TrustItem] = ()  # what the trust has about this ledger, from whomever
    pins: Any = None  # what a policy pins
    since: int | None = None  # the place from which anchors of the policy's publishers are looked for, if so
    confirmations: int | None = None  # how deep something must lie; None: what the endpoint calls final; 0: anything


@dataclass(frozen=True, slots=True)
class Gathered:
    """What an endpoint said: `items` are new, `replaced` what it had said otherwise before, `findings` what is left out."""

    items: Sequence[TrustItem] = ()
    replaced: Sequence[TrustItem] = ()
    findings: Sequence[Finding] = ()


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Of what `lacking` speaks, too few agree, or they contradict each other; `remarks` name who is outvoted."""

    lacking: Sequence[Finding] = ()
    remarks: Sequence[Finding] = ()


class TrustGatherer(Protocol):
    """What `carbonseal trust` knows of one kind of ledger; found by the scheme of a ledger's name through the entry-point
    group ``carbonseal.trust``. It runs on the base install."""

    def wanted(self, ledger: str) -> str:
        """What a person adds to `carbonseal trust gather`, or types instead, where nothing was gathered for this ledger."""
        ...

    def source(self, endpoint: str) -> str:
        """How an endpoint is written down and told: without access keys. Raises `Refused` where it is no address."""
        ...

    def gather(self, ledger: str, asked: Asked, endpoint: str, step: Callable[[], None]) -> Gathered:
        """Ask `endpoint`; `step` is called for each thing that it was asked for. Raises `Refused` where it is another ledger
        or of no use; `TransientError` where it cannot be reached."""
        ...

    def pin(self, ledger: str, words: Sequence[str]) -> tuple[str, Mapping[str, Any]]:
        """An item's kind and value from the words that a person typed. Raises `Refused`, saying what should stand there."""
        ...

    def review(self, ledger: str, asked: Asked, agree: int | None) -> Reviewed:
        """What all that is known now comes to, for the evidence and beyond, where so many must agree (None: as the policy's
        pins say, else one)."""
        ...
