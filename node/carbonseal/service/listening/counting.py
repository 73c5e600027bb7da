"""Counting of answers: the outermost middleware of a listener, so that refusals count too."""

from __future__ import annotations

import time

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from carbonseal.service.errors import Handler
from carbonseal.service.monitoring.answers import NO_ROUTE, Answers

CUT_OFF = 499  # the status under which an answer is counted that nobody waited for any more


def counted(answers: Answers, listener: str) -> Middleware:
    """A middleware that counts the answers of this listener."""

    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        start, status = time.monotonic(), CUT_OFF
        answers.in_progress += 1
        try:
            response = await handler(request)
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

    return count


def _route(request: web.Request) -> str:
    """Method and path of the route as it is declared. Of other methods, which anybody may name, none."""
    route = request.match_info.route
    if route.resource is None or route.method == hdrs.METH_ANY:
        return NO_ROUTE
    return f"{route.method} {route.resource.canonical}"
