"""Tables in JSON: a list of objects, or an object with such a list alone. Members are texts; numbers only where one is expected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from carbonseal.findings import Refused
from carbonseal.records import strict

from . import codes
from .rows import LIMITS, MAX_BYTES, Cell, Kind, KindOf, Limits, Row, column_names, rows_of

_STRICT = strict.Limits(max_bytes=MAX_BYTES, max_depth=4)


def read(raw: bytes, kind_of: KindOf, limits: Limits = LIMITS) -> tuple[tuple[str, ...], Iterator[Row]]:
    """Header and rows: all members of all objects, in the order in which they are met. Raises Refused (`json.*`, `table.*`)."""
    value = strict.parse(raw, _STRICT)
    if isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Refused(codes.TABLE_JSON(found="something else"))
    members = list(dict.fromkeys(name for one in value for name in one))
    header = column_names(members, "/0")
    lines = [
        (
            f"/{at}",
            [
                _cell(one.get(name, ""), kind_of(column), f"/{at}/{name}")
                for name, column in zip(members, header, strict=True)
            ],
        )
        for at, one in enumerate(value)
    ]
    return header, rows_of(header, lines, lambda line, at: f"{line}/{header[at]}", kind_of, limits)


def _cell(value: Any, kind: Kind, where: str) -> Cell:
    match value:
        case None:
            return ""
        case str():
            return value
        case _ if kind is Kind.OWN:
            return ""
        case int() | float() if not isinstance(value, bool):
            return repr(value) if kind is Kind.NUMBER else codes.TABLE_NUMBER_CELL(where, found=value)
        case list() if all(isinstance(one, str) for one in value):
            return " ".join(value)
    return codes.TABLE_CELL_TYPE(where, found=type(value).__name__, expected="a text")
