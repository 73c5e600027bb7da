"""The profile battery/1: a battery's functional unit, its stages, its class and study; what stands for "no value" is absent."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from carbonseal.findings import Code
from carbonseal.footprints import units
from carbonseal.footprints.model import Footprint
from carbonseal.footprints.stages import DISTRIBUTION, END_OF_LIFE, span, stages_text
from carbonseal.records.admission import admit
from carbonseal.records.profiles import codes, lookup
from tests.records.documents import ABSENT
from tests.records.profiles.battery.examples import ALL_PHASES, BATTERYPASS, COMPONENT, FORMS, submodel
from tests.records.profiles.changes import SAMPLES, changed
from tests.records.profiles.sums import exact, residuals
from tests.records.refusals import refused

PROFILE = lookup("battery/1")
NOTHING = -1.7976931348623157e308


def footprint(document: Any) -> Footprint:
    PROFILE.check(document)
    found = PROFILE.footprint(document)
    assert found is not None
    return found


def test_batterypass_is_per_kwh_of_service_life() -> None:
    found = footprint(BATTERYPASS)
    assert (exact(found.amount), found.unit, found.unit_word) == (1, None, "kWh")
    assert found.functional_unit == "kWh delivered over the service life"
    assert found.total
    assert found.total.value == Fraction("0.0913")
    assert found.absolute
    assert found.absolute.value == 5480
    assert residuals(found) == {"batteryCarbonFootprint": 0}
    assert [one.stages for one in found.stages] == [span("A1", "A2"), {"A3"}, DISTRIBUTION, END_OF_LIFE]
    assert found.boundary
    assert stages_text(found.boundary) == "A1-A4, C1-C4"
    assert found.performance_class == "B"
    assert found.study == "https://batteries.example.com/studies/pack-60.pdf"
    assert not found.remarks


def test_a_component_is_per_kilogram_or_piece() -> None:
    found = footprint(COMPONENT)
    assert (found.unit, found.functional_unit) == (units.KILOGRAM, "")
    assert residuals(found) == {"absPcfValue": 0}
    assert found.product_ids == ("CATHODE-811", "CELL-A")
    assert found.company_ids == ("BPNL00000000EXAM",)
    assert (found.performance_class, found.study) == ("A", "https://cathodes.example.com/study.pdf")
    assert [figure.value for figure in found.ratings] == [Fraction("1.5"), 2, 1, Fraction("1.5")]
    assert found.primary_data_share
    assert found.primary_data_share.value == 80
    piece = footprint(changed(COMPONENT, "/pcfValues/sharesPerStage/declaredUnit", "CO2KG/piece"))
    assert piece.unit == units.PIECE


def test_a_submodel_of_a_battery_has_its_functional_unit() -> None:
    found = footprint(submodel(ALL_PHASES))
    assert (found.unit, found.functional_unit) == (None, "kWh delivered over the service life")
    assert found.total
    assert found.total.value == Fraction("0.0913")
    assert found.boundary
    assert stages_text(found.boundary) == "A1-A4, C1-C4"
    assert (found.performance_class, found.study) == ("B", "https://batteries.example.com/study")
    per_piece = footprint(submodel(ALL_PHASES, unit="0173-1#07-ABZ603#003"))
    assert (per_piece.unit, per_piece.functional_unit) == (units.PIECE, "")


@pytest.mark.parametrize("value", [NOTHING, -NOTHING, -999, 0])
def test_what_stands_for_no_value_is_absent_and_said_so(value: float) -> None:
    found = footprint(changed(BATTERYPASS, "/batteryCarbonFootprint", value))
    assert found.total is None
    assert not found.sums
    assert found.remarks == (f"/batteryCarbonFootprint: {value!r} counts as no value",)


def test_a_stage_without_value_is_a_part_that_is_missing() -> None:
    found = footprint(changed(BATTERYPASS, "/carbonFootprintPerLifecycleStage/2/carbonFootprint", NOTHING))
    assert [part.name for part in found.sums[0].parts if part.figure is None] == ["Distribution"]
    assert len(found.stages) == 3
    assert len(found.remarks) == 1
    zero = footprint(changed(BATTERYPASS, "/carbonFootprintPerLifecycleStage/2/carbonFootprint", 0))
    assert len(zero.stages) == 4
    assert not zero.remarks


@pytest.mark.parametrize("form", FORMS)
def test_all_forms_are_recognised_and_no_others(form: str) -> None:
    assert PROFILE.recognises(FORMS[form])
    assert not lookup("aas/pcf-1.0").recognises(FORMS[form])
    assert not PROFILE.recognises({"pcf": {}})


STAGE = "/carbonFootprintPerLifecycleStage/0"
ENTRY = "/submodelElements/0/value/0/value"
MISTAKES: list[tuple[str, str, Any, Code]] = [
    ("batterypass", "/batteryCarbonFootprint", ABSENT, codes.RECORD_MISSING),
    ("batterypass", "/batteryCarbonFootprint", "0.09", codes.RECORD_TYPE),
    ("batterypass", f"{STAGE}/lifecycleStage", "Use", codes.RECORD_UNKNOWN_VALUE),
    ("batterypass", "/carbonFootprintStudy", "see our site", codes.RECORD_FORM),
    ("component", "/pcfValues/sharesPerStage/absPcfValue", ABSENT, codes.RECORD_MISSING),
    ("component", "/pcfValues/sharesPerStage/stage3Distribution/stageValue", -1, codes.RECORD_RANGE),
    ("component", "/pcfValues/sharesPerStage/declaredUnit", "KG", codes.RECORD_UNKNOWN_VALUE),
    ("component", "/legalidentifier", "BPNL1", codes.RECORD_FORM),
    ("submodel", f"{ENTRY}/0/value", "0,0913", codes.RECORD_DECIMAL),
    ("submodel", f"{ENTRY}/2/value", "0", codes.RECORD_RANGE),
]


@pytest.mark.parametrize(("form", "place", "value", "code"), MISTAKES)
def test_mistakes_are_named_at_their_place(form: str, place: str, value: Any, code: Code) -> None:
    assert refused(code, PROFILE.check, changed(FORMS[form], place, value)).place == (place,)


@pytest.mark.skipif(not SAMPLES.exists(), reason="CARBONSEAL_SAMPLES names no folder of published samples")
class TestPublished:
    """BatteryPass's payload is UTF-16 and has no values; Catena-X's has one value everywhere; IDTA's template has none."""

    def read(self, raw: bytes) -> Footprint:
        return footprint(json.loads(admit(raw, "battery/1").canonical))

    def test_batterypass(self) -> None:
        file = SAMPLES / "formats/batterypass/carbon-footprint-1.2.0.json"
        found = self.read(file.read_bytes().decode("utf-16").encode())
        assert found.total is None
        assert len(found.remarks) == 3
        assert found.study == "telnet://192.0.2.16:80/"

    def test_component(self) -> None:
        found = self.read((SAMPLES / "formats/catenax/pcf-battery-component-1.0.0.json").read_bytes())
        assert found.total
        assert found.total.value == Fraction("3.14")
        assert residuals(found) == {"absPcfValue": -9.42}

    def test_template(self) -> None:
        found = self.read((SAMPLES / "formats/idta/02035-3-1.0.json").read_bytes())
        assert found.total is None
        assert found.remarks
