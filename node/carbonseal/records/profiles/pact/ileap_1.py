"""Profile ``ileap/1``: emissions of transport in iLEAP (SINE, SFC), an extension of PACT 2 (docs/spec.md, section 3).

A record is a PACT 2 footprint with one extension of iLEAP at least, whose `data` is told by its members: a shipment has `tces`
(transport chain elements), an operation category `tocId`, a hub's category `hocId`. Each becomes a leg of the footprint.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from carbonseal.findings import Refused
from carbonseal.footprints.documents import Node
from carbonseal.footprints.figures import Figure
from carbonseal.footprints.model import Footprint, TransportLeg
from carbonseal.footprints.stages import DISTRIBUTION
from carbonseal.records.places import pointer
from carbonseal.records.profiles import codes
from carbonseal.records.profiles.schema import (
    ABOVE_ZERO,
    AT_LEAST_ZERO,
    DECIMAL,
    FILLED,
    Part,
    Schema,
    list_of,
    members,
    text,
)

from . import pact_2_figures
from .pact_2 import PROFILE as PACT_2

FORMAT = "iLEAP"

_DISTANCE = members({}, dict.fromkeys(("actual", "gcd", "sfd"), AT_LEAST_ZERO))
_ELEMENT = members(
    {"tceId": FILLED, "mass": ABOVE_ZERO, "distance": _DISTANCE, "transportActivity": DECIMAL, "co2eWTW": DECIMAL},
    {"prevTceIds": {"type": "array", "items": text()}, "tocId": FILLED, "hocId": FILLED},
)


def _category(name: str) -> Part:
    carriers = list_of(members({}, {"relativeShare": DECIMAL}))
    optional = {"co2eIntensityThroughput": text(), "energyCarriers": carriers}
    return members({name: FILLED, "co2eIntensityWTW": DECIMAL}, optional)


_DATA = {
    "tces": members({"tces": list_of(_ELEMENT)}, {}),
    "tocId": _category("tocId"),
    "hocId": _category("hocId"),
}
_SCHEMAS = {
    member: Schema(FORMAT, members({"extensions": {"type": "array", "items": members({"data": data}, {})}}, {}))
    for member, data in _DATA.items()
}


class ILeap:
    """An iLEAP record: a PACT 2 footprint of transport."""

    id = "ileap/1"

    def recognises(self, value: Any) -> str:
        """``iLEAP on PACT 2.0.0`` for a PACT 2 footprint with such an extension."""
        return f"{FORMAT} on {what}" if (what := PACT_2.recognises(value)) and any(_extensions(Node(value))) else ""

    def check(self, value: Any) -> None:
        """Raise Refused with a ``record.*`` code and the JSON pointer unless `value` is such a record."""
        PACT_2.check(value)
        found = list(_extensions(Node(value)))
        if not found:
            raise Refused(codes.RECORD_MISSING(*pointer(["extensions"]), name="tces, tocId or hocId", format=FORMAT))
        for member, data in found:
            try:
                _SCHEMAS[member].check({"extensions": [{"data": data.value}]})
            except Refused as refused:
                place = tuple(one.replace("/extensions/0/data", data.pointer, 1) for one in refused.finding.place)
                raise Refused(replace(refused.finding, place=place)) from None

    def footprint(self, value: Any) -> Footprint:
        """PACT 2's figures, and the legs. What they emit is A4 of the product that is carried."""
        document = Node(value)
        legs = tuple(leg for member, data in _extensions(document) for leg in _READERS[member](data))
        return replace(pact_2_figures.footprint(value, self.id), boundary=DISTRIBUTION, legs=legs)


def _extensions(document: Node) -> Iterator[tuple[str, Node]]:
    """iLEAP's extensions: the member that tells them, and their data."""
    for extension in document["extensions"]:
        data = extension["data"]
        for member in _DATA:
            if data[member]:
                yield member, data
                break


def _shipment(data: Node) -> Iterator[TransportLeg]:
    for element in data["tces"]:
        distance = element["distance"]
        stated = (distance[name].figure() for name in ("actual", "gcd", "sfd"))
        yield TransportLeg(
            id=element["tceId"].text(),
            preceding=element["prevTceIds"].texts(),
            mass=element["mass"].figure(),
            distance=next((one for one in stated if one is not None), None),
            activity=element["transportActivity"].figure(),
            emissions=element["co2eWTW"].figure(),
            pointer=element.pointer,
        )


def _operation(data: Node) -> Iterator[TransportLeg]:
    """A category of operations or hubs: an intensity and the shares of energy carriers, without a transport of its own."""
    per_tonne_kilometre = data["co2eIntensityThroughput"].text() in ("", "tkm")
    intensity: Figure | None = data["co2eIntensityWTW"].figure() if per_tonne_kilometre and data["tocId"] else None
    shares = (carrier["relativeShare"].figure() for carrier in data["energyCarriers"])
    yield TransportLeg(
        id=data["tocId"].text() or data["hocId"].text(),
        preceding=(),
        mass=None,
        distance=None,
        activity=None,
        emissions=None,
        intensity=intensity,
        shares=tuple(one for one in shares if one is not None),
        pointer=data.pointer,
    )


_READERS = {"tces": _shipment, "tocId": _operation, "hocId": _operation}
PROFILE = ILeap()
