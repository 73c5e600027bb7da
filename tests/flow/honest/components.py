"""Products and what went into them: figures, masses and stages that look too large, and are not."""

from __future__ import annotations

from typing import Any

from tests.flow.chains import Chain, Made, footprint, listed, used
from tests.flow.honest import HOLDS, REMARK, UNCLEAR, Honest

GATE = ["A1", "A2", "A3"]
KILOGRAM: dict[str, Any] = {"unit": "kilogram", "mass": "1"}


def the_pack(chain: Chain) -> Made:
    """A thousand cells of 74.20, and 4,050 of its own."""
    cell = chain.product("cell", "74.20", mass="0.42", primaryDataShare="68.5")
    return chain.product("pack", "78250", [used(cell, "1000")], mass="480", primaryDataShare="70.1")


def a_thousand_roundings(chain: Chain) -> Made:
    """1000 x 74.20 is 2 more than the pack: the cell's half of a hundredth counts a thousand times."""
    return chain.product("pack", "74198", [used(chain.product("cell", "74.20"), "1000")])


def a_hundred_cables(chain: Chain) -> Made:
    """The cable's figure is for a hundred pieces."""
    cable = chain.product("cable", "0.85", amount="100", mass="2.2")
    display = chain.product("display", "6.20", mass="0.04")
    return chain.product("phone", "6.21", [used(cable, "1"), used(display, "1")], mass="0.227")


def a_thousand_screws(chain: Chain) -> Made:
    """Twelve of a thousand screws, in a box of ten fixtures."""
    screw = chain.product("screw", "4.0", amount="1000", mass="2.0")
    fixture = chain.product("fixture", "9.0", [used(screw, "12")], amount="10", mass="3.0")
    return chain.product("lamp", "1.00", [used(fixture, "1")], mass="0.31")


def other_units(chain: Chain) -> Made:
    """Half a pound, 250 grams, and a pair: all of what other firms count otherwise."""
    resin = chain.product("resin", "3000", unit="kilogram", amount="1000", mass="1000")
    wire = chain.made_up("wire", total="4100", unit="tonne", mass="1000")
    hinge = chain.made_up("hinge", total="0.40", unit="pair", mass="0.1")
    parts = [used(resin, "0.5", "pound"), used(wire, "250", "gram"), used(hinge, "4")]
    return chain.product("box", "2.6", parts, mass="0.7")


def fabric_by_its_own_mass(chain: Chain) -> Made:
    """Fabric per square metre, taken by the kilogram."""
    fabric = chain.product("fabric", "2.0", unit="square meter", mass="0.4")
    return chain.product("shirt", "1.10", [used(fabric, "0.2", "kilogram")], mass="0.18")


def cut_off_scrap(chain: Chain) -> Made:
    """Recycled content under cut-off: mass, and no burden."""
    scrap = chain.product("scrap", "0", **KILOGRAM)
    return chain.product("billet", "0.6", [used(scrap, "1.04", "kilogram", "1", "kilogram")], **KILOGRAM)


def credited_scrap(chain: Chain) -> Made:
    """Recycled content under system expansion: a credit."""
    scrap = chain.made_up("scrap", total="-0.40", unit="kilogram", mass="1", methods={"substitution": True})
    return chain.product("billet", "0.20", [used(scrap, "1.04", "kilogram", "1", "kilogram")], **KILOGRAM)


def a_component_that_stores_carbon(chain: Chain) -> Made:
    """Biochar with removals, in concrete with the same removals and more emissions."""
    biochar = chain.product("biochar", "-2.0", technologicalCO2Removals="-2.5", fossilGhgEmissions="0.5", **KILOGRAM)
    return chain.product(
        "concrete",
        "8.0",
        [used(biochar, "0.4", "kilogram")],
        mass="25",
        technologicalCO2Removals="-1.0",
        fossilGhgEmissions="9.0",
    )


def wood_in_a_table(chain: Chain) -> Made:
    """Carbon that leaves as product is beside the figure that is carried up."""
    board = chain.product(
        "board", "0.40", pcfIncludingBiogenicUptake="-1.21", biogenicCO2Uptake="-1.61", biogenicCarbonContent="0.44",
        **KILOGRAM,
    )  # fmt: skip
    return chain.product(
        "table", "9.0", [used(board, "20", "kilogram")], mass="18", pcfIncludingBiogenicUptake="-23.2",
        biogenicCO2Uptake="-32.2", biogenicCarbonContent="7.9",
    )  # fmt: skip


def a_bolt_below_the_cut_off(chain: Chain) -> Made:
    """A bolt of which nobody made a footprint, and which is listed all the same."""
    frame = chain.product("frame", "5.0", mass="2.0")
    bolt = chain.product("bolt", profile="json/1", document={"part": "M6 bolt", "kilograms": "0.02"})
    return chain.product("stand", "5.4", [used(frame, "1"), listed(bolt, "4")], mass="2.08")


def a_withheld_record(chain: Chain) -> Made:
    """A supplier does not disclose; the other does."""
    secret = chain.product("catalyst", "900", withheld=True)
    frame = chain.product("frame", "5.0", mass="2.0")
    return chain.product("filter", "7.0", [used(secret, "1"), used(frame, "1")], mass="2.1")


def by_economic_value(chain: Chain) -> Made:
    """Of 1,000 kg in, 800 kg are the product with 90 % of the value: 1.125 kg of burden are allocated to each."""
    feed = chain.product("feed", "1.00", **KILOGRAM)
    by_product = [{"id": "by-product", "quantity": "0.25", "unit": "kilogram", "role": "co-product"}]
    part = [used(feed, "1.25", "kilogram", "1", "kilogram")]
    return chain.made_up("product", part, total="1.125", unit="kilogram", mass="1", flows=by_product)


def by_allocated_quantity(chain: Chain) -> Made:
    """The same, told as the allocated share of what went in."""
    feed = chain.product("feed", "1.00", **KILOGRAM)
    return chain.product("product", "1.125", [used(feed, "1.125", "kilogram", "1", "kilogram")], **KILOGRAM)


def mass_balanced_polymer(chain: Chain) -> Made:
    """Certified bio-naphtha is attributed, not contained: content and mass need not match."""
    naphtha = chain.product("naphtha", "0.9", mass="1.5")
    return chain.made_up(
        "polymer", [used(naphtha, "1")], total="2.0", mass="1.0", uptake="-1.0", biogenic_content="0.80",
        methods={"mass_balancing": True},
    )  # fmt: skip


def free_attribution(chain: Chain) -> Made:
    """Certificates attributed freely: the parent may be below its physical inputs."""
    feed = chain.product("feed", "2.0", **KILOGRAM)
    part = [used(feed, "1", "kilogram", "1", "kilogram")]
    return chain.made_up("polymer", part, total="0.5", unit="kilogram", mass="1", methods={"free_attribution": True})


def a_carton_is_not_in_the_mass(chain: Chain) -> Made:
    """The carton's footprint is inside; mass excludes packaging."""
    shoe, carton = chain.product("shoe", "4.0", mass="0.28"), chain.product("carton", "0.20", mass="0.25")
    parts = [used(shoe, "2"), used(carton, "1")]
    return chain.product(
        "shoes", "8.3", parts, mass="0.60", packagingEmissionsIncluded=True, packagingGhgEmissions="0.20"
    )


def a_crate_that_returns(chain: Chain) -> Made:
    """A crate of fifty trips: a fiftieth of it goes with each."""
    crate = chain.product("crate", "5.0", mass="2.0")
    bottle = chain.product("bottle", "0.30", mass="0.5")
    return chain.product("case", "3.8", [used(bottle, "12"), used(crate, "0.02")], mass="6.1")


def pieces_of_unknown_mass(chain: Chain) -> Made:
    """Only one of two parts says what it weighs."""
    heavy, unknown = chain.product("heavy", mass="0.3"), chain.product("unknown")
    return chain.product("whole", "9.0", [used(heavy, "1"), used(unknown, "1")], mass="0.5")


def services_weigh_nothing(chain: Chain) -> Made:
    """Power, freight, an hour of a machine, and data: mass "0"."""
    power = chain.product("power", "0.25", unit="kilowatt hour")
    heat = chain.product("heat", "0.06", unit="megajoule")
    freight = chain.product("freight", "0.1", unit="ton kilometer")
    machine = chain.product("machine", "1.5", unit="hour")
    data = chain.product("data", "0.0001", unit="megabit second")
    parts = [
        used(power, "2.5", "kilowatt hour"),
        used(heat, "1.5", "kilowatt hour"),
        used(freight, "0.4", "ton kilometer"),
        used(machine, "10", "minute"),
        used(data, "3", "megabit second"),
    ]
    return chain.product("casting", "1.6", parts, mass="0.001")


def bulk_is_lost(chain: Chain) -> Made:
    """Forty kilograms of ore in one of metal."""
    ore = chain.product("ore", "0.05", **KILOGRAM)
    return chain.product("metal", "3.5", [used(ore, "40", "kilogram", "1", "kilogram")], **KILOGRAM)


def a_battery_in_a_vehicle(chain: Chain) -> Made:
    """The battery's figure is per kWh delivered over its life: it multiplies with no number of batteries."""
    battery = chain.product(
        "battery", profile="battery/1",
        document={
            "batteryCarbonFootprint": 45.2,
            "carbonFootprintPerLifecycleStage": [
                {"lifecycleStage": "RawMaterialExtraction", "carbonFootprint": 18.5},
                {"lifecycleStage": "MainProduction", "carbonFootprint": 15.3},
                {"lifecycleStage": "Distribution", "carbonFootprint": 2.8},
                {"lifecycleStage": "Recycling", "carbonFootprint": 8.6},
            ],
            "carbonFootprintPerformanceClass": "B",
            "carbonFootprintStudy": "https://batteries.example.com/studies/1.pdf",
        },
    )  # fmt: skip
    return chain.product("scooter", "180", [listed(battery, "1")], mass="25")


def delivered_parts(chain: Chain) -> Made:
    """A part is priced delivered, and the parent counts inbound transport, too: told, and no accusation."""
    cell = chain.product("cell", "74.20", outboundLogisticsGhgEmissions="1.80")
    return chain.product("pack", "78250", [used(cell, "1000")])


def use_and_end_of_life_beyond_the_gate(chain: Chain) -> Made:
    stages = {stage: footprint(f"stage {stage}", "0.3") for stage in ("A4", "B", "C")}
    return chain.product("lamp", "3.0", [used(chain.product("bulb", "1.0"), "1")], stages=stages)


def windows_of_twelve_months(chain: Chain) -> Made:
    """April to March in a calendar year: the part's data end after the parent's."""
    part = chain.product("part", referencePeriodStart="2025-04-01T00:00:00Z", referencePeriodEnd="2026-04-01T00:00:00Z")
    earlier = chain.product(
        "earlier", referencePeriodStart="2024-07-01T00:00:00Z", referencePeriodEnd="2025-07-01T00:00:00Z"
    )
    return chain.product("whole", "9.0", [used(part, "1"), used(earlier, "1")])


def data_of_two_years_ago(chain: Chain) -> Made:
    part = chain.product("part", referencePeriodStart="2022-07-01T00:00:00Z", referencePeriodEnd="2023-07-01T00:00:00Z")
    return chain.product("whole", "9.0", [used(part, "1")])


def leap_day_and_exclusive_end(chain: Chain) -> Made:
    """The part's year ends where the parent's begins, in another zone: the same instant, a leap day inside."""
    part = chain.product(
        "part", referencePeriodStart="2024-01-01T00:00:00+08:00", referencePeriodEnd="2025-01-01T08:00:00+08:00"
    )
    return chain.product("whole", "9.0", [used(part, "1")])


def another_gwp_set(chain: Chain) -> Made:
    """AR5 in AR6, and one who lists both."""
    old = chain.product("old", ipccCharacterizationFactors=["AR5"])
    both = chain.product("both", ipccCharacterizationFactors=["AR5", "AR6"])
    return chain.product("whole", "9.0", [used(old, "1"), used(both, "1")])


def shares_that_parts_do_not_state(chain: Chain) -> Made:
    """A part without a share may be wholly primary."""
    part = chain.product("part", "8.0")
    return chain.product("whole", "9.0", [used(part, "1")], primaryDataShare="95")


def _energy(chain: Chain) -> Made:
    return chain.product("grid", "0.25", unit="kilowatt hour", amount="1")


def energy_in_megawatt_hours(chain: Chain) -> Made:
    return chain.product("ingot", "8.1", [used(_energy(chain), "0.015", "MWH", "1", "kilogram")], **KILOGRAM)


def rounded_share_of_parts(chain: Chain) -> Made:
    """No own stage that weighs: the parent is the sum of its parts, each rounded."""
    parts: list[Any] = [used(chain.product(f"part-{n}", "0.33"), "1") for n in range(3)]
    return chain.product("whole", "0.98", parts)


CHAINS = (
    Honest(the_pack, "primary-data", HOLDS),
    Honest(a_thousand_roundings, "contributions", HOLDS),
    Honest(a_hundred_cables, "contributions", HOLDS),
    Honest(a_thousand_screws, "contributions", HOLDS),
    Honest(other_units, "contributions", HOLDS),
    Honest(fabric_by_its_own_mass, "contributions", HOLDS),
    Honest(cut_off_scrap, "contributions", HOLDS),
    Honest(credited_scrap, "contributions", UNCLEAR),
    Honest(a_component_that_stores_carbon, "contributions", HOLDS),
    Honest(wood_in_a_table, "contributions", HOLDS),
    Honest(a_bolt_below_the_cut_off, "contributions", UNCLEAR),
    Honest(a_withheld_record, "contributions", UNCLEAR),
    Honest(by_economic_value, "contributions", UNCLEAR),
    Honest(by_allocated_quantity, "contributions", HOLDS),
    Honest(mass_balanced_polymer, "mass", UNCLEAR),
    Honest(free_attribution, "contributions", UNCLEAR),
    Honest(a_carton_is_not_in_the_mass, "mass", UNCLEAR),
    Honest(a_crate_that_returns, "mass", HOLDS),
    Honest(pieces_of_unknown_mass, "mass", UNCLEAR),
    Honest(services_weigh_nothing, "mass", HOLDS),
    Honest(bulk_is_lost, "mass", UNCLEAR),
    Honest(a_battery_in_a_vehicle, "contributions", UNCLEAR),
    Honest(delivered_parts, "contributions", HOLDS),
    Honest(use_and_end_of_life_beyond_the_gate, "stages", HOLDS),
    Honest(windows_of_twelve_months, "comparable", HOLDS),
    Honest(data_of_two_years_ago, "comparable", REMARK),
    Honest(leap_day_and_exclusive_end, "comparable", HOLDS),
    Honest(another_gwp_set, "comparable", REMARK),
    Honest(shares_that_parts_do_not_state, "primary-data", HOLDS),
    Honest(energy_in_megawatt_hours, "contributions", HOLDS),
    Honest(rounded_share_of_parts, "contributions", REMARK),
)
