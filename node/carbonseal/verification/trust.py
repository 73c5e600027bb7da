"""Trust: the material that a verifier brings, each item with whence and when it came. One JSON file, carried by hand if need be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from carbonseal import findings
from carbonseal.findings import Refused
from carbonseal.instants import parse_instant
from carbonseal.ledger import TrustItem
from carbonseal.passport.schemas import TRUST_SHAPE
from carbonseal.records.canonical import canonicalise, jcs
from carbonseal.records.strict import Limits

TRUST_LIMITS = Limits(max_bytes=64 << 20, max_depth=64)


@dataclass(frozen=True, slots=True)
class Trust:
    items: tuple[TrustItem, ...] = ()

    def on(self, ledger: str) -> tuple[TrustItem, ...]:
        """The items about one ledger, by its name."""
        return tuple(item for item in self.items if item.ledger == ledger)

    def joined(self, items: Iterable[TrustItem]) -> Trust:
        """With more items; what is known already stays as it is, with its first whence and when."""
        known = {_identity(item) for item in self.items}
        return Trust(self.items + tuple(item for item in items if _identity(item) not in known))

    def encode(self) -> bytes:
        items = [
            {
                "ledger": item.ledger,
                "kind": item.kind,
                "value": dict(item.value),
                "whence": item.whence,
                "when": item.when,
            }
            for item in self.items
        ]
        return jcs({"carbonseal": "trust/1", "items": items}) + b"\n"


def _identity(item: TrustItem) -> tuple[str, str, bytes]:
    return item.ledger, item.kind, jcs(dict(item.value))


def parse_trust(raw: bytes) -> Trust:
    """Read a trust file. Raises `Refused`; what an item's value means is for the ledger's adapter to read."""
    value: Any = canonicalise(raw, TRUST_LIMITS).value
    TRUST_SHAPE.check(value, findings.TRUST_MALFORMED)
    for number, item in enumerate(value["items"]):
        try:
            parse_instant(item["when"])
        except ValueError as error:
            raise Refused(findings.TRUST_MALFORMED(f"/items/{number}/when", problem=error)) from error
    return Trust(tuple(TrustItem(**item) for item in value["items"]))
