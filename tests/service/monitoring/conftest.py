"""A watched node, made once for the module that uses it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.nodes import install_simulated

from .watched import watched_node


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(install_simulated(tmp_path_factory.mktemp("plugins")))
        yield watched_node(tmp_path_factory.mktemp("watched"))
