"""Receivers of webhooks at a node, typed: who is told what happens there, and what they did not take."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from carbonseal.instants import parse_instant
from carbonseal.service.client.paging import Operates, every


@dataclass(frozen=True, slots=True)
class Webhook:
    """A receiver and what has become of its messages. `tenant` is None for the operator's own; `url` is scheme and host alone;
    `types` are the events that it wants, without any: all; `paused` says why it is sent nothing, None: it is. Times are in seconds
    since 1970; `last` is when one was delivered."""

    number: int
    name: str
    tenant: str | None
    url: str
    types: tuple[str, ...]
    created: int
    paused: str | None
    made: int
    delivered: int
    pending: int
    dead: int
    last: int | None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that its receiver refused, by its sequence among those of the receiver: the `event`, how often it was tried, and
    why it was not taken."""

    number: int
    id: str
    tries: int
    reason: str
    event: Mapping[str, Any]


class Webhooks:
    """The receivers of a tenant, the caller's own where none is named. Methods raise Refused (``webhook.*``)."""

    def __init__(self, node: Operates, tenant: str = "") -> None:
        self._node = node
        self._of = {"tenant": tenant} if tenant else {}

    async def all(self) -> AsyncIterator[Webhook]:
        """Every receiver, in order."""
        async for one in every(self._node, "webhooks/list", **self._of):
            yield _webhook(one)

    async def dead(self, name: str) -> AsyncIterator[DeadLetter]:
        """Every dead letter of a receiver, in order."""
        async for one in every(self._node, "webhooks/dead/list", **self._of, name=name):
            yield DeadLetter(**one)

    async def add(self, name: str, url: str, types: Iterable[str] = ()) -> str:
        """Have what happens from now on sent to a receiver: gives the secret that signs its messages, this once."""
        wanted = list(types)
        return str((await self._ask("add", name, url=url, **({"types": wanted} if wanted else {})))["secret"])

    async def test(self, name: str) -> str:
        """Send a receiver a message that says nothing, now: why it was not taken; empty where it was."""
        return str((await self._ask("test", name))["reason"])

    async def rotate(self, name: str, overlap: int = 86_400) -> str:
        """Another secret, this once; the one before signs too, for `overlap` seconds."""
        return str((await self._ask("rotate", name, overlap=overlap))["secret"])

    async def pause(self, name: str, reason: str) -> bool:
        """Send a receiver nothing until it is resumed. Whether it was sent something until now."""
        return bool((await self._ask("pause", name, reason=reason))["new"])

    async def resume(self, name: str) -> bool:
        """Send a receiver what waits, now. Whether it was paused."""
        return bool((await self._ask("resume", name))["new"])

    async def replay(self, name: str, ids: Iterable[str] = ()) -> int:
        """Send dead letters again, those of these ids or all: how many."""
        chosen = list(ids)
        return int((await self._ask("replay", name, **({"ids": chosen} if chosen else {})))["replayed"])

    async def remove(self, name: str) -> None:
        """Forget a receiver and what waits for it."""
        await self._ask("remove", name)

    async def _ask(self, act: str, name: str, **said: Any) -> Mapping[str, Any]:
        return await self._node.operate(f"webhooks/{act}", {**self._of, "name": name, **said})


def _webhook(told: Mapping[str, Any]) -> Webhook:
    last = None if told["last"] is None else int(parse_instant(told["last"]).timestamp())
    created = int(parse_instant(told["created"]).timestamp())
    return Webhook(**{**told, "types": tuple(told["types"] or ()), "created": created, "last": last})
