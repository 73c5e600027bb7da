"""Exports to JSON-LD: every figure with its digits and unit, in schema.org's words, and a context that nobody has to fetch."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from carbonseal.footprints.export import json_ld
from carbonseal.footprints.figures import read_decimal
from carbonseal.footprints.model import Footprint, Metric
from carbonseal.records.exports import export
from tests.records.documents import footprint
from tests.records.profiles.ileap_1.test_ileap_1 import SHIPMENT, record
from tests.records.profiles.tidas_1.test_tidas_1 import RESULT

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def properties(document: Any) -> dict[str, Any]:
    return {one["name"]: one for one in document["additionalProperty"]}


def test_a_footprint_of_pact() -> None:
    made = export(footprint(), "pact/3.0", "json-ld", {}, NOW)
    document = made.document
    assert document["@context"] == {"@vocab": "https://schema.org/", "id": "@id", "type": "@type"}
    assert (document["type"], document["name"]) == ("Product", "Cathode")
    total = properties(document)["carbon footprint, excluding biogenic uptake"]
    assert (total["value"], total["unitText"]) == ("3.86", "kg CO2e")
    assert total["measurementTechnique"] == "EN 15804 modules A1-A3"
    assert total["valueReference"] == {
        "type": "QuantitativeValue",
        "value": "1",
        "unitText": "kilogram",
        "unitCode": "KGM",
    }
    assert properties(document)["biogenic CO2 uptake"]["value"] == "-0.06"
    assert document["subjectOf"]["temporalCoverage"] == "2025-01-01T00:00:00Z/2026-01-01T00:00:00Z"
    assert document["subjectOf"]["measurementTechnique"] == ["IPCC AR6", "ISO14067", "PACT-3.0"]
    assert "ratings of data quality" in made.lost
    assert made.assumed == ()


def test_what_went_in_and_legs_are_lost_and_said() -> None:
    result = export(copy.deepcopy(RESULT), "tidas/1", "json-ld", {}, NOW)
    assert "quantities of what went in and came out" in result.lost
    assert (
        properties(result.document)["fossil GHG emissions, part of GWP excluding biogenic uptake"]["value"] == "78250"
    )
    shipment = export(record(SHIPMENT), "ileap/1", "json-ld", {}, NOW)
    assert "legs of transport" in shipment.lost
    assert properties(shipment.document)["carbon footprint, excluding biogenic"]["value"] == "3860"


def test_claimed_metrics_keep_their_ids() -> None:
    figure = read_decimal("1.80")
    assert figure is not None
    metric = Metric("https://metrics.example/gwp", "GWP", figure, "kg CO2e")
    made = json_ld.export(Footprint("example/1", metrics=(metric,), absolute=figure, performance_class="A"))
    claimed = properties(made.document)["GWP"]
    assert (claimed["propertyID"], claimed["value"], claimed["unitText"]) == (metric.id, "1.80", "kg CO2e")
    assert properties(made.document)["carbon footprint of one piece"]["value"] == "1.80"
    assert "the performance class and the study of a battery" in made.lost


def test_a_footprint_that_states_nothing() -> None:
    made = json_ld.export(Footprint("example/1"))
    assert made.document["type"] == "Product"
    assert "additionalProperty" not in made.document


@given(st.from_regex(r"-?[0-9]{1,12}(\.[0-9]{1,9})?", fullmatch=True, alphabet="-.0123456789"))
def test_digits_are_kept(text: str) -> None:
    made = export(footprint({"/pcf/pcfExcludingBiogenicUptake": text}), "pact/3.0", "json-ld", {}, NOW)
    value = properties(json.loads(json.dumps(made.document)))["carbon footprint, excluding biogenic uptake"]["value"]
    assert len(value.partition(".")[2]) == len(text.partition(".")[2]) or float(text) == 0
    assert float(value) == float(text)
