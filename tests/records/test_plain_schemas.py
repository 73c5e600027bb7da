"""JSON schemas without the library decide as the library does, or not at all."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from carbonseal.passport import schemas
from carbonseal.passport.conformity import schemas as conformity
from carbonseal.records.plain_schemas import Plain, Unknown
from tests.passport.stated import Stated, opinion, program
from tests.world import World

MANY = 1_000_000
OTHERS: tuple[Any, ...] = (
    None,
    True,
    0,
    1,
    2,
    -1,
    65536,
    1.0,
    0.5,
    "",
    "a",
    "a\n",
    "stage",
    "b" * 200,
    "\u00fc\u202e",
    [],
    ["x"],
    {},
    {"x": 1},
)


def documents() -> dict[str, tuple[Any, Any]]:
    """Schemas, each with a document of its form."""
    world = World()
    stated = Stated(world)
    passport = json.loads(world.passport().encode())
    statement = json.loads(stated.statement(opinion([bytes(32)]), accreditations=[stated.accreditation()]).encode())
    on_programme = json.loads(stated.statement(program()).encode())
    found = {
        "product": (schemas.PRODUCT, document_of(passport, "credentials")),
        "status list": (schemas.STATUS_LIST, document_of(passport, "statusLists")),
        "statement": (conformity.STATEMENT, document_of(statement, "statements")),
        "on a programme": (conformity.STATEMENT, document_of(on_programme, "statements")),
        "accreditation": (conformity.ACCREDITATION, document_of(statement, "accreditations")),
    }
    return found | {
        "passport": (schemas.PASSPORT, passport),
        "statement file": (schemas.STATEMENT_FILE, statement),
        "trust": (schemas.TRUST, json.loads(world.trust().encode())),
    }


def document_of(file: Any, section: str) -> Any:
    return next(iter(file[section].values()))["document"]


DOCUMENTS = documents()


def changed(document: Any) -> Iterator[Any]:
    """The document with one of at most 60 places changed: another value, one member less, one more, one item twice or none."""
    places = list(found_in(document))
    for path in places[:: 1 + len(places) // 60]:
        *way, last = path
        for other in OTHERS:
            yield from one_changed(document, way, lambda at, last=last, other=other: at.__setitem__(last, other))
        yield from one_changed(document, way, lambda at, last=last: at.__delitem__(last))
        yield from one_changed(document, path, lambda at: at.update({"more": 1}) if isinstance(at, dict) else None)
        yield from one_changed(document, path, lambda at: at.extend(at[:1]) if isinstance(at, list) else None)
        yield from one_changed(document, path, lambda at: at.clear() if isinstance(at, list | dict) else None)


def found_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all values but the whole."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in members:
        yield (*path, name)
        yield from found_in(one, (*path, name))


def one_changed(document: Any, path: Any, change: Any) -> Iterator[Any]:
    made = copy.deepcopy(document)
    at = made
    for step in path:
        at = at[step]
    change(at)
    yield made


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_decides_as_the_library_does(name: str) -> None:
    schema, document = DOCUMENTS[name]
    library = Draft202012Validator(schema)
    assert Plain(MANY).holds(schema, document)
    decided: list[bool] = []
    for other in changed(document):
        try:
            found = Plain(MANY).holds(schema, other)
        except Unknown:
            continue
        assert found == library.is_valid(other), other
        decided.append(found)
    assert True in decided
    assert decided.count(False) > 100


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer"}, 1.0),
        ({"minimum": 1}, 0.5),
        ({"type": "number"}, 1),
        ({"const": 1}, True),
        ({"enum": [[1]]}, [True]),
        ({"pattern": r"^\d$"}, "١"),
        ({"pattern": "^a$|b"}, "a"),
        ({"format": "uri"}, "a"),
        ({"uniqueItems": True}, []),
        ({"not": {"uniqueItems": True}}, []),
        ({"if": {"uniqueItems": True}}, []),
    ],
)
def test_it_leaves_to_the_library_what_it_does_not_know(schema: Any, value: Any) -> None:
    with pytest.raises(Unknown):
        Plain(MANY).holds(schema, value)


def test_it_looks_at_so_many_values_and_then_no_more() -> None:
    plain = Plain(4)
    schema = {"type": "array", "items": {"type": "string"}}
    assert plain.holds(schema, ["a", "b"])
    with pytest.raises(Unknown):
        plain.holds(schema, ["a", "b"])
    with pytest.raises(Unknown):
        plain.holds(schema, [])


def test_a_shape_says_the_same_before_and_after(monkeypatch: pytest.MonkeyPatch) -> None:
    """The documents that come first are looked at plainly, and all others by the library."""
    schema, document = DOCUMENTS["trust"]
    shape = schemas.Shape(schema)
    wrong = {**document, "more": 1}
    said = []
    for left in (MANY, 0):
        monkeypatch.setattr(schemas, "_PLAIN", Plain(left))
        said.append((shape.holds(document), shape.problem(document), shape.holds(wrong), shape.problem(wrong)))
    assert said[0] == said[1]
    assert said[0][:3] == (True, None, False)
