"""Refresh from a URL: what a node adds to a passport for whoever presents it, without an account (docs/spec.md, section 14).

- One POST to the node that the caller names, which has `LONGEST` seconds for the whole answer. A redirect is not followed: the
  passport is sent to no other host.
- The answer is not taken in the place of the passport: what is new in it is added to the one at hand, so that nothing is removed,
  nothing signed changes, and the time that is proved never becomes later.
- An answer in which a digest, a proof or an issuer's signature fails is refused. A revocation is not refused.
- Only a policy shows whether a log signed a head and whether evidence of an anchor holds, and there is none here. If one of these
  fails, the passport is rejected: keep the old file where you do not trust the node, and verify the new one.
"""

from __future__ import annotations

import http.client
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson

from carbonseal.findings import BrokenOff, Code, Outcome, Refused
from carbonseal.passport.assembly import refresh
from carbonseal.passport.passports import PASSPORT_LIMITS, Passport, parse
from carbonseal.service.codes import ANSWER_OF_ANOTHER, NOT_A_NODE, UNREACHABLE
from carbonseal.transport import BodyTooLarge, read_stream
from carbonseal.verification.review import AT_REFRESH, objections

PATH = "/v1/passports/refresh"
TIMEOUT = 60.0  # seconds, for every piece of the answer
LONGEST = 300.0  # seconds, for all of it: as long as a node waits for a body


_Answer = tuple[int, str | None, bytes]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def refresh_from(url: str, passport: Passport, at: datetime) -> Passport:
    """The passport with what the node at `url` (http or https, no query) has to add; `at` is now. Raises Refused where the node
    refuses, or its answer is of no use; BrokenOff where it does not answer."""
    answer = parse(_post(url, passport.encode()))
    if answer.root != passport.root:
        raise Refused(ANSWER_OF_ANOTHER(url=url, found=answer.root.hex(), wanted=passport.root.hex()))
    merged = refresh(
        passport, seals=answer.seals, status_lists=answer.status_lists.values(), link=lambda _origin, _old, _new: None
    )
    before = objections(passport, {}, at=at, accepted=AT_REFRESH)
    for finding in objections(merged, {}, at=at, accepted=AT_REFRESH):
        if finding.code.outcome is Outcome.REJECTED and finding not in before:
            raise Refused(finding.under(url))
    return merged


def _post(url: str, body: bytes) -> bytes:
    if not _is_address(url):
        raise Refused(NOT_A_NODE(url=url, what="expected an address such as https://passports.example.org"))
    headers = {"Content-Type": "application/json", "User-Agent": "carbonseal"}
    request = urllib.request.Request(url.rstrip("/") + PATH, body, headers)  # noqa: S310 - the scheme was checked
    try:
        status, location, answer = _in_time(lambda: _answer(request))
    except BodyTooLarge as error:
        raise Refused(NOT_A_NODE(url=url, what=f"with more than {error.limit} bytes")) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise BrokenOff(UNREACHABLE(url=url, why=error)) from error
    if status >= 300:
        raise _refused(url, status, location, answer)
    return answer


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    named = parts.scheme in ("http", "https") and bool(parts.hostname)
    return named and not (parts.query or parts.fragment or parts.username)


def _in_time(ask: Callable[[], _Answer]) -> _Answer:
    """What `ask` returns or raises, within `LONGEST` seconds; else TimeoutError. The standard library's timeout is for every
    piece that comes, and a server that sends a byte a minute never lets go: its thread is left to end with the process."""
    future: Future[_Answer] = Future()

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


def _answer(request: urllib.request.Request) -> _Answer:
    """The status, where a redirect would lead, and the body."""
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=TIMEOUT) as response:
            return response.status, None, read_stream(response, PASSPORT_LIMITS.max_bytes)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("Location"), error.read(1 << 16)


def _refused(url: str, status: int, location: str | None, body: bytes) -> Refused:
    """The node's own finding; or that the answer is not a node's."""
    if location is not None:
        return Refused(NOT_A_NODE(url=url, what=f"with a redirect to {location}, which is not followed"))
    try:
        found = orjson.loads(body)
        code = Code(f"{found['code']}", Outcome(found["outcome"]), "{message}", "{remedy}")
        kind = BrokenOff if status >= 500 else Refused
        return kind(code(*map(str, found["place"]), message=found["message"], remedy=found["remedy"]))
    except (KeyError, TypeError, ValueError):
        return Refused(NOT_A_NODE(url=url, what=f"with HTTP status {status}"))
