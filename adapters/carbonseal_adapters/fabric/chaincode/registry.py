"""The anchor registry: what may be written under which key, and what is answered about it.

``anchor(log id, size, root)`` writes one anchor under the client that signed the proposal. Once written it stays: the same
again is a success that writes nothing, so that an anchor keeps its first transaction and time; another root is refused.
``get(publisher, log id, size)`` and ``latest(publisher, log id)`` only read. Everything is decided by the state, the proposal
and the clock, which is asked for one thing: whether the proposal's timestamp is of now, as endorsers vouch by signing.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from carbonseal.findings import Refused
from carbonseal.ledger import Statement
from carbonseal_adapters.fabric.checking.anchors import anchor_key, anchor_value
from carbonseal_adapters.fabric.checking.certificates import publisher_id
from carbonseal_adapters.fabric.checking.identities import Identity

OK, MALFORMED, ABSENT, CONTRADICTED, UNTIMELY = 200, 400, 404, 409, 412
SKEW = 300  # seconds between a proposal's timestamp and the chaincode's clock
EVENT = "anchored"  # payload: publisher (32 bytes) ‖ value

_HASH = re.compile(rb"[0-9a-f]{64}")
_SIZE = re.compile(rb"[1-9][0-9]{0,19}")


class Declined(Exception):
    """The chaincode's answer where it does not do as it is asked: a status from 400 on, and why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class Page:
    """Some keys of a range in their order, with their values, and whether more follow."""

    items: Sequence[tuple[str, bytes]]
    more: bool


class Call(Protocol):
    """One call of the chaincode, and the state as it was when the call began."""

    @property
    def arguments(self) -> Sequence[bytes]:
        """The function's name and its arguments."""
        ...

    @property
    def creator(self) -> bytes:
        """The client that signed the proposal: a SerializedIdentity."""
        ...

    @property
    def time(self) -> int:
        """The proposal's timestamp, in seconds since 1970."""
        ...

    async def get(self, key: str) -> bytes:
        """The value, b"" where there is none."""
        ...

    async def put(self, key: str, value: bytes) -> None:
        """Set the key to `value` in the transaction's write set."""
        ...

    async def page(self, start: str, end: str) -> Page:
        """The first keys from `start` on, before `end`."""
        ...

    def announce(self, name: str, payload: bytes) -> None:
        """Let the transaction carry an event."""
        ...


class Registry:
    """Answers calls. `clock` tells seconds since 1970."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._functions: dict[bytes, tuple[int, Callable[..., Awaitable[bytes]]]] = {
            b"anchor": (3, self._anchor),
            b"get": (3, self._get),
            b"latest": (2, self._latest),
        }

    async def answer(self, call: Call) -> bytes:
        """The payload of a successful answer. Raises `Declined`."""
        name, *arguments = call.arguments or (b"",)
        wanted, function = self._functions.get(name, (0, None))
        if function is None:
            raise Declined(MALFORMED, "the functions are anchor, get and latest")
        if len(arguments) != wanted:
            raise Declined(MALFORMED, f"{name.decode()} takes {wanted} arguments, not {len(arguments)}")
        return await function(call, *arguments)

    async def _anchor(self, call: Call, log: bytes, size: bytes, root: bytes) -> bytes:
        statement = Statement(_hash("log id", log), _size(size), _hash("root", root))
        if abs(self._clock() - call.time) > SKEW:
            raise Declined(
                UNTIMELY, f"the proposal's timestamp is more than {SKEW} seconds from this chaincode's clock"
            )
        try:
            creator = Identity.read(call.creator)
            publisher = publisher_id(creator.msp, creator.certificate)
        except Refused as refused:
            raise Declined(MALFORMED, f"the client's identity cannot be read: {refused}") from refused
        key = anchor_key(publisher, statement)
        if stored := await call.get(key):
            if stored[:72] != statement.encode():
                raise Declined(CONTRADICTED, f"another root is anchored for size {statement.size} of this log")
            return stored
        value = anchor_value(statement, call.time)
        await call.put(key, value)
        call.announce(EVENT, publisher + value)
        return value

    async def _get(self, call: Call, publisher: bytes, log: bytes, size: bytes) -> bytes:
        place = Statement(_hash("log id", log), _size(size), bytes(32))  # the key does not depend on the root
        value = await call.get(anchor_key(_hash("publisher", publisher), place))
        if not value:
            raise Declined(ABSENT, "there is no such anchor")
        return value

    async def _latest(self, call: Call, publisher: bytes, log: bytes) -> bytes:
        """States are read upwards only: where a page does not reach the end, the end is found by halving."""
        prefix = f"anchor/{_hash('publisher', publisher).hex()}/{_hash('log id', log).hex()}/"
        end = prefix + "g"  # after every hexadecimal digit
        low, high, page = 0, 1 << 64, await call.page(prefix, end)
        while page.more and low + 1 < high:
            low = max(low, int(page.items[-1][0].removeprefix(prefix), 16))
            middle = (low + high) // 2
            above = await call.page(f"{prefix}{middle:016x}", end)
            if above.items:
                page = above
            else:
                high = middle
        if not page.items:
            raise Declined(ABSENT, "there is no anchor of this log")
        return page.items[-1][1]


def _hash(what: str, value: bytes) -> bytes:
    if not _HASH.fullmatch(value):
        raise Declined(MALFORMED, f"the {what} is not 64 lower-case hexadecimal digits")
    return bytes.fromhex(value.decode())


def _size(value: bytes) -> int:
    if not _SIZE.fullmatch(value) or int(value) >= 1 << 64:
        raise Declined(MALFORMED, "the size is not a number from 1 to 2^64 - 1")
    return int(value)
