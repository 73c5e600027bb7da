"""Footprints with the figures and the odd properties of those in PACT's specification, made up in everything else.

The specification's texts may not be passed on; these facts about its examples are enough to seal and to check what they say.
"""

from __future__ import annotations

from typing import Any

import pytest

from carbonseal.records.admission import admit
from tests.flow.chains import Chain
from tests.records.documents import FOOTPRINT, encoded, footprint

NONE = dict.fromkeys(
    (
        "/pcf/landUseChangeGhgEmissions",
        "/pcf/landManagementBiogenicCO2Emissions",
        "/pcf/landManagementBiogenicCO2Removals",
        "/pcf/biogenicNonCO2Emissions",
    ),
    "0",
)


def totals(excluding: str, including: str, uptake: str | None) -> dict[str, Any]:
    names = ("pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake", "biogenicCO2Uptake")
    return {f"/pcf/{name}": value for name, value in zip(names, (excluding, including, uptake), strict=True)}


# Coarse figures, whose period of validity begins before the data's ends: the examples of the interface, with and without uptake.
ANSWER: dict[str, Any] = {
    **NONE,
    "/validityPeriodStart": "2025-02-01T00:00:00Z",
    "/version": 1,
    "/updated": "2026-04-01T00:00:00Z",
    "/pcf/biogenicAccountingMethodology": "PEF",
    "/pcf/fossilGhgEmissions": "1.5",
    "/pcf/landUseChangeGhgEmissions": "0.6",
    "/pcf/landManagementBiogenicCO2Removals": "-0.4",
}

# What the example has; how the two totals come out; what else is told of it.
EXAMPLES: list[tuple[str, dict[str, Any], list[str], set[str]]] = [
    (
        "1: parts add up only with fossil land management",
        {
            **NONE,
            **totals("0.384", "-1.230", "-1.61"),
            "/pcf/fossilGhgEmissions": "0.356",
            "/pcf/landManagementFossilGhgEmissions": "0.030",
            "/pcf/biogenicCarbonContent": "0.44",
            "/pcf/otherOperatorName": "An operator",
        },
        ["total.near", "total.holds"],
        set(),
    ),
    (
        "2: names itself as its predecessor",
        {
            **NONE,
            **totals("5.14", "5.14", "0"),
            "/precedingPfIds": [FOOTPRINT["id"]],
            "/pcf/fossilGhgEmissions": "4.804",
            "/pcf/landManagementFossilGhgEmissions": "0.36",
            "/pcf/landUseChangeGhgEmissions": None,
            "/pcf/otherOperatorName": "An operator",
            "/pcf/biogenicAccountingMethodology": "PEF",
        },
        ["total.near", "total.holds"],
        {"current.cycle"},
    ),
    (
        "3: two GWP sets, outbound logistics beside the total, valid for too long",
        {
            **NONE,
            **totals("77.0", "77.0", "0"),
            "/pcf/fossilGhgEmissions": "77.0",
            "/pcf/outboundLogisticsGhgEmissions": "4",
            "/pcf/ipccCharacterizationFactors": ["AR5", "AR6"],
            "/pcf/referencePeriodStart": "2024-01-01T00:00:00Z",
            "/pcf/referencePeriodEnd": "2024-09-30T00:00:00Z",
            "/validityPeriodEnd": "2027-12-31T00:00:00Z",
        },
        ["total.holds", "total.holds"],
        {"validity.too-long"},
    ),
    (
        "4: one in the last place apart",
        {
            **NONE,
            **totals("0.42", "0.42", "0"),
            "/pcf/fossilGhgEmissions": "0.371",
            "/pcf/landManagementFossilGhgEmissions": "0.050",
            "/pcf/biogenicAccountingMethodology": "PEF",
        },
        ["total.holds", "total.holds"],
        set(),
    ),
    (
        "get: the uptake is misspelt",
        ANSWER | totals("1.85", "1.63", None) | {"/pcf/biogenicCO2Withdrawal": "-1.5"},
        ["total.coarse", "total.not-checkable"],
        {"validity.starts-early"},
    ),
    (
        "list, event: the uptake is too much",
        ANSWER | totals("1.85", "1.63", "-1.5"),
        ["total.coarse", "total.differs"],
        {"validity.starts-early"},
    ),
]


@pytest.mark.parametrize(
    ("changes", "outcomes", "told"), [each[1:] for each in EXAMPLES], ids=[each[0] for each in EXAMPLES]
)
def test_it_is_sealed_and_its_figures_are_judged(changes: dict[str, Any], outcomes: list[str], told: set[str]) -> None:
    document = footprint({"/pcf/packagingGhgEmissions": None, **changes})
    admit(encoded(document), "pact/3.0")
    chain = Chain()
    found = chain.results(chain.product("example", document=document))
    assert [result.rule.name for check, result in found if check == "total"] == outcomes
    assert told <= {result.rule.name for _, result in found}
