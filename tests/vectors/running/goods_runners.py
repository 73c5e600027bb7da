"""Runs the vectors of identifiers of goods. See `runners`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from carbonseal.goods import identifiers
from carbonseal.goods.digital_link import parse_link
from carbonseal.goods.nomenclature import parse_code

Vector = dict[str, Any]

KINDS: dict[str, Callable[[str], str]] = {
    "gtin": identifiers.parse_gtin,
    "lei": identifiers.parse_lei,
    "mrn": identifiers.parse_mrn,
    "eori": identifiers.parse_eori,
    "registration": identifiers.parse_registration_id,
    "link": lambda text: str(parse_link(text)),
}


def identify(case: Vector) -> dict[str, Any]:
    """The form in which an identifier is compared."""
    kind, text = case["kind"], case["text"]
    if kind == "code":
        code = parse_code(case["scheme"], text)
        if code is None:
            return {"same": None}
        hs = code.hs
        return {"same": text, "hs": None if hs is None else [hs.edition, hs.digits]}
    same = KINDS[kind](text)
    return {"same": same, **({"checkDigit": identifiers.mrn_check_digit(same)} if kind == "mrn" else {})}
