"""Refusals of a route: the statuses with which it may refuse, which follow from what it is."""

from __future__ import annotations

from collections.abc import Mapping

from carbonseal.service.listeners import PUBLIC, Route

REFUSALS: Mapping[int, str] = {
    400: "Rejected: the request, or a document in it, is not valid",
    401: "No token that works came with the request",
    403: "The token's scopes do not allow this, or the request comes from a web page",
    404: "There is nothing of this name here, or nothing that the token may see",
    405: "The path does not take this method",
    408: "The body came too slowly",
    409: "Not as things are now",
    410: "It was here, and is not any more",
    413: "The body is too large",
    415: "The body has another media type, or a content encoding",
    417: "The request expects what nothing here does",
    421: "The request is for a name that is not this node's",
    422: "Undetermined: nothing is wrong with the form of the request, but what it asks for cannot be shown",
    429: "This tenant has as much of it as it may have: send it again after the time in Retry-After",
    500: "Something failed on the node's machine",
    503: "Busy, stopping or frozen: send it again after the time in Retry-After",
    507: "The node's disk has no room: send it again after the time in Retry-After",
}
RETRIED = (429, 503, 507)
_ALWAYS = (400, 421, 422, 500, 503, 507)
_OF_A_BODY = (408, 413, 415)


def statuses(route: Route) -> tuple[int, ...]:
    """The statuses with which a route may refuse: those of every route, of its gate, path and body, and its own."""
    found = {*_ALWAYS, *route.facts.refused}
    if route.needs is not PUBLIC:
        found |= {401, 403}
    if route.method != "GET":
        found |= {403, 409}
    if route.facts.body is not None:
        found |= {*_OF_A_BODY}
    if route.facts.body is not None or "{" in route.path:
        found |= {404}  # what the body or the path names
    return tuple(sorted(found))
