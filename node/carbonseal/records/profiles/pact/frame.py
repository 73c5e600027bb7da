"""What PACT 2 and PACT 3 state alike: identity, periods, geography, and who checked the figures (WBCSD, data exchange protocol)."""

from __future__ import annotations

from typing import Any

from carbonseal.footprints.documents import Node
from carbonseal.footprints.model import Period, Verification
from carbonseal.footprints.stages import PRODUCTION

_GEOGRAPHIES = ("geographyRegionOrSubregion", "geographyCountry", "geographyCountrySubdivision")
_DATES = ("created", "updated", "validityPeriodStart", "validityPeriodEnd")
_PCF_DATES = ("referencePeriodStart", "referencePeriodEnd")


def frame(document: Node, pcf: Node, ratings: tuple[str, ...]) -> dict[str, Any]:
    """Members of `Footprint` that both versions give; `pcf` is the document's, and `ratings` are the version's members of `dqi`."""
    quality = pcf["dqi"]
    return {
        "mass": pcf.figure("productMassPerDeclaredUnit"),
        "biogenic_content": pcf.figure("biogenicCarbonContent"),
        "fossil_content": pcf.figure("fossilCarbonContent"),
        "packaging": pcf.figure("packagingGhgEmissions"),
        "packaging_included": pcf.flag("packagingEmissionsIncluded"),
        "boundary": PRODUCTION,
        "period": _period(pcf, "referencePeriodStart", "referencePeriodEnd"),
        "validity": _period(document, "validityPeriodStart", "validityPeriodEnd"),
        "longest_years": 3,
        "created": document.instant("created"),
        "geographies": tuple([pcf.text(name) for name in _GEOGRAPHIES if pcf[name]]),
        "one_geography": True,
        "id": document.text("id").lower(),
        "preceding": tuple([one.lower() for one in document.texts("precedingPfIds")]),
        "product_ids": document.texts("productIds"),
        "company_ids": document.texts("companyIds"),
        "product": document.text("productNameCompany"),
        "company": document.text("companyName"),
        "is_deprecated": document.text("status") == "Deprecated",
        "exempted": pcf.figure("exemptedEmissionsPercent"),
        "primary_data_share": pcf.figure("primaryDataShare"),
        "ratings": tuple([figure for name in ratings if (figure := quality.figure(name))]),
        "remarks": _not_utc(document, pcf),
    }


def verification(node: Node) -> Verification:
    """Who is said to have checked the figures."""
    return Verification(
        coverage=node.text("coverage"),
        provider=node.text("providerName"),
        standard=node.text("standardName"),
        completed=node.instant("completedAt"),
        pointer=node.pointer,
    )


def _period(node: Node, start: str, end: str) -> Period:
    return Period(node.instant(start), node.instant(end), node.place(end))


def _not_utc(document: Node, pcf: Node) -> tuple[str, ...]:
    """A remark where date-times are not in UTC, as all versions of PACT demand."""
    elsewhere = [
        node.place(name)
        for node, names in ((document, _DATES), (pcf, _PCF_DATES))
        for name in names
        if (at := node.instant(name)) and at.utcoffset()
    ]
    return (f"not in UTC, as PACT demands: {', '.join(elsewhere)}",) if elsewhere else ()
