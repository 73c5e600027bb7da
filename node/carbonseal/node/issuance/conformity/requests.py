"""Statement and accreditation requests (docs/spec.md, section 18): their form, and what cannot be when they are made. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from carbonseal.findings import Refused
from carbonseal.instants import format_instant, format_seconds, from_seconds, parse_instant
from carbonseal.node.issuance import codes
from carbonseal.node.issuance.requests import until
from carbonseal.passport.base64 import decode_base64
from carbonseal.passport.conformity.accreditations import Accreditation
from carbonseal.passport.conformity.schemas import ACCREDITATION_REQUEST_SHAPE, STATEMENT_REQUEST_SHAPE
from carbonseal.passport.conformity.scopes import Scope, read_scope
from carbonseal.passport.conformity.statements import Opinion, read_opinion
from carbonseal.passport.conformity.words import AGREED_UPON_PROCEDURES, VERIFICATION
from carbonseal.passport.credentials import refuse_twice
from carbonseal.passport.multibase import decode_key
from carbonseal.records.admission import Record, admit
from carbonseal.records.files import FILE

OF_THE_PAST = (VERIFICATION, AGREED_UPON_PROCEDURES)  # engagements on figures that were measured
EARLIEST_ZONE = timedelta(hours=14)  # ahead of UTC, where a day begins first


@dataclass(frozen=True, slots=True)
class Original:
    """The signed document, as it is to be sealed; and whether files carry it."""

    record: Record
    disclose: bool


@dataclass(frozen=True, slots=True)
class Granted:
    """What an accreditation request grants, to whom, and when."""

    body: str
    name: str
    number: str
    keys: tuple[bytes, ...]
    scope: tuple[Scope, ...]
    since: datetime
    until: datetime


def read_statement_request(request: Mapping[str, Any], now: int) -> tuple[Opinion, datetime | None]:
    """The opinion of a statement request, and when the statement is to end. Raises Refused: `issue.malformed`, `issue.future`,
    `issue.ended`, and as `read_opinion`."""
    STATEMENT_REQUEST_SHAPE.check(request, codes.ISSUE_MALFORMED)
    subject = request["credentialSubject"]
    opinion, ends = read_opinion(subject), until(request, now)
    if "original" in request and "original" in subject:
        raise Refused(codes.ISSUE_MALFORMED("/original", problem="the subject names an original already"))
    _refuse_future(opinion, now)
    return opinion, ends


def read_original(request: Mapping[str, Any]) -> Original | None:
    """The signed document that a statement request has. Raises Refused (`file.*`, or on its base64)."""
    given = request.get("original")
    if given is None:
        return None
    data = decode_base64(given["data"], "/original/data")
    return Original(admit(data, FILE, media=given["media"]), given.get("disclose", False))


def read_accreditation_request(request: Mapping[str, Any], now: int) -> Granted:
    """What an accreditation request grants. Raises Refused: `issue.malformed`, `issue.ended`, `credential.listed-twice`."""
    ACCREDITATION_REQUEST_SHAPE.check(request, codes.ISSUE_MALFORMED)
    subject, ends = request["credentialSubject"], until(request, now)
    assert ends is not None, "the form requires it"
    try:
        keys = tuple(decode_key(key) for key in subject["keys"])
        since = parse_instant(request["validFrom"]) if "validFrom" in request else from_seconds(now)
        if since >= ends:
            raise ValueError("it would end before it begins")
    except ValueError as error:
        raise Refused(codes.ISSUE_MALFORMED(problem=error)) from error
    scope = tuple(map(read_scope, subject["scope"]))
    refuse_twice("key", subject["keys"])
    refuse_twice("scope", [*map(str, scope)])
    return Granted(subject["id"], subject["name"], subject["number"], keys, scope, since, ends)


def covers(accreditation: Accreditation, opinion: Opinion, key: bytes, now: int) -> bool:
    """Whether an accreditation of the body lets it state this with this key now."""
    is_begun = accreditation.valid_from <= from_seconds(now)
    is_over = accreditation.valid_until is not None and accreditation.valid_until <= from_seconds(now)
    return is_begun and not is_over and key in accreditation.keys and opinion.scope in accreditation.scope


def _refuse_future(opinion: Opinion, now: int) -> None:
    """Raise Refused where something is said to have been that is still to come. A date has no time zone."""
    today = (datetime.fromtimestamp(now, UTC) + EARLIEST_ZONE).date()
    days: list[tuple[str, date]] = [("opinionDate", opinion.opinion_date)]
    days += [(f"siteVisits/{number}/date", visit.day) for number, visit in enumerate(opinion.visits)]
    for member, day in days:
        if day > today:
            raise Refused(_future(member, day.isoformat(), now))
    if opinion.engagement in OF_THE_PAST and opinion.until > from_seconds(now):
        raise Refused(_future("period/until", format_instant(opinion.until), now))


def _future(member: str, when: str, now: int) -> Any:
    return codes.ISSUE_FUTURE(f"/credentialSubject/{member}", when=when, now=format_seconds(now))
