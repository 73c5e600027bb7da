"""The example chain under a policy that requires all of carbon flow."""

from __future__ import annotations

from functools import cache

from carbonseal.findings import Outcome, Verdict
from carbonseal.passport.passports import Passport
from carbonseal.plugins import CHECKS
from carbonseal.verification.verify import Report
from tests.flow.example import example_passport, policy_lines
from tests.world import AT, World


@cache
def scene() -> tuple[World, Passport]:
    world = World()
    return world, example_passport(world)


def report(line: str) -> Report:
    world, passport = scene()
    return world.verify(passport, AT, **policy_lines(), flow=line)


def test_everything_holds_and_everything_can_be_checked() -> None:
    found = report("require carbon-flow if-unknown=undetermined")
    wrong = [str(one) for one in found.findings if one.code.outcome in (Outcome.UNDETERMINED, Outcome.REJECTED)]
    assert not wrong
    assert found.verdict is Verdict.VERIFIED
    shown = {one.code.name.partition(".")[0] for one in found.findings if one.code.outcome is Outcome.SHOWN}
    assert shown >= {*CHECKS.built_in} - {"transport"}


def test_nothing_is_told_where_nothing_is_asked() -> None:
    found = report("")
    families = {one.code.name.partition(".")[0] for one in found.findings}
    assert not families & {*CHECKS.built_in}
    assert "flow.not-asked" in {one.code.name for one in found.findings}
