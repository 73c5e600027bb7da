"""Parameters of queries, read as the route declares them: each once, of its schema, and no others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

from multidict import MultiMapping
from yarl import URL

from carbonseal.findings import Refused
from carbonseal.passport.schemas import Shape
from carbonseal.records.places import printable
from carbonseal.service import codes
from carbonseal.service.openapi.facts import Facts, Parameter, names_in

KEPT = 16  # queries of a route that are not read again: a program asks with one and the same, often
MOST_TOLD = 80  # characters of what is wrong
_INTEGER = re.compile("0|-?[1-9][0-9]{0,18}", re.ASCII)
_WORDS = {"true": True, "false": False}


def in_query(path: str, facts: Facts) -> list[Parameter] | None:
    """The parameters that a route declares of its query; None where its handler reads it itself."""
    if facts.is_open:
        return None
    in_path = names_in(path)
    return [one for one in facts.parameters if one.name not in in_path]


Query = MappingProxyType[str, Any]


def query_reader(declared: list[Parameter] | None) -> Callable[[str], Query]:
    """`read_query` of a query as it came, percent-encoded."""

    @lru_cache(KEPT)
    def read(text: str) -> Query:
        return MappingProxyType(read_query(URL.build(query_string=text, encoded=True).query, declared))

    return read


def read_query(query: MultiMapping[str], declared: list[Parameter] | None) -> dict[str, Any]:
    """The value of every parameter of the query that a route declares, by its name: a number, a boolean or a text, as its schema
    says; its default, or None, where it is missing; nothing of one that the handler
    reads. Raises Refused (`http.*-parameter`)."""
    if declared is None:
        return {}
    _only(query, declared)
    return {one.name: _value(query.getall(one.name, []), one) for one in declared}


def _only(query: Mapping[str, str], declared: Iterable[Parameter]) -> None:
    known = [one.name for one in declared]
    for name in query:
        if name not in known:
            raise Refused(codes.UNKNOWN_PARAMETER(name=printable(name, MOST_TOLD), known=", ".join(known) or "none"))


def _value(given: list[str], parameter: Parameter) -> Any:
    if len(given) > 1:
        raise Refused(codes.REPEATED_PARAMETER(name=parameter.name, times=len(given)))
    if not given:
        if parameter.is_required:
            raise Refused(codes.MISSING_PARAMETER(name=parameter.name, what=parameter.what))
        return parameter.default
    value = _parse(given[0], parameter.schema.get("type"))
    problem = _shape(parameter).problem(value)
    if problem is not None:
        told = printable(given[0], MOST_TOLD) or "nothing"
        raise Refused(codes.MALFORMED_PARAMETER(value=told, name=parameter.name, problem=problem))
    return value


def _parse(text: str, kind: object) -> Any:
    """The value that a text says; the text itself where it says none of that kind, which the schema then refuses."""
    if kind == "integer":
        return int(text) if _INTEGER.fullmatch(text) else text
    return _WORDS.get(text, text) if kind == "boolean" else text


@cache
def _shape(parameter: Parameter) -> Shape:
    return Shape(parameter.schema)
