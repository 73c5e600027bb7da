"""Profile ``ilcd-epd/1``: an EPD after EN 15804 in ILCD+EPD's JSON, as soda4LCA serves it (docs/spec.md, section 3)."""

from __future__ import annotations

from typing import Any

from carbonseal.findings import Refused
from carbonseal.footprints.documents import Node
from carbonseal.footprints.figures import means_nothing
from carbonseal.footprints.model import Footprint
from carbonseal.records.profiles import codes
from carbonseal.records.profiles.schema import ANYTHING, Part, Schema, list_of, members, number, text

from . import figures

_LIST: Part = {"type": "array"}
_YEAR: Part = {"type": "integer", "minimum": 1900, "maximum": 9998}
_PROPERTY = members({"meanValue": number()}, {"referenceFlowProperty": {"type": "boolean"}, "referenceUnit": text()})
_RESULT = members(
    {
        "referenceToLCIAMethodDataSet": members({}, {"shortDescription": _LIST, "refObjectId": text()}),
        "other": members(
            {"anies": {"type": "array", "items": members({}, {"module": text(), "scenario": text()})}}, {}
        ),
    },
    {},
)
_SCHEMA = Schema(
    "ILCD+EPD",
    members(
        {
            "processInformation": members(
                {
                    "dataSetInformation": members({"UUID": text(minLength=1)}, {"name": ANYTHING}),
                    "quantitativeReference": members({"referenceToReferenceFlow": list_of({"type": "integer"})}, {}),
                },
                {"time": members({}, {"referenceYear": _YEAR, "dataSetValidUntil": _YEAR})},
            ),
            "exchanges": members(
                {"exchange": list_of(members({}, {"flowProperties": {"type": "array", "items": _PROPERTY}}))}, {}
            ),
            "LCIAResults": members({"LCIAResult": list_of(_RESULT)}, {}),
        },
        {},
    ),
)


class IlcdEpd:
    """An environmental product declaration."""

    id = "ilcd-epd/1"

    def recognises(self, value: Any) -> str:
        """``ILCD+EPD`` for a process data set with results."""
        root = Node(value)
        return "ILCD+EPD" if root["processInformation"] and root["LCIAResults"] else ""

    def check(self, value: Any) -> None:
        """Raise Refused with a ``record.*`` code and the JSON pointer unless `value` is such a declaration: it has a result of
        global warming, whose values are decimals, and its reference flow is above 0."""
        _SCHEMA.check(value)
        root = Node(value)
        results = figures.warming(root)
        if not results:
            raise Refused(codes.RECORD_MISSING("/LCIAResults/LCIAResult", name="GWP", format="ILCD+EPD"))
        for entries in results.values():
            for node in entries:
                if node["value"].figure() is None and not means_nothing(node["value"].value):
                    raise Refused(codes.RECORD_DECIMAL(node["value"].pointer, found=repr(node["value"].value)[:40]))
        amount = figures.amount(root)
        if amount is None or amount.value <= 0:
            place = figures.reference_flow(root).pointer or "/exchanges/exchange"
            raise Refused(codes.RECORD_MISSING(place, name="meanAmount", format="ILCD+EPD"))

    def footprint(self, value: Any) -> Footprint:
        """The figures, by modules of EN 15804."""
        return figures.footprint(Node(value), self.id)


PROFILE = IlcdEpd()
