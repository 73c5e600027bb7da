"""The entrance of a listener: what every request passes before it is routed, and its answer after it.

Requests are checked, what is refused becomes an answer, and answers are counted, refusals too. It stands around the application,
and is no middleware: each costs every request what aiohttp does around it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from aiohttp import hdrs, web

from carbonseal.service.errors import Handler
from carbonseal.service.monitoring.answers import NO_ROUTE, Answers

CUT_OFF = 499  # the status under which an answer is counted that nobody waited for any more

Check = Callable[[web.Request], None]  # raises what it refuses
Refusal = Callable[[web.Request, Exception], web.Response]  # the answer to what was raised; raises what is no refusal


class Entrance:
    """The entrance of the listener of this name, whose answers are counted in `answers`."""

    def __init__(self, answers: Answers, listener: str, checks: Sequence[Check], refusal: Refusal) -> None:
        self._answers = answers
        self._listener = listener
        self._checks = checks
        self._refusal = refusal
        self._names: dict[web.AbstractRoute, str] = {}

    def around(self, handle: Handler) -> Handler:
        """What finds the route of a request and answers it, behind this entrance."""
        answers, checks = self._answers, self._checks

        async def enter(request: web.Request) -> web.StreamResponse:
            start, status, route = time.monotonic(), CUT_OFF, NO_ROUTE
            answers.in_progress += 1
            try:
                try:
                    for check in checks:
                        check(request)
                    try:
                        response = await handle(request)
                    finally:
                        route = self._name(request.match_info.route)
                except Exception as error:  # noqa: BLE001 - raised again where it is no refusal
                    response = self._refusal(request, error)
                status = response.status
                return response
            except web.HTTPException as error:
                status = error.status
                raise
            except Exception as error:
                status = CUT_OFF if is_cut_off(request, error) else 500
                raise
            finally:
                answers.in_progress -= 1
                answers.add(self._listener, route, status, time.monotonic() - start)

        return enter

    def _name(self, route: web.AbstractRoute) -> str:
        """Method and path of a route as it is declared. Of other methods, which anybody may name, none."""
        name = self._names.get(route)
        if name is not None:
            return name
        if route.resource is None or route.method == hdrs.METH_ANY:
            return NO_ROUTE
        name = self._names[route] = f"{route.method} {route.resource.canonical}"
        return name


def is_cut_off(request: web.BaseRequest, error: BaseException | None) -> bool:
    """Whether it is an error because who asked is gone."""
    transport = request.transport
    return isinstance(error, ConnectionError) and (transport is None or transport.is_closing())


ENTRANCE = web.AppKey("entrance", Entrance)
