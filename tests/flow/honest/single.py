"""One product: its record agrees with itself, however odd it looks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.flow.chains import ISSUED, Chain, Made, listed
from tests.flow.honest import HOLDS, REMARK, UNCLEAR, Honest

LATER = ISSUED + timedelta(days=1)
ALL_PARTS: dict[str, Any] = dict.fromkeys(
    (
        "landUseChangeGhgEmissions",
        "landManagementBiogenicCO2Emissions",
        "biogenicNonCO2Emissions",
        "landManagementBiogenicCO2Removals",
    ),
    "0",
)


def _pact(chain: Chain, total: str, **pcf: Any) -> Made:
    return chain.product("thing", total, **{**ALL_PARTS, **pcf})


def rounded_parts(chain: Chain) -> Made:
    """2.50 = 1.20 + 1.10 + 0.19: each of three figures is rounded."""
    return _pact(
        chain,
        "2.50",
        fossilGhgEmissions="1.20",
        landUseChangeGhgEmissions="1.10",
        landManagementBiogenicCO2Emissions="0.19",
    )


def coarse_parts(chain: Chain) -> Made:
    """1.85 against 1.5 + 0.6 - 0.4 = 1.7: one digit allows it."""
    return _pact(
        chain,
        "1.85",
        fossilGhgEmissions="1.5",
        landUseChangeGhgEmissions="0.6",
        landManagementBiogenicCO2Removals="-0.4",
    )


def half_a_percent(chain: Chain) -> Made:
    """50.00 against 49.70: beyond the digits, within one percent."""
    return _pact(chain, "50.00", fossilGhgEmissions="49.70")


def a_part_left_out(chain: Chain) -> Made:
    """Land use change is not stated: it may be the 0.6 that are missing."""
    return _pact(chain, "2.5", fossilGhgEmissions="1.9", landUseChangeGhgEmissions=None)


def carbonated_concrete(chain: Chain) -> Made:
    """Carbonation, and captured CO2, make a total below zero."""
    return _pact(chain, "-0.90", fossilGhgEmissions="0.30", technologicalCO2Removals="-1.20", edit=_version("3.0.3"))


def removals_above_zero_in_3_0_0(chain: Chain) -> Made:
    """PACT 3.0.0 wants removals without a sign: 1.42 = 1.50 less 0.08."""
    return _pact(chain, "1.42", fossilGhgEmissions="1.50", technologicalCO2Removals="0.08")


def removals_below_zero_in_3_0_0(chain: Chain) -> Made:
    """And who writes 3.0.0 with the sign of 3.0.2 adds up as well."""
    return _pact(chain, "1.42", fossilGhgEmissions="1.50", technologicalCO2Removals="-0.08")


def almost_nothing(chain: Chain) -> Made:
    """A total below 10^-6 of its declared gram."""
    return _pact(chain, "0.0000004", fossilGhgEmissions="0.0000004")


def wood_takes_up_carbon(chain: Chain) -> Made:
    """0.40 - 1.61: a negative total with uptake, and 12/44 of the uptake in the product."""
    return _pact(
        chain,
        "0.40",
        pcfIncludingBiogenicUptake="-1.21",
        biogenicCO2Uptake="-1.61",
        biogenicCarbonContent="0.44",
    )


def cotton_waste(chain: Chain) -> Made:
    """A third of the fibre is lost: the shirt has less carbon than was taken up."""
    return _pact(
        chain, "3.00", pcfIncludingBiogenicUptake="2.00", biogenicCO2Uptake="-1.00", biogenicCarbonContent="0.18"
    )


def no_uptake_and_both_totals_alike(chain: Chain) -> Made:
    """Nothing biogenic in it, and so no uptake stated."""
    return _pact(chain, "2.00")


def uptake_not_stated(chain: Chain) -> Made:
    """The totals differ, and the uptake between them is not given."""
    return _pact(chain, "1.85", pcfIncludingBiogenicUptake="0.35")


def zero_beside_a_false_flag(chain: Chain) -> Made:
    """Systems print 0.0 for what the flag says is not included."""
    return _pact(chain, "2.00", packagingEmissionsIncluded=False, packagingGhgEmissions="0.0")


def packaging_inside(chain: Chain) -> Made:
    """Packaging is part of the total and no addend beside it."""
    return _pact(chain, "2.00", packagingEmissionsIncluded=True, packagingGhgEmissions="0.30")


def aircraft_inside_fossil(chain: Chain) -> Made:
    """Emissions of aircraft are inside fossil, as outbound transport is beside the total."""
    return _pact(chain, "2.00", aircraftGhgEmissions="0.70", outboundLogisticsGhgEmissions="5.50")


def thousand_grams(chain: Chain) -> Made:
    """A product declared in grams weighs what its amount says, in kilograms."""
    return chain.made_up("thing", unit="gram", amount="1000", mass="1.0")


def declared_in_tonnes(chain: Chain) -> Made:
    return chain.made_up("thing", unit="tonne", amount="1", mass="1000")


def mass_is_not_relevant(chain: Chain) -> Made:
    """PACT writes "0" for it, even for a kilogram."""
    return _pact(chain, "2.00", declaredUnitOfMeasurement="kilogram", productMassPerDeclaredUnit="0")


def share_as_a_fraction(chain: Chain) -> Made:
    """0.52 percent is what it says, and probably 52 is meant."""
    return _pact(chain, "2.00", primaryDataShare="0.52")


def ratings_at_the_ends(chain: Chain) -> Made:
    return chain.made_up("thing", ratings=[1, 5], primary_data_share="100")


def more_cut_off_than_usual(chain: Chain) -> Made:
    """PACT 3 sets no bound of its own."""
    return _pact(chain, "2.00", exemptedEmissionsPercent="4.5")


def end_of_february(chain: Chain) -> Made:
    """Three years from a leap day end on the last of February."""
    return chain.product(
        "thing",
        referencePeriodStart="2023-03-01T00:00:00Z",
        referencePeriodEnd="2024-02-29T00:00:00Z",
        edit=lambda document: document.update(
            validityPeriodStart="2024-03-01T00:00:00Z", validityPeriodEnd="2027-02-28T00:00:00Z"
        ),
    )


def validity_begins_now_elsewhere(chain: Chain) -> Made:
    """The first instant of a validity, two hours east of UTC; and its end, the last second there is."""
    return chain.product(
        "thing",
        edit=lambda document: document.update(
            validityPeriodStart="2026-06-01T02:00:00+02:00", validityPeriodEnd="2026-05-31T14:00:01-10:00"
        ),
    )


def valid_beyond_three_years(chain: Chain) -> Made:
    """PACT's own third example is valid three months longer than PACT allows."""
    return chain.product("thing", edit=lambda document: document.update(validityPeriodEnd="2029-03-31T00:00:00Z"))


def corrected_by_ten_percent(chain: Chain) -> Made:
    """2.50 became 2.75: 10.0 % is not above 10 %."""
    old = chain.product("thing", "2.50")
    new = chain.product("thing", "2.75", supersedes=old, issued=LATER, edit=lambda one: one.update(id=_id(2)))
    inner = chain.product("inner", "9.0", parts=[listed(old, "1")])
    return chain.product("whole", "99", parts=[listed(inner, "1"), listed(new, "1")], issued=LATER)


def _id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def _version(text: str) -> Any:
    return lambda document: document.update(specVersion=text)


CHAINS = (
    Honest(rounded_parts, "total", HOLDS),
    Honest(coarse_parts, "total", REMARK),
    Honest(half_a_percent, "total", REMARK),
    Honest(a_part_left_out, "total", UNCLEAR),
    Honest(carbonated_concrete, "total", HOLDS),
    Honest(removals_above_zero_in_3_0_0, "total", HOLDS),
    Honest(removals_below_zero_in_3_0_0, "total", HOLDS),
    Honest(almost_nothing, "total", HOLDS),
    Honest(wood_takes_up_carbon, "biogenic", HOLDS),
    Honest(cotton_waste, "biogenic", REMARK),
    Honest(no_uptake_and_both_totals_alike, "total", HOLDS),
    Honest(uptake_not_stated, "total", UNCLEAR),
    Honest(zero_beside_a_false_flag, "consistency", HOLDS),
    Honest(packaging_inside, "total", HOLDS),
    Honest(aircraft_inside_fossil, "total", HOLDS),
    Honest(thousand_grams, "consistency", HOLDS),
    Honest(declared_in_tonnes, "consistency", HOLDS),
    Honest(mass_is_not_relevant, "total", HOLDS),
    Honest(share_as_a_fraction, "consistency", REMARK),
    Honest(ratings_at_the_ends, "consistency", HOLDS),
    Honest(more_cut_off_than_usual, "exemption", REMARK),
    Honest(end_of_february, "validity", HOLDS),
    Honest(validity_begins_now_elsewhere, "validity", HOLDS),
    Honest(valid_beyond_three_years, "validity", REMARK),
    Honest(corrected_by_ten_percent, "exemption", HOLDS),
)
