"""Indices by which lists of the node's tables are filtered (`paging`): each ends with the number that a page is ordered by."""

from __future__ import annotations

from sqlalchemy import Index, MetaData

FILTERS = {
    "passports": {"subject": ("tenant", "subject"), "issuer": ("tenant", "issuer"), "time": ("issued",)},
    "statements": {"body": ("body",), "body_and_organisation": ("body", "organisation"), "time": ("issued",)},
    "accreditations": {
        "accreditor": ("accreditor",),
        "accreditor_and_body": ("accreditor", "body"),
        "time": ("issued",),
    },
}


def add_indices(tables: MetaData) -> None:
    """Give the tables their indices, each named TABLE_by_FILTER."""
    for table, filters in FILTERS.items():
        columns = tables.tables[table].c
        for name, by in filters.items():
            Index(f"{table}_by_{name}", *(columns[one] for one in by), columns.number)
