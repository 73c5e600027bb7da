"""Idempotency: a request that is repeated under the key of the first is not done again (IETF draft idempotency-key-header).

- A key is its caller's: the same text from another principal, or one of another tenant, is another key.
- While the first request is worked on, another under its key is refused (`idempotency.under-way`), and so is one with another
  body, then and later (`idempotency.other-request`).
- What is signed under a key is durable with it before it is sealed. Who repeats the request, after a crash too, gets the file of
  that very credential: the same bytes have the same commitment, so that they are in the log once.
- A request that was refused before anything was signed leaves no trace, and its key may be used again.
- A key ends after `LIFETIME`. Each that is added removes a few that ended: the table has as many as are new.

Owns the table `idempotency_keys`. What `Keyed.signed` and `Keyed.kept` give is done in a transaction of the thread that writes.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType

from sqlalchemy import Connection, delete, insert, select, update

from carbonseal.findings import Refused
from carbonseal.node.access.callers import Caller
from carbonseal.storage.database import Database
from carbonseal.storage.request_tables import IDEMPOTENCY_KEYS
from carbonseal.storage.writer_thread import WriterThread

from . import codes

LIFETIME = 7 * 86_400  # seconds
REMOVED = 16  # ended keys that go when one is added
Also = Callable[[Connection], None]  # done in the transaction of something else


def _nothing(_connection: Connection) -> None:
    pass


class Unkeyed:
    """A request without a key: it is done whenever it comes. `NO_KEY` is the one."""

    is_release = False  # of a draft: persons reviewed and released what is asked
    about: Mapping[str, str] = MappingProxyType({})  # what the audit is told beside: the draft whose release this is
    credential: bytes | None = None  # the digest of what an earlier try signed
    document: bytes | None = None  # its RFC 8785 bytes, until its file is kept
    answer: bytes | None = None  # of an earlier try, where that is not a file that is kept elsewhere

    def signed(self, _credential: bytes, _document: bytes) -> Also:
        """What makes a signed document (its digest and RFC 8785 bytes) durable as that of this key."""
        return _nothing

    def kept(self) -> Also:
        """What says that the credential's file is kept, so that its document is needed no more."""
        return _nothing

    def answered(self, _answer: bytes) -> Also:
        """What makes an answer durable as that of this key."""
        return _nothing


NO_KEY = Unkeyed()


class Keyed(Unkeyed):
    """A request under a key, and what an earlier try of it came to. `id` is the key's (32 bytes), `request` SHA-256 of what was
    asked; `ends` in seconds since 1970, None for one that is forgotten by who made it."""

    def __init__(self, id: bytes, request: bytes, now: int, ends: int | None) -> None:
        self.id = id
        self._request = request
        self._now = now
        self._ends = ends

    def signed(self, credential: bytes, document: bytes) -> Also:
        """As `Unkeyed` has it."""
        return self._add(credential=credential, document=document)

    def kept(self) -> Also:
        """As `Unkeyed` has it."""

        def change(connection: Connection) -> None:
            connection.execute(update(IDEMPOTENCY_KEYS).where(IDEMPOTENCY_KEYS.c.id == self.id).values(document=None))

        return change

    def answered(self, answer: bytes) -> Also:
        """As `Unkeyed` has it."""
        return self._add(answer=answer)

    def _add(self, **values: bytes) -> Also:
        ended = select(IDEMPOTENCY_KEYS.c.id).where(IDEMPOTENCY_KEYS.c.ends <= self._now)
        ended = ended.order_by(IDEMPOTENCY_KEYS.c.ends).limit(REMOVED)

        def add(connection: Connection) -> None:
            old = [self.id, *connection.scalars(ended)]
            connection.execute(delete(IDEMPOTENCY_KEYS).where(IDEMPOTENCY_KEYS.c.id.in_(old)))
            row = {"id": self.id, "request": self._request, "ends": self._ends}
            connection.execute(insert(IDEMPOTENCY_KEYS).values(row | values))

        return add


class Idempotency:
    """The keys of a node."""

    def __init__(self, database: Database, *, thread: WriterThread, clock: Callable[[], float]) -> None:
        self._database = database
        self._thread = thread
        self._clock = clock
        self._under_way: dict[bytes, bytes] = {}  # what is asked under each key just now

    @asynccontextmanager
    async def under(self, id: bytes, request: bytes, lifetime: int | None = LIFETIME) -> AsyncIterator[Keyed]:
        """Hold a key (`key_of`) while a request is worked on; `request` is SHA-256 of what is asked; `lifetime` is in seconds,
        None: until it is forgotten. Raises Refused (``idempotency.*``)."""
        if (asked := self._under_way.setdefault(id, request)) != request:
            raise Refused(codes.IDEMPOTENCY_OTHER_REQUEST())
        if asked is not request:
            raise Refused(codes.IDEMPOTENCY_UNDER_WAY())
        try:
            now = int(self._clock())
            keyed = Keyed(id, request, now, None if lifetime is None else now + lifetime)
            await asyncio.to_thread(self._find, keyed, request, now)
            yield keyed
        finally:
            del self._under_way[id]

    def _find(self, keyed: Keyed, request: bytes, now: int) -> None:
        """Fill in what an earlier try came to."""
        with self._database.read() as connection:
            row = connection.execute(select(IDEMPOTENCY_KEYS).where(IDEMPOTENCY_KEYS.c.id == keyed.id)).one_or_none()
        if row is None or (row.ends is not None and row.ends <= now):
            return
        if row.request != request:
            raise Refused(codes.IDEMPOTENCY_OTHER_REQUEST())
        keyed.credential, keyed.document, keyed.answer = row.credential, row.document, row.answer

    async def keep(self, key: Unkeyed, answer: bytes) -> None:
        """Keep the answer of a request under its key: durable on return."""
        await self._thread.run(self._keep, key.answered(answer))

    def _keep(self, change: Also) -> None:
        with self._database.write() as connection:
            change(connection)


def forget(connection: Connection, keys: Collection[bytes]) -> None:
    """Remove keys (their ids): what was asked under them is never asked again."""
    connection.execute(delete(IDEMPOTENCY_KEYS).where(IDEMPOTENCY_KEYS.c.id.in_(keys)))


def key_of(caller: Caller, name: str) -> bytes:
    """The id (32 bytes) of a caller's key of this name. Every token of one principal has the same keys."""
    return digest(caller.tenant or "", caller.kind.value, caller.name, name)


def digest(*parts: str | bytes) -> bytes:
    """SHA-256 of these parts, each after its length: no two lists of parts have the same bytes."""
    hashed = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        hashed.update(len(raw).to_bytes(8, "big"))
        hashed.update(raw)
    return hashed.digest()
