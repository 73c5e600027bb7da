"""Judging: the same results in every process."""

from __future__ import annotations

from tests.flow.chains import Chain, used


def test_of_many_cycles_the_one_that_is_told_is_the_first() -> None:
    """Not one that depends on the order of a set, which is another in each process."""
    chain = Chain()
    others = [f"id-{number}" for number in range(8)]
    parts = [chain.made_up(one, id=one, preceding=[one]) for one in others]
    root = chain.made_up("newest", [used(one, "1") for one in parts], id="newest", preceding=others)
    told = [result.facts["ids"] for _, result in chain.results(root) if result.rule.name == "current.cycle"]
    assert told == ["id-0 -> id-0"]
