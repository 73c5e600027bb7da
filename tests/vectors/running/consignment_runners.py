"""Runs the vectors of consignments. See `runners`."""

from __future__ import annotations

from typing import Any

from carbonseal.findings import Verdict
from carbonseal.footprints import units
from carbonseal.footprints.figures import read_decimal
from carbonseal.goods.nomenclature import CommodityCode, parse_code
from carbonseal.passport.products import read_serials
from carbonseal.verification.consignment.declaration import (
    declaration_columns,
    latest,
    packing_columns,
    read_declared,
    read_packed,
)
from carbonseal.verification.consignment.delivered import Delivered, DeliveredLot
from carbonseal.verification.consignment.matching import match, over_presented
from carbonseal.verification.observing import observations
from carbonseal.verification.observing.presented import OfficeKey, presented_balances, presented_rows

Vector = dict[str, Any]
SOURCE = observations.Source("00" * 32, "declaration")


def consignment(case: Vector) -> dict[str, Any]:
    """The outcome and the codes of each line, and the observations of the run."""
    columns = declaration_columns(_header(case["lines"]))
    lines = [*latest([read_declared(columns, line) for line in case["lines"]])]
    listed = case.get("packing", [])
    of_list = packing_columns(_header(listed)) if listed else None
    packing = [one for line in listed if of_list for one in read_packed(of_list, line)]
    passports = [_passport(one) for one in case["passports"]]
    key = OfficeKey(bytes.fromhex(case.get("key", "")))
    results = match(lines, packing, passports)
    shown: dict[bytes, str] = {}
    for one in results:
        if one.is_known:
            shown |= presented_rows(one.line.name, one.line.version, one.presented, key)
    rows = observations.lot_lines(shown, SOURCE)
    own = sorted(place + rest for place, rest in rows.items())
    earlier = (
        [*observations.check_lines(case["earlier"].encode().splitlines(keepends=True))] if "earlier" in case else []
    )
    balances = presented_balances(observations.merge(own, earlier))
    found = [
        [one.outcome.value, sorted({finding.code.name for finding in one.findings})]
        for one in over_presented(results, balances, key)
    ]
    return {"lines": found, "observations": b"".join((observations.HEADER, *own)).decode()}


def _header(lines: list[Vector]) -> list[str]:
    return [*dict.fromkeys(column for line in lines for column in line)]


def _passport(facts: Vector) -> Delivered:
    codes: list[CommodityCode] = []
    for scheme, code in facts.get("classifications", []):
        parsed = parse_code(scheme, code)
        codes += [] if parsed is None else [parsed]
    return Delivered(
        file=facts["digest"],
        verdict=Verdict(facts.get("verdict", "verified")),
        digest=facts["digest"],
        supersedes=facts.get("supersedes", ""),
        issuer=facts["issuer"],
        subject=facts["id"],
        name=facts["id"],
        identities=frozenset({facts["id"], *facts.get("identifiers", [])}),
        codes=tuple(codes),
        lot=_lot(facts),
    )


def _lot(facts: Vector) -> DeliveredLot | None:
    if "batch" not in facts:
        return None
    batch = facts["batch"]
    unit, printed = units.find(batch["unit"]), read_decimal(batch["quantity"])
    assert unit is not None
    assert printed is not None
    key = facts["issuer"], facts["id"], bytes.fromhex(batch["hash"])
    quantity = printed.times(unit.factor)
    return DeliveredLot(key, batch["number"], batch["quantity"], quantity, unit, read_serials(batch.get("serials", [])))
