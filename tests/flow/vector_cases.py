"""Vectors of carbon flow: passports without seals, whose figures are looked at alone. Codes and outcomes are written by hand."""

from __future__ import annotations

from typing import Any

from carbonseal.instants import format_instant
from tests.flow.chains import AT, Chain, Made, used
from tests.flow.wrong_chains import LOT, WRONG
from tests.vectors.cases import Case, case


def flow() -> list[Case]:
    """The wrong chains, each with its one failing rule; then what holds, and what is not checkable."""
    return [*_wrong(), *_right()]


def _case(name: str, made: Made, fails: list[str], chain: Chain, **more: Any) -> Case:
    at = format_instant(more.pop("at", AT))
    return case(name, "flow", {"fails": fails, **more}, at=at, passport=chain.passport(made).to_json())


def _wrong() -> list[Case]:
    cases = []
    for wrong in WRONG:
        chain = Chain()
        outcome = "rejected" if wrong.rejects else "undetermined"
        cases.append(_case(wrong.name, wrong.make(chain), [wrong.rule], chain, at=wrong.at, required=outcome))
    return cases


def _right() -> list[Case]:
    chain = Chain()
    cell = chain.product("cell", "74.20", mass="0.32")
    pack = chain.product("pack", "78250", [used(cell, "1000")], mass="480")
    cable = chain.product("cable", "0.85", amount="100", mass="2.2")
    phone = chain.product("phone", "55.00", [used(cable, "1")], mass="0.227")
    ore = chain.product("ore", "0.05", unit="kilogram", mass="1")
    metal = chain.product("metal", "3.5", [used(ore, "40", "kilogram", "1", "kilogram")], unit="kilogram", mass="1")
    lot = chain.product("lot", "3.0", unit="kilogram", mass="1", batch=LOT)
    all_of_it = chain.product("lamp", "90.0", [used(lot, "10", "kilogram")], batch=("A", "100", "piece"))
    hidden = chain.product("hidden", "1.0", withheld=True)
    banana = chain.product("banana", "1.0")
    return [
        _case("a thousand cells in a pack, with an own part", pack, [], chain, required="verified"),
        _case("a figure for a hundred cables", phone, [], chain, required="verified"),
        _case("forty kilograms of ore for one of metal: the rest is lost", metal, [], chain, required="verified"),
        _case("a lot that is used up", all_of_it, [], chain, required="verified"),
        _case(
            "a component that is withheld",
            chain.product("whole", "9.0", [used(hidden, "1")]),
            [],
            chain,
            required="verified",
            required_unknown="undetermined",
        ),
        _case(
            "a component measured in bananas",
            chain.product("whole", "9.0", [used(banana, "1", "banana")]),
            [],
            chain,
            required="verified",
            required_unknown="undetermined",
        ),
    ]
