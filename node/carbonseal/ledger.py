"""Anchors, evidence, and the interface that a ledger adapter implements.

A :class:`Ledger` *sends*: asynchronous, may need an extra, found by the scheme of a ledger's URI (``ethereum+http://...``).
An :class:`EvidenceVerifier` *checks*: pure, on the base install, found by the scheme of a ledger's name (``eip155:1``).
They meet only in the bytes of :class:`Evidence`. A node uses a ledger like this::

    ledger = await connect(uri, options, secrets)
    attempt = await ledger.prepare(anchor, earlier)         # signs, sends nothing; the outbox stores the attempt
    answer = await ledger.send(attempt)                     # the outbox stores the answer with the attempt
    seen = await ledger.follow([attempt])                   # again and again, until FINAL and irreversible
    evidence = await ledger.evidence(attempt, seen)         # from the first INCLUDED on; stored, handed out

    checked = verifier.check(evidence, anchor.statement, pins, trust)     # anywhere, offline, years later

The outbox owns all durable state. An adapter MUST keep nothing that a crash could lose: what it has to remember is in the
`Attempt` that is stored before anything is sent, in the answer that `send` returned, or in the `Observation`.

The set of errors is closed, so that a caller can tell "later" from "never"::

    TransientError            nothing was changed; the same call may succeed later
    └── UnreachableError      no connection at all: the ledger's problem, no anchor is to blame
    PermanentError            the same call will always fail; has a remedy for the operator
    └── OvertakenError        the ledger holds a larger head of this log, and takes no smaller one
    OutcomeUnknownError       it may or may not have happened; `follow` will tell

Anything else that an adapter raises, or returns, is a defect: it is logged, and treated as a `TransientError`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Protocol, overload

from carbonseal.findings import CarbonsealError, Finding
from carbonseal.values import dataclass

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
    """A checkpoint that is to be written on a ledger; `checkpoint` and `consistency` for ledgers that ask for them."""

    statement: Statement
    checkpoint: bytes  # the signed note
    # From a smaller size (RFC 9162); raises `TransientError`.
    consistency: Callable[[int], Sequence[bytes]] = lambda _old: ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What lets anyone check an anchor offline. `type` and `version` say how `data` is read."""

    type: str
    version: int
    data: bytes


# --- sending -------------------------------------------------------------------------------------------------------


class TransientError(CarbonsealError):
    """Nothing was changed and the same call may succeed later. Counts as a failed try of the anchor that it was made for."""


class UnreachableError(TransientError):
    """There is no connection to the ledger at all, so no other call will succeed either. It counts against no anchor: the
    worker backs off from the ledger as a whole. A connection without an answer is a `TransientError`."""


class PermanentError(CarbonsealError):
    """The same call will always fail: `reason` says why, `remedy` what the operator can do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}: {remedy}")
        self.reason = reason
        self.remedy = remedy


class OvertakenError(PermanentError):
    """The ledger keeps one history of each log, and holds a larger head of this one: the anchor makes way for the newest head."""


class OutcomeUnknownError(CarbonsealError):
    """`send` may or may not have taken effect (a timeout after sending). `follow` is asked before anything else is done."""


class Secrets(Protocol):
    """What an adapter gets beside its options: opens secrets by URI, and knows where relative paths begin."""

    @property
    def directory(self) -> Path:
        """The folder that relative paths in options start from: the node's."""
        ...

    def __call__(self, uri: str) -> bytes:
        """The secret at `uri`. Raises `Refused`; the finding never holds the secret."""
        ...


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a ledger can do, as its adapter declares it. The conformance kit tests what is declared, both ways."""

    tells_publisher: bool  # evidence shows who wrote an anchor, and others' anchors do not count
    refuses_second_root: bool  # a second, different root for (publisher, log, size) is a `PermanentError`
    knows_latest: bool  # `latest` finds the largest anchor of a log
    needs_money: bool  # `balance` is not None
    can_be_asked_later: bool  # `follow` asks the ledger; otherwise all that is known is the answer to `send`
    gives_time: bool  # evidence proves a time, not only an order


@dataclass(frozen=True, slots=True)
class Attempt:
    """One signed attempt to write one anchor, complete: sending it needs nothing but these bytes.

    `slot` names what the attempt uses up (an Ethereum nonce). Two attempts with one slot exclude each other on the ledger:
    this is how a replacement cannot be included beside what it replaces. Empty where the ledger itself makes writing the
    same anchor twice harmless.
    """

    statement: Statement
    id: str  # the ledger's own name for it: a transaction hash or id, unique among attempts
    slot: str
    payload: bytes
    answer: bytes = b""  # what `send` returned last, once it is stored: a time-stamp token, a log's answer


class AttemptStatus(Enum):
    """What `follow` can see."""

    MISSING = "missing"  # the ledger does not know it: send it again
    PENDING = "pending"  # accepted, and not written yet
    INCLUDED = "included"  # written, and could still be reorged out
    FINAL = "final"  # written for good, as far as this ledger ever says so; see `Observation.irreversible`
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
    cost: int = 0  # what all attempts for this anchor have cost so far, in the smallest unit of the ledger's `Balance`
    irreversible: bool = True  # with FINAL: no need to ask again. False: it might still be reorged out


@dataclass(frozen=True, slots=True)
class Balance:
    """What pays for anchors. Amounts are in the smallest unit, of which 10^`decimals` are one `unit`."""

    unit: str  # "ETH"
    decimals: int
    amount: int
    warning: str = ""  # that it will not last long: given before it stops anything
    empty: bool = False  # it does not pay for one more anchor, at present prices


class Ledger(Protocol):
    """Writes anchors on one ledger, under one publisher.

    Every method may raise `TransientError` and `UnreachableError`. Only `prepare` and `send` may raise `PermanentError`, and
    only `send` may raise `OutcomeUnknownError`. The caller MUST NOT call two methods of one ledger at a time.
    """

    name: str  # the ledger's name, as policies write it: "eip155:1"
    publisher: str  # under whose name anchors are written, as policies write it; "": the log itself; "any": unknown
    capabilities: Capabilities
    expires: float | None  # when the signer's certificate expires, in seconds since 1970; None: never
    replace_after: float | None  # seconds until an attempt that is not written is replaced; None: it never is

    async def prepare(self, anchor: Anchor, earlier: Sequence[Attempt]) -> Attempt:
        """Sign an attempt to write `anchor`. MUST NOT send or spend anything; may read from the ledger.

        `earlier` holds every attempt on this ledger that the outbox has stored and that is not irreversible yet, for this
        anchor and others, oldest first. The outbox stores what is returned, durably, before it calls `send`.

        Called again for the same statement where an earlier attempt was refused, or was not written for `replace_after`
        seconds. What is returned then MUST exclude the earlier attempts that could still be written: it is one of them,
        unchanged, where nothing better can be offered; or a replacement in their slot. Slots of other anchors' attempts MUST be
        left alone. An attempt may also write nothing and only use up a slot that nobody else fills and others wait for.

        Raises `PermanentError` where the ledger refuses the anchor (a different root is already there for this size),
        `TransientError` where it may be written later but not now (it would cost more than it may).
        """
        ...

    async def send(self, attempt: Attempt) -> bytes:
        """Hand over exactly `attempt.payload`. Gives what the ledger answered, where that is needed to follow the attempt or
        to prove it (a time-stamp token), else ``b""``. The outbox stores it with the attempt before anything else happens, and
        `follow` and `evidence` get it back as `Attempt.answer`; ``b""`` leaves an earlier answer as it is.

        Idempotent: the ledger knowing the attempt already, or holding the anchor already, is success. Called again after a
        crash, a MISSING or an `OutcomeUnknownError`."""
        ...

    async def follow(self, attempts: Sequence[Attempt], proved: Mapping[str, Any] | None = None, /) -> Observation:
        """Say what became of one anchor's attempts, newest first; changes nothing. If any of them is included or final,
        the observation speaks of that one. Called again until FINAL and irreversible, so that a reorg is noticed. `proved` are
        the facts of the stored evidence, to be given again as long as it holds: FINAL says that it, too, is final."""
        ...

    async def evidence(self, attempt: Attempt, observation: Observation) -> Evidence:
        """The proof of an anchor seen as INCLUDED or FINAL, complete, and checkable for ever without a server. `attempt` is the
        one that `observation` speaks of. The evidence MUST have been checked by the adapter's own `EvidenceVerifier` code
        before it is returned, against the ledger as seen now.
        Taken at the first inclusion, while the ledger has the state, and again whenever the facts have changed. That it
        exists says nothing about finality: what it rests on is pinned by the verifier's trust, or it counts for nothing."""
        ...

    async def latest(self, log: bytes) -> Statement | None:
        """The largest anchor of this log (32-byte log id) under this publisher, as the ledger reports it; None without any, or
        where it cannot tell (`Capabilities.knows_latest`). Asked at start, so that an old copy notices that it signed more."""
        ...

    async def pins(self) -> Mapping[str, str]:
        """The options of a policy's `ledger` line that pin this ledger and this publisher, for `carbonseal init` to write down.
        What the ledger reports is a claim: a verifier compares it with what others know."""
        ...

    async def balance(self) -> Balance | None:
        """What pays for anchors, and whether it will last; None where anchors cost nothing."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Connect(Protocol):
    """What an adapter's entry point in the group ``carbonseal.ledgers`` names: a coroutine function that connects to one ledger."""

    async def __call__(self, uri: str, options: Mapping[str, str], secrets: Secrets, /) -> Ledger:
        """The ledger at `uri` (``scheme+endpoint``). `options` are the settings of ``[ledger.options]`` in node.toml.

        Raises `Refused` on an unknown, missing or malformed option, `TransientError` where the endpoint does not answer,
        `PermanentError` where it never will."""
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
        """`items` themselves where they are `TrustItems` already, else with an index of their own."""
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
    """What evidence proves of a statement: that it is written on the ledger, under which publisher, not later than when.

    `identities` name the ledger that was reached, whatever a policy calls it. Ledgers whose proofs share an identity,
    transitively, are one ledger and count once. An identity begins with its kind: ``block0:0xd4e5...`` (the hash of a chain's
    genesis block), ``fabric-config:ab12...``, ``fabric-member:mychannel:ab12...``, ``tlog-key:ab12...``.
    """

    publisher: str  # as policies write it; "any" where the ledger does not tell (`Capabilities.tells_publisher`)
    time: int | None  # seconds since 1970 (not later than), or None where the ledger proves order only
    trusted: tuple[TrustItem, ...] = ()  # the items that it rests on
    identities: frozenset[str] = frozenset()
    checkpoint: bytes = b""  # of a log: the note that it rests on, which a policy's witnesses may have cosigned


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
        """Show that `statement` is anchored on the pinned ledger. `trust` holds the verifier's items for this ledger; where there
        may be many, `TrustItems.of(trust)` finds those that matter.

        Wrong evidence (a failing hash, proof or signature, another statement, another chain or contract than pinned) gives a
        REJECTED finding. Evidence that rests on something unpinned, or under a publisher that does not count, gives a
        NOTED finding: the anchor counts for nothing, and the policy's quorum decides what that means. Never raises on
        bad bytes. All findings' places are relative to the anchor.
        """
        ...

    def describe_item(self, kind: str, value: Mapping[str, Any]) -> str:
        """What a trust item says, in a few words, with what a policy pins of it. Never raises: a person may have written it."""
        ...
