"""Phrases: each has one template, which is used, and is given the facts that it formats."""

from __future__ import annotations

import ast
from collections import Counter

from tests.repository.sources import modules
from tests.repository.texts.phrases import facts_of, templates, uses

AS_VALUES = {
    "UPTAKE",
    "CONTENT",
    "AT_LEAST_ZERO",
    "AT_MOST_ZERO",
    "ABOVE_ZERO",
}  # templates that are called by other names


def test_a_name_stands_for_one_template() -> None:
    names = Counter(one.name for several in templates().values() for one in several)
    assert [name for name, count in names.items() if count > 1] == []


def test_every_template_is_used_and_given_its_facts() -> None:
    known = templates()
    found = [use for use in uses() if use.constant in known]
    assert known.keys() - {use.constant for use in found} == AS_VALUES
    wrong = [
        (use.where, one.name)
        for use in found
        for one in known[use.constant]
        if use.facts is not None and use.facts != facts_of(one)
    ]
    assert wrong == []


def test_what_is_missing_is_never_bare_text() -> None:
    """`Missing` takes phrases alone, as mypy sees; a fact that is called missing is a phrase or a `Missing`, as here."""

    bare = [
        f"{module.path}:{node.lineno}"
        for module in modules()
        if module.name.startswith("carbonseal.flow")
        for node in module.nodes
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant)
        and key.value in ("missing", "expected")
        and isinstance(value, ast.Constant | ast.JoinedStr)
    ]
    assert bare == []
