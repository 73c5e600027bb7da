"""Judging: what is answered in short is what the checks say, and the same in every process."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from carbonseal.flow.checks import Check, Setting
from carbonseal.flow.graph import Graph
from carbonseal.flow.judging import results
from carbonseal.flow.rules import Result
from carbonseal.plugins import CHECKS
from tests.flow.chains import AT, Chain, Made, footprint, used

Make = Callable[[Chain], Made]

NOTHING_TO_LOOK_AT: dict[str, Make] = {
    "withheld": lambda chain: chain.product("thing", withheld=True),
    "a format without figures": lambda chain: chain.product("thing", document={"a": 1}, profile="generic/1"),
    "an unknown format": lambda chain: chain.product("thing", document={"a": 1}, profile="unknown/1"),
}
SOMETHING: dict[str, Make] = {
    "figures": lambda chain: chain.product("thing"),
    "a record that its profile refuses": lambda chain: chain.product("thing", document={"a": 1}),
    "a stage": lambda chain: chain.product("thing", withheld=True, stages={"C1": footprint("end", "1")}),
    "more serial numbers than pieces": lambda chain: chain.product(
        "thing", withheld=True, batch=("1", "1", "piece"), serials=("a", "b")
    ),
    "a component": lambda chain: chain.product("thing", withheld=True, parts=[used(chain.product("part"), "1")]),
    "a component without figures": lambda chain: chain.product(
        "thing", withheld=True, parts=[used(chain.product("part", withheld=True), "1")]
    ),
}


def each_check(graph: Graph) -> list[tuple[str, Result]]:
    """What every check says of it."""
    return [(name, result) for name in CHECKS.built_in for result in CHECKS.find(name, Check).run(graph, Setting(AT))]


@pytest.mark.parametrize("what", [*NOTHING_TO_LOOK_AT, *SOMETHING])
def test_the_results_are_those_of_each_check(what: str) -> None:
    chain = Chain()
    graph = chain.graph((NOTHING_TO_LOOK_AT | SOMETHING)[what](chain))
    assert graph.is_bare == (what in NOTHING_TO_LOOK_AT)
    assert [*results(graph, AT, {})] == each_check(graph)


def test_without_its_component_a_product_still_lists_it() -> None:
    chain = Chain()
    part = chain.product("part", withheld=True)
    graph = chain.graph(chain.product("thing", withheld=True, parts=[used(part, "1")]), without=[part])
    assert [*results(graph, AT, {})] == each_check(graph)


def test_of_many_cycles_the_one_that_is_told_is_the_first() -> None:
    """Not one that depends on the order of a set, which is another in each process."""
    chain = Chain()
    others = [f"id-{number}" for number in range(8)]
    parts = [chain.made_up(one, id=one, preceding=[one]) for one in others]
    root = chain.made_up("newest", [used(one, "1") for one in parts], id="newest", preceding=others)
    told = [result.facts["ids"] for _, result in chain.results(root) if result.rule.name == "current.cycle"]
    assert told == ["id-0 -> id-0"]
