"""What the document says by itself is what the node refuses in words: days that months have, scopes that go together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from itertools import chain, combinations
from pathlib import Path

import pytest

from carbonseal.findings import Refused
from carbonseal.instants import parse_instant
from carbonseal.node.access.callers import Kind
from carbonseal.node.access.principals import Principals, Wanted
from carbonseal.node.access.scopes import Scope
from carbonseal.passport.schemas import Shape
from carbonseal.service.app import ROUTES
from carbonseal.service.openapi.document import document
from carbonseal.storage.database import Database
from carbonseal.storage.schema import NODE

PATHS = document(ROUTES)["paths"]
(INSTANT,) = (one["schema"] for one in PATHS["/v1/passports"]["get"]["parameters"] if one["name"] == "issuedFrom")
TIMES = ("00:00:00", "23:59:59", "24:00:00", "23:60:00", "23:59:60", "12:30:00+", "1:30:00", "12:30")


def is_instant(text: str) -> bool:
    try:
        parse_instant(text)
    except ValueError:
        return False
    return True


def test_an_instant_of_the_document_is_one_of_the_node() -> None:
    form = re.compile(INSTANT["pattern"], re.ASCII)
    years = (0, 1, 4, 96, 100, 400, 999, 1900, 1904, 2000, 2023, 2024, 2100, 2400, 9999)
    days = [f"{year:04}-{month:02}-{day:02}" for year in years for month in range(14) for day in range(33)]
    texts = [f"{day}T12:30:00Z" for day in days] + [f"2024-02-29T{time}Z" for time in TIMES]
    assert [text for text in texts if bool(form.match(text)) != is_instant(text)] == []
    first = date(2023, 1, 1)
    leap = {f"{first + timedelta(days=number)}T00:00:00Z" for number in range(365 + 366)}
    assert sum(bool(form.match(text)) for text in leap) == 365 + 366


@pytest.fixture
def principals(tmp_path: Path) -> Iterator[Principals]:
    with closing(Database(tmp_path / "node.db", NODE)) as database:
        yield Principals(database, ["acme"])


def test_scopes_that_the_document_allows_together_are_those_that_the_node_gives(principals: Principals) -> None:
    forms = {
        name: Shape(PATHS[f"/v1/{name}"]["post"]["requestBody"]["content"]["application/json"]["schema"])
        for name in ("tokens/create", "identities/add", "tokens/scopes")
    }
    several = chain.from_iterable(combinations(Scope, count) for count in range(1, len(Scope) + 1))
    tried = 0
    for kind, scopes in ((kind, scopes) for scopes in several for kind in (Kind.PERSON, Kind.SYSTEM)):
        who = {"principal": "anna", "scopes": [one.value for one in scopes]}
        of = {**who, "kind": kind.value, "tenant": "acme"}
        try:
            principals.find_or_make(Wanted("anna", kind, "acme", frozenset(scopes)))
        except Refused as refused:
            assert refused.finding.code.name == "access.scopes-together"
            is_allowed = False
        else:
            is_allowed = True
        assert forms["tokens/create"].holds({**of, "name": "a", "days": 1}) == is_allowed, of
        assert forms["identities/add"].holds({**of, "subject": "1"}) == is_allowed, of
        if kind is Kind.PERSON:  # of a system, the request does not say that it is one
            assert forms["tokens/scopes"].holds(who) == is_allowed, who
        tried += 1
    assert tried == 2 * (2 ** len(Scope) - 1)
