"""Log entries: a kind byte and a body (docs/spec.md, section 5). The hash of an entry is a leaf of the tree.

    0 genesis           RFC 8785 JSON; always entry 0
    1 record            commitment (32 bytes)
    2 record by fields  reserved
    3 foreign anchor    log id (32) ‖ size (u64 big-endian) ‖ root (32)
    4 log control       reserved
    5 evidence digest   SHA-256 of evidence to be kept alive (32)
    6 heartbeat         seconds since 1970 (u64 big-endian)

- Reserved and unknown kinds are refused as undetermined.
- An entry has at most 65,535 bytes: it is stored behind its length as a u16.
- `makes_due` says whether an entry makes an anchor due. Foreign anchors and evidence digests do not, so that two logs that
  anchor in each other do not trigger each other without end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar

import orjson
import rfc8785

from carbonseal.findings import Refused
from carbonseal.ledger import Statement
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.notes import is_key_name
from carbonseal.log.tiles import MAX_ENTRY
from carbonseal.values import dataclass

from . import codes

VERSION = 1
RESERVED = {2: "record by fields", 4: "log control"}


@dataclass(frozen=True, slots=True)
class Genesis:
    """Entry 0: which log this is, who publishes its anchors on each ledger, and the last checkpoint of the log it succeeds.

    As JSON: ``{"origin": text, "publishers": {ledger name: publisher}, "version": 1}``, and with a predecessor also
    ``"predecessor"``: the text of that checkpoint.
    """

    origin: str
    publishers: Mapping[str, str] = field(default_factory=dict)
    predecessor: Checkpoint | None = None

    kind: ClassVar[int] = 0
    makes_due: ClassVar[bool] = True

    def encode(self) -> bytes:
        """The entry's bytes. Raises Refused where there are more than an entry may have."""
        value: dict[str, Any] = {"version": VERSION, "origin": self.origin, "publishers": dict(self.publishers)}
        if self.predecessor is not None:
            value["predecessor"] = self.predecessor.encode()
        raw = b"\0" + bytes(rfc8785.dumps(value))
        if len(raw) > MAX_ENTRY:
            raise Refused(codes.ENTRY_TOO_LONG(length=len(raw), limit=MAX_ENTRY))
        return raw


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """The commitment to a record, a credential or a status list (32 bytes)."""

    commitment: bytes

    kind: ClassVar[int] = 1
    makes_due: ClassVar[bool] = True

    def encode(self) -> bytes:
        """The entry's bytes: the kind byte and the body."""
        return b"\1" + self.commitment


@dataclass(frozen=True, slots=True)
class ForeignAnchor:
    """Another log's checkpoint, anchored in this one: its log id, size and root."""

    statement: Statement

    kind: ClassVar[int] = 3
    makes_due: ClassVar[bool] = False

    def encode(self) -> bytes:
        """The entry's bytes: the kind byte and the body."""
        return b"\3" + self.statement.encode()


@dataclass(frozen=True, slots=True)
class EvidenceDigest:
    """SHA-256 of evidence that a later anchor keeps alive beyond the algorithms it was made with."""

    digest: bytes

    kind: ClassVar[int] = 5
    makes_due: ClassVar[bool] = False

    def encode(self) -> bytes:
        """The entry's bytes: the kind byte and the body."""
        return b"\5" + self.digest


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Shows that the log is alive: the node's own time in seconds since 1970, 0 to 2^64 - 1."""

    time: int

    kind: ClassVar[int] = 6
    makes_due: ClassVar[bool] = True

    def encode(self) -> bytes:
        """The entry's bytes: the kind byte and the body."""
        return b"\6" + self.time.to_bytes(8, "big")


NO_CAUSES = (ForeignAnchor.kind, EvidenceDigest.kind)
Entry = Genesis | RecordEntry | ForeignAnchor | EvidenceDigest | Heartbeat

_LENGTHS = {1: 32, 3: 72, 5: 32, 6: 8}


def decode(raw: bytes) -> Entry:
    """Read an entry; `encode` gives the same bytes again. Raises Refused (`entry.*`, `genesis.*`): rejected where it is
    malformed, undetermined where its kind is reserved or unknown."""
    if not raw:
        raise Refused(codes.ENTRY_EMPTY())
    if len(raw) > MAX_ENTRY:
        raise Refused(codes.ENTRY_TOO_LONG(length=len(raw), limit=MAX_ENTRY))
    kind, body = raw[0], raw[1:]
    if kind in RESERVED:
        raise Refused(codes.ENTRY_RESERVED_KIND(kind=kind, meaning=RESERVED[kind]))
    if kind != Genesis.kind and kind not in _LENGTHS:
        raise Refused(codes.ENTRY_UNKNOWN_KIND(kind=kind))
    if kind in _LENGTHS and len(body) != _LENGTHS[kind]:
        raise Refused(codes.ENTRY_WRONG_LENGTH(kind=kind, length=len(body), expected=_LENGTHS[kind]))
    match kind:
        case RecordEntry.kind:
            return RecordEntry(body)
        case ForeignAnchor.kind:
            return _foreign_anchor(body)
        case EvidenceDigest.kind:
            return EvidenceDigest(body)
        case Heartbeat.kind:
            return Heartbeat(int.from_bytes(body, "big"))
        case _:
            return _genesis(body)


def makes_due(raw: bytes) -> bool:
    """Whether an entry of a log makes an anchor due: those of `NO_CAUSES` do not."""
    return raw[0] not in NO_CAUSES


def _foreign_anchor(body: bytes) -> ForeignAnchor:
    if not any(body[32:40]):
        raise Refused(codes.ENTRY_ANCHORS_NOTHING())
    return ForeignAnchor(Statement.decode(body))


def _genesis(body: bytes) -> Genesis:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused(codes.GENESIS_NOT_JSON()) from None
    match value:
        case {"version": int(version)} if version != VERSION and not isinstance(version, bool):
            raise Refused(codes.GENESIS_UNKNOWN_VERSION(version=version))
        case {"version": 1, "origin": str(origin), "publishers": dict(publishers), **rest}:
            genesis = Genesis(origin, publishers, _predecessor(rest))
        case _:
            raise Refused(codes.GENESIS_MALFORMED())
    if not is_key_name(origin) or not all(
        isinstance(text, str) and text for pair in publishers.items() for text in pair
    ):
        raise Refused(codes.GENESIS_MALFORMED())
    if genesis.encode()[1:] != body:  # nor where a key is there twice, or the version is 1.0 or true
        raise Refused(codes.GENESIS_NOT_CANONICAL())
    return genesis


def _predecessor(rest: Mapping[Any, Any]) -> Checkpoint | None:
    if not rest:
        return None
    text = rest.get("predecessor")
    if len(rest) > 1 or not isinstance(text, str):
        raise Refused(codes.GENESIS_MALFORMED())
    try:
        return Checkpoint.parse(text)
    except Refused as refused:
        raise refused.under("predecessor") from None
