"""HTTP requests of the base install, to a server that nobody vouches for.

- Nothing that a server does takes longer than `LONGEST` seconds for the whole answer, or more memory than the limit of its body.
- A redirect of a GET is followed on the same host alone, `MOST_REDIRECTS` times; of a POST never: what is sent goes to no other.
- Only http and https; no credentials in an address; nothing is decompressed: an answer with a Content-Encoding was not asked for.
"""

from __future__ import annotations

import http.client
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from email.message import Message
from typing import IO, Any
from urllib.parse import urljoin, urlsplit

from carbonseal.findings import CarbonsealError
from carbonseal.passport.passports import PASSPORT_LIMITS
from carbonseal.transport import BodyTooLarge, ByteStream, read_stream

TIMEOUT = 60.0  # seconds, for every piece of the answer
LONGEST = 300.0  # seconds, for all of it: as long as a node waits for a body
LARGEST = PASSPORT_LIMITS.max_bytes  # of a body
LARGEST_FILE = 4 << 30  # of a body that goes into a file
PIECE = 1 << 16  # bytes that are read of it at once
MOST_REDIRECTS = 3
REFUSAL = 1 << 16  # bytes of the body of a refusal that are read
SCHEMES = ("http", "https")


@dataclass(frozen=True, slots=True)
class Answer:
    """The status of an answer, its header fields, and its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoAnswer(CarbonsealError):
    """Nobody answers at an address, or not in time, or the answer breaks off."""


class UnusableAnswer(CarbonsealError):
    """What answers is of no use, whatever it is asked for."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def http_error_302(self, *_: Any, **__: Any) -> Any | None:
        """Leave a redirect as the answer that it is."""
        return None

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def is_address(url: str) -> bool:
    """Whether `url` is http or https, with a host, and without user, blanks and fragment."""
    try:
        parts = urlsplit(url)
        named = parts.scheme in SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return (
        named
        and parts.username is None
        and not parts.fragment
        and url.isascii()
        and url.isprintable()
        and " " not in url
    )


def post(url: str, body: bytes, media: str) -> Answer:
    """The answer to `body`, of media type `media`. Raises `NoAnswer`, `UnusableAnswer`."""
    return _ask(urllib.request.Request(url, body, _headers({"Content-Type": media})))  # noqa: S310 - see `is_address`


def get(url: str, accept: str, into: IO[bytes] | None = None) -> Answer:
    """What is at `url`, as one of the media types `accept`. The body of a good answer goes `into` a file, where one is given, at
    most `LARGEST_FILE` bytes of it. Raises `NoAnswer`, `UnusableAnswer`."""
    asked = url
    for _ in range(MOST_REDIRECTS + 1):
        answer = _ask(urllib.request.Request(asked, headers=_headers({"Accept": accept})), into)  # noqa: S310
        location = answer.headers.get("location")
        if location is None or not 300 <= answer.status < 400:
            return answer
        to = _target(asked, location)
        if to is None:
            raise UnusableAnswer(
                f"with a redirect to {location}, which is not followed: name that address to ask there"
            )
        asked = to
    raise UnusableAnswer(f"with more than {MOST_REDIRECTS} redirects")


def _headers(more: Mapping[str, str]) -> dict[str, str]:
    return {"User-Agent": "carbonseal", "Accept-Encoding": "identity", **more}


def _target(asked: str, location: str) -> str | None:
    """Where a redirect leads; None where that is no address on the same host."""
    try:
        to = urljoin(asked, location)
    except ValueError:
        return None
    return to if is_address(to) and _same_host(asked, to) else None


def _same_host(one: str, other: str) -> bool:
    """Whether `other` is on the host of `one`: at the same port, or from the usual port of http to that of https."""
    here, there = urlsplit(one), urlsplit(other)
    if here.hostname != there.hostname:
        return False
    is_upgrade = (here.scheme, there.scheme, here.port, there.port) == ("http", "https", None, None)
    return is_upgrade or (here.scheme, here.port) == (there.scheme, there.port)


def _ask(request: urllib.request.Request, into: IO[bytes] | None = None) -> Answer:
    try:
        answer = _in_time(lambda: _answer(request, into))
    except BodyTooLarge as error:
        raise UnusableAnswer(f"with more than {error.limit} bytes") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(_reason(error)) from error
    encoding = answer.headers.get("content-encoding", "identity")
    if encoding.lower() != "identity":
        raise UnusableAnswer(f"with the content encoding {encoding}, which was not asked for")
    return answer


def _reason(error: Exception) -> str:
    if isinstance(error, http.client.IncompleteRead):
        return "the answer breaks off"
    if isinstance(error, urllib.error.URLError):
        error = error.reason if isinstance(error.reason, Exception) else error
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message} (SSL_CERT_FILE names a file of those that are)"
    return str(error) or type(error).__name__


def _in_time(ask: Callable[[], Answer]) -> Answer:
    """What `ask` returns or raises, within `LONGEST` seconds; else TimeoutError. The standard library's timeout is for every
    piece that comes, and a server that sends a byte a minute never lets go: its thread is left to end with the process."""
    future: Future[Answer] = Future()

    def run() -> None:
        try:
            future.set_result(ask())
        except BaseException as error:  # noqa: BLE001 - raised by `result`
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        return future.result(LONGEST)
    except TimeoutError as error:
        if future.done():  # the connection's own
            raise
        raise TimeoutError(f"the whole answer did not come within {LONGEST:.0f} seconds") from error


def _answer(request: urllib.request.Request, into: IO[bytes] | None) -> Answer:
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=TIMEOUT) as response:
            body = read_stream(response, LARGEST) if into is None else _copy(response, into)
            if response.length:  # what a read of a limited size does not tell
                raise http.client.IncompleteRead(body[:0], response.length)
            return Answer(response.status, _lower(response.headers), body)
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, _lower(error.headers), error.read(REFUSAL))


def _copy(response: ByteStream, into: IO[bytes]) -> bytes:
    """Raises `BodyTooLarge`."""
    count = 0
    while piece := response.read(PIECE):
        count += len(piece)
        if count > LARGEST_FILE:
            raise BodyTooLarge(LARGEST_FILE)
        into.write(piece)
    return b""


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
