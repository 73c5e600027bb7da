"""Passports that commands read. What is refused in them has the file's name before its place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from carbonseal.examining.files.items import read_passport
from carbonseal.examining.named_bytes import NamedBytes

if TYPE_CHECKING:
    from carbonseal.passport.passports import Passport


def read_named(file: Path) -> tuple[bytes, Passport]:
    """A passport's bytes, and the passport. Raises `Refused`, OSError."""
    from carbonseal.passport.passports import parse

    named = NamedBytes(str(file), read_passport(str(file)))
    return named.raw, named.parse(parse)


def additions(old: Passport, new: Passport) -> list[str]:
    """What the refreshed passport `new` has more than `old`, in words."""
    before = _anchors(old)
    ledgers = [ledger for ledger, evidence in _anchors(new) if (ledger, evidence) not in before]
    found = [f"{ledgers.count(ledger)} more on {ledger}" for ledger in dict.fromkeys(ledgers)]
    if new.status_lists.keys() - old.status_lists.keys():
        found.append("a newer status list")
    if stated := len(new.statements.keys() - old.statements.keys()):
        found.append(f"{stated} more statement{'s' * (stated != 1)}")
    if not found and new != old:
        found.append("newer heads")
    return found


def _anchors(passport: Passport) -> dict[tuple[str, bytes], None]:
    """Each piece of evidence that a passport carries, by its ledger, in order."""
    seals = passport.seals.values()
    anchors = (anchor for seal in seals for head in seal.heads for anchor in head.anchors)
    return {(anchor.ledger, anchor.evidence.data): None for anchor in anchors}
