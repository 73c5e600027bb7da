"""What PACT 2 and PACT 3 state alike: identity, periods, geography, and who checked the figures (WBCSD, data exchange protocol)."""

from __future__ import annotations

from typing import Any

from carbonseal.footprints.documents import Node
from carbonseal.footprints.model import Period, Verification
from carbonseal.footprints.stages import PRODUCTION

_GEOGRAPHIES = ("geographyRegionOrSubregion", "geographyCountry", "geographyCountrySubdivision")


def frame(document: Node, ratings: tuple[str, ...]) -> dict[str, Any]:
    """Members of `Footprint` that both versions give; `ratings` are the version's members of `dqi`."""
    pcf, quality = document["pcf"], document["pcf"]["dqi"]
    period = _period(pcf["referencePeriodStart"], pcf["referencePeriodEnd"])
    validity = _period(document["validityPeriodStart"], document["validityPeriodEnd"])
    return {
        "mass": pcf["productMassPerDeclaredUnit"].figure(),
        "biogenic_content": pcf["biogenicCarbonContent"].figure(),
        "fossil_content": pcf["fossilCarbonContent"].figure(),
        "packaging": pcf["packagingGhgEmissions"].figure(),
        "packaging_included": pcf["packagingEmissionsIncluded"].flag(),
        "boundary": PRODUCTION,
        "period": period,
        "validity": validity,
        "longest_years": 3,
        "created": document["created"].instant(),
        "geographies": tuple(pcf[name].text() for name in _GEOGRAPHIES if pcf[name]),
        "one_geography": True,
        "id": document["id"].text().lower(),
        "preceding": tuple(one.lower() for one in document["precedingPfIds"].texts()),
        "product_ids": document["productIds"].texts(),
        "company_ids": document["companyIds"].texts(),
        "product": document["productNameCompany"].text(),
        "company": document["companyName"].text(),
        "is_deprecated": document["status"].text() == "Deprecated",
        "exempted": pcf["exemptedEmissionsPercent"].figure(),
        "primary_data_share": pcf["primaryDataShare"].figure(),
        "ratings": tuple(figure for name in ratings if (figure := quality[name].figure())),
        "remarks": _not_utc(document),
    }


def verification(node: Node) -> Verification:
    """Who is said to have checked the figures."""
    return Verification(
        coverage=node["coverage"].text(),
        provider=node["providerName"].text(),
        standard=node["standardName"].text(),
        completed=node["completedAt"].instant(),
        pointer=node.pointer,
    )


def _period(start: Node, end: Node) -> Period:
    return Period(start.instant(), end.instant(), end.pointer)


def _not_utc(document: Node) -> tuple[str, ...]:
    """A remark where date-times are not in UTC, as all versions of PACT demand."""
    dates = (
        *(document[name] for name in ("created", "updated", "validityPeriodStart", "validityPeriodEnd")),
        *(document["pcf"][name] for name in ("referencePeriodStart", "referencePeriodEnd")),
    )
    elsewhere = [one.pointer for one in dates if (at := one.instant()) and at.utcoffset()]
    return (f"not in UTC, as PACT demands: {', '.join(elsewhere)}",) if elsewhere else ()
