"""Profile ``untp/dpp-0.6``: UN/CEFACT's digital product passport 0.6 (docs/spec.md, section 3).

The footprint is in the emissions scorecard, for one declared unit. The weight is the product's: it is the declared amount's where
the unit is a count.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from carbonseal.footprints import units
from carbonseal.footprints.documents import Node, sentinels
from carbonseal.footprints.figures import Figure
from carbonseal.footprints.model import Basis, Footprint
from carbonseal.footprints.stages import LIFE_CYCLE, PRODUCTION
from carbonseal.records.profiles.schema import Schema, members, named, number, text

from . import envelope

_BOUNDARIES = {"CradleToGate": PRODUCTION, "CradleToGrave": LIFE_CYCLE}
_MEASURE = members({"value": number(), "unit": text(minLength=1)}, {})
_SCORECARD = members(
    {
        "carbonFootprint": number(),
        "declaredUnit": text(minLength=1),
        "operationalScope": named("None", "CradleToGate", "CradleToGrave"),
        "primarySourcedRatio": number(minimum=0, maximum=1),
    },
    {"reportingStandard": members({}, {"name": text()})},
)
_PRODUCT = members(
    {"id": text(format="uri"), "name": text(minLength=1)},
    {"dimensions": members({}, {"weight": _MEASURE}), "countryOfProduction": text()},
)
_SCHEMA = Schema(
    "UNTP DPP 0.6",
    envelope.credential(
        r"^https://test[.]uncefact[.]org/vocabulary/untp/dpp/(0[.]6[.][0-9]+|working)/",
        "the context of UNTP DPP 0.6, such as https://test.uncefact.org/vocabulary/untp/dpp/0.6.1/",
        {},
        {
            "validFrom": text(format="date-time"),
            "credentialSubject": members(
                {},
                {"product": _PRODUCT, "emissionsScorecard": _SCORECARD, "materialsProvenance": envelope.MATERIALS},
            ),
        },
    ),
)


class Dpp06:
    """A UNTP digital product passport, version 0.6."""

    id = "untp/dpp-0.6"

    def recognises(self, value: Any) -> str:
        """``UNTP DPP 0.6.1``, or ``UNTP DPP working`` where it has that version's form."""
        root = Node(value)
        version = envelope.version(root)
        is_old = version.startswith("0.6.") or (version == "working" and root["credentialSubject"]["product"])
        return f"UNTP DPP {version}" if is_old else ""

    def check(self, value: Any) -> None:
        """Raise Refused with a ``record.*`` code and the JSON pointer unless `value` is such a passport."""
        _SCHEMA.check(value)

    def footprint(self, value: Any) -> Footprint:
        """The figures of the emissions scorecard."""
        root = Node(value)
        subject = root["credentialSubject"]
        product, card = subject["product"], subject["emissionsScorecard"]
        word, share = card["declaredUnit"].text(), card["primarySourcedRatio"].figure()
        unit = units.find(word)
        return Footprint(
            profile=self.id,
            amount=Figure(Fraction(1), Fraction(0)) if card else None,
            unit=unit,
            unit_word=word,
            mass=_weight(product["dimensions"]["weight"]) if unit and unit.dimension == units.COUNT else None,
            basis=Basis.UNSTATED,
            total=card["carbonFootprint"].figure(),
            boundary=_BOUNDARIES.get(card["operationalScope"].text()),
            validity=envelope.validity(root),
            created=root["validFrom"].instant(),
            geographies=product["countryOfProduction"].texts(),
            id=root["id"].text(),
            product_ids=product["id"].texts(),
            company_ids=root["issuer"]["id"].texts(),
            product=product["name"].text(),
            company=root["issuer"]["name"].text(),
            primary_data_share=share.times(Fraction(100)) if share else None,
            remarks=(
                *envelope.remarks(root),
                *envelope.materials(subject["materialsProvenance"]),
                *sentinels(card["carbonFootprint"]),
            ),
        )


def _weight(measure: Node) -> Figure | None:
    """kg."""
    unit, value = units.find(measure["unit"].text()), measure["value"].figure()
    factor = unit.to(units.KILOGRAM) if unit else None
    return value.times(factor) if value and factor else None


PROFILE = Dpp06()
