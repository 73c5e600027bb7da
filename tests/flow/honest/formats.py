"""Chains through the formats of others."""

from __future__ import annotations

import copy
from typing import Any

from tests.flow.chains import Chain, Made, listed, used
from tests.flow.honest import HOLDS, REMARK, UNCLEAR, Honest
from tests.records.profiles.activity.examples import EXAMPLE as ACTIVITY
from tests.records.profiles.catena_x.examples import FLAT, VERSIONS
from tests.records.profiles.epcis.examples import SMELTING, document
from tests.records.profiles.ilcd_epd.examples import VALUES, declaration, result
from tests.records.profiles.ileap_1.test_ileap_1 import OPERATION, SHIPMENT, record
from tests.records.profiles.tidas_1.test_tidas_1 import RESULT
from tests.records.profiles.untp.examples import NEW, OLD


def catena_x_in_pact(chain: Chain) -> Made:
    """Ten kilograms of resin by Catena-X, half a kilogram of it in a PACT housing."""
    resin = chain.product("resin", profile="catena-x/pcf-9", document=VERSIONS["catena-x/pcf-9"])
    return chain.product("housing", "2.6", [used(resin, "0.5", "kilogram")], mass="0.45")


def catena_x_valid_for_long(chain: Chain) -> Made:
    """Catena-X asks for a year or more, and bounds it nowhere."""
    return chain.product(
        "resin", profile="catena-x/pcf-8", document={**FLAT, "validityPeriodEnd": "2032-01-01T00:00:00Z"}
    )


def catena_x_free_attribution(chain: Chain) -> Made:
    """Freely attributed figures do not add up, and content is not what was taken up."""
    pcf = {
        **FLAT["pcf"],
        "pcfExcludingBiogenicUptake": 12.0,
        "pcfIncludingBiogenicUptake": 2.0,
        "biogenicCarbonContent": 8.1,
        "massBalancingUsed": True,
        "freeAttributionInMassBalancing": "true",
    }
    return chain.product("resin", profile="catena-x/pcf-8", document={**FLAT, "pcf": pcf})


def catena_x_mass_balanced(chain: Chain) -> Made:
    """ISCC PLUS: bio-attributed content that the product need not hold."""
    pcf = {**FLAT["pcf"], "biogenicCarbonContent": 1.9, "massBalancingUsed": True}
    return chain.product("resin", profile="catena-x/pcf-8", document={**FLAT, "pcf": pcf})


def catena_x_places(chain: Chain) -> Made:
    """Region, country and subdivision together are usual there."""
    pcf = {**FLAT["pcf"], "geographyCountrySubdivision": "DE-BY"}
    return chain.product("resin", profile="catena-x/pcf-8", document={**FLAT, "pcf": pcf})


def a_declaration_of_concrete(chain: Chain) -> Made:
    """Carbonation in B1 and a credit in D, neither of which is in A1 to A3."""
    values = copy.deepcopy(VALUES)
    values["total"]["B1"], values["fossil"]["B1"] = "-5.08", "-5.08"
    return chain.product(
        "concrete", profile="ilcd-epd/1", document=declaration(*(result(name, values[name]) for name in values))
    )


def a_declaration_that_rounds(chain: Chain) -> Made:
    """Twelve digits, and half a percent off all the same; modules beside their sum."""
    values: dict[str, dict[str, str | None]] = {
        "total": {"A1": "100.000000000", "A2": "20.0000000000", "A3": "60.0000000000", "A1-A3": "180.800000000"},
        "fossil": {"A1-A3": "180.000000000"},
        "biogenic": {"A1-A3": "0.10000000000"},
        "luluc": {"A1-A3": "0.10000000000"},
    }
    return chain.product(
        "concrete", profile="ilcd-epd/1", document=declaration(*(result(name, values[name]) for name in values))
    )


def a_wooden_beam(chain: Chain) -> Made:
    """GWP-total counts uptake as -1: A1-A3 is below zero until C3 releases it."""
    values: dict[str, dict[str, str | None]] = {
        "total": {"A1-A3": "-690", "C3": "760", "D": "-300"},
        "fossil": {"A1-A3": "60", "C3": "5", "D": "-300"},
        "biogenic": {"A1-A3": "-751", "C3": "755", "D": "0"},
        "luluc": {"A1-A3": "1", "C3": "0", "D": "0"},
    }
    beam = chain.product(
        "beam", profile="ilcd-epd/1", document=declaration(*(result(name, values[name]) for name in values))
    )
    frame: dict[str, dict[str, str | None]] = {**values, "total": {"A1-A3": "-600"}, "fossil": {"A1-A3": "150"}}
    return chain.product(
        "frame",
        parts=[used(beam, "1", "cubic meter", "1", "cubic meter")],
        profile="ilcd-epd/1",
        document=declaration(*(result(name, frame[name]) for name in frame)),
    )


def a_shipment(chain: Chain) -> Made:
    """161 tonne kilometres and a hub, where emissions add up to the shipment's."""
    shipment = record({**SHIPMENT, "tces": SHIPMENT["tces"]})
    shipment["status"] = "Active"
    for name in ("dLucGhgEmissions", "landManagementGhgEmissions", "biogenicCarbonWithdrawal", "pCfIncludingBiogenic"):
        shipment["pcf"].pop(name)
    shipment["pcf"] |= {
        "declaredUnit": "ton kilometer",
        "unitaryProductAmount": "161.115",
        "pCfExcludingBiogenic": "16.3",
        "fossilGhgEmissions": "16.3",
        "referencePeriodStart": "2025-01-01T00:00:00Z",
        "referencePeriodEnd": "2026-01-01T00:00:00Z",
    }
    return chain.product("shipment", profile="ileap/1", document=shipment)


def freight_of_others(chain: Chain) -> Made:
    """A shipment of 230 kg, of which the product is one: its legs are not the product's own transport."""
    return chain.product("crate", "9.0", [listed(a_shipment(chain), "3.5", "ton kilometer")], mass="5")


def an_intensity(chain: Chain) -> Made:
    """A category of operations: shares of diesel and power add up to one."""
    operation = record(OPERATION)
    operation["status"] = "Active"
    operation["pcf"] |= {
        "declaredUnit": "ton kilometer",
        "unitaryProductAmount": "1",
        "pCfExcludingBiogenic": "0.1",
        "pCfIncludingBiogenic": "0.1",
        "fossilGhgEmissions": "0.1",
        "productMassPerDeclaredUnit": "0",
    }
    return chain.product("operation", profile="ileap/1", document=operation)


def a_smelter(chain: Chain) -> Made:
    """12.5 t of concentrate, 3.5 t of metal; and the event stands in the document twice."""
    return chain.product("ingot", profile="epcis/2.0", document=document(SMELTING, SMELTING))


def a_mine_without_a_system(chain: Chain) -> Made:
    """A month of a mine by activity/1, and metal that used it."""
    period = {"start": "2025-03-01T00:00:00Z", "end": "2025-04-01T00:00:00Z"}
    mine = chain.product("concentrate", profile="activity/1", document={**ACTIVITY, "period": period})
    return chain.product(
        "metal", "3.9", [used(mine, "4.2", "kilogram", "1", "kilogram")], unit="kilogram", mass="1",
        ipccCharacterizationFactors=["AR6"],
    )  # fmt: skip


def a_pack_by_tidas(chain: Chain) -> Made:
    """TIDAS names what went in; the credential cites the cells."""
    cell = chain.product("cell", "74.20", mass="0.42")
    pack = {**copy.deepcopy(RESULT), "precedingResultIds": ["urn:uuid:8bb861d0-0000-42ea-bbd3-d5a4f8e9a000"]}
    return chain.product("pack", parts=[used(cell, "1000")], profile="tidas/1", document=pack)


def passports_of_the_un(chain: Chain) -> Made:
    """UNTP 0.6 and 0.7: the one has a figure, the other claims."""
    foil = chain.product("foil", profile="untp/dpp-0.6", document=OLD)
    other = chain.product("other foil", profile="untp/dpp-0.7", document=NEW)
    return chain.product("cell", "4.0", [used(foil, "1"), used(other, "1")], mass="0.6")


def _pact_2(**pcf: Any) -> dict[str, Any]:
    made: dict[str, Any] = record(SHIPMENT)
    made["extensions"] = []
    made["status"] = "Active"
    made["pcf"] |= pcf
    return made


def pact_2_in_pact_2(chain: Chain) -> Made:
    """Totals of PACT 2 exclude biogenic carbon altogether: compared with each other."""
    cathode = chain.product("cathode", profile="pact/2.3", document=_pact_2())
    wire = _pact_2(pCfExcludingBiogenic="4200", pCfIncludingBiogenic="4140", fossilGhgEmissions="4200")
    wire["id"] = "5a0a1b34-6b1d-4a5a-9d7a-6f2f0f5f8f12"
    part = [used(cathode, "1.01", "kilogram", "1", "kilogram")]
    return chain.product("wire", parts=part, profile="pact/2.3", document=wire)


CHAINS = (
    Honest(catena_x_in_pact, "contributions", HOLDS),
    Honest(catena_x_valid_for_long, "validity", HOLDS),
    Honest(catena_x_free_attribution, "total", UNCLEAR),
    Honest(catena_x_mass_balanced, "biogenic", UNCLEAR),
    Honest(catena_x_places, "consistency", HOLDS),
    Honest(a_declaration_of_concrete, "total", HOLDS),
    Honest(a_declaration_that_rounds, "total", REMARK),
    Honest(a_wooden_beam, "total", HOLDS),
    Honest(a_shipment, "transport", HOLDS),
    Honest(freight_of_others, "transport", HOLDS),
    Honest(an_intensity, "transport", HOLDS),
    Honest(a_smelter, "figures", HOLDS),
    Honest(a_mine_without_a_system, "contributions", HOLDS),
    Honest(a_pack_by_tidas, "contributions", HOLDS),
    Honest(passports_of_the_un, "contributions", UNCLEAR),
    Honest(pact_2_in_pact_2, "contributions", HOLDS),
)
