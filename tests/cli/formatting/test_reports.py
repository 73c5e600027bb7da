"""How findings are formatted for people."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click

from carbonseal.cli.formatting.reports import as_json, brief, full
from carbonseal.cli.formatting.trees import tree
from carbonseal.findings import Finding, Verdict, noted, rejected, shown, undetermined
from carbonseal.verification.verify import Report

HELD = shown("test.held", "{what} held")
NOTED = noted("test.noted", "a remark")
LACKING = undetermined("test.lacking", "not shown")
WRONG = rejected("test.wrong", "{what} is wrong", "ask {whom}")


def formatted(*findings: Finding) -> list[str]:
    return [click.unstyle(line) for line in tree(findings)]


def held(*place: str) -> list[Finding]:
    return [HELD(*place, what=str(number)) for number in range(3)]


def test_each_place_is_named_once() -> None:
    findings = HELD("seal", "head 4", what="a"), HELD("seal", what="b"), HELD("seal", "head 4", what="c")
    assert formatted(*findings) == [
        "seal",
        "  ✓ b held [test.held]",
        "  head 4",
        "    ✓ a held [test.held]",
        "    ✓ c held [test.held]",
    ]


def test_a_way_without_turns_is_one_line() -> None:
    assert formatted(HELD("seal", "head 4", "eip155:1", what="a")) == [
        "seal > head 4 > eip155:1",
        "  ✓ a held [test.held]",
    ]


def test_a_remedy_with_its_facts_is_printed_below() -> None:
    assert formatted(WRONG(what="it", whom="the issuer")) == ["✗ it is wrong [test.wrong]", "    ask the issuer"]


def test_only_the_first_of_those_that_hold_is_printed_in_full() -> None:
    lines = formatted(*held("one"), *held("two"), *held("three", "below"))
    assert lines[0] == "one"
    assert lines[4:] == ["✓ two: all 3 checks hold", "✓ three: all 3 checks hold"]


def test_something_new_is_never_folded() -> None:
    for other in (NOTED("two", "below"), WRONG("two", "below", what="it", whom="me")):
        lines = formatted(*held("one"), *held("two"), other)
        assert f"[{other.code.name}]" in "\n".join(lines)
        assert not [line for line in lines if "checks hold" in line or "as above" in line]


def test_what_was_printed_before_is_folded_with_its_code() -> None:
    wrong = [WRONG(place, "below", what="it", whom="me") for place in ("one", "two")]
    lines = formatted(*held("one"), wrong[0], NOTED("one"), *held("two"), wrong[1], NOTED("two"))
    assert lines[-1] == "✗ two: as above [test.noted, test.wrong]"
    assert "\n".join(lines).count("it is wrong") == 1


def test_one_of_many_tells_each_reason_once() -> None:
    wrong = [WRONG(f"part {number}", "seal", what="it", whom="me") for number in range(40)]
    report = Report(Verdict.REJECTED, (*held("one"), *wrong, LACKING("one")))
    assert click.unstyle(brief("a.json", report)).splitlines() == [
        "REJECTED     a.json",
        "  ✗ it is wrong [test.wrong]",
        "      ask me",
        "      at part 0 > seal, and 39 more",
    ]


def test_nothing_hides_in_a_report() -> None:
    """Letters without a glyph make two names look like one, a direction mark turns what is read."""
    name, at = "Door\u3164reader\u202e\u115f", datetime(2026, 11, 22, tzinfo=UTC)
    report = Report(Verdict.REJECTED, (WRONG(name, what=name, whom=name),), "urn:a", name, credential="ab")
    hidden = r"Door\u3164reader\u202e\u115f"
    for text in (full(name, report, at), brief(name, report)):
        assert not set(name) & set("\u3164\u202e\u115f") & set(text)
        assert click.unstyle(text).count(hidden) >= 4
    line = as_json(name, report, at)
    assert line.isascii()
    assert (json.loads(line)["name"], json.loads(line)["findings"][0]["place"]) == (name, [name])
