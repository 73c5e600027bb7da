"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib

import pytest

from tests.repository.sources import modules

WITH_EXAMPLES = [module.name for module in modules() if ">>> " in module.path.read_text(encoding="utf-8")]


def test_there_are_some() -> None:
    assert {"carbonseal.plugins", "carbonseal.keys.uris"} <= set(WITH_EXAMPLES)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_give_what_they_show(name: str) -> None:
    result = doctest.testmod(
        importlib.import_module(name), optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    )
    assert result.attempted
    assert not result.failed
