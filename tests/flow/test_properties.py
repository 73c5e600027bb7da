"""Properties of units, comparisons and trees, over whatever hypothesis thinks of."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal.flow.comparison import Comparison, Grade
from carbonseal.footprints.figures import Figure, decimal_text, exact_sum, read_decimal
from carbonseal.footprints.units import UNITS, Unit
from tests.flow.chains import Chain, Made, failures, remarks, used
from tests.programs.effort import examples

DECIMALS = st.decimals(min_value=-(10**9), max_value=10**9, places=4).map(lambda value: f"{value:f}")
QUANTITIES = st.decimals(min_value=Decimal("0.01"), max_value=100, places=2).map(lambda value: f"{value:f}")
ALL_UNITS = st.sampled_from(sorted(UNITS, key=lambda unit: unit.name))


@given(DECIMALS)
def test_digits_are_read_exactly_and_written_back(text: str) -> None:
    found = read_decimal(text)
    assert found is not None
    assert found.value == Fraction(text)
    assert Fraction(decimal_text(found.value, 20)) == found.value


@given(ALL_UNITS, ALL_UNITS)
def test_conversion_is_exact_both_ways(one: Unit, other: Unit) -> None:
    there, back = one.to(other), other.to(one)
    assert (there is None) == (back is None) == (one.dimension != other.dimension)
    if there is not None and back is not None:
        assert there * back == 1


@given(st.fractions(min_value=-(10**6), max_value=10**6), st.fractions(min_value=0, max_value=1))
def test_a_difference_within_rounding_holds_and_beyond_both_it_does_not(value: Fraction, half: Fraction) -> None:
    stated = Figure(value, half / 2)
    halves = [half / 4, half / 4]
    allowed = Comparison(stated, value, halves).allowed
    for computed in (value, value + half, value - half):
        assert Comparison(stated, computed, halves).grade in (Grade.EQUAL, Grade.COARSE)
    for computed in (value + allowed + Fraction(1, 10**9), value - allowed - Fraction(1, 10**9)):
        assert Comparison(stated, computed, halves).grade is Grade.APART


@given(st.lists(st.fractions(max_denominator=10**9), max_size=40))
def test_a_sum_by_groups_is_the_sum(values: list[Fraction]) -> None:
    assert exact_sum(values) == sum(values)


@st.composite
def trees(draw: st.DrawFn) -> tuple[Chain, Made, Decimal]:
    """A tree that adds up by construction: every figure is what its parts bring and an own part. With the root's own part."""
    chain = Chain()
    level = [chain.product(f"leaf-{number}", draw(QUANTITIES), mass="0") for number in range(draw(st.integers(1, 4)))]
    own = Decimal(0)
    for tier in range(draw(st.integers(1, 3))):
        parts = [(made, draw(QUANTITIES)) for made in level]
        own = Decimal(draw(QUANTITIES))
        total = own + sum(Decimal(quantity) * _total(made) for made, quantity in parts)
        level = [chain.product(f"tier-{tier}", f"{total:f}", [used(made, quantity) for made, quantity in parts])]
    return chain, level[0], own


def _total(made: Made) -> Decimal:
    (record,) = (made.records[one.commitment] for one in made.credential.signed.records)
    return Decimal(record.document["pcf"]["pcfExcludingBiogenicUptake"])


@settings(max_examples=examples(25), deadline=None)
@given(trees())
def test_a_tree_that_adds_up_by_construction_holds(tree: tuple[Chain, Made, Decimal]) -> None:
    chain, root, own = tree
    found = chain.results(root)
    assert not failures(found)
    assert not [name for name in remarks(found) if name.startswith("contributions")]
    assert chain.graph(root).root.figure is not None
    total = _total(root)
    edges = chain.graph(root).edges_of(chain.graph(root).root)
    brought = sum((edge.contribution.value for edge in edges if isinstance(edge.contribution, Figure)), Fraction(0))
    assert Fraction(total) - brought == Fraction(own)


@settings(max_examples=examples(25), deadline=None)
@given(QUANTITIES, QUANTITIES, st.booleans())
def test_one_unit_in_the_last_place_beyond_what_is_allowed_fails(figure: str, quantity: str, fails: bool) -> None:
    """The smallest figure that is let pass, in hundredths, and the one below it. A JSON-free format: rounding is printed."""
    chain = Chain()
    part = chain.product("part", figure, mass="0")
    brought = Decimal(figure) * Decimal(quantity)
    half = Decimal("0.005") * (Decimal(quantity) + 1)
    # least x, in hundredths, with brought - x <= half or brought - x <= x / 100
    least = min(brought - half, brought * 100 / 101)
    hundredths = max(int((least * 100).to_integral_value("ROUND_CEILING")), 1)
    stated = Decimal(hundredths - (1 if fails else 0)) / 100
    if stated <= 0:
        return
    whole = chain.product("whole", f"{stated:.2f}", [used(part, quantity)])
    assert ("contributions.exceed" in failures(chain.results(whole))) == fails


@settings(max_examples=25, deadline=None)
@given(QUANTITIES, QUANTITIES, QUANTITIES, st.integers(1, 3))
def test_scaling_all_amounts_changes_no_outcome(figure: str, quantity: str, total: str, power: int) -> None:
    """A product per thousand pieces, with figures a thousand times as large, is the same product."""
    chain = Chain()

    def outcomes(shift: int) -> list[tuple[str, str]]:
        """Of a whole with one part, whose digits are shifted by powers of ten."""
        scaled = {name: f"{Decimal(text).scaleb(shift):f}" for name, text in (("figure", figure), ("mass", "0.25"))}
        part = chain.product(
            "part", scaled["figure"], amount=str(10**shift), mass=scaled["mass"], primaryDataShare="40.0"
        )
        whole = chain.product("whole", total, [used(part, quantity)], mass="1.5")
        return sorted((name, result.rule.name) for name, result in chain.results(whole))

    assert outcomes(0) == outcomes(power)
