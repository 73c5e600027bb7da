"""Profile ``epcis/2.0``: GS1 EPCIS 2.0 in JSON-LD, an EPCISDocument or one event (docs/spec.md, section 3).

EPCIS has events, no footprint. What is read: the quantities of transformations, as flows, and the carbon footprint of a battery
where an extension of sensor reports has it.
"""

from __future__ import annotations

from typing import Any

from carbonseal.footprints.documents import Node
from carbonseal.footprints.model import Footprint
from carbonseal.records.profiles.schema import Part, Schema, members, number, text

from . import events, reports

_TEXTS: Part = {"type": "array", "items": text(minLength=1)}
_QUANTITIES: Part = {
    "type": "array",
    "items": members(
        {"epcClass": text(minLength=1)},
        {
            "quantity": number(minimum=0),
            "uom": text("^[A-Z0-9]{2,3}$", title="a code of UN/ECE Recommendation 20, such as KGM"),
        },
    ),
}
_REPORT = members({}, {"type": text(), "uom": text()})
_EVENT = members(
    {
        "type": text(minLength=1),
        "eventTime": text(format="date-time"),
        "eventTimeZoneOffset": text("^[+-][0-9]{2}:[0-5][0-9]$", title="an offset such as +02:00"),
    },
    {
        "eventID": text(minLength=1),
        "inputEPCList": _TEXTS,
        "outputEPCList": _TEXTS,
        "epcList": _TEXTS,
        "inputQuantityList": _QUANTITIES,
        "outputQuantityList": _QUANTITIES,
        "sensorElementList": {
            "type": "array",
            "items": members({}, {"sensorReport": {"type": "array", "items": _REPORT}}),
        },
        "errorDeclaration": {"type": "object"},
    },
)
_DOCUMENT = Schema(
    "EPCIS 2.0",
    members(
        {
            "type": text("^EPCISDocument$", title="EPCISDocument"),
            "schemaVersion": text("^2[.]", title="a version of EPCIS 2, such as 2.0"),
            "creationDate": text(format="date-time"),
            "epcisBody": members({"eventList": {"type": "array", "items": _EVENT}}, {}),
        },
        {},
    ),
)
_SINGLE = Schema("EPCIS 2.0", _EVENT)


class Epcis:
    """Events of a supply chain."""

    id = "epcis/2.0"

    def recognises(self, value: Any) -> str:
        """``EPCIS 2.0`` for a document, or for one event."""
        root = Node(value)
        kind = root["type"].text()
        is_document = kind == "EPCISDocument" and isinstance(root["epcisBody"].value, dict)
        return "EPCIS 2.0" if is_document or (kind.endswith("Event") and root["eventTime"]) else ""

    def check(self, value: Any) -> None:
        """Raise Refused with a ``record.*`` code and the JSON pointer unless `value` is such a document or event."""
        form = _SINGLE if Node(value)["eventTime"] else _DOCUMENT
        form.check(value)

    def footprint(self, value: Any) -> Footprint:
        """The flows of transformations, and a reported footprint."""
        root = Node(value)
        listed = [root] if root["eventTime"] else [*root["epcisBody"]["eventList"]]
        return reports.footprint(events.read(listed), self.id, created=root["creationDate"].instant())


PROFILE = Epcis()
