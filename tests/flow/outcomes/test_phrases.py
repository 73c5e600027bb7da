"""What is missing, in words that can be translated: phrases in a finding, and in its JSON."""

from __future__ import annotations

import json

from carbonseal.flow import phrases
from carbonseal.flow.phrases import Missing, all_missing
from carbonseal.flow.rules import CheckRequirement, Result, finding, not_checkable

REQUIRED = CheckRequirement(is_required=True)


def masses(*products: str) -> Missing:
    return Missing(tuple(phrases.MASS(product=product) for product in products))


def test_a_finding_has_the_text_and_the_phrases() -> None:
    missing = masses("Cell") + Missing((phrases.WASTE(),))
    found = finding(Result(not_checkable("mass"), ("Pack",), {"missing": missing}), REQUIRED)
    assert found is not None
    assert found.message == f"not checkable: the mass of Cell, {phrases.WASTE.text}"
    described = json.loads(json.dumps(found.under("outside").to_json()))
    assert described["facts"] == {"missing": f"the mass of Cell, {phrases.WASTE.text}"}
    assert described["phrases"] == {
        "missing": [
            {"phrase": "mass", "text": "the mass of Cell", "facts": {"product": "Cell"}},
            {"phrase": "waste", "text": phrases.WASTE.text, "facts": {}},
        ]
    }


def test_a_fact_in_plain_text_has_no_phrases() -> None:
    found = finding(Result(not_checkable("mass"), (), {"missing": "something"}), REQUIRED)
    assert found is not None
    assert "phrases" not in found.to_json()


def test_each_reason_is_said_once_and_the_rest_is_counted() -> None:
    both = all_missing([masses("a", "b"), 3, masses("b", "c"), masses(*map(str, range(9)))])
    assert str(both) == "the mass of a, the mass of b, the mass of c, the mass of 0, the mass of 1, and 7 more"
    assert [one.template.name for one in both.phrases] == ["mass"] * 5 + ["more"]
    assert not all_missing([1, "text"])


def test_what_a_document_puts_into_a_phrase_is_safe_to_print() -> None:
    assert "\\u202e" in str(phrases.UNIT(component="x", unit="kg\u202e", per="1")).lower()
