"""The profile pact/3.0: one finding for each kind of mistake, at its place."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal import findings
from carbonseal.findings import Code
from carbonseal.records.profiles import codes as profiles_codes
from carbonseal.records.profiles import lookup
from tests.records.documents import ABSENT, JSON_VALUES, footprint
from tests.records.refusals import refused

check = lookup("pact/3.0").check
SAMPLES = Path(__file__).parents[2].parent / "shared/data/pact"

MISTAKES: list[tuple[str, Any, Code]] = [
    ("/id", ABSENT, profiles_codes.PACT_MISSING),
    ("/id", "not-a-uuid", profiles_codes.PACT_FORM),
    ("/id", "5A0A1B34", profiles_codes.PACT_FORM),
    ("/id", None, profiles_codes.PACT_TYPE),
    ("/version", 1, profiles_codes.PACT_UNKNOWN_PROPERTY),
    ("/Status", "Active", profiles_codes.PACT_UNKNOWN_PROPERTY),
    ("/pcf/fosilGhgEmissions", "1", profiles_codes.PACT_UNKNOWN_PROPERTY),
    ("/pcf/dqi/coveragePercent", "1", profiles_codes.PACT_UNKNOWN_PROPERTY),
    ("/specVersion", "2.3.0", profiles_codes.PACT_FORM),
    ("/specVersion", "3.0", profiles_codes.PACT_FORM),
    ("/specVersion", "3.0.0\n", profiles_codes.PACT_FORM),
    ("/status", "active", profiles_codes.PACT_UNKNOWN_VALUE),
    ("/companyName", "", profiles_codes.PACT_EMPTY),
    ("/companyIds", [], profiles_codes.PACT_EMPTY),
    ("/companyIds", ["urn:a1:b", "urn:a1:b"], profiles_codes.PACT_REPEATED),
    ("/companyIds", "urn:a1:b", profiles_codes.PACT_TYPE),
    ("/companyIds", ["https://a.example"], profiles_codes.PACT_FORM),
    ("/productIds", ["urn:x"], profiles_codes.PACT_FORM),
    ("/productIds", ["urn:gtin:47 12"], profiles_codes.PACT_FORM),
    ("/productIds", ["urn:gtin:"], profiles_codes.PACT_FORM),
    ("/precedingPfIds", [], profiles_codes.PACT_EMPTY),
    ("/pcf", ABSENT, profiles_codes.PACT_MISSING),
    ("/pcf", [], profiles_codes.PACT_TYPE),
    ("/pcf/fossilGhgEmissions", ABSENT, profiles_codes.PACT_MISSING),
    ("/pcf/fossilGhgEmissions", 3.86, profiles_codes.PACT_TYPE),
    ("/pcf/declaredUnitOfMeasurement", "kg", profiles_codes.PACT_UNKNOWN_VALUE),
    ("/pcf/declaredUnitAmount", "0", profiles_codes.PACT_RANGE),
    ("/pcf/declaredUnitAmount", "-1", profiles_codes.PACT_RANGE),
    ("/pcf/productMassPerDeclaredUnit", "-0.1", profiles_codes.PACT_RANGE),
    ("/pcf/fossilGhgEmissions", "-3.86", profiles_codes.PACT_RANGE),
    ("/pcf/biogenicCO2Uptake", "0.06", profiles_codes.PACT_RANGE),
    ("/pcf/landManagementBiogenicCO2Removals", "10", profiles_codes.PACT_RANGE),
    ("/pcf/exemptedEmissionsPercent", "100.1", profiles_codes.PACT_RANGE),
    ("/pcf/primaryDataShare", "-1", profiles_codes.PACT_RANGE),
    ("/pcf/dqi/temporalDQR", "0.9", profiles_codes.PACT_RANGE),
    ("/pcf/dqi/temporalDQR", "5.1", profiles_codes.PACT_RANGE),
    ("/pcf/dqi/temporalDQR", ABSENT, profiles_codes.PACT_MISSING),
    ("/pcf/geographyCountry", "Germany", profiles_codes.PACT_FORM),
    ("/pcf/geographyCountrySubdivision", "DE-BW", profiles_codes.PACT_GEOGRAPHIES),
    ("/pcf/ipccCharacterizationFactors", ["AR"], profiles_codes.PACT_FORM),
    ("/pcf/packagingEmissionsIncluded", "false", profiles_codes.PACT_TYPE),
    ("/pcf/ccuCreditCertification", "no uri", profiles_codes.PACT_FORM),
    ("/pcf/productOrSectorSpecificRules", [{"operator": "PCR", "ruleNames": ["a"]}], profiles_codes.PACT_UNKNOWN_VALUE),
    ("/created", "2026-03-02", profiles_codes.PACT_DATE_TIME),
    ("/created", "2026-03-02T09:00:00", profiles_codes.PACT_DATE_TIME),
    ("/created", "2026-02-30T09:00:00Z", profiles_codes.PACT_DATE_TIME),
    ("/created", "2026-03-02 09:00:00Z", profiles_codes.PACT_DATE_TIME),
    ("/pcf/referencePeriodStart", "2026-01-01T00:00:00+24:00", profiles_codes.PACT_DATE_TIME),
    ("/pcf/referencePeriodStart", "0000-01-01T00:00:00Z", profiles_codes.PACT_DATE_TIME),
    ("/extensions", [{"specVersion": "2.0.0", "dataSchema": "https://a.example/s.json"}], profiles_codes.PACT_MISSING),
]
DECIMALS = [
    "",
    " 1",
    "1 ",
    "1\n",
    "1,5",
    "1e3",
    "+1",
    ".5",
    "1.",
    "01",
    "0x1",
    "--1",
    "NaN",
    "Infinity",
    "\uff11",
    "1" * 31,
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
    assert refused(profiles_codes.PACT_DECIMAL, check, footprint({f"/pcf/{name}": text})).place == (f"/pcf/{name}",)


@given(st.from_regex(r"-?(0|[1-9]\d{0,9})(\.\d{1,9})?", fullmatch=True, alphabet="-.0123456789"))
def test_signs_and_ranges_follow_the_value(text: str) -> None:
    allowed = {
        "pcfExcludingBiogenicUptake": True,
        "fossilGhgEmissions": float(text) >= 0,
        "biogenicCO2Uptake": float(text) <= 0,
        "declaredUnitAmount": float(text) > 0,
        "primaryDataShare": 0 <= float(text) <= 100,
        "dqi/temporalDQR": 1 <= float(text) <= 5,
    }
    for name, good in allowed.items():
        document = footprint({f"/pcf/{name}": text})
        if good:
            check(document)
        else:
            refused(profiles_codes.PACT_RANGE, check, document)


@pytest.mark.parametrize("text", ["0", "-0", "0.00", "100", "100.0", "99.999", "0.5", "7", "10"])
def test_percentages(text: str) -> None:
    check(footprint({"/pcf/primaryDataShare": text, "/pcf/exemptedEmissionsPercent": text}))


@pytest.mark.parametrize(
    "text",
    ["2026-03-02T09:00:00.123+05:30", "2026-03-02t09:00:00z", "2016-12-31T23:59:60Z", "2024-02-29T00:00:00-00:00"],
)
def test_date_times(text: str) -> None:
    check(footprint({"/created": text}))


@pytest.mark.parametrize(
    ("start", "end", "good"),
    [
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", True),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", False),
        ("2026-01-01T00:00:00Z", "2026-01-01t00:00:00z", False),
        ("2026-01-01T00:00:00z", "2025-12-31T23:59:59Z", False),
        ("2026-01-01T00:00:00+02:00", "2025-12-31T22:30:00Z", True),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:30:00+01:00", False),
        ("2016-12-31T23:59:59Z", "2016-12-31T23:59:60Z", True),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", False),
        ("2026-01-01T00:00:00.1Z", "2026-01-01T00:00:00.25Z", True),
    ],
)
def test_periods_end_after_they_begin(start: str, end: str, good: bool) -> None:
    for parent, name in (("/", "validityPeriod"), ("/pcf/", "referencePeriod")):
        document = footprint({f"{parent}{name}Start": start, f"{parent}{name}End": end})
        if good:
            check(document)
        else:
            assert refused(profiles_codes.PACT_PERIOD, check, document).place == (f"{parent}{name}End",)


def test_flags_that_say_no_are_meant() -> None:
    place = refused(profiles_codes.PACT_FLAG, check, footprint({"/pcf/packagingEmissionsIncluded": False})).place
    assert place == ("/pcf/packagingGhgEmissions",)
    check(footprint({"/pcf/packagingEmissionsIncluded": False, "/pcf/packagingGhgEmissions": None}))
    for name in ("ccsTechnologicalCO2Capture", "technologicalCO2Removals", "technologicalCO2CaptureOrigin"):
        document = footprint({"/pcf/ccsTechnologicalCO2CaptureIncluded": False, f"/pcf/{name}": "-1"})
        assert refused(profiles_codes.PACT_FLAG, check, document).place == (f"/pcf/{name}",)


def test_other_operators_have_a_name() -> None:
    rule = {"operator": "Other", "ruleNames": ["Catena-X Rulebook"]}
    document = footprint({"/pcf/productOrSectorSpecificRules": [rule]})
    place = "/pcf/productOrSectorSpecificRules/0/otherOperatorName"
    assert refused(profiles_codes.PACT_MISSING, check, document).place == (place,)
    rule["otherOperatorName"] = "Catena-X"
    check(document | {"pcf": document["pcf"] | {"productOrSectorSpecificRules": [rule]}})


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
            assert error.finding.code.name.startswith("pact.")


@pytest.mark.skipif(not SAMPLES.exists(), reason="the published description is not here")
def test_every_published_property_is_known() -> None:
    """Name for name what PACT's own description lists, so that the closed schema refuses no PACT property."""
    from carbonseal.records.profiles import pact_schema

    text = (SAMPLES / "openapi-3.0.4.yaml").read_text()
    ours = pact_schema.PRODUCT_FOOTPRINT["properties"]
    for schema, properties in (("ProductFootprint", ours), ("CarbonFootprint", ours["pcf"]["properties"])):
        section = re.split(r"\n    \w+:", text.split(f"\n    {schema}:", 1)[1], maxsplit=1)[0]
        published = re.findall(r"^        (\w+):", section.split("\n      properties:", 1)[1], re.MULTILINE)
        assert sorted(published) == sorted(properties)
        required = section.split("\n      required:", 1)[1].split(":", 1)[0]
        assert set(re.findall(r"^      - (\w+)$", required, re.MULTILINE)) == set(
            (pact_schema.PRODUCT_FOOTPRINT if schema == "ProductFootprint" else ours["pcf"])["required"]
        )


@pytest.mark.skipif(not SAMPLES.exists(), reason="the published examples are not here")
def test_published_examples_are_refused_for_what_they_lack() -> None:
    example = json.loads((SAMPLES / "list-footprints-response.json").read_text())["data"]
    assert refused(profiles_codes.PACT_MISSING, check, example).place == ("/productNameCompany",)
    example["productNameCompany"] = "Diesel"
    refused(profiles_codes.PACT_MISSING, check, example)


def test_of_many_misfits_the_first_is_reported() -> None:
    many = [f"no urn {number}" for number in range(20_000)]
    assert refused(profiles_codes.PACT_FORM, check, footprint({"/companyIds": many})).place == ("/companyIds/0",)
    late = [f"urn:gtin:{number}" for number in range(1_000)]
    assert refused(profiles_codes.PACT_FORM, check, footprint({"/companyIds": [*late, "no"]})).place == (
        "/companyIds/1000",
    )
    assert refused(profiles_codes.PACT_REPEATED, check, footprint({"/companyIds": [*late, late[0]]})).place == (
        "/companyIds",
    )
