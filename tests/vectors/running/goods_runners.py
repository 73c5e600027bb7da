"""Runs the vectors of identifiers of goods and of data carriers. See `runners`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from carbonseal.goods import identifiers
from carbonseal.goods.data_carrier import Stated, carrier_address, check_carrier, parse_carrier
from carbonseal.goods.digital_link import parse_link
from carbonseal.goods.nomenclature import parse_code
from carbonseal.goods.serials import Serials
from tests.vectors.running import consignment_runners

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


def read_carrier(case: Vector) -> dict[str, Any]:
    """What a scanned address says."""
    carrier = parse_carrier(case["text"])
    return {"digest": carrier.digest.hex(), "gtin": carrier.gtin, "lot": carrier.lot, "serial": carrier.serial}


def write_carrier(case: Vector) -> dict[str, Any]:
    """The address of a label."""
    digest = bytes.fromhex(case["digest"])
    return {"address": carrier_address(case["base"], digest, case["gtin"], case["lot"], case["serial"])}


def compare_carrier(case: Vector) -> dict[str, Any]:
    """The codes of what an address says of a passport."""
    found = check_carrier(parse_carrier(case["text"]), bytes.fromhex(case["root"]), _stated(case["stated"]))
    return {"codes": [finding.code.name for finding in found]}


RUNNERS: dict[str, Callable[[Vector, Vector], dict[str, Any]]] = {
    "consignment": lambda case, _: consignment_runners.consignment(case),
    "identify": lambda case, _: identify(case),
    "read-carrier": lambda case, _: read_carrier(case),
    "write-carrier": lambda case, _: write_carrier(case),
    "compare-carrier": lambda case, _: compare_carrier(case),
}


def _stated(facts: dict[str, Any]) -> Stated:
    return Stated(**{**facts, "serials": Serials(tuple(facts.get("serials", ())))})
