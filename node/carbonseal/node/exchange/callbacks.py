"""Call-backs: the answers that partners are owed, each partner's by a task of its own, so that a dead one delays no other.

- An answer is made when it is sent, from what is sealed then; every try has the same event id.
- A try that fails is made again, twice as long later each time; after `LONGEST` it is given up (PACT 3.0: 72 hours).
- The request is answered, durably, after the partner took the answer. A crash in between sends it once more.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from carbonseal.findings import BrokenOff, Refused
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.tokens import Tokens
from carbonseal.storage.writer_thread import WriterThread
from carbonseal.transport import backoff

from . import codes
from .exchange import ASKING, Exchange
from .inbox import Event, State
from .settings import PartnerConfig

LOG = logging.getLogger(__name__)
PERIOD = 1.0  # seconds between two looks at what is due
FIRST_DELAY, LONGEST_DELAY = 5.0, 3600.0  # seconds
LONGEST = 72 * 3600.0  # seconds after which a request is given up

Sleep = Callable[[float], Awaitable[None]]


class Sender(Protocol):
    """The way to one partner's host."""

    async def send(self, event: bytes) -> str:
        """Send an event: empty where it was taken, else why it was not. Raises nothing of the network's."""

    async def close(self) -> None:
        """Let go of the connections."""


def advance(event: Event, answer: str, problem: str, now: float) -> Event:
    """What a try makes of a request that is due: `answer` is the type of what was sent, `problem` why it was not taken. Pure."""
    tried = replace(event, tries=event.tries + 1, answer=answer, reason=problem)
    if not problem:
        return replace(tried, state=State.ANSWERED)
    if now - event.received >= LONGEST:
        return replace(tried, state=State.ABANDONED)
    return replace(tried, next=now + backoff(tried.tries, FIRST_DELAY, LONGEST_DELAY))


class CallBacks:
    """The call-backs to one partner."""

    def __init__(
        self,
        partner: PartnerConfig,
        exchange: Exchange,
        tokens: Tokens,
        sender: Sender,
        *,
        thread: WriterThread,
        clock: Callable[[], float],
    ) -> None:
        self._partner = partner
        self._exchange = exchange
        self._tokens = tokens
        self._sender = sender
        self._thread = thread
        self._clock = clock

    async def run(self, sleep: Sleep) -> None:
        """Send what is due, until cancelled."""
        while True:
            try:
                while await self.step():
                    pass
            except (BrokenOff, OSError) as error:
                LOG.warning("call-backs not made: partner=%s error=%s", self._partner.client, error)
            await sleep(PERIOD)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._sender.close()

    async def step(self) -> bool:
        """Try the answer that is due first. Whether one was due."""
        event, now = self._exchange.inbox.due(self._partner.client, self._partner.url), self._clock()
        if event is None or now < event.next <= now + LONGEST_DELAY:
            return False
        answer, problem = await self._try(event)
        after = advance(event, answer, problem, self._clock())
        await self._thread.run(self._exchange.inbox.change, after)
        log = LOG.info if after.state is State.ANSWERED else LOG.warning
        log(
            "call-back: partner=%s event=%d state=%s answer=%s tries=%d error=%s",
            self._partner.client, event.number, after.state.value, answer.rpartition(".ProductFootprint.")[2], after.tries, problem,
        )  # fmt: skip
        return True

    async def _try(self, event: Event) -> tuple[str, str]:
        """The type of the answer, and why it was not taken."""
        try:
            answer, body = await self._exchange.answer(event, self._caller(event))
        except BrokenOff:
            raise
        except Refused as refused:
            return "", refused.finding.message
        except Exception:  # what is kept must not stop the node, now and at every start
            LOG.exception("call-back defect: event=%d", event.number)
            return "", "the answer could not be made, by a defect here"
        return answer, await self._sender.send(body)

    def _caller(self, event: Event) -> Caller:
        """The client, as it is let in now. Raises Refused where it may not read any more."""
        caller = self._tokens.caller(event.client, int(self._clock()))
        if not caller.scopes & ASKING or caller.tenant != event.tenant:
            raise Refused(codes.EXCHANGE_CLIENT_SCOPE(client=caller.name))
        return caller
