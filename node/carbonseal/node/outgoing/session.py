"""Outgoing HTTP requests to where somebody else said, one host a session.

- The address is decided on where the connection is made (`addresses`): whatever a name led to a moment before, and whatever the
  name of an address looks like, the socket goes to an address that is allowed or is not opened.
- HTTPS with a certificate that this machine trusts, or one of the operator's; plain HTTP only to networks that the operator allows.
- No redirect is followed, no cookie kept, no connection left open. A request has `TIMEOUT` seconds with all of its answer.
- Names are looked up in a thread of the session's own, one at a time: a name service that hangs holds up nobody else's.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from carbonseal.findings import CarbonsealError

from .addresses import Network, is_among, is_public, read_address

if TYPE_CHECKING:  # aiohttp is of an extra
    import aiohttp

TIMEOUT = 15.0  # seconds for name, connection, sending and answer
CONNECT = 5.0  # seconds for the connection alone
AT_ONCE = 8  # requests under way
USER_AGENT = "carbonseal/1"

Lookup = Callable[[str, int], list[Any]]  # as socket.getaddrinfo; it blocks


class Unreachable(CarbonsealError):
    """No answer came: why, in words without address and secret."""


class NotAllowed(OSError):
    """A connection that the rule of addresses forbids."""


def system_lookup(host: str, port: int) -> list[Any]:
    """The addresses of a name, as this machine finds them. Raises OSError."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


class OutgoingSession:
    """Requests to one host. Close it."""

    def __init__(
        self,
        allow: Collection[Network],
        section: str,
        *,
        encrypted: bool,
        context: ssl.SSLContext | None = None,
        lookup: Lookup = system_lookup,
        timeout: float = TIMEOUT,
    ) -> None:
        """`allow` are networks that the operator allows in `section` of node.toml; `context` is of TLS, None: this machine's own
        certificates are trusted."""
        self._allow = allow
        self._section = section
        self._encrypted = encrypted
        self._context = context
        self._names = _Names(lookup)
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to a POST, while the context lasts. Raises `Unreachable`."""
        import aiohttp

        try:
            async with self._opened().post(url, data=body, headers=headers, allow_redirects=False) as response:
                yield response
        except TimeoutError:
            raise Unreachable(f"no answer within {self._timeout:g} seconds") from None
        except aiohttp.ClientSSLError:
            raise Unreachable("its certificate is not trusted, or is another name's") from None
        except aiohttp.ClientConnectorError as error:
            raise Unreachable(_reason(error.os_error)) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Unreachable(f"no HTTP answer ({type(error).__name__})") from None

    def _opened(self) -> aiohttp.ClientSession:
        """The session; nothing is kept open between two requests."""
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
        allowed = is_among(address, self._allow)
        if not allowed and not is_public(address):
            raise NotAllowed(f"its address is not public, and {self._section} of node.toml does not allow it")
        if not allowed and not self._encrypted:
            raise NotAllowed(f"plain http is for networks that {self._section} of node.toml allows")
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
        """The addresses of a name. Raises OSError. A session has one name: whoever asks meanwhile gets the same answer."""
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
    why = os.strerror(error.errno) if error.errno else "no connection"  # asyncio's own text has the address
    return f"it cannot be reached ({why})"
