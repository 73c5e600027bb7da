"""The exchange with partners, joined: what they get, what they send, and the call-backs to each, whose secret is opened here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from carbonseal.node.access.tokens import Tokens
from carbonseal.node.lookup.lookup import Lookup
from carbonseal.node.sealing.logs import Logs
from carbonseal.storage.database import Database
from carbonseal.storage.writer_thread import WriterThread

from .callbacks import CallBacks, Sleep
from .exchange import Exchange
from .inbox import Inbox
from .sending import PartnerHost
from .settings import ExchangeConfig


@dataclass(frozen=True, slots=True)
class Partners:
    """The exchange of a node, None where it has no `[pact]`; and the call-backs that it owes."""

    exchange: Exchange | None
    call_backs: Sequence[CallBacks] = ()

    @staticmethod
    def of(
        settings: ExchangeConfig | None,
        directory: Path,
        database: Database,
        lookup: Lookup,
        logs: Logs,
        *,
        tokens: Tokens,
        thread: WriterThread,
        clock: Callable[[], float],
    ) -> Partners:
        """The exchange that `[pact]` asks for. Raises Refused on secrets and certificates."""
        if settings is None:
            return Partners(None)
        exchange = Exchange(settings, Inbox(database), lookup, logs, thread=thread, clock=clock)
        senders = [(one, PartnerHost.of(one, settings, directory)) for one in settings.partners]
        made = [CallBacks(one, exchange, tokens, sender, thread=thread, clock=clock) for one, sender in senders]
        return Partners(exchange, made)

    async def run(self, sleep: Sleep) -> None:
        """Make call-backs, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for one in self.call_backs:
                tasks.create_task(one.run(sleep))

    async def close(self) -> None:
        """Let go of the connections."""
        for one in self.call_backs:
            await one.close()
