"""Criteria of PACT 3, by which footprints are listed and asked for: values of one name are alternatives, names are conditions that
all hold (PACT 3.0, ListFootprints, "Filtering"). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from carbonseal.findings import Refused
from carbonseal.footprints.documents import read_instant
from carbonseal.node.lookup.said import CLASSIFICATION, COMPANY, GEOGRAPHY, PRODUCT, STATUS, microseconds
from carbonseal.node.lookup.search import Query
from carbonseal.records.places import printable

from . import codes

PROFILE = "pact/3.0"
NAMES = {
    "productid": PRODUCT,
    "companyid": COMPANY,
    "geography": GEOGRAPHY,
    "classification": CLASSIFICATION,
    "status": STATUS,
}
TIMES = {"validon": "valid_on", "validafter": "valid_after", "validbefore": "valid_before"}
# A plus sign that nobody escaped is a blank once the query is decoded: that of the offset +00:00 in a date-time.
_BLANK_OFFSET = re.compile(r"(?<=[0-9]) (?=[0-9]{2}:?[0-9]{2}$)", re.ASCII)


def read_criteria(given: Iterable[tuple[str, str]]) -> Query:
    """The query of criteria, each a name (whatever its case, as PACT's examples have it) and a value: over the current footprints
    of the profile. Raises Refused (`exchange.parameter`, `lookup.malformed`)."""
    names: dict[str, list[str]] = {}
    times: dict[str, list[int]] = {}
    for name, value in given:
        key = name.lower()
        if key in NAMES:
            names.setdefault(NAMES[key], []).append(value)
        elif key in TIMES:
            times.setdefault(TIMES[key], []).append(_instant(name, value))
        else:
            known = "productId, companyId, geography, classification, status, validOn, validAfter, validBefore"
            raise Refused(
                codes.EXCHANGE_PARAMETER(
                    name=printable(name, 80), problem=f"there is none of this name; known: {known}"
                )
            )
    on, after, before = (times.get(member, ()) for member in TIMES.values())
    return Query(names, PROFILE, is_current=True, valid_on=on, valid_after=after, valid_before=before)


def _instant(name: str, text: str) -> int:
    instant = read_instant(_BLANK_OFFSET.sub("+", text))
    if instant is None:
        raise Refused(codes.EXCHANGE_PARAMETER(name=name, problem="it is not a date-time (RFC 3339)"))
    return microseconds(instant)
