"""Issue requests (docs/spec.md, section 18): their form, and what cannot be, whatever is sealed.

A list of parts often has one part several times. Lines about one component that agree in unit, `per` and basis are one line of the
credential, with the sum of their quantities.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Context, Decimal
from typing import Any

from carbonseal.findings import Refused
from carbonseal.footprints import units
from carbonseal.instants import format_seconds, from_seconds, parse_instant
from carbonseal.passport.credentials import refuse_twice
from carbonseal.passport.products import FOOTPRINT, Amount, Component
from carbonseal.passport.schemas import ISSUE_SHAPE

from . import codes

_EXACT = Context(prec=80)  # more than the digits of as many quantities as a passport has components
_MOST = Decimal(10) ** 18  # a credential has quantities below it


def check(request: Mapping[str, Any]) -> None:
    """Raise Refused unless the request has the form of one, and what it says can be: `issue.malformed`, `issue.unknown-unit`,
    `issue.zero`, `credential.listed-twice`."""
    ISSUE_SHAPE.check(request, codes.ISSUE_MALFORMED)
    refuse_twice("role", [one["role"] for one in request["records"] if one["role"] == FOOTPRINT])
    refuse_twice("record", [one["commitment"] for one in request["records"]])
    refuse_twice("identifier", [request["subject"], *request.get("identifiers", ())])
    for place, quantity, unit in _quantities(request):
        if units.find(unit) is None:
            raise Refused(codes.ISSUE_UNKNOWN_UNIT(f"{place}/unit", unit=unit))
        if not Decimal(quantity):
            raise Refused(codes.ISSUE_ZERO(f"{place}/quantity", quantity=quantity, unit=unit))


def until(request: Mapping[str, Any], now: int) -> datetime | None:
    """When the credential is to end. Raises Refused where that is not an instant, or not after `now`."""
    text = request.get("validUntil")
    if text is None:
        return None
    try:
        end = parse_instant(text)
    except ValueError as error:
        raise Refused(codes.ISSUE_MALFORMED("/validUntil", problem=error)) from error
    if end <= from_seconds(now):
        raise Refused(codes.ISSUE_ENDED("/validUntil", until=text, now=format_seconds(now)))
    return end


def component(part: Mapping[str, Any], digest: bytes) -> Component:
    """The line of a credential about a part of a request, whose credential has this digest."""
    return Component(digest, part["quantity"], part["unit"], Amount(**part["per"]), part["basis"])


def add_up(components: Iterable[Component]) -> list[Component]:
    """The components, those that agree in all but the quantity as one, at the place of the first. Raises Refused where a sum has
    more digits than a quantity may have."""
    lines: dict[Component, list[str]] = {}
    for one in components:
        lines.setdefault(replace(one, quantity=""), []).append(one.quantity)
    return [replace(one, quantity=_sum(quantities)) for one, quantities in lines.items()]


def _sum(quantities: list[str]) -> str:
    if len(quantities) == 1:
        return quantities[0]
    total = Decimal(0)
    for quantity in quantities:
        total = _EXACT.add(total, Decimal(quantity))
    if total >= _MOST:
        problem = f"the quantities of one component add up to {total:f}, which has more than 18 digits before the point"
        raise Refused(codes.ISSUE_MALFORMED("/components", problem=problem))
    return f"{total:f}"


def _quantities(request: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Every quantity of a request: its place, the decimal, and the unit."""
    for number, part in enumerate(request.get("components", ())):
        yield f"/components/{number}", part["quantity"], part["unit"]
        yield f"/components/{number}/per", part["per"]["amount"], part["per"]["unit"]
    for number, record in enumerate(request["records"]):
        if "stage" in record:
            yield f"/records/{number}", record["quantity"], record["unit"]
    if "batch" in request:
        yield "/batch", request["batch"]["quantity"], request["batch"]["unit"]
