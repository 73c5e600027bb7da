"""The profile ileap/1: a PACT 2 footprint of transport, whose legs are read."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from carbonseal.findings import Code
from carbonseal.footprints.model import TransportLeg
from carbonseal.footprints.stages import DISTRIBUTION
from carbonseal.records.profiles import codes, lookup
from carbonseal.records.profiles.recognition import recognise
from tests.records.profiles.pact_2.test_pact_2 import FOOTPRINT
from tests.records.profiles.spoiled import is_read, spoiled
from tests.records.refusals import refused

PROFILE = lookup("ileap/1")
SHIPMENT: dict[str, Any] = {
    "mass": "230",
    "shipmentId": "S-1",
    "tces": [
        {
            "tceId": "a",
            "prevTceIds": [],
            "tocId": "truck",
            "shipmentId": "S-1",
            "mass": "230",
            "distance": {"actual": "700", "gcd": "650"},
            "transportActivity": "161",
            "co2eWTW": "16.1",
            "co2eTTW": "12.9",
        },
        {
            "tceId": "b",
            "prevTceIds": ["a"],
            "hocId": "hub",
            "shipmentId": "S-1",
            "mass": "230",
            "distance": {"gcd": "0.5"},
            "transportActivity": "0.115",
            "co2eWTW": "0.2",
            "co2eTTW": "0.1",
        },
    ],
}
OPERATION: dict[str, Any] = {
    "tocId": "truck",
    "mode": "Road",
    "energyCarriers": [
        {"energyCarrier": "Diesel", "relativeShare": "0.30"},
        {"energyCarrier": "Electric", "relativeShare": "0.70"},
    ],
    "co2eIntensityWTW": "0.1",
    "co2eIntensityTTW": "0.08",
    "co2eIntensityThroughput": "tkm",
}
OTHER = {"specVersion": "2.0.0", "dataSchema": "https://a.example/s.json", "data": {"unlocode": "ZMCHZ"}}


def record(data: Any) -> dict[str, Any]:
    extension = {"specVersion": "2.0.0", "dataSchema": "https://a.example/ileap.json", "data": copy.deepcopy(data)}
    return {**copy.deepcopy(FOOTPRINT), "extensions": [OTHER, extension]}


def legs(data: Any) -> tuple[TransportLeg, ...]:
    document = record(data)
    PROFILE.check(document)
    found = PROFILE.footprint(document)
    assert found is not None
    assert found.boundary == DISTRIBUTION
    return found.legs


def values(leg: TransportLeg) -> list[Fraction | None]:
    figures = (leg.mass, leg.distance, leg.activity, leg.emissions, leg.intensity)
    return [None if figure is None else figure.value for figure in figures]


def test_a_shipment_has_a_leg_for_each_transport_chain_element() -> None:
    first, second = legs(SHIPMENT)
    assert (first.id, first.preceding, first.pointer) == ("a", (), "/extensions/1/data/tces/0")
    assert values(first) == [230, 700, 161, Fraction("16.1"), None]
    assert (second.id, second.preceding) == ("b", ("a",))
    assert values(second) == [230, Fraction("0.5"), Fraction("0.115"), Fraction("0.2"), None]


def test_a_category_of_operations_is_an_intensity_and_shares() -> None:
    (leg,) = legs(OPERATION)
    assert values(leg) == [None, None, None, None, Fraction("0.1")]
    assert [share.value for share in leg.shares] == [Fraction("0.3"), Fraction("0.7")]


def test_an_intensity_of_something_else_than_tonne_kilometres_is_none() -> None:
    (by_container,) = legs(OPERATION | {"co2eIntensityThroughput": "TEUkm"})
    hub = {name: value for name, value in OPERATION.items() if name != "tocId"} | {"hocId": "hub"}
    (of_hub,) = legs(hub | {"co2eIntensityThroughput": "tonnes"})
    assert by_container.intensity is None
    assert (of_hub.id, of_hub.intensity) == ("hub", None)


def test_an_activity_that_does_not_follow_is_sealed() -> None:
    """Published examples are a power of ten off: a finding of the check transport."""
    (leg, _) = legs(SHIPMENT | {"tces": [SHIPMENT["tces"][0] | {"transportActivity": "1610"}, SHIPMENT["tces"][1]]})
    assert leg.activity is not None
    assert leg.activity.value == 1610


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"transportActivity": 161}, codes.RECORD_TYPE, "transportActivity"),
        ({"co2eWTW": "16,1"}, codes.RECORD_DECIMAL, "co2eWTW"),
        ({"mass": "-230"}, codes.RECORD_RANGE, "mass"),
    ],
)
def test_mistakes_are_named_at_their_place(change: dict[str, Any], code: Code, place: str) -> None:
    document = record(SHIPMENT | {"tces": [SHIPMENT["tces"][0] | change]})
    assert refused(code, PROFILE.check, document).place == (f"/extensions/1/data/tces/0/{place}",)


def test_a_footprint_without_such_an_extension_is_no_record_of_it() -> None:
    finding = refused(codes.RECORD_MISSING, PROFILE.check, FOOTPRINT | {"extensions": [OTHER]})
    assert finding.place == ("/extensions",)
    refused(codes.RECORD_TYPE, PROFILE.check, FOOTPRINT | {"extensions": "none"})


def test_it_is_recognised_before_the_format_that_it_rides_on() -> None:
    found = recognise(record(SHIPMENT))
    assert found is not None
    assert (found.what, found.profile) == ("iLEAP on PACT 2.2.0", "ileap/1")
    plain = recognise(FOOTPRINT)
    assert plain is not None
    assert plain.profile == "pact/2.3"
    lookup("pact/2.3").check(record(SHIPMENT))


@given(spoiled(record(SHIPMENT)))
def test_whatever_is_taken_is_read(value: Any) -> None:
    is_read("ileap/1", value)
