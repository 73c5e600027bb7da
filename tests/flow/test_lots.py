"""Lots: no more is taken of one than it yielded; and one product has one figure."""

from __future__ import annotations

import pytest

from carbonseal.flow.rules import Result
from tests.flow.chains import Chain, Made, Part, failures, listed, remarks, used

LOT = ("L1", "1000", "kilogram")


def batch(chain: Chain, root: Made) -> list[Result]:
    return [result for name, result in chain.results(root) if name == "batch"]


def kilograms(made: Made, quantity: str) -> Part:
    return used(made, quantity, "kilogram")


def test_takes_of_one_lot_add_up_to_its_yield() -> None:
    chain = Chain()
    metal = chain.product("metal", "3", unit="kilogram", mass="1", batch=LOT)
    one = chain.product("one", "9000", [kilograms(metal, "6")], batch=("A", "100", "piece"))
    other = chain.product("other", "9000", [kilograms(metal, "4")], batch=("B", "100", "piece"))
    whole = chain.product("whole", "90000", [used(one, "1"), used(other, "1")])
    assert [result.rule.name for result in batch(chain, whole)].count("batch.holds") == 1
    assert not failures(chain.results(whole))


def test_one_issuer_that_takes_too_much_contradicts_itself() -> None:
    chain = Chain()
    metal = chain.product("metal", "3", unit="kilogram", mass="1", batch=LOT, issuer="mine")
    one = chain.product("one", "9000", [kilograms(metal, "6")], batch=("A", "100", "piece"))
    other = chain.product("other", "9000", [kilograms(metal, "4.5")], batch=("B", "100", "piece"))
    whole = chain.product("whole", "90000", [used(one, "1"), used(other, "1")])
    (result,) = [one for one in batch(chain, whole) if one.rule.name == "batch.exceeded"]
    assert (result.facts["taken"], result.facts["difference"]) == ("1050", "50")
    assert result.facts["issuers"] == "did:web:maker.example"


def test_several_issuers_together_name_nobody() -> None:
    chain = Chain()
    metal = chain.product("metal", "3", unit="kilogram", mass="1", batch=LOT, issuer="mine")
    one = chain.product("one", "9000", [kilograms(metal, "6")], batch=("A", "100", "piece"))
    other = chain.product("other", "9000", [kilograms(metal, "4.5")], batch=("B", "100", "piece"), issuer="rival")
    whole = chain.product("whole", "90000", [used(one, "1"), used(other, "1")])
    assert failures(chain.results(whole)) == ["batch.exceeded-together"]


def test_a_lot_that_is_issued_again_takes_once() -> None:
    chain = Chain()
    metal = chain.product("metal", "3", unit="kilogram", mass="1", batch=LOT)
    first = chain.product("one", "9000", [kilograms(metal, "6")], batch=("A", "100", "piece"))
    again = chain.product("one", "9000", [kilograms(metal, "6")], batch=("A", "100", "piece"), supersedes=first)
    whole = chain.product("whole", "90000", [used(first, "1"), used(again, "1")])
    assert "batch.exceeded" not in failures(chain.results(whole))


def test_a_component_that_is_listed_twice_is_taken_twice() -> None:
    chain = Chain()
    metal = chain.product("metal", "3", unit="kilogram", mass="1", batch=LOT)
    parts = [kilograms(metal, "6"), used(metal, "4500", "gram")]
    whole = chain.product("whole", "90000", parts, batch=("A", "100", "piece"))
    assert failures(chain.results(whole)) == ["batch.exceeded"]


def test_the_same_line_twice_is_taken_twice() -> None:
    chain = Chain()
    metal = chain.product("metal", "3", unit="kilogram", mass="1", batch=LOT)
    parts = [kilograms(metal, "6"), listed(metal, "6", "kilogram")]
    whole = chain.product("whole", "90000", parts, batch=("A", "100", "piece"))
    assert failures(chain.results(whole)) == ["batch.exceeded"]


def test_a_product_that_is_in_another_by_two_ways_took_once() -> None:
    chain = Chain()
    metal = chain.product("metal", "3", unit="kilogram", mass="1", batch=LOT)
    one = chain.product("one", "9000", [kilograms(metal, "6")], batch=("A", "100", "piece"))
    half = chain.product("half", "90000", [used(one, "1")])
    whole = chain.product("whole", "190000", [used(half, "1"), used(one, "1"), listed(one, "1")])
    assert "batch.exceeded" not in failures(chain.results(whole))


def test_a_batch_number_that_was_corrected_takes_once() -> None:
    chain = Chain()
    metal = chain.product("metal", "3", unit="kilogram", mass="1", batch=LOT)
    wrong = chain.product("one", "9000", [kilograms(metal, "6")], batch=("A", "100", "piece"))
    right = chain.product("one", "9000", [kilograms(metal, "6")], batch=("B", "100", "piece"), supersedes=wrong)
    whole = chain.product("whole", "90000", [used(wrong, "1"), used(right, "1")])
    assert "batch.exceeded" not in failures(chain.results(whole))


def test_nobody_replaces_what_another_issuer_took() -> None:
    chain = Chain()
    metal = chain.product("metal", "3", unit="kilogram", mass="1", batch=LOT)
    one = chain.product("one", "9000", [kilograms(metal, "10.5")], batch=("A", "100", "piece"))
    rival = chain.product(
        "other", "9000", [kilograms(metal, "1")], batch=("B", "1", "piece"), issuer="rival", supersedes=one
    )
    whole = chain.product("whole", "90000", [used(one, "1"), used(rival, "1")])
    assert "batch.exceeded" in failures(chain.results(whole))


def test_a_parent_without_a_batch_takes_what_nobody_can_add_up() -> None:
    chain = Chain()
    metal = chain.product("metal", "3", unit="kilogram", mass="1", batch=LOT)
    whole = chain.product("whole", "90000", [kilograms(metal, "6")])
    assert [result.rule.name for result in batch(chain, whole)] == ["batch.not-checkable"]


def test_a_yield_that_is_stated_anew_replaces_the_first() -> None:
    chain = Chain()
    metal = chain.product("metal", "3", unit="kilogram", mass="1", batch=LOT)
    more = chain.product("metal", "3", unit="kilogram", mass="1", batch=("L1", "1200", "kilogram"), supersedes=metal)
    one = chain.product("one", "9000", [kilograms(metal, "6")], batch=("A", "100", "piece"))
    other = chain.product("other", "9000", [kilograms(more, "5.5")], batch=("B", "100", "piece"))
    whole = chain.product("whole", "90000", [used(one, "1"), used(other, "1")])
    assert "batch.exceeded" not in failures(chain.results(whole))
    assert "batch.yields-differ" not in remarks(chain.results(whole))


def test_a_yield_that_was_lowered_afterwards_makes_nobody_a_liar() -> None:
    chain = Chain()
    metal = chain.product("metal", "3", unit="kilogram", mass="1", batch=LOT, issuer="mine")
    less = chain.product(
        "metal", "3", unit="kilogram", mass="1", batch=("L1", "900", "kilogram"), supersedes=metal, issuer="mine"
    )
    one = chain.product("one", "9000", [kilograms(metal, "9.5")], batch=("A", "100", "piece"))
    other = chain.product("other", "9000", [used(less, "1", "gram")])
    (result,) = [
        result
        for result in batch(chain, chain.product("whole", "90000", [used(one, "1"), used(other, "1")]))
        if result.rule.name == "batch.exceeded"
    ]
    assert not result.is_decisive


def test_yields_that_differ_are_told() -> None:
    chain = Chain()
    metal = chain.product("metal", "3", unit="kilogram", mass="1", batch=LOT)
    more = chain.product("metal", "3", unit="kilogram", mass="1", batch=("L1", "1200", "kilogram"))
    one = chain.product("one", "9000", [kilograms(metal, "6")], batch=("A", "100", "piece"))
    other = chain.product("other", "9000", [kilograms(more, "5.5")], batch=("B", "100", "piece"))
    whole = chain.product("whole", "90000", [used(one, "1"), used(other, "1")])
    assert "batch.yields-differ" in remarks(chain.results(whole))


def test_one_lot_has_one_figure() -> None:
    chain = Chain()
    one = chain.product("part", "3.0", batch=("L1", "10", "piece"))
    other = chain.product("part", "4.0", batch=("L1", "10", "piece"))
    whole = chain.product("whole", "9", [used(one, "1"), used(other, "1")])
    (result,) = [result for name, result in chain.results(whole) if result.rule.name == "duplicate.differs"]
    assert result.is_decisive
    variant = chain.product("part", "4.0", batch=("L2", "10", "piece"))
    assert "duplicate.differs" not in failures(
        chain.results(chain.product("whole", "9", [used(one, "1"), used(variant, "1")]))
    )


def test_a_figure_that_was_replaced_twice_is_told_of_no_more() -> None:
    chain = Chain()
    first = chain.product("part", "3.0")
    second = chain.product("part", "4.0", supersedes=first)
    third = chain.product("part", "5.0", supersedes=second)
    whole = chain.product("whole", "99.0", [used(one, "1") for one in (first, second, third)])
    assert "duplicate.differs" not in failures(chain.results(whole))


def test_a_figure_per_tonne_is_held_against_one_per_kilogram() -> None:
    for total, rules in (("4000.0", ["duplicate.differs"]), ("3000.0", [])):
        chain = Chain()
        one = chain.made_up("part", total="3.0", unit="kilogram")
        other = chain.made_up("part", total=total, unit="tonne")
        whole = chain.product("whole", "90", [kilograms(one, "1"), kilograms(other, "1")])
        assert failures(chain.results(whole)) == rules


@pytest.mark.parametrize(
    ("quantity", "unit", "serials", "rule"),
    [
        ("12", "piece", 13, "batch.serials"),
        ("6", "pair", 14, "batch.serials"),
        ("12", "piece", 12, ""),
        ("6", "pair", 12, ""),
        ("12.0", "piece", 12, ""),
        ("12", "piece", 11, "batch.serials-fewer"),
        ("6", "pair", 6, "batch.serials-fewer"),
        ("1", "kilogram", 12, ""),
        ("1", "box", 12, ""),
        ("12", "piece", 0, ""),
    ],
)
def test_serial_numbers_against_pieces(quantity: str, unit: str, serials: int, rule: str) -> None:
    """More contradict the quantity; fewer may be those that were named so far."""
    chain = Chain()
    found = chain.results(
        chain.product("part", "3.0", batch=("L1", quantity, unit), serials=[*map(str, range(serials))])
    )
    told = [result for name, result in found if name == "batch"]
    assert [result.rule.name for result in told] == ([rule] if rule else [])
    assert (rule == "batch.serials") == ("batch.serials" in failures(found))
