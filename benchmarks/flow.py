"""Carbon flow against the signatures and proofs of the same passport: the example's thirteen products in five tiers."""

from __future__ import annotations

from collections.abc import Callable

from carbonseal.findings import Verdict
from carbonseal.flow.graph import graph_of
from carbonseal.flow.judging import judge
from carbonseal.records.profiles import built_in
from carbonseal.verification.verify import verify
from tests.flow.chains import Chain, used
from tests.flow.example import example_passport, policy_lines
from tests.world import AT

from .mainnet import mainnet
from .measure import Row, Rows, side_by_side

REPEAT = 5
ROUNDS = 9
WIDE = (512, 4096)  # components in one passport


def rows() -> Rows:
    world = mainnet()
    passport = example_passport(world)
    policy, trust = world.policy(**policy_lines(), flow="require carbon-flow if-unknown=undetermined"), world.trust()
    raw = passport.encode()
    report = verify(raw, policy, trust, at=AT)
    assert report.verdict is Verdict.VERIFIED
    required = policy.required_checks()

    def checks() -> None:
        for _ in range(REPEAT):
            for _finding in judge(graph_of(passport, built_in), AT, required):
                pass

    def whole() -> None:
        for _ in range(REPEAT):
            verify(passport, policy, trust, at=AT)

    times = side_by_side(ROUNDS, checks=checks, whole=whole)
    share = times.ratio("checks", "whole")
    note = f"checks: {times.each('checks', REPEAT)} of {times.each('whole', REPEAT)}"
    ratio = share / (1 - share)  # `verify` has the checks in it
    yield Row("flow", "checks of 13 products / their signatures and proofs", ratio, "<=", 0.25, note)
    few, many = WIDE
    grown = side_by_side(ROUNDS, few=_wide(few), many=_wide(many))
    per_component = grown.ratio("many", "few") * few / many
    note = f"{grown.each('many', many)} a component"
    yield Row("flow", f"a component of {many:,} / of {few:,}", per_component, "<=", 2, note)


def _wide(count: int) -> Callable[[], object]:
    """Checks of a product with so many components."""
    chain = Chain()
    parts = [used(chain.product(f"part-{number}", "0.010", mass="0.001"), "1") for number in range(count)]
    graph = chain.passport(chain.product("whole", "100.0", parts, mass="9.0"))
    return lambda: list(judge(graph_of(graph, built_in), AT, {}))
