"""The profile activity/1: our own, closed; every line is quantity x factor, and the record is the sum of its lines."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import Any

import pytest

from carbonseal.findings import Code
from carbonseal.footprints import units
from carbonseal.footprints.documents import read_instant
from carbonseal.footprints.model import Footprint
from carbonseal.footprints.stages import DISTRIBUTION, PRODUCTION
from carbonseal.records.profiles import codes, lookup
from tests.records.documents import ABSENT
from tests.records.profiles.activity.examples import EXAMPLE
from tests.records.profiles.changes import changed
from tests.records.profiles.sums import exact, residual, residuals
from tests.records.refusals import refused
from tests.repository.sources import REPOSITORY

PROFILE = lookup("activity/1")


def footprint(document: Any) -> Footprint:
    PROFILE.check(document)
    found = PROFILE.footprint(document)
    assert found is not None
    return found


def test_figures_are_read() -> None:
    found = footprint(EXAMPLE)
    assert (exact(found.amount), found.unit, exact(found.mass)) == (
        1000,
        units.KILOGRAM,
        1000,
    )
    assert found.total
    assert (found.total.value, found.boundary) == (Fraction("672.6401"), PRODUCTION)
    assert residuals(found) == {
        "emissions": 0,
        "diesel": 0,
        "grid": 0,
        "lime": 0,
        "truck to the mill": 0,
        "blasting, CO2": 0,
    }
    assert found.period
    assert found.period.end == read_instant("2026-04-01")
    assert (found.company, found.product, found.geographies) == (
        "Example Mine (invented)",
        "Copper concentrate",
        ("ZM",),
    )
    assert found.gwp_sets == ("AR6",)


def test_a_line_that_is_not_its_product_is_seen_in_its_sum() -> None:
    found = footprint(changed(EXAMPLE, "/energy/1/emissions", "252"))
    wrong = {one.name: residual(one) for one in found.sums if residual(one)}
    assert wrong == {"grid": 27, "emissions": -27}


def test_the_rounding_of_both_factors_counts() -> None:
    found = footprint(EXAMPLE)
    (grid,) = [one for one in found.sums if one.name == "grid"]
    assert grid.parts[0].figure
    # 900 x 0.005 + 0.25 x 0.5
    assert grid.parts[0].figure.half == Fraction("4.625")


def test_materials_and_the_product_are_flows() -> None:
    lime, output = footprint(EXAMPLE).flows
    assert (lime.id, lime.batch, lime.footprint_id) == (
        "urn:product:example-lime:1",
        "L-7",
        "7e0f7c77-6e0d-4d0b-8a4e-8a3a6a0b9d02",
    )
    assert lime.quantity
    assert (exact(lime.quantity), lime.unit, lime.is_output) == (40, units.KILOGRAM, False)
    assert output.quantity
    assert (output.id, output.batch, exact(output.quantity), output.is_output) == (
        "urn:product:example-mine:concentrate",
        "2026-03",
        1000,
        True,
    )


def test_logistics_are_legs() -> None:
    (leg,) = footprint(EXAMPLE).legs
    assert leg.distance
    assert leg.mass
    assert leg.activity
    assert leg.emissions
    assert (exact(leg.distance), exact(leg.mass), exact(leg.activity), exact(leg.emissions)) == (
        423,
        1000,
        423,
        Fraction("42.3"),
    )


def test_a_stage_may_be_another_one() -> None:
    assert footprint({**EXAMPLE, "stage": "A4"}).boundary == DISTRIBUTION


MISTAKES: list[tuple[str, Any, Code]] = [
    ("/format", "activity/2", codes.RECORD_UNKNOWN_VALUE),
    ("/organisation", ABSENT, codes.RECORD_MISSING),
    ("/co2", "1", codes.RECORD_UNKNOWN_MEMBER),
    ("/energy/0/kilograms", "1", codes.RECORD_UNKNOWN_MEMBER),
    ("/energy", [], codes.RECORD_EMPTY),
    ("/energy/0/unit", "litres", codes.RECORD_UNKNOWN_VALUE),
    ("/energy/0/quantity", "120,5", codes.RECORD_DECIMAL),
    ("/energy/0/quantity", 120, codes.RECORD_TYPE),
    ("/energy/0/quantity", "-120", codes.RECORD_RANGE),
    ("/logistics/0/mass", ABSENT, codes.RECORD_MISSING),
    ("/declared/quantity", "0", codes.RECORD_RANGE),
    ("/period/end", "2026-03-01T00:00:00Z", codes.RECORD_RANGE),
    ("/period/start", "March", codes.RECORD_DATE_TIME),
    ("/stage", "A6", codes.RECORD_UNKNOWN_VALUE),
]


@pytest.mark.parametrize(("place", "value", "code"), MISTAKES)
def test_mistakes_are_named_at_their_place(place: str, value: Any, code: Code) -> None:
    assert refused(code, PROFILE.check, changed(EXAMPLE, place, value)).place == (place,)


def test_a_record_without_lines_is_refused() -> None:
    kinds = ("energy", "material", "logistics", "process")
    refused(codes.RECORD_MISSING, PROFILE.check, {name: value for name, value in EXAMPLE.items() if name not in kinds})


def test_it_is_recognised() -> None:
    assert PROFILE.recognises(EXAMPLE) == "activity/1"
    assert not PROFILE.recognises({"format": "activity/2"})


def test_the_example_in_the_documentation_adds_up() -> None:
    page = (REPOSITORY / "docs" / "formats.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^```json\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert residuals(footprint(json.loads(text))) == {"emissions": 0, "diesel": 0, "truck": 0}
