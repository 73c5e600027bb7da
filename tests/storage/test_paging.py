"""Pages of a table: in the order of numbers, within a span, of one group or merged of several."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Connection, Index, Integer, MetaData, String, Table, create_engine, insert, select

from carbonseal.storage.paging import Group, Span, equal, read_page, values_of

THINGS = Table(
    "things",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("tenant", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("issuer", String, nullable=False),
    Column("issued", Integer, nullable=False),
    Index("things_by_tenant", "tenant", "number"),
    Index("things_by_subject", "tenant", "subject", "number"),
    Index("things_by_issuer", "tenant", "issuer", "number"),
    Index("things_by_time", "issued", "number"),
)
TENANTS, SUBJECTS, ISSUERS = ("a", "b"), ("s", "t", "u"), ("i", "j")
C = THINGS.c


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    """60 things in which every combination occurs, one a second from 1000 on; numbers have gaps."""
    engine = create_engine("sqlite://")
    THINGS.create(engine)
    rows = [
        {"number": 2 * at + 1, "tenant": tenant, "subject": subject, "issuer": issuer, "issued": 1000 + at}
        for at, (_, tenant, subject, issuer) in enumerate(itertools.product(range(5), TENANTS, SUBJECTS, ISSUERS))
    ]
    with engine.connect() as opened:
        opened.execute(insert(THINGS), rows)
        yield opened
    engine.dispose()


def numbers(connection: Connection, span: Span, *groups: Group) -> list[int]:
    return [row["number"] for row in read_page(connection, select(THINGS), THINGS, groups or ([],), span)]


def test_pages_are_the_table_and_each_row_is_in_one(connection: Connection) -> None:
    for tenants in (["a"], ["a", "b"]):
        found, after = [], 0
        while page := numbers(connection, Span(after, 7), *([C.tenant == one] for one in tenants)):
            assert len(page) <= 7
            found += page
            after = page[-1]
        assert found == [*connection.scalars(select(C.number).where(C.tenant.in_(tenants)).order_by(C.number))]
    assert numbers(connection, Span()) == found


@pytest.mark.parametrize(
    ("since", "until", "first", "last", "count"),
    [(None, None, 1, 119, 60), (1000, 1060, 1, 119, 60), (1010, 1012, 21, 23, 2), (1059, None, 119, 119, 1), (0, 1001, 1, 1, 1)],
)  # fmt: skip
def test_times_bound_a_span(connection: Connection, since: int, until: int, first: int, last: int, count: int) -> None:
    page = numbers(connection, Span(0, 1000, since, until))
    assert (page[0], page[-1], len(page)) == (first, last, count)


@pytest.mark.parametrize(
    "span", [Span(0, 9, 1060), Span(0, 9, None, 1000), Span(0, 9, 1012, 1010), Span(119, 9), Span(2**63 - 1, 9)]
)
def test_a_span_may_have_nothing(connection: Connection, span: Span) -> None:
    assert numbers(connection, span) == []


def test_filters_are_all_applied_and_the_first_chooses_the_index(connection: Connection) -> None:
    for subject, issuer in itertools.product(SUBJECTS, ISSUERS):
        group = [C.tenant == "a", *equal(C.subject, subject, (C.issuer, issuer))]
        rows = read_page(connection, select(THINGS), THINGS, [group], Span())
        assert len(rows) == 5
        assert {(row["tenant"], row["subject"], row["issuer"]) for row in rows} == {("a", subject, issuer)}
    assert len(read_page(connection, select(THINGS), THINGS, [[C.tenant == "a", *equal(C.subject, "s")]], Span())) == 10
    chosen = select(THINGS).where(C.tenant == "a", *equal(C.subject, "s", (C.issuer, "i")), C.number > 3)
    text = str(chosen.order_by(C.number).limit(5).compile(compile_kwargs={"literal_binds": True}))
    plan = [str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
    assert plan == ["SEARCH things USING INDEX things_by_subject (tenant=? AND subject=? AND number>?)"]


def test_the_values_of_a_column(connection: Connection) -> None:
    assert values_of(connection, C.tenant) == ["a", "b"]
    assert values_of(connection, C.subject) == ["s", "t", "u"]
