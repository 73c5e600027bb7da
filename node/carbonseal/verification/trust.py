"""Trust: the material that a verifier brings, each item with its source and date, in one JSON file (docs/spec.md, section 16)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import Any

from carbonseal.findings import Refused
from carbonseal.instants import parse_instant
from carbonseal.ledger import TrustItem, TrustItems
from carbonseal.passport.schemas import TRUST_SHAPE
from carbonseal.records import strict
from carbonseal.records.canonical import jcs
from carbonseal.values import dataclass

from . import codes

TRUST_LIMITS = strict.Limits(max_bytes=64 << 20, max_values=4_194_304)  # 16 for each item of the most that there may be


@dataclass(frozen=True, slots=True)
class Trust:
    """The items of a trust file, in its order. No source replaces another's item: a policy says how many must agree."""

    items: tuple[TrustItem, ...] = ()
    _by_ledger: dict[str, TrustItems] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[str, list[TrustItem]] = {}
        for item in self.items:
            found.setdefault(item.ledger, []).append(item)
        self._by_ledger.update({ledger: TrustItems(items) for ledger, items in found.items()})

    def on(self, ledger: str) -> TrustItems:
        """The items about one ledger, by its name."""
        return self._by_ledger.get(ledger, _NONE)

    def joined(self, items: Iterable[TrustItem]) -> Trust:
        """This trust with more items. An item that the same source gave before is kept, with the instant of the first time."""
        known = {_identity(item): item for item in self.items}
        for item in items:
            known.setdefault(_identity(item), item)
        return Trust(tuple(known.values()))

    def without(self, items: Iterable[TrustItem]) -> Trust:
        """This trust without `items`. They are compared by ledger, kind, value and source; not by instant."""
        gone = {_identity(item) for item in items}
        return Trust(tuple(item for item in self.items if _identity(item) not in gone))

    def encode(self) -> bytes:
        """The trust file: RFC 8785 bytes and a line feed. `parse_trust` reads it."""
        return jcs({"carbonseal": "trust/1", "items": [item.to_json() for item in self.items]}) + b"\n"


_NONE = TrustItems(())


def _identity(item: TrustItem) -> tuple[str, str, bytes, str]:
    return item.ledger, item.kind, jcs(dict(item.value)), item.source


def parse_trust(raw: bytes) -> Trust:
    """Read a trust file. Raises `Refused` (`trust.malformed`, and the codes of strict JSON). The values of items are not checked
    here: the verifier of each ledger reads them.

    >>> len(parse_trust(b'{"carbonseal": "trust/1", "items": []}').items)
    0
    """
    value: Any = strict.parse(raw, TRUST_LIMITS)
    TRUST_SHAPE.check(value, codes.TRUST_MALFORMED)
    for number, item in enumerate(value["items"]):
        try:
            parse_instant(item["when"])
        except ValueError as error:
            raise Refused(codes.TRUST_MALFORMED(f"/items/{number}/when", problem=error)) from error
    return Trust(tuple(TrustItem(**item) for item in value["items"]))
