"""The OpenAPI document: valid, complete, the same whenever it is made, and written down as it is served."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from jsonschema_rs import Draft202012Validator
from openapi_spec_validator import validate

from carbonseal.node.access.scopes import Scope
from carbonseal.node.node import Node
from carbonseal.service.app import ROUTES, document_of, routes_of, serving
from carbonseal.service.listeners import PUBLIC, Listener, Route, Routes
from carbonseal.service.openapi.document import document
from carbonseal.service.openapi.facts import Facts, Parameter, of_json, template
from tests.repository.sources import REPOSITORY
from tests.repository.texts import openapi
from tests.service.nodes import make_node

NAME = Parameter("name", {"type": "string"}, "A name")
OBJECT = {200: of_json({"type": "object"})}


@pytest.mark.parametrize("listener", Listener)
def test_it_is_valid_and_has_every_route_of_its_listener(listener: Listener) -> None:
    made = json.loads(document_of(listener))
    validate(made)
    said = {(method.upper(), path) for path, operations in made["paths"].items() for method in operations}
    assert said == {(route.method, template(route.path)) for route in routes_of(listener)}


def test_the_public_listener_tells_nobody_what_else_there_is() -> None:
    """Apart from its components, which are the same everywhere."""
    public = json.loads(document_of(Listener.PUBLIC))
    assert all(not operation["security"] for path in public["paths"].values() for operation in path.values())


def test_what_it_says_of_security_is_what_the_gate_asks_for() -> None:
    paths = document(ROUTES)["paths"]
    for route in ROUTES:
        said = paths[template(route.path)][route.method.lower()]["security"]
        needed = (
            []
            if route.needs is PUBLIC
            else [{"token": [route.needs.value]}]
            if isinstance(route.needs, Scope)
            else [{"operator": []}]
        )
        assert said == needed, route.path


def test_a_constant_is_one_value() -> None:
    """openapi-python-client refuses the whole document over a list."""

    def constants(value: Any) -> list[Any]:
        if isinstance(value, dict):
            own = [value["const"]] if "const" in value else []
            return own + [one for inner in value.values() for one in constants(inner)]
        return [one for inner in value for one in constants(inner)] if isinstance(value, list) else []

    found = constants(document(ROUTES))
    assert len(found) > 20
    assert all(isinstance(one, str | int | None) for one in found)


def test_a_list_that_is_constant_is_said_item_by_item() -> None:
    facts = Facts("Get", {200: of_json({"const": ["a", "b"]})})
    said = document([Route("GET", "/v1/x", PUBLIC, facts, _handler)])["paths"]["/v1/x"]["get"]["responses"]["200"]
    schema = said["content"]["application/json"]["schema"]
    validator = Draft202012Validator(schema)
    assert [validator.is_valid(one) for one in (["a", "b"], ["a"], ["b", "a"], ["a", "b", "c"], "ab")] == [
        True, False, False, False, False,
    ]  # fmt: skip


def test_the_document_in_the_repository_is_the_one_that_is_served(tmp_path: Path) -> None:
    make_node(tmp_path / "node")
    written = json.loads((REPOSITORY / "docs" / "openapi.json").read_text("utf-8"))
    assert written == json.loads(openapi.page()), "run: make texts"

    async def go() -> None:
        async with (
            Node.open(tmp_path / "node") as node,
            serving(node) as url,
            aiohttp.ClientSession(url) as session,
            session.get("/openapi.json") as response,
        ):
            assert (response.status, await response.json()) == (200, written)

    asyncio.run(go())


def test_every_reference_leads_somewhere_and_every_operation_has_a_name_of_its_own() -> None:
    made = document(ROUTES)
    components = {f"#/components/{kind}/{name}" for kind, all_ in made["components"].items() for name in all_}
    assert set(_references(made)) <= components
    names = [operation["operationId"] for path in made["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names))


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [value["$ref"]] if "$ref" in value else [one for each in value.values() for one in _references(each)]
    return [one for each in value for one in _references(each)] if isinstance(value, list) else []


async def _handler(_request: Any) -> Any:
    raise AssertionError


@pytest.mark.parametrize(
    ("path", "facts"),
    [
        ("/v1/things/{name}", Facts("A thing", OBJECT)),
        ("/v1/things/{name:.+}", Facts("A thing", OBJECT)),
        ("/v1/things", Facts("", OBJECT)),
        ("/v1/things", Facts("Things", {})),
    ],
)
def test_a_route_cannot_leave_out_what_it_is(path: str, facts: Facts) -> None:
    with pytest.raises(ValueError, match="does not declare"):
        Routes().get(path, PUBLIC, facts)(_handler)


def test_two_routes_of_one_method_and_path_are_an_error() -> None:
    same = [Route("GET", "/v1/x/{name}", PUBLIC, Facts("X", OBJECT, (NAME,)), _handler)] * 2
    with pytest.raises(ValueError, match="two routes are GET /v1/x/"):
        document(same)
