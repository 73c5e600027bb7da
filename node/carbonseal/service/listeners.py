"""Listeners and routes: which address answers what, and which scope a request needs.

| listener | answers | who |
|---|---|---|
| public | routes that are `PUBLIC` | everybody |
| private | all routes | who has the scope that the route names |
| admin | routes that need `Scope.ADMIN` | who has it |

A route says what it needs beside its path, and cannot leave it out:

    ROUTES = Routes()

    @ROUTES.get("/v1/things/{name}", Scope.READ, Facts("A thing", {200: of_json(THING)}, (NAME,)))
    async def thing(request: web.Request) -> web.Response: ...

`Facts` is what the OpenAPI document says of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from carbonseal.findings import Refused
from carbonseal.node.access.callers import Caller, Kind
from carbonseal.node.access.codes import ACCESS_OPERATOR_ONLY, ACCESS_SCOPE_MISSING
from carbonseal.node.access.scopes import Scope, format_scopes
from carbonseal.service.openapi.facts import Facts, names_in

if TYPE_CHECKING:  # aiohttp is for who serves
    from carbonseal.service.errors import Handler


class Open(Enum):
    """What needs no scope."""

    PUBLIC = auto()
    OPERATOR = auto()  # for who has the node's directory, which no scope gives


PUBLIC, OPERATOR_ONLY = Open.PUBLIC, Open.OPERATOR
Needs = Scope | Open


def allow(caller: Caller, needs: Needs) -> None:
    """Raise Refused (``access.*``) where the caller may not do what needs this."""
    if needs is OPERATOR_ONLY and caller.kind is not Kind.OPERATOR:
        raise Refused(ACCESS_OPERATOR_ONLY())
    if isinstance(needs, Scope) and needs not in caller.scopes:
        scopes = format_scopes(caller.scopes) or "none"
        raise Refused(ACCESS_SCOPE_MISSING(scope=needs.value, caller=caller.name, scopes=scopes))


class Listener(Enum):
    """One of the three addresses of a node."""

    PUBLIC = "public"
    PRIVATE = "private"
    ADMIN = "admin"

    def serves(self, needs: Needs) -> bool:
        """Whether this listener has the routes that need this."""
        match self:
            case Listener.PRIVATE:
                return True
            case Listener.PUBLIC:
                return needs is PUBLIC
            case Listener.ADMIN:
                return needs is Scope.ADMIN


@dataclass(frozen=True, slots=True)
class Route:
    """`method` and `path` as aiohttp takes them. Raises ValueError where a parameter of the path is not declared."""

    method: str
    path: str
    needs: Needs
    facts: Facts
    handler: Handler

    @property
    def is_shared(self) -> bool:
        """Whether it is for clients, who share what the node has (`listening.shares`). What monitoring asks is answered always."""
        return self.method != "GET" or self.needs is not Scope.ADMIN

    def __post_init__(self) -> None:
        missing = {*names_in(self.path)} - {one.name for one in self.facts.parameters}
        if missing or not self.facts.summary or not self.facts.answers:
            raise ValueError(f"{self.method} {self.path} does not declare {', '.join(sorted(missing)) or 'what it is'}")


class Routes:
    """The routes of one module. GET answers HEAD too."""

    def __init__(self) -> None:
        self._routes: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def get(self, path: str, needs: Needs, facts: Facts) -> Callable[[Handler], Handler]:
        """Decorator of the handler of a GET."""
        return self.add("GET", path, needs, facts)

    def post(self, path: str, needs: Needs, facts: Facts) -> Callable[[Handler], Handler]:
        """Decorator of the handler of a POST."""
        return self.add("POST", path, needs, facts)

    def add(self, method: str, path: str, needs: Needs, facts: Facts) -> Callable[[Handler], Handler]:
        """Decorator of the handler of a method: GET, POST, PUT, PATCH or DELETE."""

        def declare(handler: Handler) -> Handler:
            self._routes.append(Route(method, path, needs, facts, handler))
            return handler

        return declare
