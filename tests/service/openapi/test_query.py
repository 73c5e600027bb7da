"""Queries are read as the route declares them: each parameter once, of its form, and no others."""

from __future__ import annotations

from typing import Any

import pytest
from multidict import MultiDict

from carbonseal.findings import Refused
from carbonseal.service.listening.parameters import in_query, read_query
from carbonseal.service.openapi.facts import Facts, Parameter, of_json

AFTER = Parameter("after", {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}, "A number", default=0)
KIND = Parameter("kind", {"enum": ["a", "b"]}, "Which")
NEEDED = Parameter("needed", {"type": "string", "minLength": 1}, "What is needed", is_required=True)
FLAG = Parameter("flag", {"type": "boolean"}, "Whether")
IN_PATH = Parameter("name", {"type": "string"}, "A name")
FACTS = Facts("X", {200: of_json({})}, (IN_PATH, AFTER, KIND, NEEDED, FLAG))


def read(query: list[tuple[str, str]], facts: Facts = FACTS) -> dict[str, Any]:
    return read_query(MultiDict(query), in_query("/x/{name}", facts))


def test_values_have_the_type_of_their_schema() -> None:
    got = read([("after", "7"), ("kind", "b"), ("needed", "7"), ("flag", "true")])
    assert got == {"after": 7, "kind": "b", "needed": "7", "flag": True}
    assert read([("needed", "x")]) == {"after": 0, "kind": None, "needed": "x", "flag": None}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ([], "http.missing-parameter"),
        ([("needed", "")], "http.malformed-parameter"),
        ([("needed", "x"), ("needed", "x")], "http.repeated-parameter"),
        ([("needed", "x"), ("Needed", "x")], "http.unknown-parameter"),
        ([("needed", "x"), ("name", "x")], "http.unknown-parameter"),
        ([("needed", "x"), ("", "")], "http.unknown-parameter"),
        ([("needed", "x"), ("kind", "c")], "http.malformed-parameter"),
        ([("needed", "x"), ("flag", "True")], "http.malformed-parameter"),
        ([("needed", "x"), ("flag", "1")], "http.malformed-parameter"),
        *(
            ([("needed", "x"), ("after", text)], "http.malformed-parameter")
            for text in (
                "-1",
                "1.0",
                "1e3",
                "+1",
                "01",
                "",
                " 1",
                "0x1",
                "\u0661",
                "9007199254740992",
                "9223372036854775808",
                "9" * 5000,
            )
        ),
    ],
)
def test_what_is_refused(query: list[tuple[str, str]], code: str) -> None:
    with pytest.raises(Refused) as refused:
        read(query)
    assert refused.value.finding.code.name == code
    assert len(refused.value.finding.message) < 1000


def test_the_largest_number_is_taken_and_an_open_query_is_left_alone() -> None:
    assert read([("needed", "x"), ("after", str(2**53 - 1))])["after"] == 2**53 - 1
    is_open = Facts("X", {200: of_json({})}, (IN_PATH,), is_open=True)
    assert read([("whatever", "x"), ("whatever", "y")], is_open) == {}
