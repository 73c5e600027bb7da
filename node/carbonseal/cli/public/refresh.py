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

from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

import orjson

from carbonseal.cli.public.answers import Answer, NoAnswer, UnusableAnswer, is_address, post
from carbonseal.findings import BrokenOff, Code, Outcome, Refused
from carbonseal.passport.assembly import attach, refresh
from carbonseal.passport.passports import Passport, parse
from carbonseal.service.codes import ANSWER_OF_ANOTHER, NOT_A_NODE, UNREACHABLE
from carbonseal.transport import GATEWAY
from carbonseal.verification.review import AT_REFRESH, objections

PATH = "/v1/passports/refresh"


def refresh_from(url: str, passport: Passport, at: datetime) -> Passport:
    """The passport with what the node at `url` (http or https, no query) has to add; `at` is now. Raises Refused where the node
    refuses, or its answer is of no use; BrokenOff where it does not answer."""
    answer = parse(_post(url, passport.encode()))
    if answer.root != passport.root:
        raise Refused(ANSWER_OF_ANOTHER(url=url, found=answer.root.hex(), wanted=passport.root.hex()))
    merged = refresh(
        passport, seals=answer.seals, status_lists=answer.status_lists.values(), link=lambda _origin, _old, _new: None
    )
    sealed = {digest: one for digest, one in answer.status_lists.items() if one.commitment in answer.seals}
    # Only what is about the passport joins it: neither credentials nor records that it leaves out.
    merged = attach(merged, [replace(answer, credentials={}, records={}, status_lists=sealed)])
    before = objections(passport, {}, at=at, accepted=AT_REFRESH)
    for finding in objections(merged, {}, at=at, accepted=AT_REFRESH):
        if finding.code.outcome is Outcome.REJECTED and finding not in before:
            raise Refused(finding.under(url))
    return merged


def _post(url: str, body: bytes) -> bytes:
    if not is_address(url) or urlsplit(url).query:
        raise Refused(NOT_A_NODE(url=url, what="expected an address such as https://passports.example.org"))
    try:
        answer = post(url.rstrip("/") + PATH, body, "application/json")
    except UnusableAnswer as error:
        raise Refused(NOT_A_NODE(url=url, what=error)) from error
    except NoAnswer as error:
        raise BrokenOff(UNREACHABLE(url=url, why=error)) from error
    if answer.status >= 300:
        raise _refused(url, answer)
    return answer.body


def _refused(url: str, answer: Answer) -> Refused:
    """The node's own finding; or that the answer is not a node's."""
    if (location := answer.headers.get("location")) is not None:
        return Refused(NOT_A_NODE(url=url, what=f"with a redirect to {location}, which is not followed"))
    try:
        found = orjson.loads(answer.body)
        code = Code(f"{found['code']}", Outcome(found["outcome"]), "{message}", "{remedy}")
        kind = BrokenOff if answer.status >= 500 else Refused
        return kind(code(*map(str, found["place"]), message=found["detail"], remedy=found["remedy"]))
    except (KeyError, TypeError, ValueError):
        if answer.status in GATEWAY:
            return BrokenOff(UNREACHABLE(url=url, why=f"HTTP {answer.status}, by a proxy before it"))
        return Refused(NOT_A_NODE(url=url, what=f"with HTTP status {answer.status}"))
