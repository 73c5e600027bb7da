"""The header `Idempotency-Key` of requests (IETF draft idempotency-key-header): read, and held while a request is worked on.

Routes that take one declare it (`Operation.takes_key`, or `under_key` in their handler). The key is a text as RFC 8941 has it, in
quotation marks; without them, as many programs send it, it is the same key.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from carbonseal.findings import Refused
from carbonseal.node.requests import codes
from carbonseal.node.requests.idempotency import NO_KEY, Unkeyed, digest, key_of
from carbonseal.service.context import NODE, caller_of
from carbonseal.service.openapi.idempotency_key import BARE, HEADER, LONGEST, QUOTED


@asynccontextmanager
async def under_key(request: web.Request, body: bytes) -> AsyncIterator[Unkeyed]:
    """The key that came with the request, held while it is worked on; `NO_KEY` where none came. `body` is the request's, or a
    digest of it. Raises Refused (``idempotency.*``)."""
    text = _read(request.headers.getall(HEADER, []))
    if text is None:
        yield NO_KEY
        return
    asked = digest(request.method, request.path_qs, body)
    async with request.app[NODE].idempotency.under(key_of(caller_of(request), text), asked) as key:
        yield key


def _read(values: list[str]) -> str | None:
    """The key in the header, None where there is none. Raises Refused."""
    if not values:
        return None
    value = values[0].strip(" \t")
    if len(values) == 1 and len(value) <= LONGEST:
        if quoted := re.fullmatch(QUOTED, value):
            return re.sub(r"\\(.)", r"\1", quoted[1])
        if re.fullmatch(BARE, value):
            return value
    raise Refused(codes.IDEMPOTENCY_MALFORMED(most=LONGEST))
