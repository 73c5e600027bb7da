"""The issuer of `[oidc]`: tells whose a bearer token is, with the keys that the issuer publishes.

Keys are kept in memory, at most one set of bounded size:

| when | what |
|---|---|
| a token comes, and none were fetched, or they are older than `FRESH` | they are fetched |
| a token names a key that is not among them | they are fetched, in case the issuer has a new one |
| they were asked for within `PAUSE` | they are not fetched again, whatever tokens name |
| the issuer does not answer, or not with keys | those that are there work on, until they are older than `KEPT` |

One request at a time fetches; others go on with the keys that are there, or wait for it, `MOST_WAITING` at most: whoever names
keys that nobody has, while the issuer hangs, takes no more of the node than that. Signatures are verified in a thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from carbonseal.findings import Refused

from . import codes
from .bearer import Header, Identity, identify, read_header
from .config import OidcConfig
from .key_sets import KeySet, PublicKey

LOG = logging.getLogger(__name__)
FRESH = 3_600  # seconds for which keys are not asked for again
KEPT = 86_400  # seconds for which they work while the issuer gives no others
PAUSE = 30  # seconds between two tries to fetch them
MOST_WAITING = 16  # requests that wait for keys

Fetch = Callable[[], Awaitable[KeySet]]


class Issuer:
    """`fetch` gets the issuer's keys; raises Refused. `clock` tells seconds since 1970."""

    def __init__(self, settings: OidcConfig, fetch: Fetch, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._fetch = fetch
        self._clock = clock
        self._keys = KeySet(())
        self._fetched: float | None = None
        self._tried: float | None = None
        self._problem = "they were not fetched yet"
        self._fetching = asyncio.Lock()
        self._waiting = 0

    @property
    def name(self) -> str:
        """As tokens have it in `iss`."""
        return self._settings.issuer

    async def identify(self, token: str) -> Identity:
        """Whose token this is. Raises Refused (``oidc.*``)."""
        header = read_header(token, self._settings)
        keys = await self._fitting(header)
        return await asyncio.to_thread(identify, token, header, keys, self._settings, int(self._clock()))

    def expire(self) -> None:
        """Have the keys fetched when the next token comes: the operator says that there are others."""
        self._tried = None
        if self._fetched is not None:
            self._fetched = min(self._fetched, self._clock() - FRESH)

    async def _fitting(self, header: Header) -> tuple[PublicKey, ...]:
        """The keys that a token may be signed with, at least one."""
        found = self._known(header)
        if not found or (not self._are_within(FRESH) and not self._fetching.locked()):
            await self._wait_for_keys()
            found = self._known(header)
        if found:
            return found
        if not self._are_within(KEPT):
            raise Refused(codes.OIDC_UNREACHABLE(issuer=self.name, reason=self._problem))
        raise Refused(codes.OIDC_UNKNOWN_KEY(issuer=self.name))

    def _known(self, header: Header) -> tuple[PublicKey, ...]:
        return self._keys.fitting(header.kid, header.algorithm) if self._are_within(KEPT) else ()

    async def _wait_for_keys(self) -> None:
        if self._waiting < MOST_WAITING:
            self._waiting += 1
            try:
                await self._refresh()
            finally:
                self._waiting -= 1

    async def _refresh(self) -> None:
        """Fetch the keys, unless that was tried just now."""
        async with self._fetching:
            now = self._clock()
            if self._tried is not None and 0 <= now - self._tried < PAUSE:
                return
            self._tried = now
            try:
                self._keys = await self._fetch()
            except Refused as refused:
                self._problem = refused.finding.message
                LOG.warning("issuer's keys not fetched: issuer=%s error=%s", self.name, self._problem)
                return
            self._fetched = now
            LOG.info("issuer's keys fetched: issuer=%s keys=%d", self.name, len(self._keys.keys))

    def _are_within(self, seconds: int) -> bool:
        return self._fetched is not None and self._clock() - self._fetched < seconds
