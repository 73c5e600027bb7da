"""What could not be checked is told once for each reason, with how often and where; JSON has every finding."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from click import unstyle

from carbonseal.cli.formatting.reports import as_json, brief, full
from carbonseal.findings import Finding, Verdict
from carbonseal.flow import phrases
from carbonseal.flow.phrases import Missing
from carbonseal.flow.rules import CheckRequirement, Result, finding, holds, not_checkable
from carbonseal.verification.verify import Report

AT = datetime(2026, 11, 22, tzinfo=UTC)
COUNTS = CheckRequirement(is_required=True, unknown_counts=True)
NOTED = CheckRequirement(is_required=True)
RULES = {name: not_checkable(name, f"ask for {name}") for name in ("figures", "mass", "total")}


def unknown(check: str, place: str, missing: Missing, requirement: CheckRequirement = COUNTS) -> Finding:
    found = finding(Result(RULES[check], (place,), {"missing": missing}), requirement)
    assert found is not None
    return found


def withheld(product: str) -> Missing:
    return Missing((phrases.WITHHELD(product=product),))


def report(*findings: Finding) -> Report:
    return Report(Verdict.of(findings), findings)


def lines(text: str, heading: str) -> list[str]:
    """The lines below a heading, up to the next empty one."""
    found = unstyle(text).split("\n")
    below = found[found.index(heading) + 1 :]
    return [line.strip() for line in below[: below.index("")]] if "" in below else [line.strip() for line in below]


def test_one_reason_is_told_once_with_its_checks_and_places() -> None:
    found = [unknown(check, "Cell", withheld("Cell")) for check in RULES]
    found += [unknown("mass", "Pack", withheld("Cell")), unknown("mass", "Pack", Missing((phrases.WASTE(),)))]
    told = lines(full("one.json", report(*found), AT), "Not checkable")
    assert told == [
        "? not checkable: the footprint of Cell is withheld",
        "checks (4): figures, mass, total, at Cell, Pack",
        "ask for figures",
        f"? not checkable: {phrases.WASTE.text}",
        "checks (1): mass, at Pack",
        "ask for mass",
    ]


def test_reasons_of_one_kind_are_counted_from_the_fourth_on() -> None:
    found = [unknown("mass", f"P{n}", withheld(f"P{n}")) for n in range(40)]
    told = unstyle(brief("one.json", report(*found))).split("\n")
    assert [line.strip() for line in told if "?" in line] == [
        "? not checkable: the footprint of P0 is withheld",
        "? not checkable: the footprint of P1 is withheld",
        "? not checkable: the footprint of P2 is withheld",
        "? not checkable: 37 more of this kind",
    ]
    assert "checks (37): mass, at P3, P4, P5, P6, and 33 more" in told[-2]


def test_four_of_a_kind_are_all_told() -> None:
    told = brief("one.json", report(*(unknown("mass", f"P{n}", withheld(f"P{n}")) for n in range(4))))
    assert "of P3 is withheld" in told
    assert "of this kind" not in told


def test_what_is_noted_is_told_in_full_and_decides_nothing() -> None:
    one = report(unknown("mass", "Cell", withheld("Cell"), NOTED), holds("mass.holds", "{count}").codes()[0](count=1))
    assert one.verdict is Verdict.VERIFIED
    assert lines(full("one.json", one, AT), "Not checkable")[0] == "· not checkable: the footprint of Cell is withheld"
    assert "checkable" not in brief("one.json", one)


def test_json_has_every_finding() -> None:
    found = [unknown(check, place, withheld("Cell")) for check in RULES for place in ("Cell", "Pack")]
    told = json.loads(as_json("one.json", report(*found), AT))
    assert [one["code"] for one in told["findings"]] == [f"{check}.not-checkable" for check in RULES for _ in "12"]
    assert all(one["phrases"]["missing"][0]["phrase"] == "withheld" for one in told["findings"])
