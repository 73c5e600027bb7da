"""A node that has lived, for all tests of what its databases are asked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from tests.node.conftest import plugins
from tests.storage.living import live, make

__all__ = ["plugins"]
Statements = dict[str, tuple[Engine, Any]]  # each once, with where it was said and with which parameters


@contextmanager
def listening() -> Iterator[Statements]:
    """All that is said to databases."""
    said: Statements = {}

    def heard(connection: Connection, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        if (
            statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT INTO known ("))
            and "sqlite_master" not in statement
        ):
            said.setdefault(statement, (connection.engine, parameters))

    event.listen(Engine, "before_cursor_execute", heard)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", heard)


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory, plugins: Path) -> Iterator[tuple[Path, Statements]]:
    """Its directory, and what it said to its databases."""
    with pytest.MonkeyPatch.context() as path, listening() as said:
        path.syspath_prepend(plugins)
        directory = make(tmp_path_factory.mktemp("lived"))
        asyncio.run(live(directory))
    yield directory, said
    for engine, _ in said.values():
        engine.dispose()  # the node closed it, and whoever asked for plans opened it again
