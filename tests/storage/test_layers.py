"""Who may touch what: a table is its owner's alone, and one database system is known to one module alone."""

from __future__ import annotations

import ast

import pytest
from sqlalchemy import Table

from carbonseal.storage import index_tables, log_tables, node_tables, request_tables, webhook_tables
from tests.repository.sources import Module, imports, modules

TABLES = [
    (f"{module.__name__}.{name}", value)
    for module in (index_tables, log_tables, node_tables, request_tables, webhook_tables)
    for name, value in vars(module).items()
    if isinstance(value, Table)
]
SOUNDNESS = "carbonseal.node.soundness.stored"  # reads rows as they are, of whatever type rot made them, and mends them


@pytest.mark.parametrize(("name", "table"), TABLES, ids=[name.rpartition(".")[2] for name, _ in TABLES])
def test_a_table_is_imported_by_its_owner_alone(name: str, table: Table) -> None:
    users = {module.name for module in modules() for found in imports(module) if found.target == name}
    assert users - {SOUNDNESS} == {f"carbonseal.node.{table.info['owner']}"}


def test_every_table_has_a_name_of_its_own() -> None:
    all_tables = (index_tables.INDEX_TABLES, log_tables.LOG_TABLES, node_tables.NODE_TABLES)
    in_metadata = {name for tables in all_tables for name in tables.tables}
    assert {table.name for _, table in TABLES} == in_metadata


def raw(module: Module) -> list[int]:
    """Lines in which a module speaks to a database without SQLAlchemy Core, or to one database system alone."""
    return [
        node.lineno
        for node in module.nodes
        if (isinstance(node, ast.Attribute) and node.attr in ("exec_driver_sql", "dialect_options"))
        or (isinstance(node, ast.Name) and node.id in ("text", "literal_column"))
        or (isinstance(node, ast.keyword) and (node.arg or "").startswith(("sqlite_", "postgresql_")))
        or (isinstance(node, ast.Constant) and node.value == "rowid")
    ]


def uses_sqlalchemy(module: Module) -> bool:
    return any(found.target.startswith("sqlalchemy") for found in imports(module))


def test_one_module_knows_sqlite() -> None:
    ours = [module for module in modules() if module.name.startswith("carbonseal.")]
    assert {m.name for m in ours for found in imports(m) if found.target.partition(".")[0] == "sqlite3"} == {
        "carbonseal.storage.sqlite"
    }
    dialects = {m.name for m in ours for found in imports(m) if found.target.startswith("sqlalchemy.dialects")}
    assert not dialects
    assert {m.name for m in ours if uses_sqlalchemy(m) and raw(m)} == {
        "carbonseal.storage.sqlite",
        "carbonseal.storage.database",  # INSERTs of many rows, compiled by SQLAlchemy for whichever system
        "carbonseal.storage.schema",  # tables and indices, likewise
    }
