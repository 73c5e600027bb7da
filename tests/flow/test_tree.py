"""The tree of a product, what a correction does to it, and both for programs, in three lines and without a node."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

import carbonseal
from carbonseal import footprint
from carbonseal.findings import Refused
from carbonseal.flow.impact import impacts
from carbonseal.flow.phrases import Missing
from carbonseal.flow.tree import tree_of
from carbonseal.footprints.figures import Figure
from tests.flow.chains import Chain, listed, used
from tests.flow.chains import footprint as made_footprint


def value(figure: Figure | Missing) -> Fraction:
    assert isinstance(figure, Figure)
    return figure.value


def test_three_batteries_are_three_batteries() -> None:
    chain = Chain()
    battery = chain.product("battery", "2.5")
    device = chain.product("device", "10", [used(battery, "3")])
    tree = tree_of(chain.graph(device))
    (branch,) = tree.below
    assert branch.quantity == Fraction(3)
    assert branch.unit is not None
    assert branch.unit.name == "piece"
    assert value(branch.figure) == Fraction("2.5")
    assert value(branch.contribution) == branch.of_root == Fraction("7.5")
    assert branch.share == Fraction(3, 4)
    assert tree.own == Fraction("2.5")


def test_quantities_multiply_down_the_tiers() -> None:
    chain = Chain()
    ore = chain.product("ore", "0.05", unit="kilogram", mass="1")
    metal = chain.product("metal", "3.5", [used(ore, "40", "kilogram", "1", "kilogram")], unit="kilogram", mass="1")
    lamp = chain.product("lamp", "1.2", [used(metal, "200", "gram", "2")])
    tree = tree_of(chain.graph(lamp))
    (metal_branch,) = tree.below
    (ore_branch,) = metal_branch.below
    assert (metal_branch.tier, ore_branch.tier) == (1, 2)
    assert value(metal_branch.contribution) == Fraction("0.35")
    assert value(ore_branch.contribution) == 2
    assert ore_branch.of_root == Fraction("0.2")


def test_stages_beyond_the_gate_stand_apart() -> None:
    chain = Chain()
    lamp = chain.product("lamp", "1.2", stages={"A4": made_footprint("delivery", "0.3")})
    tree = tree_of(chain.graph(lamp))
    assert [(stage.stage, value(stage.figure)) for stage in tree.stages] == [("A4", Fraction("0.3"))]
    assert tree.own == Fraction("1.2")


def test_what_is_withheld_is_missing_by_name() -> None:
    chain = Chain()
    part = chain.product("part", "1", withheld=True)
    whole = chain.product("whole", "3", [used(part, "2")])
    tree = tree_of(chain.graph(whole))
    assert isinstance(tree.own, Missing)
    assert "the footprint of part" in str(tree.own)
    assert "withheld" in str(tree.below[0].contribution)


def test_what_is_below_a_shared_part_is_given_once() -> None:
    chain = Chain()
    ore = chain.product("ore", "1")
    metal = chain.product("metal", "2", [used(ore, "1")])
    parts = [chain.product(f"part-{n}", "3", [used(metal, "1")]) for n in range(3)]
    tree = tree_of(chain.graph(chain.product("whole", "9", [used(part, "1") for part in parts])))
    names = [branch.product.credential.name for branch in tree.walk()]
    assert names == ["whole", "part-0", "metal", "ore", "part-1", "metal", "part-2", "metal"]


def test_a_correction_goes_up_every_way() -> None:
    chain = Chain()
    ore = chain.product("ore", "1")
    better = chain.product("better-ore", "1.5")
    metal = chain.product("metal", "2", [used(ore, "1")])
    other = chain.product("other", "5", [used(ore, "2")])
    whole = chain.product("whole", "20", [used(metal, "3"), listed(other, "1")])
    (corrected,) = chain.graph(better).products.values()
    found = list(impacts(chain.graph(whole), ore.digest, corrected))
    assert [(one.product.credential.name, one.change, one.is_used) for one in found] == [
        ("other", Fraction(1), True),
        ("metal", Fraction("0.5"), True),
        ("whole", Fraction("2.5"), False),
    ]
    assert found[-1].relative == Fraction(1, 8)


def test_a_correction_that_cannot_be_computed_says_why() -> None:
    chain = Chain()
    ore = chain.product("ore", "1")
    metal = chain.product("metal", "2", [used(ore, "1", "box")])
    (corrected,) = chain.graph(chain.product("better-ore", "1.5")).products.values()
    (found,) = impacts(chain.graph(metal), ore.digest, corrected)
    assert isinstance(found.change, Missing)
    assert "box" in str(found.change)


def test_a_passport_has_footprints_and_a_tree() -> None:
    chain = Chain()
    device = chain.product("device", "10", [used(chain.product("battery", "2.5"), "3")])
    passport = carbonseal.parse_passport(chain.passport(device).encode())
    assert [one.total.value for one in passport.footprints.values() if one.total] == [Fraction(10), Fraction(5, 2)]
    (battery,) = passport.tree().below
    assert battery.share == Fraction(3, 4)


def test_a_record_has_a_footprint() -> None:
    found = footprint.read(json.dumps(made_footprint("thing", "2.50")).encode(), "pact/3.0")
    assert found is not None
    assert found.total == footprint.Figure(Fraction(5, 2), Fraction(1, 200), "/pcf/pcfExcludingBiogenicUptake")
    assert footprint.read(b"{}", "json/1") is None
    with pytest.raises(Refused):
        footprint.read(b"{}", "pact/3.0")
