"""The examples of docs/spec.md are what the implementation makes and reads."""

from __future__ import annotations

import json
import re

import pytest

from carbonseal.records.admission import admit
from carbonseal.verification.policy import parse_policy
from carbonseal.verification.trust import parse_trust
from tests.vectors import examples
from tests.vectors.make import FOLDER

PAGE = examples.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", examples.EXAMPLES)
def test_an_example_of_the_page_is_what_the_code_makes(name: str) -> None:
    found = examples.written(PAGE)
    assert found[name].rstrip("\n") == examples.EXAMPLES[name]().rstrip("\n"), "run: make vectors"


def test_the_page_has_no_other_example() -> None:
    marked = re.findall(r"^<!-- example: (.*) -->$", PAGE, re.MULTILINE)
    assert sorted(marked) == sorted(examples.EXAMPLES)


def test_writing_them_again_changes_nothing() -> None:
    assert examples.rewritten(PAGE) == PAGE


def test_an_example_that_was_changed_by_hand_is_written_again() -> None:
    assert examples.rewritten(PAGE.replace('"kilograms"', '"pounds"')) == PAGE


def test_they_are_of_the_passport_that_the_vectors_have() -> None:
    vectors = json.loads((FOLDER / "passports.json").read_text(encoding="ascii"))
    assert examples.passport() == vectors["passports"]["plain"]


def test_the_footprint_is_admitted() -> None:
    assert admit(examples.EXAMPLES["footprint"]().encode(), "pact/3.0").canonical


def test_policy_and_trust_are_read() -> None:
    policy = parse_policy(re.sub(r"\n +", " ", examples.EXAMPLES["policy"]()).encode())
    trust = parse_trust(examples.EXAMPLES["trust"]().encode())
    assert [(item.ledger, item.value["number"]) for item in trust.items] == [
        ("eip155:31337", 1004),
        ("eip155:31337", 0),
    ]
    assert set(policy.ledgers) == {"eip155:31337", "tlog:other.example/log"}
