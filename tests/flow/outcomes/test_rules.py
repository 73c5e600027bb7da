"""What an outcome of a check means, by how a policy requires the check."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest

from carbonseal.findings import Outcome
from carbonseal.flow.rules import (
    CheckRequirement,
    Kind,
    Rejects,
    Result,
    Rule,
    fails,
    finding,
    holds,
    not_checkable,
    remark,
)
from carbonseal.plugins import CHECKS

NOT_ASKED = CheckRequirement()
REQUIRED = CheckRequirement(is_required=True)
UNKNOWN_COUNTS = CheckRequirement(is_required=True, unknown_counts=True)


def rules() -> Iterator[tuple[str, Rule]]:
    """Every rule of every built-in check, with the check's name."""
    for name, place in CHECKS.built_in.items():
        module = import_module(place.partition(":")[0])
        yield from ((name, value) for value in vars(module).values() if isinstance(value, Rule))


def outcomes(rule: Rule, *, is_decisive: bool = True) -> list[Outcome | None]:
    """Of a result: where it is not asked, required, and required with what is unknown."""
    result = Result(rule, ("somewhere",), {"missing": "a mass"}, is_decisive)
    found = [finding(result, one) for one in (NOT_ASKED, REQUIRED, UNKNOWN_COUNTS)]
    return [one.code.outcome if one else None for one in found]


def test_what_fails_is_told_always_and_weighs_where_it_is_required() -> None:
    rejected, undetermined, noted = Outcome.REJECTED, Outcome.UNDETERMINED, Outcome.NOTED
    always, depends, never = (fails("mass.much", "much", "", rejects) for rejects in Rejects)
    assert outcomes(always) == outcomes(always, is_decisive=False) == [noted, rejected, rejected]
    assert outcomes(depends) == [noted, rejected, rejected]
    assert outcomes(depends, is_decisive=False) == [noted, undetermined, undetermined]
    assert outcomes(never) == [noted, undetermined, undetermined]


def test_what_is_not_checkable_counts_where_the_policy_says_so() -> None:
    assert outcomes(not_checkable("mass")) == [None, Outcome.NOTED, Outcome.UNDETERMINED]


def test_remarks_weigh_nothing_and_what_holds_is_summed_up() -> None:
    assert outcomes(remark("mass.near", "near")) == [Outcome.NOTED] * 3
    assert outcomes(holds("mass.holds", "{count}")) == [None] * 3


@pytest.mark.parametrize("name", CHECKS.built_in)
def test_the_rules_of_a_check_have_its_name(name: str) -> None:
    own = [rule for check, rule in rules() if check == name]
    assert {rule.kind for rule in own} >= {Kind.HOLDS}
    assert len({code.name for rule in own for code in rule.codes()}) == sum(len(rule.codes()) for rule in own)
    for rule in own:
        family, _, rest = rule.name.partition(".")
        assert family == name
        assert rule.codes()[0].name == rule.name
        assert all(code.name.startswith(f"{name}.") for code in rule.codes())
        assert not rest.endswith(("-noted", "-undetermined"))
        if rule.kind is Kind.FAILS:
            assert rule.codes()[0].remedy
