"""Profile ``tidas/1``: product carbon footprints of TIDAS Link, in both of its forms (docs/spec.md, section 3).

- A *result*: ``resultType`` "lcia" with ``profile`` "pcf". Its `calculationInputs` name what went in, each with its quantity and,
  where it has one, its own result.
- Version 0.1: a PACT 3.0.3 footprint with ``schemaVersion`` "TIDAS-Link-PCF-0.1" and members of its own. Its id may be a URN, and
  its verification's coverage any text, which PACT refuses.
"""

from __future__ import annotations

from typing import Any

from carbonseal.footprints.documents import Node
from carbonseal.footprints.model import Footprint
from carbonseal.records.profiles.schema import (
    ABOVE_ZERO,
    AT_LEAST_ZERO,
    DATE_TIME,
    DECIMAL,
    FILLED,
    Part,
    Schema,
    list_of,
    members,
    named,
    set_of,
    text,
)  # fmt: skip

from . import pact_3_figures, tidas_1_figures
from .pact_3 import check_geographies
from .pact_3_schema import CARBON_FOOTPRINT, PRODUCT_FOOTPRINT

FIRST = "TIDAS-Link-PCF-0.1"
FORMAT = "TIDAS Link"


def _decimal(written: Part = DECIMAL, **bounds: Any) -> Part:
    """A number, or a string of one; `bounds` are of the number, and `written` of the string."""
    return {**written, "type": ["string", "number"], **bounds}


_ABOVE_ZERO = _decimal(ABOVE_ZERO, exclusiveMinimum=0)
_AT_LEAST_ZERO = _decimal(AT_LEAST_ZERO, minimum=0)
_PERIOD = members({"start": DATE_TIME, "end": DATE_TIME}, {})
_QUANTITY = members({"amount": _ABOVE_ZERO, "unit": FILLED}, {})
_RATINGS = ("technologicalDQR", "geographicalDQR", "temporalDQR", "completenessDQR", "reliabilityDQR")
_METHOD = members({"name": FILLED, "version": FILLED}, {})
_ITEM = members(
    {"resultItemId": FILLED, "indicator": FILLED, "value": _decimal(), "unit": FILLED},
    {"impactCategory": FILLED, "method": _METHOD},
)
_INPUT = members(
    {"inputId": FILLED, "sourceType": FILLED, "usedQuantity": _QUANTITY},
    {
        "sourceResult": members({"resultId": FILLED, "resultVersion": FILLED}, {"resultItemIds": set_of(FILLED)}),
        "sourceDataset": members({"objectType": FILLED, "id": FILLED}, {"version": FILLED}),
    },
)
_RESULT = Schema(
    FORMAT,
    members(
        {
            "resultType": named("lcia"),
            "profile": named("pcf"),
            "resultId": FILLED,
            "resultVersion": FILLED,
            "resultStatus": named("draft", "active", "superseded", "withdrawn"),
            "dataOwner": members({"ids": set_of(FILLED)}, {"name": FILLED}),
            "subject": members({"type": FILLED, "ids": set_of(FILLED)}, {"name": FILLED}),
            "referenceQuantity": members(
                {
                    "basis": named("declared-unit", "functional-unit", "reference-flow", "other"),
                    "amount": _ABOVE_ZERO,
                    "unit": FILLED,
                },
                {"massKg": _AT_LEAST_ZERO},
            ),
            "systemBoundary": members(
                {
                    "type": named("gate-to-gate", "cradle-to-gate", "cradle-to-grave", "cradle-to-cradle", "other"),
                    "description": FILLED,
                },
                {},
            ),
            "referencePeriod": _PERIOD,
            "impactResults": list_of(_ITEM),
        },
        {
            "precedingResultIds": set_of(FILLED),
            "validityPeriod": _PERIOD,
            "geography": members({}, dict.fromkeys(("regionOrSubregion", "country", "countrySubdivision"), FILLED)),
            "modeling": members({}, {"excludedSharePercent": _AT_LEAST_ZERO}),
            "reportedParameters": list_of(_ITEM),
            "dataQuality": members({}, {"primaryDataShare": _AT_LEAST_ZERO, **{name: _decimal() for name in _RATINGS}}),
            "verification": members({"status": FILLED}, {"completedAt": DATE_TIME}),
            "calculationInputs": {"type": "array", "items": _INPUT},
        },
    ),
)


def _first_version() -> Part:
    """PACT 3's schema with the id and the verification that version 0.1 has."""
    pcf = {**CARBON_FOOTPRINT, "properties": {**CARBON_FOOTPRINT["properties"], "verification": {}}}
    root = PRODUCT_FOOTPRINT["properties"]
    return {**PRODUCT_FOOTPRINT, "properties": {**root, "schemaVersion": text(), "id": FILLED, "pcf": pcf}}


_FIRST_VERSION = Schema(f"{FORMAT} 0.1", _first_version())


class Tidas:
    """A product carbon footprint of TIDAS Link."""

    id = "tidas/1"

    def recognises(self, value: Any) -> str:
        """``TIDAS Link`` or ``TIDAS Link 0.1`` by the members that tell them."""
        document = Node(value)
        if _is_first(document):
            return f"{FORMAT} 0.1 (PACT {document['specVersion'].text()} and members of its own)"
        is_result = document["profile"].text() == "pcf" and document["resultType"].text()
        return FORMAT if is_result and isinstance(document["referenceQuantity"].value, dict) else ""

    def check(self, value: Any) -> None:
        """Raise Refused with a ``record.*`` code and the JSON pointer unless `value` is such a footprint."""
        if not _is_first(Node(value)):
            _RESULT.check(value)
            return
        _FIRST_VERSION.check(value)
        check_geographies(value["pcf"])

    def footprint(self, value: Any) -> Footprint:
        """The figures, and of a result what went in."""
        if _is_first(Node(value)):
            return pact_3_figures.footprint(value, self.id)
        return tidas_1_figures.footprint(value, self.id)


def _is_first(document: Node) -> bool:
    return document["schemaVersion"].text() == FIRST


PROFILE = Tidas()
