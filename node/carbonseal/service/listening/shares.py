"""Shares of what is bounded: requests, streams, bytes. So much in total, and so much of it for one client.

A client is who presented a token, or, where everybody may ask, an address. What monitoring asks has no bound, and so shares none.
"""

from __future__ import annotations

from collections import Counter
from types import TracebackType

from aiohttp import web

from carbonseal.findings import Refused
from carbonseal.service import codes

CLIENT = web.RequestKey("client", str)


class Shares:
    """`most` units without a queue, of which one client has `each` at one time: whoever finds none left is refused, and may try
    again. So a client that takes all that it can leaves the others theirs."""

    def __init__(self, what: str, most: int, each: int) -> None:
        self._what = what
        self._free = most
        self._each = each
        self._held: Counter[str] = Counter()

    def hold(self, client: str, amount: int = 1) -> Share:
        """Hold so many units; more of them with `Share.add`. All are given back where the share's context ends. Raises Refused
        (http.busy)."""
        share = Share(self, client)
        share.add(amount)
        return share

    def give_back(self, client: str, amount: int) -> None:
        """Of `Share`."""
        self._free += amount
        self._held[client] -= amount
        if not self._held[client]:
            del self._held[client]

    def take(self, client: str, amount: int) -> None:
        """Of `Share.add`."""
        if amount > self._free or self._held[client] + amount > self._each:
            raise Refused(codes.BUSY(what=self._what))
        self._free -= amount
        self._held[client] += amount


class Share:
    """What one request holds, until its context ends."""

    __slots__ = ("_client", "_shares", "amount")

    def __init__(self, shares: Shares, client: str) -> None:
        self.amount = 0
        self._shares = shares
        self._client = client

    def add(self, amount: int) -> None:
        """Hold so many units more. Raises Refused (http.busy)."""
        self._shares.take(self._client, amount)
        self.amount += amount

    def __enter__(self) -> Share:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._shares.give_back(self._client, self.amount)
        self.amount = 0


class Held(list[Share]):
    """What a request holds until it is answered; a context, at whose end all is given back."""

    def __enter__(self) -> Held:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for share in self:
            share.__exit__(None, None, None)


HELD = web.RequestKey("held", Held)
MEMORY = web.AppKey("body-memory", Shares)
ANSWERING = web.AppKey("answer-memory", Shares)


def hold(request: web.Request, shares: Shares, amount: int = 1) -> Share:
    """Hold units for the client of a request until it is answered. Raises Refused (http.busy)."""
    share = shares.hold(request[CLIENT], amount)
    request[HELD].append(share)
    return share


def holding(request: web.Request) -> Held:
    """What a request holds from now on, as a context."""
    held = request[HELD] = Held()
    return held
