"""What a route declares for the OpenAPI document: its summary, parameters, body and answers.

    @ROUTES.get(
        "/v1/things/{name}",
        Scope.READ,
        Facts("A thing of this tenant", {200: of_json(THING)}, (NAME, AFTER), refused=(409,)),
    )

- A parameter is in the path where the path names it, else in the query. The query is read by these declarations alone
  (`listening.parameters`): what is not declared is refused.
- The tag is the part of the path behind `/v1`, unless another is given.
- Refusals are not declared: what every route of a kind may refuse is in `refusals`; `refused` has the statuses beside those.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from carbonseal.passport.schemas import Schema, Shape

JSON, NDJSON, TEXT, OCTETS = "application/json", "application/x-ndjson", "text/plain", "application/octet-stream"
_PATH_PART = re.compile(r"\{([a-z_]+)(?::[^}]*)?\}")  # of aiohttp: `{name}` or `{name:regex}`


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """A parameter of a path or a query: its name, the schema of its value, and what it means. `default` is the value of one that
    is missing in a query; a parameter without is None then, or refused where it `is_required`."""

    name: str
    schema: Schema
    what: str
    default: Any = None
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """A body of a request or an answer: the schema of each media type that it may have, and what it is. `headers` are fields of
    an answer, each with what it says."""

    media: Mapping[str, Schema]
    what: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one route. `answers` are by status. `is_open`: its handler reads the query, which may have
    whatever parameters more. `takes_key`: its request may come under an `Idempotency-Key`."""

    summary: str
    answers: Mapping[int, Content]
    parameters: tuple[Parameter, ...] = ()
    body: Content | None = None
    refused: tuple[int, ...] = ()
    tag: str = ""
    is_open: bool = False
    takes_key: bool = False


def of_json(schema: Schema | Shape, what: str = "", headers: Mapping[str, str] | None = None) -> Content:
    """A body of JSON of this form."""
    return Content({JSON: schema.schema if isinstance(schema, Shape) else schema}, what, headers or {})


def of_text(what: str, media: str = TEXT) -> Content:
    """A body that is text."""
    return Content({media: {"type": "string"}}, what)


def of_bytes(what: str, media: str = OCTETS) -> Content:
    """A body of bytes."""
    return Content({media: {}}, what)


def template(path: str) -> str:
    """A route's path as OpenAPI has it.

    >>> template("/v1/logs/{log}/tile/{path:.+}")
    '/v1/logs/{log}/tile/{path}'
    """
    return _PATH_PART.sub(r"{\1}", path)


def names_in(path: str) -> list[str]:
    """The parameters that a route's path has.

    >>> names_in("/v1/logs/{log}/tile/{path:.+}")
    ['log', 'path']
    """
    return _PATH_PART.findall(path)
