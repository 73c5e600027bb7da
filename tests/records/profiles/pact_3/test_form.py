"""The profile pact/3.0: one finding for each kind of mistake, at its place."""

from __future__ import annotations

import json
import os
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal import findings
from carbonseal.findings import Code
from carbonseal.records.profiles import codes, lookup
from tests.records.documents import ABSENT, JSON_VALUES, footprint
from tests.records.refusals import refused

check = lookup("pact/3.0").check
SAMPLES = Path(os.environ.get("CARBONSEAL_SAMPLES", "/nowhere")) / "pact"

MISTAKES: list[tuple[str, Any, Code]] = [
    ("/id", ABSENT, codes.RECORD_MISSING),
    ("/id", "not-a-uuid", codes.RECORD_FORM),
    ("/id", "5A0A1B34", codes.RECORD_FORM),
    ("/id", None, codes.RECORD_TYPE),
    ("/specVersion", "2.3.0", codes.RECORD_FORM),
    ("/specVersion", "3.0", codes.RECORD_FORM),
    ("/specVersion", "3.0.0\n", codes.RECORD_FORM),
    ("/status", "active", codes.RECORD_UNKNOWN_VALUE),
    ("/companyName", "", codes.RECORD_EMPTY),
    ("/companyIds", [], codes.RECORD_EMPTY),
    ("/companyIds", ["urn:a1:b", "urn:a1:b"], codes.RECORD_REPEATED),
    ("/companyIds", "urn:a1:b", codes.RECORD_TYPE),
    ("/companyIds", ["https://a.example"], codes.RECORD_FORM),
    ("/productIds", ["urn:x"], codes.RECORD_FORM),
    ("/productIds", ["urn:gtin:47 12"], codes.RECORD_FORM),
    ("/productIds", ["urn:gtin:"], codes.RECORD_FORM),
    ("/precedingPfIds", [], codes.RECORD_EMPTY),
    ("/pcf", ABSENT, codes.RECORD_MISSING),
    ("/pcf", [], codes.RECORD_TYPE),
    ("/pcf/fossilGhgEmissions", ABSENT, codes.RECORD_MISSING),
    ("/pcf/fossilGhgEmissions", 3.86, codes.RECORD_TYPE),
    ("/pcf/declaredUnitOfMeasurement", "kg", codes.RECORD_UNKNOWN_VALUE),
    ("/pcf/declaredUnitAmount", "0", codes.RECORD_RANGE),
    ("/pcf/declaredUnitAmount", "-1", codes.RECORD_RANGE),
    ("/pcf/productMassPerDeclaredUnit", "-0.1", codes.RECORD_RANGE),
    ("/pcf/fossilGhgEmissions", "-3.86", codes.RECORD_RANGE),
    ("/pcf/biogenicCO2Uptake", "0.06", codes.RECORD_RANGE),
    ("/pcf/landManagementBiogenicCO2Removals", "10", codes.RECORD_RANGE),
    ("/pcf/exemptedEmissionsPercent", "100.1", codes.RECORD_RANGE),
    ("/pcf/primaryDataShare", "-1", codes.RECORD_RANGE),
    ("/pcf/dqi/temporalDQR", "0.9", codes.RECORD_RANGE),
    ("/pcf/dqi/temporalDQR", "5.1", codes.RECORD_RANGE),
    ("/pcf/dqi/temporalDQR", ABSENT, codes.RECORD_MISSING),
    ("/pcf/geographyCountry", "Germany", codes.RECORD_FORM),
    ("/pcf/geographyCountrySubdivision", "DE-BW", codes.RECORD_EXCLUSIVE),
    ("/pcf/ipccCharacterizationFactors", ["AR"], codes.RECORD_FORM),
    ("/pcf/packagingEmissionsIncluded", "false", codes.RECORD_TYPE),
    ("/pcf/ccuCreditCertification", "no uri", codes.RECORD_FORM),
    ("/pcf/productOrSectorSpecificRules", [{"operator": "PCR", "ruleNames": ["a"]}], codes.RECORD_UNKNOWN_VALUE),
    ("/created", "2026-03-02", codes.RECORD_DATE_TIME),
    ("/created", "2026-03-02T09:00:00", codes.RECORD_DATE_TIME),
    ("/created", "2026-02-30T09:00:00Z", codes.RECORD_DATE_TIME),
    ("/created", "2026-03-02 09:00:00Z", codes.RECORD_DATE_TIME),
    ("/pcf/referencePeriodStart", "2026-01-01T00:00:00+24:00", codes.RECORD_DATE_TIME),
    ("/extensions", [{"specVersion": "2.0.0", "dataSchema": "https://a.example/s.json"}], codes.RECORD_MISSING),
]
DECIMALS = [
    "",
    " 1",
    "1 ",
    "1\n",
    "1,5",
    "1e",
    "1e100",
    ".5",
    "1.",
    "0x1",
    "--1",
    "NaN",
    "Infinity",
    "\uff11",
    "1" * 41,
    "1_0",
]


@pytest.mark.parametrize(("place", "value", "code"), MISTAKES)
def test_mistakes_are_named_at_their_place(place: str, value: Any, code: Code) -> None:
    finding = refused(code, check, footprint({place: value}))
    assert finding.place[0].startswith(place)
    assert finding.code.remedy


@pytest.mark.parametrize("text", DECIMALS)
@pytest.mark.parametrize(
    "name", ["pcfExcludingBiogenicUptake", "fossilGhgEmissions", "biogenicCO2Uptake", "primaryDataShare"]
)
def test_what_is_no_decimal(name: str, text: str) -> None:
    assert refused(codes.RECORD_DECIMAL, check, footprint({f"/pcf/{name}": text})).place == (f"/pcf/{name}",)


@given(st.from_regex(r"[+-]?[0-9]{1,9}(\.[0-9]{1,9})?([eE][+-]?[0-9])?", fullmatch=True, alphabet="-+.eE0123456789"))
def test_signs_and_ranges_follow_the_value(text: str) -> None:
    value = Fraction(text)
    allowed = {
        "pcfExcludingBiogenicUptake": True,
        "technologicalCO2Removals": True,
        "fossilGhgEmissions": value >= 0,
        "biogenicCO2Uptake": value <= 0,
        "declaredUnitAmount": value > 0,
        "primaryDataShare": 0 <= value <= 100,
        "dqi/temporalDQR": 1 <= value <= 5,
    }
    for name, good in allowed.items():
        document = footprint({f"/pcf/{name}": text})
        if good:
            check(document)
        else:
            refused(codes.RECORD_RANGE, check, document)


@pytest.mark.parametrize("text", ["0", "-0", "0.00", "100", "100.0", "99.999", "0.5", "7", "10"])
def test_percentages(text: str) -> None:
    check(footprint({"/pcf/primaryDataShare": text, "/pcf/exemptedEmissionsPercent": text}))


@pytest.mark.parametrize(
    "text",
    ["2026-03-02T09:00:00.123+05:30", "2026-03-02t09:00:00z", "2016-12-31T23:59:60Z", "2024-02-29T00:00:00-00:00"],
)
def test_date_times(text: str) -> None:
    check(footprint({"/created": text}))


def test_what_published_footprints_break_is_no_refusal() -> None:
    """Periods, flags beside figures, a name one level up, members of another version: findings of checks, or nothing."""
    check(footprint({"/validityPeriodStart": "2025-06-01T00:00:00Z", "/validityPeriodEnd": "2035-01-01T00:00:00Z"}))
    check(footprint({"/pcf/referencePeriodEnd": "2025-01-01T00:00:00Z"}))
    check(footprint({"/pcf/packagingEmissionsIncluded": False}))
    check(footprint({"/pcf/ccsTechnologicalCO2CaptureIncluded": False, "/pcf/ccsTechnologicalCO2Capture": "0.0"}))
    check(footprint({"/pcf/technologicalCO2Removals": "0.08"}))
    rules = [{"operator": "Other", "ruleNames": ["A rulebook"]}]
    check(footprint({"/pcf/productOrSectorSpecificRules": rules, "/pcf/otherOperatorName": "An operator"}))
    check(footprint({"/version": 1, "/updated": None, "/pcf/biogenicAccountingMethodology": "PEF", "/pcf/dqi/x": "1"}))
    check(footprint({"/precedingPfIds": [footprint()["id"]]}))


def test_null_is_absence() -> None:
    names = ["biogenicCO2Uptake", "packagingGhgEmissions", "primaryDataShare", "dqi", "geographyRegionOrSubregion"]
    check(footprint({f"/pcf/{name}": None for name in names} | {"/comment": None, "/validityPeriodEnd": None}))


def test_extensions_are_open_inside() -> None:
    data = {"anything": [1, 2.5, None, {"version": 1}]}
    check(
        footprint({"/extensions": [{"specVersion": "2.0.0", "dataSchema": "https://a.example/s.json", "data": data}]})
    )


@given(JSON_VALUES)
def test_nothing_crashes_the_profile(value: Any) -> None:
    for document in (value, footprint({"/pcf": value}), footprint({"/extensions": value}), footprint({"/id": value})):
        try:
            check(document)
        except findings.Refused as error:
            assert error.finding.code.name.startswith("record.")


@pytest.mark.skipif(not SAMPLES.exists(), reason="the published description is not here")
def test_every_published_property_is_known() -> None:
    """Name for name what PACT's own description lists, so that no figure is read past."""
    from carbonseal.records.profiles.pact import pact_3_schema

    text = (SAMPLES / "openapi-3.0.4.yaml").read_text()
    ours = pact_3_schema.PRODUCT_FOOTPRINT["properties"]
    for schema, properties in (("ProductFootprint", ours), ("CarbonFootprint", ours["pcf"]["properties"])):
        section = re.split(r"\n    \w+:", text.split(f"\n    {schema}:", 1)[1], maxsplit=1)[0]
        published = re.findall(r"^        (\w+):", section.split("\n      properties:", 1)[1], re.MULTILINE)
        assert sorted(published) == sorted(properties)
        required = section.split("\n      required:", 1)[1].split(":", 1)[0]
        assert set(re.findall(r"^      - (\w+)$", required, re.MULTILINE)) == set(
            (pact_3_schema.PRODUCT_FOOTPRINT if schema == "ProductFootprint" else ours["pcf"])["required"]
        )


@pytest.mark.skipif(not SAMPLES.exists(), reason="the published examples are not here")
def test_published_examples_are_refused_for_what_they_lack() -> None:
    example = json.loads((SAMPLES / "list-footprints-response.json").read_text())["data"]
    assert refused(codes.RECORD_MISSING, check, example).place == ("/productNameCompany",)
    example["productNameCompany"] = "Diesel"
    refused(codes.RECORD_MISSING, check, example)


def test_of_many_misfits_the_first_is_reported() -> None:
    many = [f"no urn {number}" for number in range(20_000)]
    assert refused(codes.RECORD_FORM, check, footprint({"/companyIds": many})).place == ("/companyIds/0",)
    late = [f"urn:gtin:{number}" for number in range(1_000)]
    assert refused(codes.RECORD_FORM, check, footprint({"/companyIds": [*late, "no"]})).place == ("/companyIds/1000",)
    assert refused(codes.RECORD_REPEATED, check, footprint({"/companyIds": [*late, late[0]]})).place == ("/companyIds",)
