"""Products and their components: the worked examples of the definitions."""

from __future__ import annotations

from tests.flow.chains import Chain, failures, outcome, remarks, used


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
