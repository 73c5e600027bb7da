"""Figures of PACT 3.0, each with its place; and the odd properties that published footprints have."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from carbonseal.footprints.model import Basis, Footprint, Sign
from carbonseal.footprints.stages import PRODUCTION
from carbonseal.records.profiles import lookup
from tests.records.documents import FOOTPRINT, footprint
from tests.records.profiles.spoiled import is_read, spoiled

PROFILE = lookup("pact/3.0")


def read(changes: dict[str, Any] | None = None) -> Footprint:
    document = footprint(changes)
    PROFILE.check(document)
    found = PROFILE.footprint(document)
    assert found is not None
    return found


def test_figures_and_their_places() -> None:
    found = read()
    figures = {name: getattr(found, name) for name in ("amount", "mass", "total", "including", "uptake", "packaging")}
    assert {name: (figure.value, figure.pointer) for name, figure in figures.items()} == {
        "amount": (1, "/pcf/declaredUnitAmount"),
        "mass": (1, "/pcf/productMassPerDeclaredUnit"),
        "total": (Fraction("3.86"), "/pcf/pcfExcludingBiogenicUptake"),
        "including": (Fraction("3.80"), "/pcf/pcfIncludingBiogenicUptake"),
        "uptake": (Fraction("-0.06"), "/pcf/biogenicCO2Uptake"),
        "packaging": (Fraction("0.01"), "/pcf/packagingGhgEmissions"),
    }
    assert found.total is not None
    assert found.total.half == Fraction(1, 200)
    assert (found.basis, found.boundary) == (Basis.EXCLUDING_UPTAKE, PRODUCTION)
    assert found.unit is not None
    assert found.unit.name == "kilogram"
    assert found.geographies == ("DE",)
    assert found.primary_data_share is not None
    assert found.primary_data_share.value == Fraction("72.5")
    assert [rating.value for rating in found.ratings] == [Fraction(3, 2), 2, 1]
    assert found.period is not None
    assert found.period.end == datetime(2026, 1, 1, tzinfo=UTC)
    assert found.remarks == ()


def test_the_parts_of_the_total() -> None:
    total, including = read({"/pcf/landManagementFossilGhgEmissions": "0.36"}).sums
    parts = {part.name: part for part in total.parts}
    assert total.name == "pcfExcludingBiogenicUptake"
    assert sorted(parts) == [
        "biogenicNonCO2Emissions",
        "ccsTechnologicalCO2Capture",
        "fossilGhgEmissions",
        "landManagementBiogenicCO2Emissions",
        "landManagementBiogenicCO2Removals",
        "landManagementFossilGhgEmissions",
        "landUseChangeGhgEmissions",
        "technologicalCO2Removals",
    ]
    assert [name for name, part in parts.items() if part.is_disputed] == ["landManagementFossilGhgEmissions"]
    assert [name for name, part in parts.items() if part.figure] == [
        "fossilGhgEmissions",
        "landManagementFossilGhgEmissions",
    ]
    assert {name for name, part in parts.items() if part.counts_as_zero} == {
        "technologicalCO2Removals",
        "ccsTechnologicalCO2Capture",
    }
    assert [part.name for part in including.parts] == ["pcfExcludingBiogenicUptake", "biogenicCO2Uptake"]


def test_an_uptake_that_is_left_out_explains_no_more_than_a_smaller_figure() -> None:
    """Including uptake cannot be above excluding it: uptake is 0 or less."""
    _, including = read({"/pcf/biogenicCO2Uptake": None}).sums
    assert [(part.figure is None, part.sign) for part in including.parts] == [
        (False, Sign.EITHER),
        (True, Sign.REMOVAL),
    ]


def test_removals_had_no_sign_in_the_first_two_versions() -> None:
    for version, sign in (
        ("3.0.0", Sign.EITHER),
        ("3.0.1", Sign.EITHER),
        ("3.0.2", Sign.REMOVAL),
        ("3.0.4", Sign.REMOVAL),
    ):
        found = read({"/specVersion": version, "/pcf/technologicalCO2Removals": "0.08"})
        assert [one.sign for one in found.sums[0].parts if one.name == "technologicalCO2Removals"] == [sign]


def test_odd_properties_of_published_footprints_are_read_past() -> None:
    """Each of these stands in a footprint of the specification, or in answers of its conformance service."""
    odd = {
        "/precedingPfIds": [FOOTPRINT["id"]],
        "/validityPeriodStart": "2025-02-01T00:00:00Z",
        "/validityPeriodEnd": "2035-12-31T00:00:00Z",
        "/version": 1,
        "/updated": "2026-05-01T00:00:00Z",
        "/pcf/otherOperatorName": "An operator",
        "/pcf/biogenicAccountingMethodology": "PEF",
        "/pcf/biogenicCO2Withdrawal": "-1.5",
        "/pcf/ipccCharacterizationFactors": ["AR5", "AR6"],
        "/pcf/declaredUnitAmount": "100",
        "/pcf/primaryDataShare": "0.52",
    }
    found = read(odd)
    assert found.preceding == (FOOTPRINT["id"],)
    assert found.validity is not None
    assert found.validity.start == datetime(2025, 2, 1, tzinfo=UTC)
    assert found.gwp_sets == ("AR5", "AR6")
    assert (found.longest_years, found.one_geography) == (3, True)


def test_times_of_other_zones_are_told() -> None:
    found = read({"/created": "2026-02-01T02:00:00+02:00", "/pcf/referencePeriodStart": "2025-01-01T00:00:00+00:00"})
    assert found.remarks == ("not in UTC, as PACT demands: /created",)
    assert found.created == datetime(2026, 2, 1, tzinfo=UTC)


DIGITS = st.from_regex(r"[+-]?[0-9]{1,12}(\.[0-9]{1,12})?", fullmatch=True, alphabet="-+.0123456789")


@given(DIGITS)
def test_decimals_are_exact(text: str) -> None:
    found = read({"/pcf/pcfExcludingBiogenicUptake": text})
    assert found.total is not None
    assert found.total.value == Fraction(text)
    places = len(text.partition(".")[2])
    assert found.total.half == (Fraction(1, 2 * 10**places) if Fraction(text) else 0)


@given(spoiled(FOOTPRINT))
def test_whatever_is_taken_is_read(value: Any) -> None:
    is_read("pact/3.0", value)
