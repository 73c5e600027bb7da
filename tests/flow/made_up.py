"""A format of the tests' own, ``made/1``, that can say everything that the internal model holds.

A document has the model's members by their names: figures as decimals, units and modules as words.
"""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from carbonseal.footprints import units
from carbonseal.footprints.figures import Figure, read_decimal
from carbonseal.footprints.model import Basis, Flow, Footprint, Methods, Period, TransportLeg
from carbonseal.records.profiles import Profile, built_in

FIGURES = (
    "amount",
    "mass",
    "total",
    "uptake",
    "biogenic_content",
    "packaging",
    "outbound",
    "exempted",
    "primary_data_share",
)


class MadeUp:
    """The profile."""

    id = "made/1"

    def recognises(self, value: Any) -> str:
        return ""

    def check(self, value: Any) -> None:
        pass

    def footprint(self, value: Any) -> Footprint:
        read: dict[str, Any] = {name: read_decimal(value[name], f"/{name}") for name in FIGURES if name in value}
        for name in ("gwp_sets", "geographies", "preceding"):
            if name in value:
                read[name] = tuple(value[name])
        if "boundary" in value:
            read["boundary"] = frozenset(value["boundary"])
        if "period" in value:
            start, end = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in value["period"])
            read["period"] = Period(start, end)
        for name in ("functional_unit", "packaging_included", "one_geography", "id", "is_deprecated", "longest_years"):
            if name in value:
                read[name] = value[name]
        return Footprint(
            profile=self.id,
            unit=units.find(value.get("unit", "piece")),
            unit_word=value.get("unit", "piece"),
            basis=Basis(value.get("basis", Basis.UNSTATED)),
            methods=Methods(**value.get("methods", {})),
            legs=tuple(_leg(leg) for leg in value.get("legs", ())),
            flows=tuple(_flow(flow) for flow in value.get("flows", ())),
            ratings=tuple(Figure(Fraction(one), Fraction(0)) for one in value.get("ratings", ())),
            **read,
        )


def _leg(leg: dict[str, Any]) -> TransportLeg:
    names = ("mass", "distance", "activity", "emissions", "intensity")
    figures: Any = {name: read_decimal(leg[name]) if name in leg else None for name in names}
    shares = tuple(one for share in leg.get("shares", ()) if (one := read_decimal(share)))
    return TransportLeg(leg["id"], tuple(leg.get("preceding", ())), **figures, shares=shares)


def _flow(flow: dict[str, Any]) -> Flow:
    word = flow.get("unit", "kilogram")
    return Flow(flow["id"], read_decimal(flow["quantity"]), units.find(word), word, True, role=flow.get("role", ""))


def lookup(profile: str) -> Profile:
    """``made/1``, and the built-in profiles."""
    return MadeUp() if profile == MadeUp.id else built_in(profile)


def document(total: str = "1.0", amount: str = "1", **more: Any) -> dict[str, Any]:
    """A document of the format."""
    return {"total": total, "amount": amount, **more}
