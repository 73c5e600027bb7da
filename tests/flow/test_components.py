"""Products and their components: what honest chains do is not held against them, and what is wrong is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from carbonseal.flow.graph import Graph
from carbonseal.flow.judging import results
from carbonseal.flow.rules import Result
from tests.flow.chains import AT, ISSUED, Chain, Made, failures, footprint, listed, outcome, remarks, used

GATE, GRAVE = ["A1", "A2", "A3"], ["A1", "A2", "A3", "A4", "B1", "C1"]


def of(check: str, chain: Chain, made: Made) -> list[Result]:
    return [result for name, result in chain.results(made) if name == check]


def names(results: list[Result]) -> list[str]:
    return sorted(result.rule.name for result in results)


def pair(
    part: dict[str, Any], whole: dict[str, Any], check: str, quantity: str = "1", unit: str = "piece"
) -> list[str]:
    """How a check comes out for a product with one component."""
    chain = Chain()
    component = chain.made_up("part", **part)
    return names(
        of(check, chain, chain.made_up("whole", [used(component, quantity, unit)], **{"total": "10.0", **whole}))
    )


def test_the_pack_of_a_thousand_cells_holds_but_for_its_mass() -> None:
    chain = Chain()
    cell = chain.product("cell", "74.20", mass="0.82")
    pack = chain.product("pack", "78250", [used(cell, "1000")], mass="480")
    found = chain.results(pack)
    assert failures(found) == ["mass.exceeds"]
    assert outcome(found, "contributions") == [("holds", "contributions.holds")]


def test_a_parent_below_its_components_fails() -> None:
    chain = Chain()
    part = chain.product("part", "10.0")
    whole = chain.product("whole", "1.0", [used(part, "3")])
    (result,) = [result for name, result in chain.results(whole) if name == "contributions"]
    assert result.rule.name == "contributions.exceed"
    assert result.is_decisive
    assert result.facts["stated"] == "1"
    assert result.facts["computed"] == "30"
    assert result.facts["difference"] == "-29"


def test_the_phone_counts_a_hundred_cables_as_a_hundred() -> None:
    chain = Chain()
    cable = chain.product("cable", "0.85", amount="100", mass="2.2")
    parts = [chain.product(f"part-{total}", total) for total in ("5.80", "6.20", "7.50", "1.20")]
    whole = chain.product(
        "phone",
        "23.1085",
        [*(used(part, count) for part, count in zip(parts, ("1", "1", "1", "3"), strict=True)), used(cable, "1")],
        mass="0.227",
    )
    assert "contributions.exceed" not in failures(chain.results(whole))
    assert outcome(chain.results(whole), "contributions") == [("holds", "contributions.holds")]


def test_an_honest_chain_has_nothing_to_say() -> None:
    chain = Chain()
    ore = chain.product("ore", "0.05", unit="kilogram", mass="1")
    metal = chain.product("metal", "3.5", [used(ore, "40", "kilogram", "1", "kilogram")], unit="kilogram", mass="1")
    wire = chain.product("wire", "4.1", [used(metal, "1.02", "kilogram", "1", "kilogram")], unit="kilogram", mass="1")
    lamp = chain.product("lamp", "1.2", [used(wire, "40", "gram")], mass="0.2")
    found = chain.results(lamp)
    assert failures(found) == remarks(found) == []


class TestComparable:
    def test_a_cradle_to_grave_part_in_a_cradle_to_gate_whole(self) -> None:
        assert pair({"boundary": GRAVE}, {"boundary": GATE}, "comparable") == [
            "comparable.boundary",
            "comparable.not-checkable",
        ]

    def test_totals_of_two_bases(self) -> None:
        part, whole = {"basis": "excluding biogenic"}, {"basis": "excluding biogenic uptake"}
        assert "comparable.basis" in pair(part, whole, "comparable")

    def test_another_gwp_set_is_noted_and_several_are_unclear(self) -> None:
        assert pair({"gwp_sets": ["AR5"]}, {"gwp_sets": ["AR6"]}, "comparable") == ["comparable.gwp-set"]
        assert pair({"gwp_sets": ["AR6"]}, {"gwp_sets": ["AR6"]}, "comparable") == ["comparable.holds"]
        assert pair({"gwp_sets": ["AR6"]}, {"gwp_sets": ["AR5", "AR6"]}, "comparable") == ["comparable.not-checkable"]

    def test_windows_of_twelve_months_that_overlap_hold(self) -> None:
        gwp = {"gwp_sets": ["AR6"]}
        part, whole = {"period": ["2024-07-01", "2025-06-30"], **gwp}, {"period": ["2025-01-01", "2025-12-31"], **gwp}
        assert pair(part, whole, "comparable") == ["comparable.holds"]
        assert pair(whole, part, "comparable") == ["comparable.holds"]

    def test_data_of_two_years_ago_are_noted(self) -> None:
        gwp = {"gwp_sets": ["AR6"]}
        part, whole = {"period": ["2022-01-01", "2022-12-31"], **gwp}, {"period": ["2025-01-01", "2025-12-31"], **gwp}
        assert pair(part, whole, "comparable") == ["comparable.older"]

    def test_a_forecast_is_noted(self) -> None:
        assert "comparable.prospective" in pair({"methods": {"prospective": True}}, {}, "comparable")

    def test_a_kilowatt_hour_over_life_is_no_kilowatt_hour(self) -> None:
        part = {"functional_unit": "kWh delivered over service life", "unit": "kilowatt hour"}
        assert "comparable.functional-unit" in pair(part, {}, "comparable", "75", "kilowatt hour")
        assert pair(part, {}, "contributions", "75", "kilowatt hour") == ["contributions.not-checkable"]


class TestContributions:
    def test_credits_are_compared_gross(self) -> None:
        chain = Chain()
        part = chain.product("part", "9.0", fossilGhgEmissions="10.0", technologicalCO2Removals="-1.0")
        honest = chain.product(
            "whole", "9.5", [used(part, "1")], fossilGhgEmissions="10.5", technologicalCO2Removals="-1.0"
        )
        assert names(of("contributions", chain, honest)) == ["contributions.holds"]
        false = chain.product("whole", "9.0", [used(part, "1")])
        assert names(of("contributions", chain, false)) == ["contributions.exceed"]

    def test_a_negative_component_without_gross_figures_is_not_checkable(self) -> None:
        assert pair({"total": "-5.08"}, {}, "contributions") == ["contributions.not-checkable"]

    def test_free_attribution_and_substitution_are_not_checkable(self) -> None:
        for method in ("free_attribution", "substitution"):
            assert pair({"total": "99.0", "methods": {method: True}}, {}, "contributions") == [
                "contributions.not-checkable"
            ]

    def test_within_the_band_it_is_noted(self) -> None:
        assert pair({"total": "10.05"}, {"total": "10.000"}, "contributions") == ["contributions.near"]

    def test_scrap_of_zero_is_lawful(self) -> None:
        assert pair({"total": "0"}, {}, "contributions") == ["contributions.holds"]

    def test_used_parts_decide_and_listed_ones_do_not(self) -> None:
        chain = Chain()
        small, large = chain.product("small", "1.0"), chain.product("large", "10.0")
        whole = chain.product("whole", "9.0", [used(small, "1"), listed(large, "1")])
        (result,) = of("contributions", chain, whole)
        assert (result.rule.name, result.is_decisive) == ("contributions.exceed", False)

    def test_a_square_metre_converts_by_its_own_mass(self) -> None:
        fabric = {"total": "2.0", "unit": "square meter", "mass": "0.4"}
        assert pair(fabric, {}, "contributions", "1", "kilogram") == ["contributions.holds"]  # 5.0
        assert pair(fabric, {"total": "4.0"}, "contributions", "1", "kilogram") == ["contributions.exceed"]
        assert pair({**fabric, "mass": "0"}, {}, "contributions", "1", "kilogram") == ["contributions.not-checkable"]


class TestMass:
    def test_energy_weighs_nothing(self) -> None:
        part = {"unit": "kilowatt hour"}
        assert pair(part, {"mass": "1.0"}, "mass", "50", "kilowatt hour") == ["mass.holds"]

    def test_bulk_is_lost_on_the_way(self) -> None:
        part = {"unit": "kilogram", "mass": "1"}
        assert pair(part, {"mass": "1.0"}, "mass", "50", "kilogram") == ["mass.not-checkable"]

    def test_waste_that_is_stated_closes_the_balance(self) -> None:
        part, waste = {"unit": "kilogram", "mass": "1"}, [{"id": "tailings", "quantity": "49", "role": "waste"}]
        assert pair(part, {"mass": "1.0", "flows": waste}, "mass", "50", "kilogram") == ["mass.holds"]
        assert pair(part, {"mass": "1.0", "flows": waste}, "mass", "60", "kilogram") == ["mass.exceeds"]

    def test_what_is_known_bounds_a_part_of_unknown_mass(self) -> None:
        chain = Chain()
        heavy, unknown = chain.product("heavy", mass="0.9"), chain.product("unknown")
        whole = chain.product("whole", "9", [used(heavy, "1"), used(unknown, "1")], mass="0.5")
        (result,) = of("mass", chain, whole)
        assert (result.rule.name, result.is_decisive) == ("mass.exceeds", False)

    def test_mass_balancing_is_not_checkable(self) -> None:
        assert pair({"mass": "9"}, {"mass": "1", "methods": {"mass_balancing": True}}, "mass") == ["mass.not-checkable"]

    def test_within_the_band_it_is_noted(self) -> None:
        assert pair({"mass": "1.0080"}, {"mass": "1.0000"}, "mass") == ["mass.near"]


class TestQuantities:
    def test_nothing_of_a_component(self) -> None:
        assert pair({}, {}, "quantities", "0") == ["quantities.zero"]

    def test_a_unit_that_nobody_knows(self) -> None:
        assert pair({}, {}, "quantities", "1", "banana") == ["quantities.not-checkable"]

    def test_rework_goes_back_into_another_lot(self) -> None:
        chain = Chain()
        first = chain.product("part", "1.0", batch=("A", "10", "piece"))
        whole = chain.product("part", "2.0", [used(first, "1")], batch=("B", "10", "piece"))
        assert "quantities.cycle" not in failures(chain.results(whole))

    def test_a_part_that_is_listed_twice_is_added_up(self) -> None:
        chain = Chain()
        part = chain.product("part", "6.0")
        twice = chain.product("whole", "10.0", [used(part, "1"), used(part, "1000", "gram")])
        assert "contributions.not-checkable" in names(of("contributions", chain, twice))
        twice = chain.product("whole", "10.0", [used(part, "1"), used(part, "1", "pair")])
        assert names(of("contributions", chain, twice)) == ["contributions.exceed"]

    def test_many_parents_of_one_part_are_lawful(self) -> None:
        chain = Chain()
        part = chain.product("part", "1.0")
        middle = [chain.product(f"middle-{n}", "2.0", [used(part, "1")]) for n in range(9)]
        whole = chain.product("whole", "30.0", [used(one, "1") for one in middle])
        assert not failures(chain.results(whole))


class TestCurrent:
    def test_superseded_after_the_product_was_issued_is_noted(self) -> None:
        chain = Chain()
        old = chain.product("part")
        new = chain.product("part", supersedes=old, issued=ISSUED + timedelta(days=1))
        inner = chain.product("inner", "9.0", [used(old, "1")])
        whole = chain.product("whole", "90.0", [used(inner, "1"), used(new, "1")], issued=ISSUED + timedelta(days=2))
        assert "current.superseded-later" in names(of("current", chain, whole))
        assert not [one for one in failures(chain.results(whole)) if one.startswith("current")]

    def test_what_is_not_carried_is_not_checkable(self) -> None:
        chain = Chain()
        part = chain.product("part")
        whole = chain.product("whole", "9.0", [used(part, "1")])
        found = results(chain.graph(whole, without=[part]), AT, {})
        unclear = {result.rule.name for _, result in found if result.rule.name.endswith("not-checkable")}
        assert unclear >= {
            "current.not-checkable",
            "order.not-checkable",
            "contributions.not-checkable",
            "comparable.not-checkable",
            "mass.not-checkable",
            "primary-data.not-checkable",
        }

    def test_expired_today_was_current_then(self) -> None:
        chain = Chain()
        part = chain.product("part", edit=lambda document: document.update(validityPeriodEnd="2026-03-02T00:00:00Z"))
        whole = chain.product("whole", "9.0", [used(part, "1")])
        assert not failures(chain.results(whole))


def dated(graph: Graph, *days: int) -> Graph:
    """The graph with times, the root's first."""
    times = [ISSUED + timedelta(days=day) for day in days]
    products = {
        digest: replace(one, existed_by=time) for (digest, one), time in zip(graph.products.items(), times, strict=True)
    }
    return Graph(products[graph.root.credential.digest], products)


@pytest.mark.parametrize(("days", "name"), [((2, 1), "order.holds"), ((1, 1), "order.holds"), ((1, 2), "order.later")])
def test_the_order_of_times_is_told(days: tuple[int, int], name: str) -> None:
    chain = Chain()
    whole = chain.product("whole", "9.0", [used(chain.product("part"), "1")])
    found = [
        result.rule.name for check, result in results(dated(chain.graph(whole), *days), AT, {}) if check == "order"
    ]
    assert found == [name]


class TestStages:
    def test_a_stage_inside_the_boundary_counts_twice(self) -> None:
        chain = Chain()
        whole = chain.product(
            "whole",
            profile="made/1",
            document={"total": "1.0", "amount": "1", "boundary": GRAVE},
            stages={"B": footprint("use", "0.3")},
        )
        assert names(of("stages", chain, whole)) == ["stages.inside"]

    def test_a_part_priced_delivered_is_noted(self) -> None:
        assert "stages.delivered" in pair({"boundary": [*GATE, "A4"]}, {"boundary": GATE}, "stages")

    def test_without_a_boundary_it_is_not_checkable(self) -> None:
        assert pair({}, {}, "stages") == ["stages.not-checkable"] * 2


class TestPrimaryData:
    def test_the_packs_share(self) -> None:
        chain = Chain()
        cell = chain.product("cell", "74.20", primaryDataShare="68.5")
        for share, name in (("70.1", "primary-data.holds"), ("72.0", "primary-data.above")):
            pack = chain.product("pack", "78250", [used(cell, "1000")], primaryDataShare=share)
            assert names(of("primary-data", chain, pack)) == [name]

    def test_a_part_without_a_share_may_be_wholly_primary(self) -> None:
        assert pair({"total": "9.0"}, {"primary_data_share": "100"}, "primary-data") == ["primary-data.holds"]

    def test_without_a_share_of_its_own_it_is_not_checkable(self) -> None:
        assert pair({"primary_data_share": "10"}, {}, "primary-data") == ["primary-data.not-checkable"]
        assert pair({}, {"primary_data_share": "0.52"}, "primary-data") == ["primary-data.not-checkable"]


LEG: dict[str, Any] = {
    "id": "one", "mass": "87", "distance": "423", "activity": "36.801", "intensity": "0.1", "emissions": "3.6801",
}  # fmt: skip


def transport(*legs: dict[str, Any], total: str = "3.6801") -> list[str]:
    chain = Chain()
    return names(of("transport", chain, chain.made_up("shipment", total=total, legs=list(legs))))


class TestTransport:
    def test_distance_mass_and_intensity(self) -> None:
        assert set(transport(LEG)) == {"transport.holds"}
        assert "transport.differs" in transport({**LEG, "activity": "3.6801"})
        assert "transport.differs" in transport({**LEG, "emissions": "36.801"}, total="36.801")
        exact = {**LEG, "mass": "87.000", "distance": "423.000", "activity": "36.900"}
        assert "transport.near" in transport(exact)

    def test_the_legs_come_to_the_total(self) -> None:
        other = {
            "id": "two",
            "mass": "230",
            "distance": "700",
            "activity": "161",
            "intensity": "0.1",
            "emissions": "16.1",
        }
        assert set(transport(LEG, other, total="19.7801")) == {"transport.holds"}
        assert "transport.differs" in transport(LEG, other)

    def test_shares_of_energy_carriers_add_up_to_one(self) -> None:
        assert "transport.differs" in transport({**LEG, "shares": ["0.30", "0.60"]})
        assert set(transport({**LEG, "shares": ["0.30", "0.70"]})) == {"transport.holds"}

    def test_legs_come_after_one_another(self) -> None:
        assert "transport.cycle" in transport({**LEG, "preceding": ["one"]})

    def test_what_is_left_out_is_not_checkable(self) -> None:
        assert "transport.not-checkable" in transport({"id": "one", "emissions": "3.6801"})

    def test_a_footprint_without_legs_has_nothing_to_check(self) -> None:
        chain = Chain()
        assert not of("transport", chain, chain.product("thing"))


def test_a_coarse_figure_that_its_components_exceed_is_told() -> None:
    """A hundred with one digit allows 149: within rounding, and far from silent."""
    assert pair({"total": "149"}, {"total": "1e2"}, "contributions") == ["contributions.near"]
    assert pair({"mass": "1.4"}, {"mass": "1"}, "mass") == ["mass.near"]


def test_packaging_excuses_no_more_than_its_figure() -> None:
    """Cells that bring 74,200 kg are no packaging of 1.0 kg; where its figure is not stated, nobody can tell."""
    for packaging, rule in (({"packaging": "1.0"}, "mass.exceeds"), ({}, "mass.not-checkable")):
        pack = {"total": "78250", "mass": "480", "packaging_included": True, **packaging}
        assert pair({"total": "74.20", "mass": "0.82"}, pack, "mass", "1000") == [rule]
