"""What lines of a declaration are compared with, as it is kept in a run file, and read again by whoever goes on with the run.

Private.
"""

from __future__ import annotations

from typing import Any

from carbonseal.findings import Verdict
from carbonseal.goods.nomenclature import CommodityCode
from carbonseal.goods.serials import SerialRange, Serials
from carbonseal.verification.consignment.delivered import Delivered, DeliveredLot


def delivered_to_json(one: Delivered) -> dict[str, object]:
    """A value that `delivered_from_json` makes the same of. A quantity is kept as it was printed."""
    return {
        "file": one.file,
        "verdict": one.verdict.value,
        "digest": one.digest,
        "supersedes": one.supersedes,
        "issuer": one.issuer,
        "subject": one.subject,
        "name": one.name,
        "identities": sorted(one.identities),
        "codes": [[code.nomenclature, code.edition, code.digits] for code in one.codes],
        "lot": None if one.lot is None else _lot_to_json(one.lot),
    }


def _lot_to_json(lot: DeliveredLot) -> dict[str, object]:
    issuer, product, batch = lot.key
    return {
        "key": [issuer, product, batch.hex()],
        "number": lot.number,
        "yielded": lot.yielded,
        "unit": lot.unit.name,
        "serials": [*lot.serials.listed],
        "ranges": [[one.first, one.last] for one in lot.serials.ranges],
    }


def delivered_from_json(value: Any) -> Delivered:
    """Raises ValueError, TypeError, KeyError or Refused where it is no such value."""
    lot, codes, identities = value["lot"], value["codes"], value["identities"]
    return Delivered(
        **value
        | {
            "verdict": Verdict(value["verdict"]),
            "identities": frozenset(identities),
            "codes": tuple(CommodityCode(*code) for code in codes),
            "lot": None if lot is None else _lot_from_json(lot),
        }
    )


def _lot_from_json(value: Any) -> DeliveredLot | None:
    issuer, product, batch = value["key"]
    serials = Serials(tuple(value["serials"]), tuple(SerialRange(*ends) for ends in value["ranges"]))
    return DeliveredLot.of(
        (issuer, product, bytes.fromhex(batch)), value["number"], value["yielded"], value["unit"], serials
    )
