"""Indices by which lists are filtered: a part of the first revision of the node's database."""

from __future__ import annotations

from alembic import op

LISTS: dict[str, dict[str, tuple[str, ...]]] = {  # each has the number at its end
    "passports": {
        "tenant": ("tenant",),
        "subject": ("tenant", "subject"),
        "issuer": ("tenant", "issuer"),
        "time": ("issued",),
    },
    "grants": {"reader": ("reader",), "tenant": ("tenant",)},
    "status_versions": {"list": ("list",)},
    "drafts": {"tenant": ("tenant",)},
    "statements": {"body": ("body",), "body_and_organisation": ("body", "organisation"), "time": ("issued",)},
    "accreditations": {
        "accreditor": ("accreditor",),
        "accreditor_and_body": ("accreditor", "body"),
        "time": ("issued",),
    },
}


def create_indices() -> None:
    """Make them. The tables are there."""
    for table, lists in LISTS.items():
        for name, columns in lists.items():
            op.create_index(f"{table}_by_{name}", table, [*columns, "number"], unique=False)
