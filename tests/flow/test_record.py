"""One footprint against itself: the worked examples of the definitions, and what honest formats do."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest

from carbonseal.flow.rules import Result
from tests.flow.chains import AT, Chain, Made, failures, outcome, remarks, used


def of(
    check: str,
    edit: Any = lambda document: None,
    *,
    at: datetime = datetime(2026, 6, 1, tzinfo=UTC),
    total: str = "1",
    **pcf: Any,
) -> list[Result]:
    """How a check comes out for one PACT footprint."""
    chain = Chain()
    found = chain.results(chain.product("thing", total, edit=edit, **pcf), at)
    return [result for name, result in found if name == check]


def names(results: list[Result]) -> list[str]:
    return [result.rule.name for result in results]


PARTS = ("fossilGhgEmissions", "landUseChangeGhgEmissions", "biogenicNonCO2Emissions")


def total_of(total: str, *parts: str, **pcf: Any) -> list[str]:
    """Check *total* of a footprint with these parts; all others are given as none."""
    none = dict.fromkeys(("landManagementBiogenicCO2Emissions", "landManagementBiogenicCO2Removals", *PARTS), "0")
    return names(of("total", total=total, **{**none, **dict(zip(PARTS, parts, strict=False)), **pcf}))


class TestTotal:
    def test_a_total_that_is_its_parts_holds(self) -> None:
        assert total_of("2.50", "1.20", "1.10", "0.19")[0] == "total.holds"
        assert total_of("45.2", "18.5", "15.3", "11.4")[0] == "total.holds"

    def test_within_the_band_it_holds_with_a_remark(self) -> None:
        assert total_of("50.00", "49.70")[0] == "total.near"

    def test_beyond_the_band_it_fails(self) -> None:
        assert total_of("2.50", "1.20", "1.10", "0.10")[0] == "total.differs"

    def test_the_band_is_the_policys(self) -> None:
        chain = Chain()
        zero: dict[str, Any] = dict.fromkeys(
            ("landUseChangeGhgEmissions", "landManagementBiogenicCO2Emissions", "biogenicNonCO2Emissions"), "0"
        )
        made = chain.product(
            "thing", "50.00", fossilGhgEmissions="49.70", landManagementBiogenicCO2Removals="0", **zero
        )
        assert failures(chain.results(made, total=Fraction(1, 1000))) == ["total.differs"]
        assert not failures(chain.results(made))

    def test_coarse_figures_hold_with_a_remark(self) -> None:
        parts = {"landManagementFossilGhgEmissions": "0.6", "landManagementBiogenicCO2Removals": "-0.4"}
        assert total_of("1.85", "1.5", "0", "0", **parts)[0] == "total.coarse"

    def test_a_part_that_is_left_out_could_be_what_is_missing(self) -> None:
        (first, _) = of("total", total="3.50", fossilGhgEmissions="3.42")
        assert first.rule.name == "total.not-checkable"
        assert "landUseChangeGhgEmissions" in str(first.facts["missing"])

    def test_a_part_that_is_left_out_cannot_make_the_sum_smaller(self) -> None:
        assert "total.differs" in names(
            of("total", total="3.50", fossilGhgEmissions="4.42", landManagementBiogenicCO2Removals="0")
        )
        assert "total.not-checkable" in names(of("total", total="3.50", fossilGhgEmissions="4.42"))

    @pytest.mark.parametrize("total", ["2.0", "2.5"])
    def test_fossil_land_management_counts_either_way(self, total: str) -> None:
        assert total_of(total, "2.0", landManagementFossilGhgEmissions="0.5")[0] == "total.holds"

    def test_zeros_allow_nothing(self) -> None:
        assert total_of("0.4", "0.1")[0] == "total.differs"

    def test_including_is_excluding_and_uptake(self) -> None:
        included: dict[str, Any] = {"pcfIncludingBiogenicUptake": "1.63"}
        assert names(of("total", total="1.85", biogenicCO2Uptake="-1.5", **included))[-1] == "total.differs"
        assert names(of("total", total="1.85", **included))[-1] == "total.not-checkable"
        assert names(of("total", total="1.85", biogenicCO2Uptake="-0.22", **included))[-1] == "total.holds"


class TestBiogenic:
    def test_carbon_is_twelve_forty_fourths_of_the_uptake(self) -> None:
        assert names(of("biogenic", biogenicCarbonContent="0.44", biogenicCO2Uptake="-1.61")) == ["biogenic.holds"]

    def test_content_that_equals_the_uptake_fails(self) -> None:
        assert names(of("biogenic", biogenicCarbonContent="30.3", biogenicCO2Uptake="-30.3")) == ["biogenic.above"]

    def test_losses_are_noted(self) -> None:
        assert names(of("biogenic", biogenicCarbonContent="0.08", biogenicCO2Uptake="-1.39")) == ["biogenic.below"]

    def test_without_either_it_is_not_checkable(self) -> None:
        assert names(of("biogenic", biogenicCarbonContent="0.08")) == ["biogenic.not-checkable"]


class TestValidity:
    def test_three_years_from_the_end_of_the_data(self) -> None:
        last, first = datetime(2028, 12, 31, 23, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
        assert names(of("validity", at=last)) == ["validity.holds"]
        assert names(of("validity", at=first)) == ["validity.expired"]

    def test_a_stated_end_ends_it(self) -> None:
        def edit(document: dict[str, Any]) -> None:
            document["validityPeriodStart"], document["validityPeriodEnd"] = (
                "2026-01-01T00:00:00Z",
                "2026-03-01T01:00:00+01:00",
            )

        assert names(of("validity", edit, at=datetime(2026, 2, 28, 23, 59, tzinfo=UTC))) == ["validity.holds"]
        assert names(of("validity", edit, at=datetime(2026, 3, 1, tzinfo=UTC))) == ["validity.expired"]

    def test_before_it_begins(self) -> None:
        assert names(of("validity", at=datetime(2025, 12, 31, tzinfo=UTC))) == ["validity.not-yet"]

    def test_what_published_examples_do_is_noted(self) -> None:
        def edit(document: dict[str, Any]) -> None:
            document["validityPeriodStart"], document["validityPeriodEnd"] = (
                "2025-06-01T00:00:00Z",
                "2035-01-01T00:00:00Z",
            )

        assert names(of("validity", edit)) == ["validity.starts-early", "validity.too-long"]

    def test_a_leap_day_and_three_years(self) -> None:
        period = {"referencePeriodStart": "2023-03-01T00:00:00Z", "referencePeriodEnd": "2024-02-29T00:00:00Z"}
        assert names(of("validity", at=datetime(2027, 2, 27, 23, tzinfo=UTC), **period)) == ["validity.holds"]
        assert names(of("validity", at=datetime(2027, 2, 28, tzinfo=UTC), **period)) == ["validity.expired"]


class TestConsistency:
    def test_a_kilogram_weighs_a_kilogram(self) -> None:
        assert names(of("consistency", unit="kilogram", mass="1.02")) == ["consistency.mass"]
        assert names(of("consistency", unit="kilogram", mass="1.000")) == ["consistency.holds"]
        assert names(of("consistency", unit="kilogram", mass="0")) == ["consistency.holds"]

    def test_a_share_that_looks_like_a_fraction_is_noted(self) -> None:
        assert names(of("consistency", primaryDataShare="0.52")) == ["consistency.fraction"]
        assert names(of("consistency", primaryDataShare="52")) == ["consistency.holds"]

    def test_zero_packaging_beside_a_false_flag_does_no_harm(self) -> None:
        flag: dict[str, Any] = {"packagingEmissionsIncluded": False}
        assert names(of("consistency", packagingGhgEmissions="0.0", **flag)) == ["consistency.holds"]


class TestExemption:
    def test_more_than_three_percent_is_noted_and_the_policys_limit_fails(self) -> None:
        chain = Chain()
        made = chain.product("thing", exemptedEmissionsPercent="4.5")
        assert remarks(chain.results(made)) == ["exemption.unusual"]
        assert failures(chain.results(made, exemption=Fraction(3, 100))) == ["exemption.above"]
        assert outcome(chain.results(made, exemption=Fraction(5, 100)), "exemption") == [("holds", "exemption.holds")]


def test_figures_have_lawful_signs_whatever_sealed_them() -> None:
    (result,) = of("figures", fossilGhgEmissions="-1")
    assert result.rule.name in {"figures.form", "figures.sign"}


def test_what_the_reader_of_a_format_has_to_say_is_a_remark() -> None:
    def elsewhere(document: dict[str, Any]) -> None:
        document["created"] = "2026-02-01T02:00:00+02:00"

    found = of("figures", edit=elsewhere)
    assert names(found) == ["figures.holds", "figures.remark"]
    assert found[1].facts["remark"] == "not in UTC, as PACT demands: /created"


def of_made(check: str, chain: Chain, made: Made) -> list[str]:
    """The rules of one check over a product, sorted."""
    return sorted(result.rule.name for name, result in chain.results(made) if name == check)


class TestWhatAnyFormatCanSay:
    def alone(self, check: str, at: datetime = AT, **document: Any) -> list[str]:
        chain = Chain()
        found = chain.results(chain.made_up("thing", **document), at)
        return sorted(result.rule.name for name, result in found if name == check)

    def test_one_geography_where_the_format_allows_one(self) -> None:
        both = ["DE", "Europe"]
        assert self.alone("consistency", geographies=both, one_geography=True) == ["consistency.geographies"]
        assert self.alone("consistency", geographies=both) == ["consistency.holds"]

    def test_packaging_beside_a_false_flag(self) -> None:
        assert self.alone("consistency", packaging="0.2", packaging_included=False) == ["consistency.packaging"]
        assert self.alone("consistency", packaging="0", packaging_included=False) == ["consistency.holds"]

    def test_ratings_and_shares_have_a_range(self) -> None:
        assert self.alone("consistency", ratings=["6"]) == ["consistency.range"]
        assert self.alone("consistency", primary_data_share="101") == ["consistency.range"]

    def test_a_mass_that_is_nearly_the_declared_one(self) -> None:
        assert self.alone("consistency", unit="kilogram", mass="1.0080") == ["consistency.mass-near"]
        assert self.alone("consistency", unit="gram", amount="500", mass="0.500") == ["consistency.holds"]

    def test_a_period_that_ends_before_it_begins(self) -> None:
        assert "validity.period" in self.alone("validity", period=["2025-12-31", "2025-01-01"])
        assert self.alone("validity") == ["validity.not-checkable"]

    def test_figures_need_a_record(self) -> None:
        chain = Chain()
        hidden = chain.product("hidden", withheld=True)
        for name in (
            "figures.not-checkable",
            "total.not-checkable",
            "biogenic.not-checkable",
            "validity.not-checkable",
            "consistency.not-checkable",
            "exemption.not-checkable",
        ):
            assert of_made(name.partition(".")[0], chain, hidden) == [name]

    def test_a_format_that_is_not_known_here_accuses_nobody(self) -> None:
        chain = Chain()
        later = chain.product("thing", document={"any": "thing"}, profile="pact/9.0")
        assert of_made("figures", chain, later) == ["figures.not-checkable"]

    def test_amounts_and_masses_have_signs(self) -> None:
        assert self.alone("figures", mass="-1") == ["figures.sign"]
        assert self.alone("figures", amount="0") == ["figures.sign"]
        assert self.alone("figures", uptake="1") == ["figures.sign"]

    def test_a_successor_that_changes_much_gives_a_reason(self) -> None:
        chain = Chain()
        for total, name in (("2.76", "exemption.large-change"), ("2.75", "exemption.holds")):
            old = chain.made_up("old", total="2.50", id="urn:old", exempted="0")
            new = chain.made_up("new", [used(old, "1")], total=total, id="urn:new", preceding=["urn:old"], exempted="0")
            assert name in of_made("exemption", chain, new)
