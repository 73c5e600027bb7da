"""Figures for programs, in three lines and without a node."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

import carbonseal
from carbonseal import footprint
from carbonseal.findings import Refused
from tests.flow import chains


def test_a_passport_has_footprints_and_a_tree() -> None:
    chain = chains.Chain()
    device = chain.product("device", "10", [chains.used(chain.product("battery", "2.5"), "3")])
    passport = carbonseal.parse_passport(chain.passport(device).encode())
    assert [one.total.value for one in passport.footprints.values() if one.total] == [Fraction(10), Fraction(5, 2)]
    (battery,) = passport.tree().below
    assert battery.share == Fraction(3, 4)


def test_a_record_has_a_footprint() -> None:
    found = footprint.read(json.dumps(chains.footprint("thing", "2.50")).encode(), "pact/3.0")
    assert found is not None
    assert found.total == footprint.Figure(Fraction(5, 2), Fraction(1, 200), "/pcf/pcfExcludingBiogenicUptake")
    assert footprint.read(b"{}", "json/1") is None
    with pytest.raises(Refused):
        footprint.read(b"{}", "pact/3.0")
