"""The profile epcis/2.0: transformations are flows; void events, repeated events and classes without quantity count nothing."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from carbonseal.findings import Code
from carbonseal.footprints import units
from carbonseal.footprints.model import Flow, Footprint
from carbonseal.footprints.stages import stages_text
from carbonseal.records.admission import admit
from carbonseal.records.profiles import codes, lookup
from tests.records.documents import ABSENT
from tests.records.profiles.changes import SAMPLES, changed
from tests.records.profiles.epcis.examples import (
    COIL,
    CONCENTRATE,
    EXAMPLE,
    FOOTPRINT,
    INGOT,
    SMELTING,
    document,
    event,
    reporting,
)
from tests.records.profiles.sums import exact, residuals
from tests.records.refusals import refused

PROFILE = lookup("epcis/2.0")


def footprint(value: Any) -> Footprint:
    PROFILE.check(value)
    found = PROFILE.footprint(value)
    assert found is not None
    return found


def facts(flow: Flow) -> tuple[str, Fraction | None, str, bool]:
    return flow.id, exact(flow.quantity), flow.unit_word, flow.is_output


def test_transformations_are_flows() -> None:
    found = footprint(document(SMELTING))
    assert [facts(flow) for flow in found.flows] == [
        (CONCENTRATE, Fraction("12.5"), "TNE", False),
        (INGOT, Fraction(3500), "KGM", True),
    ]
    assert [flow.batch for flow in found.flows] == ["CONC-26-03", "INGOT-26-07"]
    assert {flow.event for flow in found.flows} == {"urn:uuid:7b8f7a0e-1f5e-4f0b-8a38-6f0e7c1d2a31"}
    assert found.flows[0].unit == units.find("tonne")
    assert found.flows[0].quantity
    assert found.flows[0].quantity.pointer == "/epcisBody/eventList/0/inputQuantityList/0/quantity"
    assert (found.total, found.product_ids) == (None, (INGOT,))


def test_one_event_is_a_record_too() -> None:
    assert [facts(flow) for flow in footprint(SMELTING).flows] == [
        facts(flow) for flow in footprint(document(SMELTING)).flows
    ]


@pytest.mark.parametrize(
    ("uri", "quantity", "batch"),
    [
        (COIL, 1, ""),
        ("https://id.gs1.org/8004/95201234BMS26001", 1, ""),
        ("urn:epc:id:sgtin:9520123.045678.17", 1, ""),
        ("https://brand.example/01/09520123456788/10/L1/21/17", 1, "L1"),
        (INGOT, None, "INGOT-26-07"),
        ("https://id.gs1.org/01/09520123456771", None, ""),
        ("https://id.gs1.org/01/09520123456771/22/2A/10/L1", None, "L1"),
        ("urn:epc:class:lgtin:9520123.045678.LOT-1", None, "LOT-1"),
        ("urn:epc:idpat:sgtin:9520123.045678.*", None, ""),
    ],
)
def test_a_list_of_epcs_counts_instances_and_no_classes(uri: str, quantity: int | None, batch: str) -> None:
    flow = footprint(document(event(inputEPCList=[uri]))).flows[0]
    assert (exact(flow.quantity), flow.batch) == (quantity, batch)
    assert flow.unit == (units.PIECE if quantity else None)


def test_a_quantity_without_unit_is_a_count() -> None:
    flows = footprint(
        document(event(inputQuantityList=[{"epcClass": INGOT, "quantity": 7}, {"epcClass": INGOT}]))
    ).flows
    assert [(exact(flow.quantity), flow.unit) for flow in flows] == [(7, units.PIECE), (None, None)]


def test_a_void_event_counts_nothing_wherever_its_id_stands() -> None:
    void = {**SMELTING, "errorDeclaration": {"declarationTime": "2026-03-03T00:00:00Z"}}
    for value in (document(void), document(SMELTING, void), document(void, SMELTING), void):
        found = footprint(value)
        assert not found.flows
        assert any("void" in remark for remark in found.remarks)
    corrected = event(eventID="urn:uuid:2", inputQuantityList=[{"epcClass": INGOT, "quantity": 1}])
    assert len(footprint(document(SMELTING, void, corrected)).flows) == 1


def test_an_event_told_twice_counts_once() -> None:
    found = footprint(document(SMELTING, SMELTING))
    assert len(found.flows) == 2
    assert any("counts once" in remark for remark in found.remarks)
    nameless = changed(SMELTING, "/eventID", ABSENT)
    assert len(footprint(document(nameless, nameless)).flows) == 2
    elsewhere = changed(nameless, "/readPoint/id", "https://id.gs1.org/414/9520123456002")
    assert len(footprint(document(nameless, elsewhere)).flows) == 4


def test_an_event_told_twice_with_other_quantities_is_told() -> None:
    other = changed(SMELTING, "/outputQuantityList/0/quantity", 4000)
    found = footprint(document(SMELTING, other))
    assert len(found.flows) == 4
    assert any("with other quantities" in remark for remark in found.remarks)


def test_other_events_are_no_flows() -> None:
    assert not footprint(document({**SMELTING, "type": "AggregationEvent"})).flows


def test_a_battery_s_footprint_stands_in_sensor_reports() -> None:
    found = footprint(EXAMPLE)
    assert found.total
    assert (found.total.value, found.functional_unit) == (Fraction("0.0913"), "kWh delivered over the service life")
    assert residuals(found) == {"hasCarbonFootprintTotal": 0}
    assert [stages_text(one.stages) for one in found.stages] == ["A1-A2", "A3", "A4", "C1-C4"]
    assert found.product_ids == ("https://id.gs1.org/01/09520123456795/21/B1",)
    assert len(found.flows) == 2


def test_of_several_reported_totals_none_is_taken() -> None:
    found = footprint(document(FOOTPRINT, reporting(Total="0.1")))
    assert found.total is None
    assert found.remarks == ("2 sensor elements report a footprint: none is the total",)


def test_a_report_in_another_unit_is_not_read() -> None:
    assert footprint(changed(FOOTPRINT, "/sensorElementList/0/sensorReport/0/uom", "GRM")).total is None


MISTAKES: list[tuple[str, Any, Code]] = [
    ("/schemaVersion", "1.2", codes.RECORD_FORM),
    ("/creationDate", ABSENT, codes.RECORD_MISSING),
    ("/epcisBody/eventList", {}, codes.RECORD_TYPE),
    ("/epcisBody/eventList/0/eventTime", "2026-03-02", codes.RECORD_DATE_TIME),
    ("/epcisBody/eventList/0/eventTimeZoneOffset", "CET", codes.RECORD_FORM),
    ("/epcisBody/eventList/0/inputQuantityList/0/quantity", "12,5", codes.RECORD_TYPE),
    ("/epcisBody/eventList/0/inputQuantityList/0/quantity", -1, codes.RECORD_RANGE),
    ("/epcisBody/eventList/0/inputQuantityList/0/uom", "tonne", codes.RECORD_FORM),
    ("/epcisBody/eventList/0/inputQuantityList/0/epcClass", ABSENT, codes.RECORD_MISSING),
]


@pytest.mark.parametrize(("place", "value", "code"), MISTAKES)
def test_mistakes_are_named_at_their_place(place: str, value: Any, code: Code) -> None:
    assert refused(code, PROFILE.check, changed(EXAMPLE, place, value)).place == (place,)


def test_it_is_recognised() -> None:
    assert PROFILE.recognises(EXAMPLE) == PROFILE.recognises(SMELTING) == "EPCIS 2.0"
    assert not PROFILE.recognises({"type": "EPCISQueryDocument", "epcisBody": {}})
    assert not PROFILE.recognises({"type": "SportEvent"})


# Published files: how many flows, how many of them without a quantity, how many sums.
PUBLISHED = {
    "epcis/transformation-spinning.json": (2, 2, 0),
    "epcis/transformation-weaving.json": (3, 3, 0),
    "epcis/transformation-garment.json": (4, 3, 0),
    "epcis/transformation-rolling.json": (2, 1, 0),
    "formats/epcis/battery-lifecycle.json": (3, 0, 0),
    "formats/epcis/battery-carbon-footprint.json": (0, 0, 1),
    "formats/epcis/food-shipping.json": (2, 0, 0),
    "formats/epcis/food-receiving.json": (2, 0, 0),
    "formats/epcis/food-transformation.json": (3, 0, 0),
    "formats/epcis/garment-carbon-footprint.json": (0, 0, 0),
}


@pytest.mark.skipif(not SAMPLES.exists(), reason="CARBONSEAL_SAMPLES names no folder of published samples")
@pytest.mark.parametrize(("name", "counts"), PUBLISHED.items())
def test_published_samples(name: str, counts: tuple[int, int, int]) -> None:
    found = footprint(json.loads(admit((SAMPLES / name).read_bytes(), "epcis/2.0").canonical))
    assert (len(found.flows), len([flow for flow in found.flows if not flow.quantity]), len(found.sums)) == counts
    if found.sums:
        assert found.total
        assert (found.total.value, residuals(found)) == (Fraction("45.2"), {"hasCarbonFootprintTotal": 0})
