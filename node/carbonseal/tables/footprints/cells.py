"""Cells of the table of footprints: what their text becomes, and how text is kept from being a formula.

`guarded` is `carbonseal.escaping.guard_formulas`, but for decimals, which need no apostrophe.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from carbonseal.escaping import escape_invisible, guard_formulas, unguard_formulas
from carbonseal.findings import Finding, Refused
from carbonseal.footprints.pact_words import REGIONS
from carbonseal.goods.identifiers import parse_gtin
from carbonseal.instants import parse_instant
from carbonseal.records.profiles.pact.pact_3_schema import PRODUCT_FOOTPRINT
from carbonseal.records.profiles.schema import Part, Schema
from carbonseal.tables import codes

from .columns import SEPARATOR, YES, Column, Form

DECIMAL = re.compile(r"[+-]?[0-9]{1,40}(?:[.][0-9]{1,40})?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
QUANTITY = re.compile(r"(?:0|[1-9][0-9]{0,17})(?:[.][0-9]{1,18})?", re.ASCII)  # as a credential has it
_ROUNDED = re.compile(r"[0-9][.,]?[0-9]*[eE]\+[0-9]{1,2}", re.ASCII)  # what a spreadsheet makes of a GTIN
_OTHER_PATH = re.compile(r"\\|^~|^[A-Za-z]:|\0")
LONGEST_LINE = 128
_PLACES = {
    "geographyCountry": re.compile("[A-Z]{2}", re.ASCII),
    "geographyCountrySubdivision": re.compile("[A-Z]{2}-[A-Z0-9]{1,3}", re.ASCII),
}


def guarded(text: str) -> str:
    """`text` as a cell of CSV that no program takes for a formula.

    >>> guarded("=1+1"), guarded("'-A"), guarded("-0.5")
    ("'=1+1", "'-A", '-0.5')
    """
    return text if DECIMAL.fullmatch(text) else guard_formulas(text)


def read_cell(column: Column, text: str, where: str) -> Any:
    """The JSON value of a cell with a text: of a column of the form `PLACE`, an object. Raises Refused (`table.*`)."""
    text = unguard_formulas(text)
    if text.startswith("="):
        raise Refused(codes.TABLE_FORMULA(where, found=text))
    if column.form is Form.PRODUCTS and _ROUNDED.fullmatch(text):
        raise Refused(codes.TABLE_NUMBER_CELL(where, found=text))
    try:
        value = _READ[column.form](text) if column.form in _READ else text
        if column.values and column.form is not Form.FLAG and value not in column.values:
            raise ValueError(text)
        if column.member and column.form is not Form.PLACE:
            _schema(column.member).check(value)
    except (ValueError, OverflowError):
        raise Refused(invalid(column, text, where)) from None
    except Refused as refused:
        if refused.finding.code.name.startswith("goods."):
            raise refused.under(where) from None
        raise Refused(invalid(column, text, where)) from None
    return value


def invalid(column: Column, found: str, where: str) -> Finding:
    """What is told of a cell whose text is not what its column expects."""
    return codes.TABLE_VALUE(where, found=found, expected=column.expected, means=column.means)


def empty(column: Column, where: str) -> Finding:
    """What is told of a cell that has to be filled in."""
    return codes.TABLE_EMPTY(where, means=column.means, expected=column.expected)


def _decimal(text: str) -> str:
    if not DECIMAL.fullmatch(text):
        raise ValueError(text)
    return text


def _day(text: str) -> str:
    """The beginning of a day; an instant as it is."""
    return f"{date.fromisoformat(text)}T00:00:00Z" if len(text) == len("2026-03-02") else text


def _last_day(text: str) -> str:
    """The end of a day: the beginning of the next; an instant as it is."""
    if len(text) != len("2026-03-02"):
        return text
    return f"{date.fromisoformat(text) + timedelta(days=1)}T00:00:00Z"


def _flag(text: str) -> bool:
    if text.lower() not in {"yes", "no"}:
        raise ValueError(text)
    return text.lower() == YES


def _several(text: str) -> list[str]:
    return [one for part in text.split(SEPARATOR) if (one := part.strip())]


def _products(text: str) -> list[str]:
    """URNs. What has digits alone is a GTIN, whose check digit is looked at. Raises Refused (`goods.*`)."""
    found = []
    for one in _several(text):
        is_gtin = one.isascii() and one.isdigit()
        if is_gtin:
            parse_gtin(one)
        found.append(f"urn:gtin:{one}" if is_gtin else one)
    return found


def _place(text: str) -> Mapping[str, str]:
    if text in REGIONS:
        return {"geographyRegionOrSubregion": text}
    for member, pattern in _PLACES.items():
        if pattern.fullmatch(text):
            return {member: text}
    raise ValueError(text)


def _line(text: str) -> str:
    """One line of at most 128 characters, none of them invisible: as a credential has texts."""
    if len(text) > LONGEST_LINE or escape_invisible(text) != text:
        raise ValueError(text)
    return text


def _file(text: str) -> str:
    """A relative path that does not lead out of its folder, whichever system reads it: tables come from others."""
    steps = text.split("/")
    if not {"", ".", ".."}.isdisjoint(steps) or _OTHER_PATH.search(text):
        raise ValueError(text)
    return _line(text)


_READ = {
    Form.DECIMAL: _decimal,
    Form.DAY: _day,
    Form.LAST_DAY: _last_day,
    Form.FLAG: _flag,
    Form.SEVERAL: _several,
    Form.PRODUCTS: _products,
    Form.PLACE: _place,
    Form.LINE: _line,
    Form.FILE: _file,
}


def instant(text: str) -> str:
    """An instant of a request, as `carbonseal.instants` has it. Raises ValueError."""
    parse_instant(text)
    return text


@cache
def _schema(member: str) -> Schema:
    """The schema of one member of a footprint."""
    part: Part = PRODUCT_FOOTPRINT
    for name in member.split("."):
        part = part["properties"][name]
    return Schema("PACT 3.0", part)
