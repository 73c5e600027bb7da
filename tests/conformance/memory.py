"""Two small ledgers in memory, for the conformance kit itself: one that can do everything an adapter may declare, and one
that can do nothing of it. The ledger (`World`, `Authority`) outlives its adapters, as a real one does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from carbonseal.findings import Refused, noted, rejected, shown
from carbonseal.ledger import (
    Anchor,
    Attempt,
    AttemptStatus,
    Balance,
    Capabilities,
    Checked,
    Evidence,
    Observation,
    OutcomeUnknownError,
    PermanentError,
    Proved,
    Statement,
    TransientError,
    TrustItem,
    UnreachableError,
)

SHOWN = shown("memory.shown", "the anchor is there")
NOT_PINNED = noted("memory.not-pinned", "nothing pins what this rests on")
WRONG = rejected("memory.wrong", "the evidence is wrong")
LINE = rejected("memory.line", "the policy line is wrong")
EVERYTHING = Capabilities(True, True, True, True, True, True)
NOTHING = Capabilities(False, False, False, False, False, False)


@dataclass
class Block:
    number: int
    parent: str
    entries: list[tuple[str, str]]  # publisher, statement in hexadecimal

    def encode(self) -> bytes:
        return json.dumps([self.number, self.parent, self.entries]).encode()

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.encode()).hexdigest()


@dataclass
class World:
    """A chain with accounts: each may write one root for a log and size, pays 1 for it, and counts its transactions."""

    blocks: list[Block] = field(default_factory=lambda: [Block(0, "", [])])
    pool: dict[tuple[str, int], Attempt] = field(default_factory=dict)
    included: dict[str, int] = field(default_factory=dict)  # attempt -> block
    nonces: dict[str, int] = field(default_factory=dict)
    balances: dict[str, int] = field(default_factory=dict)
    down: bool = False

    def roots(self, publisher: str) -> dict[tuple[bytes, int], tuple[Statement, int]]:
        """What an account has written, and in which block."""
        found: dict[tuple[bytes, int], tuple[Statement, int]] = {}
        for block in self.blocks:
            for who, text in block.entries:
                statement = Statement.decode(bytes.fromhex(text))
                if who == publisher:
                    found.setdefault((statement.log_id, statement.size), (statement, block.number))
        return found

    def mine(self) -> None:
        block = Block(len(self.blocks), self.blocks[-1].hash, [])
        for (who, nonce), attempt in sorted(self.pool.items()):
            if nonce == self.nonces.get(who, 0):
                del self.pool[who, nonce]
                self.nonces[who] = nonce + 1
                self.balances[who] = self.balances.get(who, 1000) - 1
                self.included[attempt.id] = block.number
                block.entries.append((who, attempt.statement.encode().hex()))
        self.blocks.append(block)


class MemoryLedger:
    """Anchors in a `World`. The defects in `broken` override one method each."""

    name = "memory:1"
    capabilities: Capabilities = EVERYTHING
    expires: float | None = None
    replace_after: float | None = 1.0
    confirmations = 2

    def __init__(self, world: World, publisher: str) -> None:
        self.world, self.publisher = world, publisher

    def reach(self) -> World:
        if self.world.down:
            raise UnreachableError("the ledger is down")
        return self.world

    async def prepare(self, anchor: Anchor, earlier: Sequence[Attempt]) -> Attempt:
        world, statement = self.reach(), anchor.statement
        there = world.roots(self.publisher).get((statement.log_id, statement.size))
        if there is not None and there[0] != statement:
            raise PermanentError("another root is there", "find out who signed it")
        same = [attempt for attempt in earlier if attempt.statement == statement]
        used = world.nonces.get(self.publisher, 0)
        nonce = int(same[-1].slot) if same else max([used, *(int(one.slot) + 1 for one in earlier)])
        payload = json.dumps([self.publisher, nonce, statement.encode().hex()]).encode()
        return Attempt(statement, hashlib.sha256(payload).hexdigest(), str(nonce), payload)

    async def send(self, attempt: Attempt) -> bytes:
        world, nonce = self.reach(), int(attempt.slot)
        if attempt.id in world.included:
            return b""
        if nonce < world.nonces.get(self.publisher, 0):
            raise OutcomeUnknownError("the nonce was used")
        world.pool[self.publisher, nonce] = attempt
        return b""

    async def follow(self, attempts: Sequence[Attempt], _proved: Mapping[str, Any] | None = None, /) -> Observation:
        world = self.reach()
        for attempt in attempts:
            if attempt.id in world.included:
                number = world.included[attempt.id]
                final = len(world.blocks) - number >= self.confirmations
                status = AttemptStatus.FINAL if final else AttemptStatus.INCLUDED
                return Observation(status, attempt.id, {"number": number}, cost=1)
        newest = attempts[0]
        pending = newest in world.pool.values()
        return Observation(AttemptStatus.PENDING if pending else AttemptStatus.MISSING, newest.id)

    async def evidence(self, attempt: Attempt, observation: Observation) -> Evidence:
        if observation.facts is None:
            raise TransientError("nothing was seen")
        return Evidence("memory", 1, self.reach().blocks[observation.facts["number"]].encode())

    async def latest(self, log: bytes) -> Statement | None:
        found = [statement for statement, _ in self.reach().roots(self.publisher).values() if statement.log_id == log]
        return max(found, key=lambda statement: statement.size, default=None)

    async def pins(self) -> Mapping[str, str]:
        return {"publisher": self.publisher}

    async def balance(self) -> Balance | None:
        return Balance("coin", 0, self.reach().balances.get(self.publisher, 1000))

    async def close(self) -> None:
        pass


class MemoryVerifier:
    """Evidence is a whole block; the trust names its hash: ``{"number": 7, "hash": "ab12..."}``."""

    scheme = "memory"

    def pin(self, name: str, options: Mapping[str, str]) -> Any:
        if set(options) != {"publisher"}:
            raise Refused(LINE())
        return options["publisher"]

    def check(self, evidence: Evidence, statement: Statement, pins: Any, trust: Sequence[TrustItem]) -> Checked:
        if (evidence.type, evidence.version) != (self.scheme, 1):
            return Checked((NOT_PINNED(),))
        try:
            number, parent, entries = json.loads(evidence.data)
            block = Block(number, parent, [(who, text) for who, text in entries])
        except (ValueError, TypeError):
            return Checked((WRONG(),))
        if block.encode() != evidence.data:
            return Checked((WRONG(),))
        publishers = self.publishers(block, statement, pins)
        if not publishers:
            others = any(text == statement.encode().hex() for _, text in block.entries)
            return Checked((NOT_PINNED() if others else WRONG(),))
        named = [item for item in trust if item.value == {"number": number, "hash": block.hash}]
        if not named:
            return Checked((NOT_PINNED(),))
        return Checked((SHOWN(),), Proved(publishers[0], number + 1, tuple(named), self.identities(block)))

    def publishers(self, block: Block, statement: Statement, listed: str) -> list[str]:
        """The listed publishers that wrote the statement in this block."""
        return [who for who, text in block.entries if text == statement.encode().hex() and who == listed]

    def identities(self, block: Block) -> frozenset[str]:
        return frozenset({f"{self.scheme}-chain:1"})

    def describe_item(self, kind: str, value: Mapping[str, Any]) -> str:
        return f"{kind} {value.get('number')} {value.get('hash')}"


# --- the ledger that can do nothing ----------------------------------------------------------------------------------

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)


@dataclass
class Authority:
    """Signs whatever it is given, and remembers nothing."""

    down: bool = False


class StampLedger:
    """Takes an authority's signature on a statement; its answer to `send` is all that there is."""

    name = "stamp:1"
    capabilities: Capabilities = NOTHING
    expires: float | None = None
    replace_after: float | None = None

    def __init__(self, world: Authority, publisher: str) -> None:
        self.world, self.publisher = world, publisher

    async def prepare(self, anchor: Anchor, earlier: Sequence[Attempt]) -> Attempt:
        return Attempt(anchor.statement, anchor.statement.digest().hex(), "", anchor.statement.encode())

    async def send(self, attempt: Attempt) -> bytes:
        if self.world.down:
            raise UnreachableError("the authority is down")
        return KEY.sign(attempt.payload)

    async def follow(self, attempts: Sequence[Attempt], _proved: Mapping[str, Any] | None = None, /) -> Observation:
        for attempt in attempts:
            if attempt.answer:
                return Observation(AttemptStatus.FINAL, attempt.id, {})
        return Observation(AttemptStatus.MISSING, attempts[0].id)

    async def evidence(self, attempt: Attempt, observation: Observation) -> Evidence:
        return Evidence("stamp", 1, attempt.answer)

    async def latest(self, log: bytes) -> Statement | None:
        return None

    async def pins(self) -> Mapping[str, str]:
        return {"key": KEY.public_key().public_bytes_raw().hex()}

    async def balance(self) -> Balance | None:
        return None

    async def close(self) -> None:
        pass


class StampVerifier:
    """Evidence is the signature of the pinned key."""

    scheme = "stamp"

    def pin(self, name: str, options: Mapping[str, str]) -> Any:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(options["key"]))

    def check(self, evidence: Evidence, statement: Statement, pins: Any, trust: Sequence[TrustItem]) -> Checked:
        if (evidence.type, evidence.version) != ("stamp", 1):
            return Checked((NOT_PINNED(),))
        try:
            pins.verify(evidence.data, statement.encode())
        except InvalidSignature:
            return Checked((WRONG(),))
        return Checked((SHOWN(),), Proved("any", None, (), frozenset({"stamp-key:1"})))

    def describe_item(self, kind: str, value: Mapping[str, Any]) -> str:
        return kind
