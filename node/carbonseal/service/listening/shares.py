"""Shares of what is bounded: requests, streams, bytes. So much in total, and so much of it for one client.

A client is who presented a token, or, where everybody may ask, an address. What monitoring asks has no bound, and so shares none.
"""

from __future__ import annotations

from types import TracebackType

from aiohttp import web

from carbonseal.findings import Refused
from carbonseal.service import codes


class Shares:
    """`most` units without a queue, of which one client has `each` at one time: whoever finds none left is refused, and may try
    again. So a client that takes all that it can leaves the others theirs."""

    def __init__(self, what: str, most: int, each: int) -> None:
        self._what = what
        self._free = most
        self._each = each
        self._held: dict[str, int] = {}

    def take(self, client: str, amount: int) -> None:
        """Of `Held.hold`."""
        held = self._held.get(client, 0) + amount
        if amount > self._free or held > self._each:
            raise Refused(codes.BUSY(what=self._what))
        self._free -= amount
        self._held[client] = held

    def give_back(self, client: str, amount: int) -> None:
        """Of `Held`."""
        self._free += amount
        self._held[client] -= amount
        if not self._held[client]:
            del self._held[client]


class Held:
    """What a request of a client holds of all shares until it is answered; a context, at whose end all is given back."""

    __slots__ = ("_held", "client")

    def __init__(self, client: str) -> None:
        self.client = client
        self._held: dict[Shares, int] = {}  # bodies come in as many pieces as their senders like

    def hold(self, shares: Shares, amount: int = 1) -> None:
        """Hold so many units more. Raises Refused (http.busy)."""
        if amount:
            shares.take(self.client, amount)
            self._held[shares] = self._held.get(shares, 0) + amount

    def __enter__(self) -> Held:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for shares, amount in self._held.items():
            shares.give_back(self.client, amount)
        self._held.clear()


HELD = web.RequestKey("held", Held)
MEMORY = web.AppKey("body-memory", Shares)
ANSWERING = web.AppKey("answer-memory", Shares)


def holding(request: web.Request, client: str) -> Held:
    """What a request holds from now on, for this client, as a context."""
    held = request[HELD] = Held(client)
    return held


def hold(request: web.Request, shares: Shares, amount: int = 1) -> None:
    """Hold units until the request is answered. Raises Refused (http.busy)."""
    request[HELD].hold(shares, amount)


def client_of(request: web.Request) -> str:
    """Whose share a request takes."""
    return request[HELD].client
