"""Runs the vectors of carbon flow. See `runners`."""

from __future__ import annotations

from typing import Any

from carbonseal.findings import Verdict
from carbonseal.flow.graph import graph_of
from carbonseal.flow.judging import judge, results
from carbonseal.flow.rules import CheckRequirement, Kind
from carbonseal.instants import parse_instant
from carbonseal.passport.passports import parse_value
from carbonseal.plugins import CHECKS
from carbonseal.records.profiles import built_in


def flow(case: dict[str, Any]) -> dict[str, Any]:
    """The rules that fail, and the verdict where carbon-flow is required; where the case asks for `required_unknown`, also that
    with ``if-unknown=undetermined``."""
    graph, at = graph_of(parse_value(case["passport"]), built_in), parse_instant(case["at"])
    found = {
        "fails": sorted(one.rule.name for _, one in results(graph, at, {}) if one.rule.kind is Kind.FAILS),
        "required": _verdict(graph, at, CheckRequirement(is_required=True)),
    }
    if "required_unknown" in case["expect"]:
        found["required_unknown"] = _verdict(graph, at, CheckRequirement(is_required=True, unknown_counts=True))
    return found


def _verdict(graph: Any, at: Any, requirement: CheckRequirement) -> str:
    return Verdict.of(judge(graph, at, dict.fromkeys(CHECKS.built_in, requirement))).value
