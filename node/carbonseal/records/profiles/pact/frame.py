"""What PACT 2 and PACT 3 state alike: identity, periods, geography, and who checked the figures (WBCSD, data exchange protocol)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
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
    dates, pcf_dates = _instants(document, _DATES), _instants(pcf, _PCF_DATES)
    return {
        "mass": pcf.figure("productMassPerDeclaredUnit"),
        "biogenic_content": pcf.figure("biogenicCarbonContent"),
        "fossil_content": pcf.figure("fossilCarbonContent"),
        "packaging": pcf.figure("packagingGhgEmissions"),
        "packaging_included": pcf.flag("packagingEmissionsIncluded"),
        "boundary": PRODUCTION,
        "period": Period(
            pcf_dates["referencePeriodStart"], pcf_dates["referencePeriodEnd"], pcf.place("referencePeriodEnd")
        ),
        "validity": Period(
            dates["validityPeriodStart"], dates["validityPeriodEnd"], document.place("validityPeriodEnd")
        ),
        "longest_years": 3,
        "created": dates["created"],
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
        "remarks": _not_utc((document, dates), (pcf, pcf_dates)),
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


def _instants(node: Node, names: Iterable[str]) -> Mapping[str, datetime | None]:
    return {name: node.instant(name) for name in names}


def _not_utc(*several: tuple[Node, Mapping[str, datetime | None]]) -> tuple[str, ...]:
    """A remark where date-times are not in UTC, as all versions of PACT demand."""
    elsewhere = [
        node.place(name) for node, dates in several for name, at in dates.items() if at is not None and at.utcoffset()
    ]
    return (f"not in UTC, as PACT demands: {', '.join(elsewhere)}",) if elsewhere else ()
