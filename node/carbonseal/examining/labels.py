"""Files compared with what was scanned from a product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from carbonseal.examining.files.items import Item
from carbonseal.findings import Finding

if TYPE_CHECKING:
    from carbonseal.passport.passports import Passport


def of_carrier(item: Item, passport: Passport) -> Sequence[Finding]:
    """What the data carrier of an item says of its passport; nothing where it has none."""
    if item.carrier is None:
        return ()
    from carbonseal.goods.data_carrier import Stated, check_carrier
    from carbonseal.goods.serials import NO_SERIALS

    root = passport.credential
    lot = "" if root.batch is None else root.batch.number
    serials = NO_SERIALS if root.batch is None else root.batch.serials
    return [*check_carrier(item.carrier, passport.root, Stated(root.identities, lot, serials))]


def is_another(found: Sequence[Finding]) -> bool:
    """Whether these findings of a data carrier say that the passport is not the one that it means."""
    from carbonseal.goods.codes import CARRIER_OTHER_PASSPORT

    return any(finding.code is CARRIER_OTHER_PASSPORT for finding in found)
