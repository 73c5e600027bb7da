"""Sending of messages: one POST over HTTP, whose answer is a status and no more.

- The address is decided on where the connection is made (`addresses`): whatever a name led to a moment before, and whatever the
  name of an address looks like, the socket goes to an address that is allowed or is not opened.
- HTTPS with a certificate that this machine trusts, or one of the operator's; plain HTTP only to networks that the operator allows.
- No redirect is followed. Of an answer the status is read, of its body nothing; all of it has `TIMEOUT` seconds.
- Names are looked up in a thread of the receiver's own, one at a time: a name service that hangs holds up nobody else's.
- URLs, which may hold a key, are in no log line and no reason.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from carbonseal.findings import Refused
from carbonseal.node.webhooks import codes
from carbonseal.node.webhooks.settings import WebhookConfig

from .addresses import is_among, is_public, read_address
from .machine import Failed, Outcome, answered

if TYPE_CHECKING:  # aiohttp is of an extra
    import aiohttp

LOG = logging.getLogger(__name__)
TIMEOUT = 15.0  # seconds for name, connection, sending and answer
CONNECT = 5.0  # seconds for the connection alone
LONGEST_URL = 1000
AT_ONCE = 8  # messages under way to one receiver
USER_AGENT = "carbonseal-webhooks/1"

Lookup = Callable[[str, int], list[Any]]  # as socket.getaddrinfo; it blocks


def system_lookup(host: str, port: int) -> list[Any]:
    """The addresses of a name, as this machine finds them. Raises OSError."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


class NotAllowed(OSError):
    """A connection that the rule of addresses forbids."""


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
        self._encrypted = urlsplit(url).scheme == "https"
        self._settings = settings
        self._context = context
        self._names = _Names(lookup)
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """What became of a message. Raises nothing of the network's."""
        import aiohttp

        try:
            async with self._opened().post(self._url, data=body, headers=headers, allow_redirects=False) as response:
                return answered(response.status, _seconds(response.headers.get("Retry-After", "")))
        except TimeoutError:
            return Failed(f"no answer within {self._timeout:g} seconds")
        except aiohttp.ClientSSLError:
            return Failed("its certificate is not trusted, or is another name's")
        except aiohttp.ClientConnectorError as error:
            return Failed(_reason(error.os_error))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Failed(f"no HTTP answer ({type(error).__name__})")
        except Exception as defect:  # the client's must not stop the node
            LOG.exception("webhook defect: call=post")
            return Failed(f"no HTTP answer ({type(defect).__name__})")

    def _opened(self) -> aiohttp.ClientSession:
        """The session; nothing is kept open between two messages."""
        import aiohttp

        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=AT_ONCE,
                resolver=self._names.resolver(),
                use_dns_cache=False,
                force_close=True,
                socket_factory=self._socket,
                ssl=self._context or True,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=self._timeout, sock_connect=min(CONNECT, self._timeout)),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
                auto_decompress=False,
            )
        return self._session

    def _socket(self, found: tuple[Any, ...]) -> socket.socket:
        """A socket for an address that is about to be connected to. Raises `NotAllowed`."""
        family, kind, protocol, _name, to = found
        address = read_address(to[0])
        allowed = is_among(address, self._settings.allow)
        if not allowed and not is_public(address):
            raise NotAllowed("its address is not public, and [webhooks] of node.toml does not allow it")
        if not allowed and not self._encrypted:
            raise NotAllowed("plain http is for networks that [webhooks] of node.toml allows")
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()


class _Names:
    """Looks up names, one at a time."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._running: asyncio.Future[list[Any]] | None = None

    def resolver(self) -> Any:
        """As aiohttp takes it."""
        from aiohttp.abc import AbstractResolver, ResolveResult

        names = self

        class Resolver(AbstractResolver):
            async def resolve(
                self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
            ) -> list[ResolveResult]:
                found = await names.find(host, port)
                return [
                    ResolveResult(hostname=host, host=to[0], port=port, family=kind, proto=protocol, flags=0)
                    for kind, _type, protocol, _name, to in found
                    if family in (socket.AF_UNSPEC, kind)
                ]

            async def close(self) -> None:
                return None

        return Resolver()

    async def find(self, host: str, port: int) -> list[Any]:
        """The addresses of a name. Raises OSError. A receiver has one name: whoever asks meanwhile gets the same answer."""
        if self._running is None:
            self._running = asyncio.get_running_loop().create_future()
            threading.Thread(target=self._look, args=(host, port, self._running), daemon=True).start()
        return await asyncio.shield(self._running)

    def _look(self, host: str, port: int, answer: asyncio.Future[list[Any]]) -> None:
        found: list[Any] | OSError
        try:
            found = self._lookup(host, port)
        except OSError as error:
            found = error
        except UnicodeError:  # a name that cannot be one
            found = OSError("it is no name")
        with suppress(RuntimeError):  # the loop is closed
            answer.get_loop().call_soon_threadsafe(self._found, answer, found)

    def _found(self, answer: asyncio.Future[list[Any]], found: list[Any] | OSError) -> None:
        self._running = None
        if isinstance(found, OSError):
            answer.set_exception(found)
            answer.exception()  # retrieved, also where nobody waits any more
        else:
            answer.set_result(found)


def _reason(error: OSError) -> str:
    if isinstance(error, NotAllowed):
        return str(error)
    if isinstance(error, socket.gaierror):
        return "its name is not found"
    return f"it cannot be reached ({error.strerror or 'no connection'})"


def _seconds(text: str) -> float:
    """Of a header Retry-After, in seconds; 0 where it says no number: its dates are another clock's."""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0.0


def _short(url: str) -> str:
    return ascii(url[:80]).strip("'")
