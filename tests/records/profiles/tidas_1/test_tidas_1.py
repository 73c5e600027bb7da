"""The profile tidas/1: results with what went in, and version 0.1, which is PACT 3 with members of its own."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from carbonseal.findings import Code
from carbonseal.footprints.model import Basis, Footprint
from carbonseal.footprints.stages import LIFE_CYCLE, PRODUCTION
from carbonseal.records import codes as records_codes
from carbonseal.records.admission import admit
from carbonseal.records.profiles import codes, lookup
from carbonseal.records.profiles.recognition import recognise
from tests.records.documents import encoded, footprint
from tests.records.profiles.spoiled import is_read, spoiled
from tests.records.refusals import refused

PROFILE = lookup("tidas/1")


def item(indicator: str, value: Any, unit: str = "kg CO2e") -> dict[str, Any]:
    method = {"name": "IPCC", "version": "AR6"}
    return {"resultItemId": indicator.lower(), "indicator": indicator, "value": value, "unit": unit, "method": method}


RESULT: dict[str, Any] = {
    "resultType": "lcia",
    "profile": "pcf",
    "resultId": "urn:uuid:8bb861d0-0000-42ea-bbd3-d5a4f8e9a001",
    "resultVersion": "2.0.0",
    "precedingResultIds": ["urn:uuid:8bb861d0-0000-42ea-bbd3-d5a4f8e9a000"],
    "resultStatus": "active",
    "dataOwner": {"ids": ["urn:lei:529900EXAMPLE000"], "name": "Packs (invented)"},
    "subject": {"type": "product", "ids": ["urn:gtin:4712345060507"], "name": "Pack"},
    "referenceQuantity": {"basis": "declared-unit", "amount": 1, "unit": "piece", "massKg": "480"},
    "systemBoundary": {"type": "cradle-to-gate", "description": "Cells, assembly, packaging"},
    "referencePeriod": {"start": "2025-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"},
    "geography": {"country": "SE"},
    "modeling": {"excludedSharePercent": "1.5"},
    "impactResults": [
        item("GWP excluding biogenic uptake", "7.825E4"),
        item("GWP including biogenic uptake", 78240),
        item("fossil GHG emissions", "78250"),
        item("biogenic CO2 uptake", "-10"),
        item("acidification", "0.3", "mol H+"),
    ],
    "reportedParameters": [item("technological CO2 removals", "0", "kg CO2")],
    "dataQuality": {"primaryDataShare": "68.5", "technologicalDQR": 2},
    "calculationInputs": [
        {
            "inputId": "cells",
            "sourceType": "supplier-specific",
            "sourceResult": {"resultId": "urn:uuid:4F6569E0-79b1-4e21-9b60-15d6e6d41101", "resultVersion": "1.0.0"},
            "usedQuantity": {"amount": "1000", "unit": "piece"},
        },
        {
            "inputId": "electricity",
            "sourceType": "background",
            "sourceDataset": {"objectType": "process", "id": "urn:uuid:45c91c37-5f74-4b90-946a-60e657559201"},
            "usedQuantity": {"amount": 250, "unit": "kWh"},
        },
    ],
}
FIRST = footprint(
    {
        "/schemaVersion": "TIDAS-Link-PCF-0.1",
        "/specVersion": "3.0.3",
        "/id": "urn:uuid:4f6569e0-79b1-4e21-9b60-15d6e6d41101",
        "/tidas": {"profile": "TIDAS Link"},
        "/pcf/verification": {"coverage": "product-footprint"},
    }
)


def read(**changes: Any) -> Footprint:
    document = copy.deepcopy(RESULT) | changes
    PROFILE.check(document)
    found = PROFILE.footprint(document)
    assert found is not None
    return found


def test_figures_of_a_result() -> None:
    found = read()
    assert found.total is not None
    assert (found.total.value, found.total.pointer) == (Fraction(78250), "/impactResults/0/value")
    assert found.uptake is not None
    assert found.uptake.value == -10
    assert (found.basis, found.boundary, found.gwp_sets) == (Basis.EXCLUDING_UPTAKE, PRODUCTION, ("AR6",))
    assert found.mass is not None
    assert found.mass.value == 480
    assert found.unit is not None
    assert found.unit.name == "piece"
    assert [len(one.parts) for one in found.sums] == [8, 2]
    assert found.removals[0].value == 0
    assert found.longest_years is None


def test_what_went_in() -> None:
    cells, electricity = read().flows
    assert cells.footprint_id == cells.id == "urn:uuid:4f6569e0-79b1-4e21-9b60-15d6e6d41101"
    assert cells.quantity is not None
    assert (cells.quantity.value, cells.unit_word, cells.is_output) == (Fraction(1000), "piece", False)
    assert (electricity.footprint_id, electricity.role) == ("", "background")
    assert electricity.unit is not None
    assert electricity.unit.name == "kilowatt hour"


def test_status_boundary_and_functional_unit() -> None:
    assert read(resultStatus="superseded").is_deprecated
    assert read(resultStatus="draft").remarks == ("a draft",)
    assert read(systemBoundary={"type": "cradle-to-grave", "description": "all"}).boundary == LIFE_CYCLE
    assert read(systemBoundary={"type": "other", "description": "some"}).boundary is None
    functional = read(referenceQuantity={"basis": "functional-unit", "amount": "1", "unit": "kWh"})
    assert (functional.unit, functional.functional_unit) == (None, "kWh")
    assert read(verification={"status": "not-verified"}).verification is None
    verified = read(verification={"status": "third-party", "providerName": "A body"}).verification
    assert verified is not None
    assert (verified.coverage, verified.provider) == ("third-party", "A body")


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"resultId": ""}, codes.RECORD_EMPTY, "/resultId"),
        ({"impactResults": []}, codes.RECORD_EMPTY, "/impactResults"),
        (
            {"impactResults": [item("GWP excluding biogenic uptake", "7,8")]},
            codes.RECORD_DECIMAL,
            "/impactResults/0/value",
        ),
        ({"calculationInputs": [{}]}, codes.RECORD_MISSING, "/calculationInputs/0/inputId"),
        ({"resultStatus": "Active"}, codes.RECORD_UNKNOWN_VALUE, "/resultStatus"),
    ],
)
def test_mistakes_are_named_at_their_place(change: dict[str, Any], code: Code, place: str) -> None:
    assert refused(code, PROFILE.check, copy.deepcopy(RESULT) | change).place == (place,)


def test_the_first_version_is_pact_3_with_members_of_its_own() -> None:
    PROFILE.check(FIRST)
    found = PROFILE.footprint(FIRST)
    assert found is not None
    assert found.total is not None
    assert (found.profile, found.total.value, found.longest_years) == ("tidas/1", Fraction("3.86"), 3)
    refused(codes.RECORD_FORM, lookup("pact/3.0").check, FIRST)
    del (broken := copy.deepcopy(FIRST))["pcf"]["fossilGhgEmissions"]
    refused(codes.RECORD_MISSING, PROFILE.check, broken)


def test_both_are_recognised() -> None:
    for document, what in ((RESULT, "TIDAS Link"), (FIRST, "TIDAS Link 0.1 (PACT 3.0.3 and members of its own)")):
        found = recognise(document)
        assert found is not None
        assert (found.what, found.profile) == (what, "tidas/1")


@pytest.mark.parametrize("document", [RESULT, FIRST])
def test_whatever_is_taken_is_read(document: Any) -> None:
    @given(spoiled(document))
    def reads(value: Any) -> None:
        is_read("tidas/1", value)

    reads()


def test_under_the_profile_that_it_extends_it_is_answered_with_its_own() -> None:
    finding = refused(records_codes.PROFILE_OTHER, admit, encoded(FIRST), "pact/3.0")
    assert "use the profile tidas/1" in str(finding)
    broken = copy.deepcopy(FIRST)
    del broken["pcf"]["fossilGhgEmissions"]
    refused(codes.RECORD_FORM, admit, encoded(broken), "pact/3.0")
