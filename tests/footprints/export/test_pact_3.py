"""Exports to PACT 3.0: exact, valid by our profile and by PACT's own description, and open about what is lost or assumed."""

from __future__ import annotations

import copy
import json
import os
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.footprints import codes, units
from carbonseal.footprints.export import pact_3
from carbonseal.footprints.export.exported import exact_text
from carbonseal.footprints.figures import Figure, read_decimal
from carbonseal.footprints.model import Basis, Footprint, Methods, Part, Period, Sum, Verification
from carbonseal.footprints.stages import DISTRIBUTION, PRODUCTION, span
from carbonseal.records import codes as records_codes
from carbonseal.records.exports import export
from carbonseal.records.profiles import codes as profiles_codes
from carbonseal.records.profiles import lookup
from tests.records.documents import footprint as pact_document
from tests.records.profiles.ileap_1.test_ileap_1 import SHIPMENT, record
from tests.records.profiles.pact_2.test_pact_2 import FOOTPRINT as PACT_2
from tests.records.profiles.tidas_1.test_tidas_1 import RESULT, item
from tests.records.refusals import refused

NOW = datetime(2026, 11, 30, tzinfo=UTC)
SAMPLES = Path(os.environ.get("CARBONSEAL_SAMPLES", "/nowhere"))
# What a TIDAS result may lack.
GIVEN = {"pcf.fossilCarbonContent": "0", "pcf.crossSectoralStandards": "ISO14067, PACT-3.0"}


def figure(text: str) -> Figure:
    found = read_decimal(text, "/x")
    assert found is not None
    return found


# All that PACT demands.
WHOLE = Footprint(
    "example/1",
    amount=figure("1"),
    unit=units.PIECE,
    unit_word="piece",
    mass=figure("0.5"),
    basis=Basis.EXCLUDING_UPTAKE,
    total=figure("2.50"),
    including=figure("2.50"),
    sums=(Sum(figure("2.50"), (Part("fossilGhgEmissions", figure("2.50")),), "total"),),
    fossil_content=figure("0"),
    boundary=PRODUCTION,
    period=Period(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),
    created=NOW,
    id="8bb861d0-0000-42ea-bbd3-d5a4f8e9a001",
    product_ids=("urn:gtin:4712345060507",),
    company_ids=("urn:lei:529900EXAMPLE000",),
    product="Cell",
    company="Cells (invented)",
    gwp_sets=("AR6",),
    standards=("ISO14067",),
    exempted=figure("0"),
)


def changed(**members: Any) -> Footprint:
    return Footprint(**{name: getattr(WHOLE, name) for name in Footprint.__dataclass_fields__} | members)


def exported(one: Footprint, **given: str) -> Any:
    made = pact_3.export(one, given, NOW)
    lookup("pact/3.0").check(made.document)
    return made


def test_a_record_in_that_format_comes_out_unchanged() -> None:
    document = pact_document({"/pcf/otherOperatorName": "kept"})
    made = export(document, "pact/3.0", "pact/3.0", {}, NOW)
    assert (made.document, made.lost, made.assumed) == (document, (), ())


def test_a_result_of_tidas_keeps_its_figures() -> None:
    made = export(copy.deepcopy(RESULT), "tidas/1", "pact/3.0", GIVEN, NOW)
    pcf = made.document["pcf"]
    assert made.document["id"] == "8bb861d0-0000-42ea-bbd3-d5a4f8e9a001"
    assert made.document["precedingPfIds"] == ["8bb861d0-0000-42ea-bbd3-d5a4f8e9a000"]
    assert (pcf["pcfExcludingBiogenicUptake"], pcf["pcfIncludingBiogenicUptake"]) == ("78250", "78240")
    assert (pcf["fossilGhgEmissions"], pcf["biogenicCO2Uptake"], pcf["technologicalCO2Removals"]) == (
        "78250",
        "-10",
        "0",
    )
    assert pcf["crossSectoralStandards"] == ["ISO14067", "PACT-3.0"]
    assert "quantities of what went in and came out" in made.lost
    assert "created: the time of this export" in made.assumed


@given(st.from_regex(r"[0-9]{1,12}(\.[0-9]{1,9})?", fullmatch=True, alphabet=".0123456789"))
def test_decimals_go_there_and_back(text: str) -> None:
    document = copy.deepcopy(RESULT) | {"impactResults": [item("GWP excluding biogenic uptake", text)]}
    document["impactResults"] += [item("GWP including biogenic uptake", text), item("fossil GHG emissions", text)]
    made = export(document, "tidas/1", "pact/3.0", GIVEN, NOW)
    before, after = lookup("tidas/1").footprint(document), lookup("pact/3.0").footprint(made.document)
    assert before is not None
    assert after is not None
    for name in ("total", "including", "mass", "amount"):
        one, other = getattr(before, name), getattr(after, name)
        assert (one.value, one.half) == (other.value, other.half)


def test_what_pact_demands_and_the_record_lacks_is_named_at_once() -> None:
    bare = Footprint("example/1", total=figure("2.5"), basis=Basis.EXCLUDING_UPTAKE, boundary=PRODUCTION)
    finding = refused(codes.EXPORT_MISSING, pact_3.export, bare, {}, NOW)
    for name in ("companyIds", "pcf.fossilGhgEmissions", "pcf.referencePeriodStart", "pcf.exemptedEmissionsPercent"):
        assert name in str(finding)
    assert "pcfExcludingBiogenicUptake" not in str(finding)
    assert "--set companyName=VALUE" in str(finding)


def test_a_total_of_another_basis_is_not_passed_off_as_pact_s() -> None:
    finding = refused(codes.EXPORT_MISSING, export, copy.deepcopy(PACT_2), "pact/2.3", "pact/3.0", {}, NOW)
    assert "pcf.pcfExcludingBiogenicUptake" in str(finding)
    given = {
        "pcf.pcfExcludingBiogenicUptake": "3861.2",
        "pcf.pcfIncludingBiogenicUptake": "3801.2",
        "pcf.fossilGhgEmissions": "3860",
        "pcf.productMassPerDeclaredUnit": "1000",
    }
    made = export(copy.deepcopy(PACT_2), "pact/2.3", "pact/3.0", given, NOW)
    assert made.document["pcf"]["pcfExcludingBiogenicUptake"] == "3861.2"
    assert any("its basis is excluding biogenic" in line for line in made.lost)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (changed(boundary=DISTRIBUTION), "A4"),
        (changed(boundary=span("A1", "C4")), "A1-C4"),
        (changed(functional_unit="kWh delivered over service life"), "kWh delivered"),
        (changed(unit=units.find("m")), "meter"),
        (changed(unit=units.find("SET")), "set"),
        (changed(unit=units.find("second")), "no exact decimal"),
    ],
)
def test_figures_of_another_kind_are_refused(one: Footprint, reason: str) -> None:
    assert reason in str(refused(codes.EXPORT_UNFIT, pact_3.export, one, {}, NOW))


def test_transport_is_no_product() -> None:
    refused(codes.EXPORT_UNFIT, export, record(SHIPMENT), "ileap/1", "pact/3.0", {}, NOW)


@pytest.mark.parametrize(
    ("word", "amount", "unit", "expected"),
    [
        ("g", "250", "kilogram", "0.250"),
        ("LBR", "1", "kilogram", "0.45359237"),
        ("m3", "2", "cubic meter", "2"),
        ("kWh", "1.5", "kilowatt hour", "1.5"),
        ("MWH", "1", "kilowatt hour", "1000"),
        ("PR", "3", "piece", "6"),
        ("kgkm", "1", "ton kilometer", "0.001"),
    ],
)
def test_units_are_converted_exactly(word: str, amount: str, unit: str, expected: str) -> None:
    pcf = exported(changed(unit=units.find(word), amount=figure(amount))).document["pcf"]
    assert pcf["declaredUnitOfMeasurement"] == unit
    assert Fraction(pcf["declaredUnitAmount"]) == Fraction(expected)


def test_a_mass_that_is_not_stated() -> None:
    assert exported(changed(unit=units.KILOGRAM, mass=None)).document["pcf"]["productMassPerDeclaredUnit"] == "1"
    assert exported(changed(unit=units.find("MJ"), mass=None)).document["pcf"]["productMassPerDeclaredUnit"] == "0"
    refused(codes.EXPORT_MISSING, pact_3.export, changed(mass=None), {}, NOW)


def test_emissions_of_aircraft_are_among_the_fossil_ones() -> None:
    parts = (
        Part("fossilGhgEmissions", figure("2.0")),
        Part("aircraftGhgEmissions", figure("0.50")),
        Part("other", figure("1")),
    )
    made = exported(changed(sums=(Sum(figure("2.50"), parts, "total"),)))
    assert made.document["pcf"]["fossilGhgEmissions"] == "2.5"
    assert made.document["pcf"]["aircraftGhgEmissions"] == "0.50"
    assert "the part other" in made.lost
    assert any("aircraft" in line for line in made.assumed)


def test_what_has_no_place_is_said() -> None:
    one = changed(
        id="urn:example:1",
        preceding=("urn:example:0",),
        product_ids=("4712345060507", "our number 7"),
        geographies=("Europe", "DE", "DE-BW"),
        methods=Methods(mass_balancing=True, prospective=True),
        verification=Verification(coverage="all of it", provider="A body"),
        remarks=("odd",),
        is_deprecated=True,
    )
    made = exported(one)
    assert made.document["productIds"] == ["urn:gtin:4712345060507"]
    assert made.document["pcf"]["geographyCountrySubdivision"] == "DE-BW"
    assert made.document["status"] == "Deprecated"
    assert made.document["pcf"]["verification"] == {"providerName": "A body"}
    told = "\n".join(made.lost)
    for words in ("preceding", "no URNs", "Europe, DE", "mass balancing", "prospective", "all of it", "odd"):
        assert words in told
    assert made.document["id"] == exported(one).document["id"]
    assert "not its own urn:example:1" in made.assumed[0]


def test_a_member_that_is_given_is_checked() -> None:
    wrong = GIVEN | {"pcf.fossilCarbonContent": "1,5"}
    finding = refused(profiles_codes.RECORD_DECIMAL, export, copy.deepcopy(RESULT), "tidas/1", "pact/3.0", wrong, NOW)
    assert finding.place == ("/pcf/fossilCarbonContent",)


def test_a_profile_without_figures_has_nothing_to_export() -> None:
    refused(records_codes.PROFILE_WITHOUT_FIGURES, export, {}, "json/1", "pact/3.0", {}, NOW)
    with pytest.raises(Refused):
        export({}, "tidas/1", "pact/3.0", {}, NOW)


@given(st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9])?", fullmatch=True, alphabet="-+.eE0123456789"))
def test_a_figure_prints_as_it_was_read(text: str) -> None:
    found = read_decimal(text)
    if found is None:  # too large to be meant
        return
    again = read_decimal(exact_text(found))
    assert again is not None
    assert again.value == found.value
    if "e" not in text.lower():
        assert again.half == found.half


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="CARBONSEAL_SAMPLES names no folder with samples")
def test_exports_are_valid_by_pact_s_own_description() -> None:
    yaml = pytest.importorskip("yaml")
    import jsonschema_rs

    description = yaml.safe_load((SAMPLES / "pact/openapi-3.0.4.yaml").read_text())
    schema = {"$ref": "#/components/schemas/ProductFootprint", "components": description["components"]}
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    cell = json.loads((SAMPLES / "formats/tidas/battery-cell-pcf.json").read_text())
    for made in (
        exported(WHOLE),
        export(cell, "tidas/1", "pact/3.0", {}, NOW),
        export(copy.deepcopy(RESULT), "tidas/1", "pact/3.0", GIVEN, NOW),
        exported(changed(id="", geographies=("Europe", "DE"), unit=units.find("g"), verification=Verification("x"))),
    ):
        validator.validate(made.document)
    with pytest.raises(jsonschema_rs.ValidationError):
        validator.validate({**exported(WHOLE).document, "pcf": {}})
