"""Profile ``untp/dpp-0.7``: UN/CEFACT's digital product passport 0.7 (docs/spec.md, section 3).

It has no member for a footprint: a product claims performances, each under a metric. Which metric is the footprint, and for how
much of the product, the format does not say. So all of them are read as metrics, and none is the total.
"""

from __future__ import annotations

from typing import Any

from carbonseal.footprints.documents import Node
from carbonseal.footprints.model import Footprint, Metric
from carbonseal.records.profiles.schema import Schema, list_of, members, named, number, text

from . import envelope

_URI, _FILLED = text(format="uri"), text(minLength=1)
_MEASURE = members({"value": number(), "unit": _FILLED}, {"upperTolerance": number(), "lowerTolerance": number()})
_PERFORMANCE = members({}, {"metric": members({"id": _URI, "name": _FILLED}, {}), "measure": _MEASURE})
_CLAIM = members(
    {
        "id": _URI,
        "name": _FILLED,
        "referenceCriteria": list_of({"type": "object"}, minItems=0),
        "claimDate": text(format="date"),
        "claimedPerformance": list_of(_PERFORMANCE, minItems=0),
        "conformityTopic": list_of({"type": "object"}, minItems=0),
    },
    {},
)
_PRODUCT = members(
    {
        "id": _URI,
        "name": _FILLED,
        "idScheme": {"type": "object"},
        "idGranularity": named("model", "batch", "item"),
        "productCategory": list_of({"type": "object"}, minItems=0),
        "producedAtFacility": {"type": "object"},
        "countryOfProduction": members({"countryCode": _FILLED}, {}),
    },
    {"performanceClaim": list_of(_CLAIM, minItems=0), "materialProvenance": envelope.MATERIALS},
)
_SCHEMA = Schema(
    "UNTP DPP 0.7",
    envelope.credential(
        r"^https://vocabulary[.]uncefact[.]org/untp/0[.]7[.][0-9]+/context/",
        "the context of UNTP 0.7, such as https://vocabulary.uncefact.org/untp/0.7.0/context/",
        {"validFrom": text(format="date-time"), "name": _FILLED, "credentialSubject": _PRODUCT},
        {},
    ),
)


class Dpp07:
    """A UNTP digital product passport, version 0.7."""

    id = "untp/dpp-0.7"

    def recognises(self, value: Any) -> str:
        """``UNTP DPP 0.7.0`` for a passport that names that context."""
        version = envelope.version(Node(value))
        return f"UNTP DPP {version}" if version.startswith("0.7.") else ""

    def check(self, value: Any) -> None:
        """Raise Refused with a ``record.*`` code and the JSON pointer unless `value` is such a passport."""
        _SCHEMA.check(value)

    def footprint(self, value: Any) -> Footprint:
        """The claimed metrics. None of them is the total."""
        root = Node(value)
        subject = root["credentialSubject"]
        metrics = tuple(_metrics(subject["performanceClaim"]))
        told = ("the passport does not say which claim is its footprint: see its metrics",) if metrics else ()
        return Footprint(
            profile=self.id,
            metrics=metrics,
            validity=envelope.validity(root),
            created=root["validFrom"].instant(),
            geographies=subject["countryOfProduction"]["countryCode"].texts(),
            id=root["id"].text(),
            product_ids=subject["id"].texts(),
            company_ids=root["issuer"]["id"].texts(),
            product=subject["name"].text(),
            company=root["issuer"]["name"].text(),
            remarks=(*envelope.remarks(root), *envelope.materials(subject["materialProvenance"]), *told),
        )


def _metrics(claims: Node) -> list[Metric]:
    found = []
    for claim in claims:
        for one in claim["claimedPerformance"]:
            figure = one["measure"]["value"].figure()
            if figure:
                metric = one["metric"]
                unit_word = one["measure"]["unit"].text()
                found.append(Metric(metric["id"].text(), metric["name"].text(), figure, unit_word))
    return found


PROFILE = Dpp07()
