"""Drafts in the node's database, and what was done to each.

Owns the tables `drafts` and `draft_acts`. `add`, `do` and `fail` are called in the thread that writes, decide by the machine on
what is there then, and are durable on return. What `sign` and `complete` give is done in a transaction of that thread. Raises
`Refused` (``draft.*``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from carbonseal.findings import Refused
from carbonseal.node.access.callers import Caller
from carbonseal.node.requests.idempotency import Also
from carbonseal.storage.database import Database, Kept
from carbonseal.storage.node_tables import DRAFT_ACTS, DRAFTS

from . import codes, machine
from .machine import ENDED, Act, Doing, Draft, State

PAGE = 500  # of a list, where nothing is said
MOST_OPEN = 1000  # drafts of one tenant that are neither released nor discarded
MOST_ACTS = 1000  # on one draft
MOST_BYTES = 1 << 30  # of the requests of a tenant's open drafts
PREPARE = "prepare"  # the first act, which makes the draft
_LARGE = (DRAFTS.c.request, DRAFTS.c.signed)
_ROW = select(*(column for column in DRAFTS.c if column not in set(_LARGE)))


@dataclass(frozen=True, slots=True)
class Stored:
    """A draft as it is stored, without what it asks for. `document` is the digest of what was signed for its release; `prepared` in
    seconds since 1970."""

    draft: Draft
    tenant: str
    kind: str
    signer: str
    title: str
    prepared: int
    document: bytes | None


@dataclass(frozen=True, slots=True)
class NewDraft:
    """What is wanted: of which kind, for which signer (its name) and tenant; `request` is RFC 8785, `content` its SHA-256."""

    kind: str
    tenant: str
    signer: str
    title: str
    request: bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class Done:
    """One act on a draft: who did it (a name), a caller of which kind, when (seconds since 1970), which content there was then, and
    what was said."""

    act: str
    who: str
    kind: str
    at: int
    content: bytes
    said: str


class DraftTables:
    """The drafts of a node."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._releasing: Kept[Sequence[Stored]] = Kept(database)

    # --- changing ---------------------------------------------------------------------------------------------------

    def add(self, new: NewDraft, who: Caller, said: str, now: int) -> Stored:
        """A new draft. Raises Refused where its tenant has too many that are open, or too large ones."""
        open_ = select(func.count(), func.coalesce(func.sum(func.length(DRAFTS.c.request)), 0)).where(
            DRAFTS.c.open.is_(True), DRAFTS.c.tenant == new.tenant
        )
        with self._database.write() as connection:
            count, size = connection.execute(open_).one()
            if count >= MOST_OPEN:
                raise Refused(codes.DRAFT_TOO_MANY(found=count, what="open drafts", limit=MOST_OPEN))
            if size + len(new.request) > MOST_BYTES:
                raise Refused(codes.DRAFT_TOO_MANY(found=size, what="bytes of open drafts", limit=MOST_BYTES))
            row = {
                "tenant": new.tenant,
                "kind": new.kind,
                "signer": new.signer,
                "title": new.title,
                "content": new.content,
                "request": new.request,
                "prepared": now,
                **_columns(Draft(0, State.DRAFT, new.content, (who.name,))),
            }
            number = connection.execute(insert(DRAFTS).values(row)).inserted_primary_key
            assert number is not None
            stored = _stored(connection, number[0])
            _note(connection, stored.draft, Done(PREPARE, who.name, who.kind, now, new.content, said))
        return stored

    def do(self, number: int, doing: Doing, said: str, now: int, changed: NewDraft | None = None) -> Stored:
        """Do an act on a draft: of a change, `changed` is what it becomes. Raises Refused where it is not to be done."""
        with self._database.write() as connection:
            draft = machine.do(_stored(connection, number).draft, doing)
            acts = connection.scalar(select(func.count()).where(DRAFT_ACTS.c.draft == number)) or 0
            if acts >= MOST_ACTS and doing.act not in (Act.RELEASE, Act.DISCARD):
                raise Refused(codes.DRAFT_TOO_MANY(found=acts, what=f"acts on draft {number}", limit=MOST_ACTS))
            values = _columns(draft)
            if changed is not None:
                values |= {"title": changed.title, "request": changed.request}
            connection.execute(update(DRAFTS).where(DRAFTS.c.number == number).values(values))
            _note(connection, draft, Done(doing.act, doing.who.name, doing.who.kind, now, draft.content, said))
            return _stored(connection, number)

    def fail(self, number: int, said: str, now: int) -> None:
        """A release could not be issued, for a reason that `said` has, and nothing was signed for it."""
        with self._database.write() as connection:
            _by_node(connection, number, Act.FAIL, said, now)

    def sign(self, number: int, document: bytes, signed: bytes) -> Also:
        """What keeps the document (its digest and RFC 8785 bytes) that was signed for the release of a draft."""
        unsigned = (DRAFTS.c.number == number, DRAFTS.c.state == State.RELEASING, DRAFTS.c.document.is_(None))
        change = update(DRAFTS).where(*unsigned).values(document=document, signed=signed)

        def keep(connection: Connection) -> None:
            assert connection.execute(change).rowcount == 1, "of one release one document is signed"

        return keep

    def complete(self, number: int, now: int) -> Also:
        """What says that the file of what was signed is kept, and the draft released."""

        def done(connection: Connection) -> None:
            connection.execute(update(DRAFTS).where(DRAFTS.c.number == number).values(signed=None))
            _by_node(connection, number, Act.COMPLETE, "", now)

        return done

    # --- reading ----------------------------------------------------------------------------------------------------

    def find(self, number: int) -> Stored | None:
        """The draft of this number."""
        return next(iter(self._all(_ROW.where(DRAFTS.c.number == number))), None)

    def request(self, number: int) -> bytes:
        """What a draft asks for, RFC 8785."""
        with self._database.read() as connection:
            return bytes(connection.scalars(select(DRAFTS.c.request).where(DRAFTS.c.number == number)).one())

    def signed(self, number: int) -> tuple[bytes | None, bytes | None]:
        """The digest of what was signed for the release of a draft; and the document, RFC 8785, until its file is kept."""
        with self._database.read() as connection:
            row = connection.execute(select(DRAFTS.c.document, DRAFTS.c.signed).where(DRAFTS.c.number == number)).one()
        return _bytes(row.document), _bytes(row.signed)

    def acts(self, number: int) -> list[Done]:
        """All that was done to a draft, in its order."""
        chosen = select(DRAFT_ACTS).where(DRAFT_ACTS.c.draft == number).order_by(DRAFT_ACTS.c.number)
        with self._database.read() as connection:
            rows = connection.execute(chosen).all()
        return list(map(_done, rows))

    def last_act(self) -> int:
        """The number of the newest act on any draft; 0 before the first."""
        with self._database.read() as connection:
            return connection.scalar(select(func.max(DRAFT_ACTS.c.number))) or 0

    def acts_after(self, number: int, limit: int) -> list[tuple[int, int, Done]]:
        """The acts on all drafts after this number, in their order: number, draft and act of each."""
        chosen = select(DRAFT_ACTS).where(DRAFT_ACTS.c.number > number).order_by(DRAFT_ACTS.c.number).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(chosen).all()
        return [(row.number, row.draft, _done(row)) for row in rows]

    def page(self, tenant: str | None, after: int, limit: int) -> list[Stored]:
        """At most `limit` drafts of a tenant (None: of all): those that come after this number, in their order."""
        chosen = _ROW.where(DRAFTS.c.number > after).order_by(DRAFTS.c.number).limit(limit)
        return self._all(chosen if tenant is None else chosen.where(DRAFTS.c.tenant == tenant))

    def open(self, states: Collection[State], tenant: str | None = None) -> list[Stored]:
        """All drafts in one of these states, of a tenant (None: of all). None of them is an end."""
        chosen = _ROW.where(DRAFTS.c.open.is_(True), DRAFTS.c.state.in_(states)).order_by(DRAFTS.c.number)
        return self._all(chosen if tenant is None else chosen.where(DRAFTS.c.tenant == tenant))

    def releasing(self) -> Sequence[Stored]:
        """All drafts that are being released."""
        return self._releasing.get(lambda: self.open([State.RELEASING]))

    def counts(self) -> dict[State, int]:
        """How many drafts are in each state that is no end."""
        chosen = select(DRAFTS.c.state, func.count()).where(DRAFTS.c.open.is_(True)).group_by(DRAFTS.c.state)
        with self._database.read() as connection:
            return {State(state): count for state, count in connection.execute(chosen)}

    def _all(self, chosen: Select[Any]) -> list[Stored]:
        with self._database.read() as connection:
            return [_read(row) for row in connection.execute(chosen).mappings()]


def _done(row: Row[Any]) -> Done:
    return Done(row.act, row.who, row.kind, row.at, bytes(row.content), row.text)


def _stored(connection: Connection, number: int) -> Stored:
    return _read(connection.execute(_ROW.where(DRAFTS.c.number == number)).mappings().one())


def _read(row: Mapping[Any, Any]) -> Stored:
    draft = Draft(
        row["number"],
        State(row["state"]),
        bytes(row["content"]),
        tuple(row["preparers"].split()),
        row["reviewer"],
        row["releaser"],
    )
    return Stored(
        draft,
        row["tenant"],
        row["kind"],
        row["signer"],
        row["title"],
        row["prepared"],
        _bytes(row["document"]),
    )


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)


def _columns(draft: Draft) -> dict[str, Any]:
    """What of a draft acts change."""
    return {
        "state": draft.state,
        "open": draft.state not in ENDED,
        "content": draft.content,
        "preparers": " ".join(draft.preparers),
        "reviewer": draft.reviewer,
        "releaser": draft.releaser,
    }


def _by_node(connection: Connection, number: int, act: Act, said: str, now: int) -> None:
    draft = machine.by_node(_stored(connection, number).draft, act)
    connection.execute(update(DRAFTS).where(DRAFTS.c.number == number).values(_columns(draft)))
    _note(connection, draft, Done(act, "node", "node", now, draft.content, said))


def _note(connection: Connection, draft: Draft, done: Done) -> None:
    row = {"act": done.act, "who": done.who, "kind": done.kind, "at": done.at, "content": done.content}
    connection.execute(insert(DRAFT_ACTS).values(draft=draft.number, text=done.said, **row))
