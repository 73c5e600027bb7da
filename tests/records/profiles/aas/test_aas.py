"""The profile aas/pcf-1.0: entries over overlapping phases are never added up, only where they cut one another exactly."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from carbonseal.footprints import units
from carbonseal.footprints.documents import read_instant
from carbonseal.footprints.model import Footprint
from carbonseal.footprints.stages import PRODUCTION, stages_text
from carbonseal.records.admission import admit
from carbonseal.records.profiles import codes, lookup
from tests.records.profiles.aas.examples import EXAMPLE, KILOGRAM, entry, environment, submodel
from tests.records.profiles.changes import SAMPLES, changed
from tests.records.profiles.sums import exact, residuals
from tests.records.refusals import refused

PROFILE = lookup("aas/pcf-1.0")
ENTRY = "/submodelElements/0/value/0/value"


def footprint(document: Any) -> Footprint:
    PROFILE.check(document)
    found = PROFILE.footprint(document)
    assert found is not None
    return found


def total(*entries: dict[str, Any]) -> Fraction | None:
    found = footprint(submodel(*entries)).total
    return found.value if found else None


def test_figures_are_read() -> None:
    found = footprint(EXAMPLE)
    assert (exact(found.amount), found.unit) == (1, units.PIECE)
    assert found.total
    assert (found.total.value, found.total.half) == (Fraction("12.40"), Fraction("0.005"))
    assert found.total.pointer == f"{ENTRY}/0/value"
    assert found.boundary == PRODUCTION
    assert [(stages_text(one.stages), one.figure.value) for one in found.stages] == [
        ("A1-A3", Fraction("12.40")),
        ("A4", Fraction("0.65")),
    ]
    assert found.validity
    assert (found.validity.start, found.validity.end) == (read_instant("2026-01-15"), read_instant("2028-01-15"))
    assert not found.sums


def test_production_is_the_total_where_one_entry_is_over_it() -> None:
    grave = ["A1-A3", "A4", "B1-B7", "C1-C4"]
    assert total(entry("9", grave), entry("5", ["A1-A3"]), entry("1", ["A1"])) == 5
    assert total(entry("5", ["A1", "A2", "A3"]), entry("9", grave)) == 5
    assert total(entry("9", grave), entry("1", ["A4"])) == 9
    assert total(entry("3", ["A1"])) == 3


def test_entries_that_overlap_are_never_added() -> None:
    found = footprint(submodel(entry("1", ["A1", "A2"]), entry("2", ["A2", "A3"])))
    assert found.total is None
    assert not found.sums
    assert found.remarks == ("no entry covers all others: none is the total",)
    twice = footprint(submodel(entry("5", ["A1-A3"]), entry("6", ["A1", "A2", "A3"])))
    assert twice.total is None


def test_entries_that_cut_another_one_exactly_are_its_parts() -> None:
    found = footprint(submodel(*(entry(f, [p]) for f, p in (("6", "A1-A3"), ("1", "A1"), ("2", "A2"), ("3", "A3")))))
    assert residuals(found) == {"A1-A3": 0}
    short = footprint(submodel(entry("6", ["A1-A3"]), entry("1", ["A1"]), entry("3", ["A3"])))
    assert not short.sums
    grave = ["A1-A3", "A4"]
    nested = footprint(
        submodel(
            entry("7.5", grave), entry("6", ["A1-A3"]), entry("1", ["A4"]), entry("4", ["A1", "A2"]), entry("2", ["A3"])
        )
    )
    assert residuals(nested) == {"A1-A4": 0.5, "A1-A3": 0}


def test_entries_of_other_units_stand_apart() -> None:
    found = footprint(submodel(entry("6", ["A1-A3"]), entry("1", ["A4"], unit=KILOGRAM), entry("1", ["D"], amount="2")))
    assert [stages_text(one.stages) for one in found.stages] == ["A1-A3"]


def test_phases_are_known_by_code_and_by_word_without_version() -> None:
    assert footprint(submodel(entry("1", ["0173-1#07-ABZ789#009"]))).boundary == PRODUCTION
    assert footprint(submodel(entry("1", ["A1 - raw material supply", "A2-A3"]))).boundary == PRODUCTION
    unknown = footprint(submodel(entry("1", ["manufacturing"])))
    assert unknown.boundary is None
    assert unknown.remarks == ("'manufacturing' names no life-cycle phase",)


def test_a_template_has_no_figures_and_is_told_so() -> None:
    found = footprint(submodel(entry(None, ["A1-A3"])))
    assert found.total is None
    assert found.remarks == (f"{ENTRY}/0/value: the entry has no figure",)


def test_an_environment_holds_exactly_one() -> None:
    found = footprint(environment(EXAMPLE))
    assert found.total
    assert found.total.pointer == "/submodels/1" + f"{ENTRY}/0/value"
    assert found.product_ids == ("urn:example:motor-7",)
    assert refused(codes.RECORD_ITEMS, PROFILE.check, environment(EXAMPLE, EXAMPLE)).place == ("/submodels",)
    refused(codes.RECORD_MISSING, PROFILE.check, environment())
    refused(codes.RECORD_MISSING, PROFILE.check, {"modelType": "Submodel"})
    refused(codes.RECORD_MISSING, PROFILE.check, submodel())
    refused(codes.RECORD_TYPE, PROFILE.check, [])


@pytest.mark.parametrize("text", ["12,40", "1 2", "1e", "twelve"])
def test_a_figure_is_a_decimal(text: str) -> None:
    assert refused(codes.RECORD_DECIMAL, PROFILE.check, changed(EXAMPLE, f"{ENTRY}/0/value", text)).place == (
        f"{ENTRY}/0/value",
    )


@pytest.mark.parametrize("text", ["", "n/a", "-1.7976931348623157e308"])
def test_what_stands_for_no_value_is_absent_and_said_so(text: str) -> None:
    found = footprint(changed(EXAMPLE, f"{ENTRY}/0/value", text))
    assert found.total is None
    assert any("counts as no value" in remark for remark in found.remarks)


def test_an_amount_is_above_0() -> None:
    refused(codes.RECORD_RANGE, PROFILE.check, changed(EXAMPLE, f"{ENTRY}/2/value", "-1"))


def test_it_is_recognised() -> None:
    assert PROFILE.recognises(EXAMPLE) == PROFILE.recognises(environment(EXAMPLE)) == "IDTA 02023-1.0"
    assert not lookup("battery/1").recognises(EXAMPLE)
    assert not PROFILE.recognises({"submodels": []})


@pytest.mark.skipif(not SAMPLES.exists(), reason="CARBONSEAL_SAMPLES names no folder of published samples")
def test_the_published_template() -> None:
    """The only public file: no instance with figures was found."""
    raw = (SAMPLES / "formats/idta/02023-1.0.1.json").read_bytes()
    found = footprint(json.loads(admit(raw, "aas/pcf-1.0").canonical))
    assert found.total is None
    assert found.id == "https://admin-shell.io/idta/SubmodelTemplate/CarbonFootprint/1/0"
    assert len(found.remarks) == 1
