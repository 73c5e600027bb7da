"""Judging: all checks over one graph, and the findings that they give under a policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache

from carbonseal.findings import Finding, Place
from carbonseal.plugins import CHECKS
from carbonseal.values import dataclass

from .checks import NEED_FIGURES, Check, NeedsFigures, Setting
from .graph import Graph, Product
from .rules import CheckRequirement, Kind, Result, Rule, finding

Results = tuple[tuple[str, Result], ...]  # of all checks over one graph, each with the check's name

CARBON_FLOW = "carbon-flow"  # all built-in checks

_NOT_REQUIRED = CheckRequirement()


def results(graph: Graph, at: datetime, required: Mapping[str, CheckRequirement]) -> Iterator[tuple[str, Result]]:
    """How every built-in check comes out, with its name, in their order."""
    if graph.is_bare:
        return _of_bare(graph.root)
    return _of_any(graph, at, required)


def _of_any(graph: Graph, at: datetime, required: Mapping[str, CheckRequirement]) -> Iterator[tuple[str, Result]]:
    settings = {within: Setting(at, within) for within in {None, *(one.within for one in required.values())}}
    for name, check in _built_in():
        for result in check.run(graph, settings[required.get(name, _NOT_REQUIRED).within]):
            yield name, result


def _of_bare(product: Product) -> Iterator[tuple[str, Result]]:
    """What `_of_any` gives of a product by itself with nothing to look at: some checks lack its figures, and no other has anything
    to say."""
    place, facts = (product.label,), {"missing": product.lacking}
    return iter([(name, Result(rule, place, facts)) for name, rule in _without_figures()])


@cache
def _without_figures() -> Sequence[tuple[str, Rule]]:
    return [(name, CHECKS.find(name, NeedsFigures).not_checkable) for name in NEED_FIGURES]


@cache
def _built_in() -> Sequence[tuple[str, Check]]:
    return [(name, CHECKS.find(name, Check)) for name in CHECKS.built_in]


def wrong(graph: Graph, at: datetime) -> Iterator[Finding]:
    """What fails at the instant `at`, as findings that weigh nothing."""
    for _, result in results(graph, at, {}):
        found = finding(result, _NOT_REQUIRED) if result.rule.kind is Kind.FAILS else None
        if found is not None:
            yield found


def judge(graph: Graph, at: datetime, required: Mapping[str, CheckRequirement]) -> Iterator[Finding]:
    """The findings at the instant `at` under a policy that says of each check what `required` does. A check that holds is one
    finding, with the number of places where it does."""
    return findings(tuple(results(graph, at, required)), required)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How one check of the figures came out in one place, whatever a policy requires: it holds (perhaps with a remark), fails, or
    is not checkable."""

    check: str  # its name, as a policy requires it
    outcome: Kind
    place: Place  # outermost first; empty where it holds
    message: str  # with the figures of both sides

    @staticmethod
    def of(check: str, result: Result) -> CheckResult:
        """In words."""
        rule = result.rule
        found = rule.codes()[0](*result.place, **({"count": 1} if rule.kind is Kind.HOLDS else {}), **result.facts)
        return CheckResult(check, rule.kind, found.place, found.message)


def findings(found: Results, required: Mapping[str, CheckRequirement]) -> Iterator[Finding]:
    """`judge`, of results that are there."""
    return judged((result, required.get(name, _NOT_REQUIRED)) for name, result in found)


def judged(found: Iterable[tuple[Result, CheckRequirement]]) -> Iterator[Finding]:
    """The findings of results, each under what the policy says of its check."""
    held: dict[Rule, int] = {}
    for result, requirement in found:
        if result.rule.kind is Kind.HOLDS:
            held[result.rule] = held.get(result.rule, 0) + requirement.is_required
        elif (one := finding(result, requirement)) is not None:
            yield one
    for rule, count in held.items():
        if count and rule.shown is not None:
            yield rule.shown(count=count)
