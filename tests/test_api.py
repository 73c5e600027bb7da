"""`carbonseal.api`: the example in its docstring works, and what is written against it finds everything there."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from carbonseal import api
from carbonseal.findings import Refused
from carbonseal.records.admission import Record, admit
from tests.installed import install


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package of the docstring, installed as its own pyproject lines say."""
    assert api.__doc__
    (program,) = re.findall(r"A whole profile::\n\n((?:    .*\n|\n)*)", api.__doc__)
    (group,) = re.findall(r'entry-points."(.*)"', program)
    ((name, target),) = re.findall(r'# "(.*)" = "(.*)"', program)
    install(tmp_path, "foundry-profiles", {group: {name: target}}, {target.partition(":")[0]: dedent(program)})
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop(target.partition(":")[0], None)


@pytest.mark.usefixtures("example")
def test_the_profile_of_the_docstring_admits_and_refuses() -> None:
    assert admit(b'{"celsius": 1600}', "foundry/1") == Record("foundry/1", b'{"celsius":1600}')
    for wrong in (b'{"celsius": 20}', b'{"celsius": "hot"}', b"[]"):
        with pytest.raises(Refused, match="not a temperature above 1538"):
            admit(wrong, "foundry/1")


def test_every_name_of_the_docstring_is_there() -> None:
    assert api.__doc__
    table = api.__doc__.partition("A whole profile")[0]
    named = set(re.findall(r"`([A-Za-z_]+)`", table))
    assert named - {"carbonseal"} <= set(api.__all__)
    assert set(api.__all__) - named == {"log_id"}  # of a statement
