"""Sending to a partner's PACT host: a token by client credentials, and the event (PACT 3.0, "Authentication" and "Events").

- POST URL/auth/token with HTTP Basic, then POST URL/3/events. Each token is used once.
- Where it may be sent to, and how names are looked up, is `outgoing.session`'s rule. No redirect is followed.
- Answers are bounded; secrets, tokens and URLs are in no log line and no reason.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from carbonseal.node.outgoing.session import OutgoingSession, Unreachable
from carbonseal.node.secrets import open_secret
from carbonseal.transport import BodyTooLarge, read_chunks

from .basic import encode_basic
from .events import MEDIA
from .settings import ExchangeConfig, PartnerConfig

LARGEST = 64 * 1024  # bytes of an answer
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
GRANT = b"grant_type=client_credentials"


class PartnerHost:
    """One partner's host, as `callbacks.Sender` wants it."""

    def __init__(self, url: str, client_id: str, secret: str, session: OutgoingSession) -> None:
        self._url = url
        self._client = (client_id, secret)
        self._session = session

    @staticmethod
    def of(partner: PartnerConfig, settings: ExchangeConfig, directory: Path) -> PartnerHost:
        """The host that the settings name. Raises Refused on its secret, OSError on the certificates."""
        secret = open_secret(partner.client_secret, directory).decode("utf-8", "replace")
        context = settings.reach.context(directory)
        encrypted = urlsplit(partner.url).scheme == "https"
        session = OutgoingSession(settings.reach.allow, "[pact]", encrypted=encrypted, context=context)
        return PartnerHost(partner.url, partner.client_id, secret, session)

    async def send(self, event: bytes) -> str:
        """Send an event: empty where it was taken, else why it was not."""
        try:
            token = await self._token()
            if not token:
                return "its host gave no access token"
            headers = {"Content-Type": MEDIA, "Authorization": f"Bearer {token}"}
            status, _ = await self._post("/3/events", event, headers)
        except Unreachable as error:
            return str(error)
        return "" if 200 <= status < 300 else f"its host answered {status} to the event"

    async def _token(self) -> str:
        """An access token; empty where there is none."""
        headers = {**FORM, "Authorization": encode_basic(*self._client)}
        status, body = await self._post("/auth/token", GRANT, headers)
        if not 200 <= status < 300:
            raise Unreachable(f"its host answered {status} to the request for a token")
        try:
            answer: Any = orjson.loads(body)
        except orjson.JSONDecodeError:
            return ""
        token = answer.get("access_token") if isinstance(answer, dict) else None
        return token if isinstance(token, str) and token.isascii() and token.isprintable() else ""

    async def _post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        async with self._session.post(f"{self._url}{path}", body, headers) as response:
            try:
                return response.status, await read_chunks(response.content.iter_any(), LARGEST)
            except BodyTooLarge as error:
                raise Unreachable("its host answered too much") from error

    async def close(self) -> None:
        """Let go of the connections."""
        await self._session.close()
