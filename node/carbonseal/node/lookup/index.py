"""Index of what sealed records say: filled after the fact, read by look-ups. A database of its own, `index.db`, which can be made
again from the logs.

- `add` takes what the next entries of one log said, and how far it reaches then: one transaction, so that after a crash nothing is
  missing and nothing is there twice.
- A record whose footprint id has another figure in another record of its tenant is *disputed*, and so is that other one; each pair
  is a row of `disputes`, at the place of the second in its log, for who follows them: so they are the same in an index that is
  made again, in whatever order it reads several logs.
- Of the records of one tenant, profile and footprint id the last is *current*.

Owns the tables `covered`, `indexed`, `terms` and `disputes`. One thread writes; any may read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from carbonseal.node.sealing.queue import Stored
from carbonseal.storage.database import SLICE, Database, insert_rows
from carbonseal.storage.index_tables import COVERED, DISPUTES, INDEXED, TERMS

from .said import FOOTPRINT, NAMES, Said

Term = tuple[str, str, str, int]  # tenant, name and value, by which the record of that number in the index is found
MOST_OTHERS = 64  # records of one footprint id that a new one is compared with: the newest


@dataclass(frozen=True, slots=True)
class Indexed:
    """A record in the index. `number` is its place in the index, `log` the origin of its log."""

    number: int
    log: str
    entry: int
    tenant: str
    profile: str
    commitment: bytes
    acknowledged: int  # seconds since 1970
    said: Said
    is_current: bool
    is_disputed: bool

    @property
    def since(self) -> tuple[int, str, int]:
        """By which records of several logs are in an order."""
        return self.acknowledged, self.log, self.entry


@dataclass(frozen=True, slots=True)
class Dispute:
    """Two records of a tenant that give one footprint id two figures; `second` came later."""

    tenant: str
    footprint: str
    first: Indexed
    second: Indexed


class Index:
    """The index in a database of `storage.schema.INDEX`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- in --------------------------------------------------------------------------------------------------------

    def covered(self, log: str) -> tuple[int, bytes]:
        """The first entry of the log of this origin that is not in the index, and the entry before it (empty: none)."""
        with self._database.read() as connection:
            row = connection.execute(select(COVERED).where(COVERED.c.log == log)).first()
        return (0, b"") if row is None else (row.until, bytes(row.last))

    def logs(self) -> set[str]:
        """The origins of the logs that it has something of."""
        with self._database.read() as connection:
            return set(connection.scalars(select(COVERED.c.log)))

    def add(
        self,
        log: str,
        covering: tuple[int, int],
        last: bytes,
        records: Sequence[tuple[Stored, Said]],
        *,
        by_time: bool = False,
    ) -> list[Dispute]:
        """Add what these records of the log say, all among its entries `covering` (from, to), of which `last` is the last: the
        index covers them then. Gives the second figures that are among them. Durable on return. `by_time`: records of other logs
        that are in the index may be later ones than these, by when they were acknowledged.

        Nothing is added where the index does not end where they begin: it was cleared, or somebody else added them."""
        start, until = covering
        with self._database.write() as connection:
            reached = connection.scalar(select(COVERED.c.until).where(COVERED.c.log == log)) or 0
            if reached != start:
                return []
            number = connection.scalar(select(func.max(INDEXED.c.number))) or 0
            rows = [_row(at, log, stored, said) for at, (stored, said) in enumerate(records, number + 1)]
            insert_rows(connection, INDEXED, rows)
            terms = {
                (stored.tenant, name, value, at)
                for at, (stored, said) in enumerate(records, number + 1)
                for name in NAMES
                for value in said.names.get(name, ())
            }
            insert_rows(connection, TERMS, sorted(terms))
            repeated = _repeated(connection, records)
            disputes = [
                dispute
                for at, (stored, said) in enumerate(records, number + 1)
                if (stored.tenant, said.footprint) in repeated
                for dispute in _compare(connection, stored.tenant, at, by_time=by_time)
            ]
            connection.execute(delete(COVERED).where(COVERED.c.log == log))
            connection.execute(insert(COVERED).values(log=log, until=until, last=last))
        return disputes

    def clear(self) -> None:
        """Forget all: the logs are read again from their beginnings."""
        with self._database.write() as connection:
            for table in (COVERED, INDEXED, TERMS, DISPUTES):
                connection.execute(delete(table))

    # --- out -------------------------------------------------------------------------------------------------------

    def find(self, log: str, entry: int) -> Indexed | None:
        """The record that is this entry of the log of this origin; None where the index does not reach it."""
        with self._database.read() as connection:
            row = connection.execute(select(INDEXED).where(INDEXED.c.log == log, INDEXED.c.entry == entry)).first()
        return None if row is None else _indexed(row)

    def rows(self, log: str, start: int, end: int) -> dict[int, Indexed]:
        """The records among the entries start..end-1 of the log of this origin, by entry."""
        chosen = select(INDEXED).where(INDEXED.c.log == log, INDEXED.c.entry >= start, INDEXED.c.entry < end)
        with self._database.read() as connection:
            return {row.entry: _indexed(row) for row in connection.execute(chosen)}

    def lacking(self, terms: set[Term]) -> set[Term]:
        """Those of these terms that are not there."""
        values: dict[str, set[str]] = defaultdict(set)
        for tenant, _, value, _ in terms:
            values[tenant].add(value)
        numbers = [number for *_, number in terms]
        left = set(terms)
        with self._database.read() as connection:
            for tenant, wanted in values.items():
                listed = sorted(wanted)
                for at in range(0, len(listed), SLICE):
                    chosen = select(TERMS).where(
                        TERMS.c.tenant == tenant,
                        TERMS.c.name.in_(NAMES),
                        TERMS.c.value.in_(listed[at : at + SLICE]),
                        TERMS.c.number.between(min(numbers), max(numbers)),
                    )
                    left -= {(row.tenant, row.name, row.value, row.number) for row in connection.execute(chosen)}
        return left

    def by_term(self, tenant: str, name: str, values: Sequence[str], after: int, limit: int) -> list[Indexed]:
        """The records of a tenant that have one of these names: the first `limit` with numbers above `after`, in their order."""
        with self._database.read() as connection:
            found: set[int] = set()
            for value in values:
                chosen = select(TERMS.c.number).where(*_term(tenant, name, value), TERMS.c.number > after)
                found.update(connection.scalars(chosen.order_by(TERMS.c.number).limit(limit)))
            return list(_load(connection, sorted(found)[:limit]))

    def by_tenant(
        self, tenant: str, after: int, limit: int, *, profile: str = "", is_disputed: bool = False
    ) -> list[Indexed]:
        """The records of a tenant, of a profile where it is named, or those that are disputed: the first `limit` with numbers above
        `after`, in their order."""
        chosen = select(INDEXED).where(INDEXED.c.tenant == tenant, INDEXED.c.number > after)
        if is_disputed:
            chosen = chosen.where(INDEXED.c.is_disputed.is_(True))
        elif profile:
            chosen = chosen.where(INDEXED.c.profile == profile)
        with self._database.read() as connection:
            return [_indexed(row) for row in connection.execute(chosen.order_by(INDEXED.c.number).limit(limit))]

    def against(self, record: Indexed, limit: int) -> list[Indexed]:
        """The records of its tenant that give its footprint id another figure: the first `limit`."""
        if not record.is_disputed:
            return []
        found = self.by_term(record.tenant, FOOTPRINT, [record.said.footprint], 0, MOST_OTHERS)
        return [other for other in found if not record.said.agrees(other.said)][:limit]

    def disputes(self, log: str, start: int, limit: int) -> list[Dispute]:
        """The second figures in the log of this origin: the first `limit` from its entry `start` on, in their order."""
        chosen = select(DISPUTES).where(DISPUTES.c.log == log, DISPUTES.c.entry >= start)
        with self._database.read() as connection:
            rows = connection.execute(chosen.order_by(DISPUTES.c.entry).limit(limit)).all()
            pairs = [(row, {one.number: one for one in _load(connection, [row.first, row.second])}) for row in rows]
        return [Dispute(row.tenant, row.footprint, pair[row.first], pair[row.second]) for row, pair in pairs]


def _row(number: int, log: str, stored: Stored, said: Said) -> tuple[object, ...]:
    receipt = stored.receipt
    place = (number, log, stored.index, stored.tenant, receipt.profile)
    return (*place, receipt.commitment, receipt.acknowledged, said.encode(), True, False)


def _indexed(row: Row[tuple[object, ...]]) -> Indexed:
    values = row._asdict()
    return Indexed(**{**values, "commitment": bytes(row.commitment), "said": Said.decode(row.said)})


def _term(tenant: str, name: str, value: str) -> tuple[ColumnElement[bool], ...]:
    return TERMS.c.tenant == tenant, TERMS.c.name == name, TERMS.c.value == value


def _load(connection: Connection, numbers: Sequence[int]) -> Iterator[Indexed]:
    for start in range(0, len(numbers), SLICE):
        chosen = select(INDEXED).where(INDEXED.c.number.in_(numbers[start : start + SLICE]))
        for row in connection.execute(chosen.order_by(INDEXED.c.number)):
            yield _indexed(row)


def _repeated(connection: Connection, records: Sequence[tuple[Stored, Said]]) -> set[tuple[str, str]]:
    """Tenants and footprint ids of these records, as far as others have them too."""
    ids: dict[str, set[str]] = defaultdict(set)
    for stored, said in records:
        if said.footprint:
            ids[stored.tenant].add(said.footprint)
    found: set[tuple[str, str]] = set()
    for tenant, footprints in ids.items():
        wanted = sorted(footprints)
        for start in range(0, len(wanted), SLICE):
            part = wanted[start : start + SLICE]
            chosen = select(TERMS.c.value).where(
                TERMS.c.tenant == tenant, TERMS.c.name == FOOTPRINT, TERMS.c.value.in_(part)
            )
            chosen = chosen.group_by(TERMS.c.value).having(func.count() > 1)
            found.update((tenant, value) for value in connection.scalars(chosen))
    return found


def _compare(connection: Connection, tenant: str, number: int, *, by_time: bool) -> list[Dispute]:
    """Compare a new record with those that have its footprint id; what it follows is not current any more. `by_time` as in
    `Index.add`: the second is the later one of the two."""
    (new,) = _load(connection, [number])
    footprint = new.said.footprint
    chosen = select(TERMS.c.number).where(*_term(tenant, FOOTPRINT, footprint), TERMS.c.number < number)
    before = list(
        _load(connection, sorted(connection.scalars(chosen.order_by(TERMS.c.number.desc()).limit(MOST_OTHERS))))
    )
    for other in before:
        if other.is_current and other.profile == new.profile:
            connection.execute(update(INDEXED).where(INDEXED.c.number == other.number).values(is_current=False))
    others = [other for other in before if not new.said.agrees(other.said)]
    if not others:
        return []
    disputed = [number, *(other.number for other in others if not other.is_disputed)]
    connection.execute(update(INDEXED).where(INDEXED.c.number.in_(disputed)).values(is_disputed=True))
    later = [other for other in others if by_time and other.since > new.since]
    pairs = [(new, other) for other in later]
    if earlier := [other for other in others if other not in later]:
        pairs.append((min(earlier, key=lambda other: other.since), new))
    return [Dispute(tenant, footprint, *pair) for pair in pairs if _is_new(connection, *pair)]


def _is_new(connection: Connection, first: Indexed, second: Indexed) -> bool:
    """Store a second figure, whose first is the earliest one that it contradicts. Whether it was not there before."""
    here = DISPUTES.c.log == second.log, DISPUTES.c.entry == second.entry
    known = connection.scalar(select(DISPUTES.c.first).where(*here))
    if known is not None:
        (other,) = _load(connection, [known])
        if first.since < other.since:
            connection.execute(update(DISPUTES).where(*here).values(first=first.number))
        return False
    row = {"tenant": second.tenant, "footprint": second.said.footprint, "first": first.number, "second": second.number}
    connection.execute(insert(DISPUTES).values(**row, log=second.log, entry=second.entry))
    return True
