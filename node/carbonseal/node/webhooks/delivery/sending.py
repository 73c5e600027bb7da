"""Sending of messages: one POST over HTTP, whose answer is a status and no more.

- Where it may go, and how it gets there, is `outgoing.session`'s rule. Of an answer the status is read, of its body nothing.
- URLs, which may hold a key, are in no log line and no reason.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from carbonseal.findings import Refused
from carbonseal.node.outgoing.addresses import is_among, is_public, read_address
from carbonseal.node.outgoing.session import TIMEOUT, Lookup, OutgoingSession, Unreachable, system_lookup
from carbonseal.node.webhooks import codes
from carbonseal.node.webhooks.settings import WebhookConfig

from .machine import Failed, Outcome, answered

LOG = logging.getLogger(__name__)
LONGEST_URL = 1000


def check_url(url: str, settings: WebhookConfig) -> None:
    """Raises Refused where no receiver can be at this URL."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        raise Refused(codes.WEBHOOK_URL(url=_short(url), reason=error)) from error
    reason = ""
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        reason = f"it is not an ASCII text of at most {LONGEST_URL} characters without spaces"
    elif parts.scheme not in ("http", "https") or not host:
        reason = "it is not https://..."
    elif parts.username is not None or parts.password is not None:
        reason = "a name and a password are of no use: messages are signed"
    elif parts.fragment:
        reason = "a fragment goes nowhere"
    elif parts.scheme == "http" and not settings.allow:
        reason = "plain http is for networks that the operator allows"
    if reason:
        raise Refused(codes.WEBHOOK_URL(url=_short(url), reason=reason))
    try:
        address = read_address(host or "")
    except ValueError:
        return  # a name: its addresses are looked at when something is sent
    if not (is_public(address) or is_among(address, settings.allow)):
        raise Refused(codes.WEBHOOK_ADDRESS(address=address))


class Sender:
    """Sends to one receiver. Close it."""

    def __init__(
        self,
        url: str,
        settings: WebhookConfig,
        context: ssl.SSLContext | None,
        *,
        lookup: Lookup = system_lookup,
        timeout: float = TIMEOUT,
    ) -> None:
        """`context` is of TLS; None: this machine's own certificates are trusted."""
        self._url = url
        encrypted = urlsplit(url).scheme == "https"
        self._session = OutgoingSession(
            settings.allow, "[webhooks]", encrypted=encrypted, context=context, lookup=lookup, timeout=timeout
        )

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """What became of a message. Raises nothing of the network's."""
        try:
            async with self._session.post(self._url, body, headers) as response:
                return answered(response.status, _seconds(response.headers.get("Retry-After", "")))
        except Unreachable as error:
            return Failed(str(error), is_absent=True)
        except Exception as defect:  # the client's must not stop the node
            LOG.exception("webhook defect: call=post")
            return Failed(f"no HTTP answer ({type(defect).__name__})")

    async def close(self) -> None:
        """Let go of the connections."""
        await self._session.close()


def _seconds(text: str) -> float:
    """Of a header Retry-After, in seconds; 0 where it says no number: its dates are another clock's."""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0.0


def _short(url: str) -> str:
    return ascii(url[:80]).strip("'")
