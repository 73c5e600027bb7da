"""The profile pact/2.3: PACT 2.0 to 2.3, with figures in strings and percentages as numbers."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from carbonseal.findings import Code
from carbonseal.footprints.model import Basis
from carbonseal.records.profiles import codes, lookup
from tests.records.profiles.spoiled import is_read, spoiled
from tests.records.refusals import refused

FOOTPRINT: dict[str, Any] = {
    "id": "5A0A1B34-6b1d-4a5a-9d7a-6f2f0f5f8f11",
    "specVersion": "2.2.0",
    "version": 3,
    "created": "2024-03-02T09:00:00Z",
    "status": "Deprecated",
    "validityPeriodStart": "2024-01-01T00:00:00Z",
    "validityPeriodEnd": "2026-12-31T00:00:00Z",
    "companyName": "Nordkupfer (invented)",
    "companyIds": ["urn:pact:nordkupfer.example:company:1"],
    "productDescription": "Copper cathode; invented for a test",
    "productIds": ["urn:gtin:4712345060507"],
    "productCategoryCpc": "41413",
    "productNameCompany": "Cathode",
    "comment": "",
    "pcf": {
        "declaredUnit": "kilogram",
        "unitaryProductAmount": "1000",
        "pCfExcludingBiogenic": "3860",
        "pCfIncludingBiogenic": "3800",
        "fossilGhgEmissions": "3860",
        "fossilCarbonContent": "0.0",
        "biogenicCarbonContent": "0.0",
        "dLucGhgEmissions": "0.4",
        "landManagementGhgEmissions": "-0.1",
        "biogenicCarbonWithdrawal": "-60",
        "characterizationFactors": "AR5",
        "ipccCharacterizationFactorsSources": ["AR5", "AR6"],
        "crossSectoralStandardsUsed": ["GHG Protocol Product standard"],
        "productOrSectorSpecificRules": [],
        "boundaryProcessesDescription": "Mine, smelter, refinery",
        "referencePeriodStart": "2023-01-01T00:00:00Z",
        "referencePeriodEnd": "2024-01-01T00:00:00Z",
        "geographyCountry": "SE",
        "exemptedEmissionsPercent": 1.5,
        "exemptedEmissionsDescription": "",
        "packagingEmissionsIncluded": False,
        "primaryDataShare": 56.12,
        "dqi": {"coveragePercent": 80, "technologicalDQR": 1.5, "temporalDQR": 2},
        "assurance": {"assurance": True, "coverage": "product level", "providerName": "A body"},
    },
}
PROFILE = lookup("pact/2.3")

MISTAKES: list[tuple[str, Any, Code]] = [
    ("specVersion", "3.0.0", codes.RECORD_FORM),
    ("specVersion", "2.4.0", codes.RECORD_FORM),
    ("version", "3", codes.RECORD_TYPE),
    ("pcf/pCfExcludingBiogenic", 3860, codes.RECORD_TYPE),
    ("pcf/pCfExcludingBiogenic", "-1", codes.RECORD_RANGE),
    ("pcf/unitaryProductAmount", "0", codes.RECORD_RANGE),
    ("pcf/exemptedEmissionsPercent", "1.5", codes.RECORD_TYPE),
    ("pcf/primaryDataShare", 100.5, codes.RECORD_RANGE),
    ("pcf/declaredUnit", "ton", codes.RECORD_UNKNOWN_VALUE),
    ("pcf/geographyRegionOrSubregion", "Europe", codes.RECORD_EXCLUSIVE),
]


def _with(place: str, value: Any) -> dict[str, Any]:
    document = copy.deepcopy(FOOTPRINT)
    (document["pcf"] if place.startswith("pcf/") else document)[place.removeprefix("pcf/")] = value
    return document


@pytest.mark.parametrize(("place", "value", "code"), MISTAKES)
def test_mistakes_are_named_at_their_place(place: str, value: Any, code: Code) -> None:
    assert (
        refused(code, PROFILE.check, _with(place, value)).place[0].startswith("/pcf/" if "/" in place else f"/{place}")
    )


def test_figures() -> None:
    PROFILE.check(FOOTPRINT)
    found = PROFILE.footprint(FOOTPRINT)
    assert found is not None
    assert found.total is not None
    assert (found.total.value, found.total.pointer) == (Fraction(3860), "/pcf/pCfExcludingBiogenic")
    assert found.basis is Basis.EXCLUDING_BIOGENIC
    assert found.amount is not None
    assert found.unit is not None
    assert (found.amount.value, found.unit.name) == (Fraction(1000), "kilogram")
    per_unit = found.per_unit()
    assert per_unit is not None
    assert per_unit.value == Fraction("3.86")
    assert found.id == "5a0a1b34-6b1d-4a5a-9d7a-6f2f0f5f8f11"
    assert found.is_deprecated
    assert found.gwp_sets == ("AR5", "AR6")
    assert found.exempted is not None
    assert found.exempted.value == Fraction("1.5")
    assert found.primary_data_share is not None
    assert found.primary_data_share.value == Fraction("56.12")
    assert found.ratings_range == (1, 3)
    assert found.verification is not None
    assert found.verification.provider == "A body"


def test_nothing_is_said_to_add_up() -> None:
    """PACT 2 prints no formula, and its published examples follow none."""
    found = PROFILE.footprint(FOOTPRINT)
    assert found is not None
    assert found.sums == ()
    assert found.uptake is None


def test_an_assurance_that_was_not_given_is_no_verification() -> None:
    found = PROFILE.footprint(_with("pcf/assurance", {"assurance": False, "providerName": "A body"}))
    assert found is not None
    assert found.verification is None


def test_what_it_recognises() -> None:
    assert PROFILE.recognises(FOOTPRINT) == "PACT 2.2.0"
    assert PROFILE.recognises({"pcf": {"pCfExcludingBiogenic": "1"}}) == "PACT 2"
    assert PROFILE.recognises({"specVersion": "3.0.0", "pcf": {"pCfExcludingBiogenic": "1"}}) == ""
    assert PROFILE.recognises([FOOTPRINT]) == ""


@given(spoiled(FOOTPRINT))
def test_whatever_is_taken_is_read(value: Any) -> None:
    is_read("pact/2.3", value)
