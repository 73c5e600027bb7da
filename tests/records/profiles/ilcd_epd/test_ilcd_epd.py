"""The profile ilcd-epd/1: modules of EN 15804 with their sums; a null is not declared, a scenario is an alternative."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from carbonseal.findings import Code
from carbonseal.footprints import units
from carbonseal.footprints.documents import read_instant
from carbonseal.footprints.model import Basis, Footprint
from carbonseal.footprints.stages import PRODUCTION
from carbonseal.records.admission import admit
from carbonseal.records.profiles import codes, lookup
from tests.records.documents import ABSENT
from tests.records.profiles.changes import SAMPLES, changed
from tests.records.profiles.ilcd_epd.examples import EXAMPLE, VALUES, declaration, result
from tests.records.profiles.sums import exact, residuals
from tests.records.refusals import refused

PROFILE = lookup("ilcd-epd/1")
FLOW = "/exchanges/exchange/0"


def footprint(document: Any) -> Footprint:
    PROFILE.check(document)
    found = PROFILE.footprint(document)
    assert found is not None
    return found


def test_figures_are_read() -> None:
    found = footprint(EXAMPLE)
    assert (exact(found.amount), found.unit, found.unit_word) == (1, units.find("cubic meter"), "m3")
    assert found.mass
    assert found.mass.value == 2350
    assert found.total
    assert (found.total.value, found.total.half) == (Fraction("182.31"), Fraction("0.005"))
    assert found.total.pointer == "/LCIAResults/LCIAResult/0/other/anies/1/value"
    assert (found.basis, found.boundary) == (Basis.GWP_TOTAL, PRODUCTION)
    assert residuals(found) == {
        "GWP-total A1-A3": 0,
        "GWP-total A4": 0,
        "GWP-total C3": 0,
        "GWP-total D": 0,
    }
    assert {one.name: one.figure.value for one in found.stages}["D"] == Fraction("-9.4")


def test_a_null_is_not_declared_and_no_zero() -> None:
    found = footprint(EXAMPLE)
    assert "B1" not in {one.name for one in found.stages}
    values = {**VALUES["fossil"], "A4": None}
    missing = footprint(declaration(result("total", VALUES["total"]), result("fossil", values)))
    parts = {part.name: part.figure for one in missing.sums if one.name == "GWP-total A4" for part in one.parts}
    assert parts["GWP-fossil"] is None


def test_what_is_beside_the_figures_is_read() -> None:
    found = footprint(EXAMPLE)
    assert found.period
    assert (found.period.start, found.period.end) == (read_instant("2024-01-01"), read_instant("2025-01-01"))
    assert found.validity
    assert found.validity.end == read_instant("2030-01-01")
    assert (found.product, found.company, found.geographies) == (
        "Concrete C30/37",
        "Example Concrete (invented)",
        ("DE",),
    )
    assert found.id == "2f0c7bb2-5d6a-4c0e-9c6b-0a4f6f6d6a10"
    assert found.verification
    assert (found.verification.provider, found.verification.standard) == ("A. Verifier", "EN 15804+A2")


def test_modules_of_production_apart_are_the_total_and_beside_it_a_sum() -> None:
    single: dict[str, str | None] = {"A1": "1.5", "A2": "0.25", "A3": "2"}
    apart = footprint(declaration(result("total", single)))
    assert apart.total
    assert apart.total.value == Fraction("3.75")
    both = footprint(declaration(result("A1", {**single, "A1-A3": "3.8"})))
    assert both.total
    assert both.total.value == Fraction("3.8")
    assert residuals(both) == {"A1-A3": 0.05}
    assert footprint(declaration(result("A1", {"A1": "1.5", "A3": "2"}))).total is None


def test_scenarios_are_alternatives() -> None:
    first, second = result("A1", {"A1-A3": "45.59", "C3": "0.16"}), result("A1", {"C3": "0.2"}, "S2")
    first["other"]["anies"] += second["other"]["anies"][1:]
    found = footprint(declaration(first))
    assert [(one.name, one.scenario) for one in found.stages] == [("A1-A3", ""), ("C3", ""), ("C3", "S2")]
    assert found.remarks == ("module C3 is declared for several scenarios",)
    assert found.basis is Basis.UNSTATED


def test_a_method_is_known_by_its_name_too() -> None:
    renamed = changed(
        EXAMPLE,
        "/LCIAResults/LCIAResult/0/referenceToLCIAMethodDataSet/refObjectId",
        "00000000-0000-0000-0000-000000000000",
    )
    assert footprint(renamed).basis is Basis.GWP_TOTAL
    place = "/LCIAResults/LCIAResult/0/referenceToLCIAMethodDataSet/shortDescription"
    other = changed(
        changed(renamed, place, [{"value": "GWP-GHG"}]), "/LCIAResults/LCIAResult/1", result("A1", {"A1-A3": "2"})
    )
    assert footprint(other).basis is Basis.UNSTATED


def test_mass_is_trusted_where_the_flow_has_it_and_nowhere_else() -> None:
    material = [{"name": "conversion factor to 1 kg", "value": "4.25E-4"}, {"name": "gross density", "value": "2.35"}]
    without = changed(EXAMPLE, f"{FLOW}/flowProperties/1", ABSENT)
    without["exchanges"]["exchange"][0]["materialProperties"] = material
    assert footprint(without).mass is None


def test_the_amount_is_the_flow_s_times_its_property_s() -> None:
    found = footprint(changed(changed(EXAMPLE, f"{FLOW}/meanAmount", 2), f"{FLOW}/flowProperties/0/meanValue", 0.5))
    assert found.amount
    assert (exact(found.amount), exact(found.mass)) == (1, 4700)


MISTAKES: list[tuple[str, Any, Code, str]] = [
    ("/processInformation/dataSetInformation/UUID", ABSENT, codes.RECORD_MISSING, ""),
    ("/processInformation/time/dataSetValidUntil", "2029", codes.RECORD_TYPE, ""),
    ("/processInformation/time/dataSetValidUntil", 99999, codes.RECORD_RANGE, ""),
    ("/LCIAResults/LCIAResult", [], codes.RECORD_EMPTY, ""),
    ("/LCIAResults/LCIAResult/0/other/anies/1/value", "182,31", codes.RECORD_DECIMAL, ""),
    ("/LCIAResults/LCIAResult/0/other/anies/1/value", {}, codes.RECORD_DECIMAL, ""),
    (f"{FLOW}/meanAmount", 0, codes.RECORD_MISSING, FLOW),
    (f"{FLOW}/dataSetInternalID", 7, codes.RECORD_MISSING, "/exchanges/exchange"),
]


@pytest.mark.parametrize(("place", "value", "code", "told_at"), MISTAKES)
def test_mistakes_are_named_at_their_place(place: str, value: Any, code: Code, told_at: str) -> None:
    assert refused(code, PROFILE.check, changed(EXAMPLE, place, value)).place == (told_at or place,)


def test_a_declaration_without_global_warming_is_refused() -> None:
    other = result("A1", {"A1-A3": "1"})
    other["referenceToLCIAMethodDataSet"] = {"shortDescription": [{"value": "Acidification potential (AP)"}]}
    refused(codes.RECORD_MISSING, PROFILE.check, declaration(other))


def test_it_is_recognised() -> None:
    assert PROFILE.recognises(EXAMPLE) == "ILCD+EPD"
    assert not PROFILE.recognises({"processInformation": {}})


# Published EPDs: unit, mass, total, sums, and the largest part of a total by which a sum misses it.
PUBLISHED: dict[str, tuple[str, int | None, str, int, float]] = {
    "aluminium-profile": ("kilogram", 1, "1.93153238620983", 6, 1e-14),
    "concrete": ("cubic meter", 2297, "146.75360187405067", 9, 0.00535),
    "facade": ("square meter", None, "43.46", 14, 0.00451),
    "insulation-foam": ("cubic meter", None, "45.59", 0, 0),
}


@pytest.mark.skipif(not SAMPLES.exists(), reason="CARBONSEAL_SAMPLES names no folder of published samples")
@pytest.mark.parametrize(("name", "expected"), PUBLISHED.items())
def test_published_samples(name: str, expected: tuple[str, int | None, str, int, float]) -> None:
    unit, mass, total, sums, most = expected
    raw = (SAMPLES / f"formats/ilcd-epd/{name}.json").read_bytes()
    found = footprint(json.loads(admit(raw, "ilcd-epd/1").canonical))
    assert found.amount
    assert found.total
    assert (exact(found.amount), found.unit, exact(found.mass)) == (1, units.find(unit), mass)
    assert (found.total.value, len(found.sums)) == (Fraction(total), sums)
    parts = [abs(residuals(found)[one.name]) / abs(float(one.total.value)) for one in found.sums if one.total.value]
    assert max(parts, default=0) <= most
    assert most < 1e-10 or max(parts) > most * 0.99
