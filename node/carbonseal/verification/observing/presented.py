"""Observations of goods that were presented (docs/spec.md, section 22): how much of a lot a goods item of a declaration has.

::

    {"place":["presented","-","26DE27364916384836 1","2","did:web:maker.example urn:example:reader 77c0…"],
     "shows":"40 100 piece","source":{"file":"1f0a…","name":"declaration.csv"}}

- The place is key, goods item (MRN and number), version, and lot (issuer, product, hash of the batch); the value is how much is
  presented, in the base unit, and what the lot yielded, as printed. A version that presents nothing has lot and value ``-``.
- Of one goods item only the latest version counts. So merging is that of all observations, and sums come last.
- In a file that offices share, goods item and lot are HMACs under their common key, of 16 bytes, and `key` names the key.
  Observations under different keys cannot be compared: they are refused together.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from fractions import Fraction
from itertools import groupby
from typing import Any

from carbonseal.findings import Refused
from carbonseal.flow.graph import Lot
from carbonseal.footprints import units
from carbonseal.footprints.figures import Figure, read_decimal
from carbonseal.footprints.units import Unit
from carbonseal.records.canonical import jcs
from carbonseal.records.strict import parse
from carbonseal.values import dataclass
from carbonseal.verification import codes

KIND = "presented"
NOTHING = "-"  # no lot, and no key
DOMAIN = b"carbonseal/presented/v1\0"
_START = b'{"place":["presented",'
_KEY = re.compile("-|[0-9a-f]{16}")
_HMAC = re.compile("[0-9a-f]{32}")
_ITEM = re.compile("[0-9]{2}[A-Z]{2}[A-Z0-9]{13}[0-9F] [1-9][0-9]{0,4}")
_LOT = re.compile(r"[^\s]+ [^\s]+ [0-9a-f]{64}")
_VERSION = re.compile("[1-9][0-9]{0,4}")
_EXACT = re.compile(r"[1-9][0-9]{0,59}(?:/[1-9][0-9]{0,59})?")


@dataclass(frozen=True, slots=True)
class OfficeKey:
    """How places are written: in clear, or under a key of 32 bytes that offices share."""

    secret: bytes = field(default=b"", repr=False)

    @property
    def id(self) -> str:
        """Names the key, and tells nothing of it."""
        return hmac.digest(self.secret, DOMAIN, "sha256")[:8].hex() if self.secret else NOTHING

    def cover(self, text: str) -> str:
        """A goods item or a lot, as a place has it."""
        return hmac.digest(self.secret, DOMAIN + text.encode(), "sha256")[:16].hex() if self.secret else text

    def lot(self, lot: Lot) -> str:
        """A lot, as a place has it."""
        issuer, product, hash_ = lot
        return self.cover(f"{issuer} {product} {hash_.hex()}")


CLEAR = OfficeKey()


@dataclass(frozen=True, slots=True)
class Presented:
    """So much of a lot, in the base unit of what is measured; and what the lot yielded: as printed, and in which unit."""

    lot: Lot
    quantity: Fraction
    yielded: str
    unit: Unit


def presented_rows(item: str, version: int, presented: Iterable[Presented], key: OfficeKey) -> dict[bytes, str]:
    """What one version of a goods item shows: places, as they stand in a line, and values."""
    named = [KIND, key.id, key.cover(item), str(version)]
    found = {
        jcs([*named, key.lot(one.lot)]): f"{one.quantity} {one.yielded} {one.unit.name.replace(' ', '-')}"
        for one in presented
    }
    return found or {jcs([*named, NOTHING]): NOTHING}


# --- reading -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seen:
    """What a line says. `lot` is NOTHING where the version presents nothing: `quantity` is 0 then, `yielded` and `unit` None."""

    key: str
    item: str
    version: int
    lot: str
    quantity: Fraction = Fraction(0)
    yielded: Figure | None = None  # in the base unit
    unit: Unit | None = None


def read_presented(texts: list[Any], shows: str) -> Seen:
    """A line of `KIND`. Raises Refused (`observations.malformed`) on what is not its one spelling."""
    try:
        return _read(texts, shows)
    except (ValueError, TypeError, ArithmeticError):
        raise Refused(codes.OBSERVATIONS_MALFORMED(problem="not a place and a value of presented goods")) from None


def _read(texts: list[Any], shows: str) -> Seen:
    key, item, version, lot = texts
    covered = key != NOTHING
    is_nothing = lot == NOTHING
    forms = (_KEY, _HMAC if covered else _ITEM, _VERSION, _HMAC if covered else _LOT)
    for text, form in zip((key, item, version, *(() if is_nothing else (lot,))), forms, strict=False):
        if not form.fullmatch(text):
            raise ValueError
    if is_nothing:
        if shows != NOTHING:
            raise ValueError
        return Seen(key, item, int(version), lot)
    quantity, yielded, word = shows.split(" ")
    unit, printed = units.find(word.replace("-", " ")), read_decimal(yielded)
    if unit is None or printed is None or unit.name.replace(" ", "-") != word or printed.value <= 0:
        raise ValueError
    exact = Fraction(quantity) if _EXACT.fullmatch(quantity) else None
    if exact is None or str(exact) != quantity or not re.fullmatch(r"[0-9]{1,18}(?:[.][0-9]{1,18})?", yielded):
        raise ValueError
    return Seen(key, item, int(version), lot, exact, printed.times(unit.factor), unit)


def key_of(line: bytes) -> bytes:
    """The key of a line, as it stands there; empty where the line is of another kind. It is checked when the line is read."""
    return line[len(_START) : line.find(b",", len(_START))] if line.startswith(_START) else b""


@dataclass(frozen=True, slots=True)
class PresentedBalance:
    """What was presented of a lot, in the base unit, in how many goods items; and the largest yield that was stated of it."""

    lot: str
    quantity: Fraction
    items: int
    yielded: Figure
    unit: Unit

    @property
    def is_exceeded(self) -> bool:
        """Whether more was presented than the lot yielded, and half a unit in the last place of that."""
        return self.quantity > self.yielded.value + self.yielded.half


def presented_balances(lines: Iterable[bytes]) -> Mapping[str, PresentedBalance]:
    """By lot, what was presented of it, from the sorted lines of a set of observations that were checked. Of one place with several
    quantities the least counts: nobody is accused by a line that somebody adds. Holds one value for each lot."""
    found: dict[str, PresentedBalance] = {}
    for _, seen in groupby(_presented(lines), key=lambda one: one.item):
        versions = [*seen]
        newest = max(one.version for one in versions)
        least: dict[str, Seen] = {}
        for one in versions:
            if one.version == newest and one.yielded is not None:
                before = least.get(one.lot)
                if before is None or one.quantity < before.quantity:
                    least[one.lot] = one
        for one in least.values():
            found[one.lot] = _added(found.get(one.lot), one)
    return found


def _added(balance: PresentedBalance | None, one: Seen) -> PresentedBalance:
    assert one.yielded is not None
    assert one.unit is not None
    if balance is None or balance.unit.dimension != one.unit.dimension:
        if balance is not None:
            return balance  # another measure of the same lot adds nothing
        return PresentedBalance(one.lot, one.quantity, 1, one.yielded, one.unit)
    largest = max(balance.yielded, one.yielded, key=lambda figure: figure.value)
    return PresentedBalance(one.lot, balance.quantity + one.quantity, balance.items + 1, largest, balance.unit)


def _presented(lines: Iterable[bytes]) -> Iterator[Seen]:
    for line in lines:
        if line.startswith(_START):
            value = parse(line)
            yield read_presented(value["place"][1:], value["shows"])
