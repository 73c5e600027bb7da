"""The entrance of a listener: what every request passes before its route, and its answer after it.

Requests are checked, what is refused becomes an answer, and answers are counted, refusals too. It is one middleware: each costs
every request a coroutine and what aiohttp does around it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from carbonseal.service.errors import Handler
from carbonseal.service.monitoring.answers import NO_ROUTE, Answers

CUT_OFF = 499  # the status under which an answer is counted that nobody waited for any more

Check = Callable[[web.Request], None]  # raises what it refuses
Refusal = Callable[[web.Request, Exception], web.Response]  # the answer to what was raised; raises what is no refusal


def entrance(answers: Answers, listener: str, checks: Sequence[Check], refusal: Refusal) -> Middleware:
    """The middleware of this listener, whose answers are counted in `answers`."""

    @web.middleware
    async def enter(request: web.Request, handler: Handler) -> web.StreamResponse:
        start, status = time.monotonic(), CUT_OFF
        answers.in_progress += 1
        try:
            try:
                for check in checks:
                    check(request)
                response = await handler(request)
            except Exception as error:  # noqa: BLE001 - raised again where it is no refusal
                response = refusal(request, error)
            status = response.status
            return response
        except web.HTTPException as error:
            status = error.status
            raise
        except Exception:
            status = 500
            raise
        finally:
            answers.in_progress -= 1
            answers.add(listener, _route(request), status, time.monotonic() - start)

    return enter


def _route(request: web.Request) -> str:
    """Method and path of the route as it is declared. Of other methods, which anybody may name, none."""
    route = request.match_info.route
    if route.resource is None or route.method == hdrs.METH_ANY:
        return NO_ROUTE
    return f"{route.method} {route.resource.canonical}"
