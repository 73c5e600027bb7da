"""The list of mutants fits the code as it is."""

from __future__ import annotations

import ast

import pytest

from tests.mutants.__main__ import REPOSITORY
from tests.mutants.listed import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.what)
def test_each_changes_one_place_and_can_be_read(mutant: Mutant) -> None:
    text = (REPOSITORY / mutant.path).read_text()
    assert text.count(mutant.old) == 1
    ast.parse(text.replace(mutant.old, mutant.new))
    assert all((REPOSITORY / path).exists() for path in mutant.tests.split())


def test_no_two_are_the_same() -> None:
    assert len({(one.path, one.old, one.new) for one in MUTANTS}) == len(MUTANTS) > 40
