"""Offers beside each other: the figure for one unit, what statements cover, and which figures compare."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

import pytest

from carbonseal.desk.comparison import Groups
from carbonseal.desk.html import Pages
from carbonseal.desk.judged import Judged
from carbonseal.desk.table import as_csv
from carbonseal.examining.results import RowFacts
from carbonseal.findings import Finding, Verdict
from carbonseal.footprints.units import UNITS
from carbonseal.languages import report
from carbonseal.languages.language import ENGLISH, Language, language
from carbonseal.verification.conformity import codes
from carbonseal.verification.verify import Report
from tests.flow.chains import Chain
from tests.world import AT


def offer(total: str = "4", *findings: Finding, said: Language = ENGLISH, **pcf: Any) -> RowFacts:
    chain = Chain()
    made = chain.product("Steel sheet", total, **{"unit": "kilogram", "mass": "2", "amount": "2", **pcf})
    report = Report(Verdict.VERIFIED, findings, name="Steel sheet")
    return Judged("offer.json", report, chain.passport(made), said, "key").row


def groups(*rows: RowFacts) -> list[str]:
    made = Groups()
    for row in rows:
        made.count(row.basis)
    return [made.of(row.basis) for row in rows]


def test_figures_are_for_one_unit_whatever_was_declared() -> None:
    two, one = offer("4"), offer("2.1", amount="1", mass="1")
    assert [(row.figure, row.unit) for row in (two, one)] == [("2", "kilogram"), ("2.1", "kilogram")]
    assert two.footprint == "4 kg CO2e for 2 kilogram"
    assert groups(two, one) == ["A", "A"]


@pytest.mark.parametrize(
    "other",
    [
        {"unit": "piece", "amount": "1"},
        {"boundaryProcessesDescription": "x", "referencePeriodEnd": "2025-07-01T00:00:00Z"},
        {"ipccCharacterizationFactors": ["AR5"]},
    ],
    ids=["unit", "period", "gwp"],
)
def test_figures_that_differ_in_what_they_are_about_do_not_compare(other: Mapping[str, Any]) -> None:
    assert groups(offer(), offer(), offer(**other)) == ["A", "A", ""]
    page = Pages(AT, ENGLISH).row(offer(**other), "")
    assert "<td>not comparable</td>" in page


def test_a_file_without_a_figure_is_neither() -> None:
    withheld = Judged("a.json", Report(Verdict.VERIFIED, ()), None, ENGLISH, "key").row
    assert (withheld.figure, withheld.basis) == ("", None)
    assert "not comparable" not in Pages(AT, ENGLISH).row(withheld, "")


@pytest.mark.parametrize(
    ("found", "covered"),
    [
        ([codes.STATEMENT_MET(names="tuv", share="97.5 %", required="80 %")], "97.5 %"),
        ([codes.STATEMENT_UNMET(share="12 %", required="80 %", uncovered="Cell")], "12 %"),
        ([codes.STATEMENT_ABSENT(required="80 %")], "0 %"),
        ([codes.STATEMENT_NOT_ASKED()], "not asked"),
        ([codes.STATEMENT_NOT_CHECKABLE(missing="a total")], "not checkable"),
        (
            [codes.STATEMENT_MET(names="tuv", share=share, required="80 %") for share in ("97 %", "81 %", "97 %")],
            "97 %, 81 %",
        ),
    ],
)
def test_the_share_that_statements_cover_is_the_policys(found: list[Finding], covered: str) -> None:
    assert offer("4", *found).covered == covered


def test_the_table_can_be_reckoned_with() -> None:
    rows = [offer("4"), offer("2.1", amount="1", mass="1"), offer("9", unit="piece", amount="1")]
    text = as_csv([(f"{number}.json", "verified", row) for number, row in enumerate(rows)], ENGLISH)
    read = [*csv.DictReader(io.StringIO(text))]
    assert [row["kg CO2e for one unit"] for row in read] == ["2", "2.1", "9"]
    assert [row["unit"] for row in read] == ["kilogram", "kilogram", "piece"]
    assert [row["compares with"] for row in read] == ["A", "A", ""]


def test_a_row_is_said_in_the_readers_language() -> None:
    german = language("de")
    row = offer("4", codes.STATEMENT_NOT_ASKED(), said=german)
    assert row.footprint == "4 kg CO2e für 2 Kilogramm"
    assert "2 kg CO2e für 1 Kilogramm" in Pages(AT, german).row(row, "A")
    assert groups(row, offer(said=german)) == ["A", "A"]
    head, told, other = csv.reader(io.StringIO(as_csv([("a", "verified", row), ("b", "not read", None)], german)))
    assert head[:2] == ["Datei", "Urteil"]
    (english,) = csv.reader(io.StringIO(as_csv([], ENGLISH)))
    assert not {*head} & {*english}
    assert (told[1], told[6], told[10], other[1]) == ("bestätigt", "Kilogramm", "nicht verlangt", "nicht gelesen")


def test_every_unit_has_a_word_in_each_language() -> None:
    assert report.UNITS.keys() == {unit.name for unit in UNITS}
