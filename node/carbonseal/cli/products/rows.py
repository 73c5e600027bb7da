"""The tree of a product as rows: the same members for JSON, which nests them, and for CSV, which has a position in their place."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from carbonseal.flow.graph import Edge, Product
from carbonseal.flow.phrases import Missing, all_missing
from carbonseal.flow.tree import Branch, StageBranch
from carbonseal.footprints.figures import Figure, decimal_text
from carbonseal.footprints.model import Footprint
from carbonseal.footprints.stages import stages_text
from carbonseal.instants import format_instant

DIGITS = 15

Row = Mapping[str, str | None]


def number(value: Figure | Fraction | Missing | None) -> str | None:
    """A figure as decimal digits; None where it is not known."""
    if value is None or isinstance(value, Missing):
        return None
    return decimal_text(value.value if isinstance(value, Figure) else value, DIGITS)


def nested(branch: Branch) -> dict[str, Any]:
    """A branch as JSON, with its stages and components inside it."""
    return {
        **_row(branch),
        "stages": [_stage_row(stage) for stage in branch.stages],
        "components": [nested(below) for below in branch.below],
        "components_not_carried": [_absent_row(edge) for edge in branch.not_carried],
        "components_stand_above": branch.is_repeated,
    }


def as_csv(branch: Branch) -> str:
    """The tree as CSV with a header: one line a product, one a stage."""
    return table(["position", "stage", *_row(branch)], _flat(branch, "1"))


def table(names: Sequence[str], rows: Iterable[Row]) -> str:
    """CSV with these columns; a member that a row lacks is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return out.getvalue()


def _cell(text: str | None) -> str:
    """A cell that no spreadsheet takes for a formula."""
    if text is None:
        return ""
    return "'" + text if text[:1] in "=+@\t\r" or (text[:1] == "-" and not text[1:2].isdigit()) else text


def _flat(branch: Branch, position: str) -> Iterator[Row]:
    yield {"position": position, **_row(branch)}
    for stage in branch.stages:
        yield {"position": position, **_stage_row(stage)}
    for place, below in enumerate(branch.below, 1):
        yield from _flat(below, f"{position}.{place}")
    for place, edge in enumerate(branch.not_carried, len(branch.below) + 1):
        yield {"position": f"{position}.{place}", **_absent_row(edge)}


def _row(branch: Branch) -> dict[str, str | None]:
    credential = branch.product.credential
    return {
        "name": credential.name,
        "product": credential.subject,
        "issuer": credential.issuer,
        "credential": credential.digest.hex(),
        "quantity": number(branch.quantity),
        "unit": branch.unit.name if branch.unit else None,
        "basis": branch.edge.component.basis if branch.edge else None,
        "contribution": number(branch.contribution),
        "share_percent": None if branch.share is None else decimal_text(branch.share * 100, 6),
        "of_root": number(branch.of_root),
        "own_part": number(branch.own),
        **_figures(branch.product),
        "missing": _missing(branch),
    }


def _absent_row(edge: Edge) -> dict[str, str | None]:
    """A component of which nothing is carried but what its product says."""
    quantity, unit = (None, None) if isinstance(edge.quantity, Missing) else edge.quantity
    return {
        "credential": edge.component.digest.hex(),
        "quantity": number(quantity),
        "unit": unit.name if unit else None,
        "basis": edge.component.basis,
        "missing": str(edge.not_carried),
    }


def _figures(product: Product) -> dict[str, str | None]:
    """What the footprint says; all None where there is none."""
    footprint = product.footprint
    found = dict.fromkeys(_MEMBERS) if footprint is None else _said(footprint)
    batch = product.credential.batch
    return {**found, "batch": batch.number if batch else None}


_MEMBERS = (
    "figure", "declared_amount", "declared_unit", "biogenic", "boundary", "period", "valid_until", "status", "geography",
    "gwp", "primary_data_percent", "verification_claimed", "remarks", "pointer",
)  # fmt: skip


def _said(footprint: Footprint) -> dict[str, str | None]:
    total, period, validity = footprint.total, footprint.period, footprint.validity
    verification = footprint.verification
    claimed = (verification.provider, verification.coverage, verification.standard) if verification else ()
    return {
        "figure": number(total),
        "declared_amount": number(footprint.amount),
        "declared_unit": footprint.unit.name
        if footprint.unit
        else footprint.unit_word or footprint.functional_unit or None,
        "biogenic": footprint.basis.value,
        "boundary": stages_text(footprint.boundary) if footprint.boundary else None,
        "period": _span(period.start, period.end) if period else None,
        "valid_until": format_instant(validity.end) if validity and validity.end else None,
        "status": "deprecated" if footprint.is_deprecated else "active",
        "geography": ", ".join(footprint.geographies) or None,
        "gwp": ", ".join(footprint.gwp_sets) or None,
        "primary_data_percent": number(footprint.primary_data_share),
        "verification_claimed": ", ".join(one for one in claimed if one) or None,
        "remarks": "; ".join(footprint.remarks) or None,
        "pointer": total.pointer if total else None,
    }


def _span(start: datetime | None, end: datetime | None) -> str:
    return " to ".join(format_instant(one) if one else "?" for one in (start, end))


def _stage_row(stage: StageBranch) -> dict[str, str | None]:
    return {
        "stage": stage.stage,
        "quantity": stage.record.listed.quantity,
        "unit": stage.record.listed.unit,
        "contribution": number(stage.figure),
        "missing": str(stage.figure) if isinstance(stage.figure, Missing) else None,
    }


def _missing(branch: Branch) -> str | None:
    return str(all_missing((branch.figure, branch.contribution))) or None
