"""What a passport says that lines of a declaration are compared with."""

from __future__ import annotations

from carbonseal.findings import Refused, Verdict
from carbonseal.flow.graph import Lot
from carbonseal.footprints import units
from carbonseal.footprints.figures import Figure, read_decimal
from carbonseal.footprints.units import Unit
from carbonseal.goods.nomenclature import CommodityCode, parse_code
from carbonseal.goods.serials import Serials
from carbonseal.passport.passports import Passport
from carbonseal.values import dataclass


@dataclass(frozen=True, slots=True)
class DeliveredLot:
    """The batch that a passport is about: its key, its number, what it yielded, and its serial numbers, where they are listed."""

    key: Lot
    number: str
    yielded: str  # as printed
    quantity: Figure  # in the base unit
    unit: Unit
    serials: Serials

    @staticmethod
    def of(key: Lot, number: str, yielded: str, unit_name: str, serials: Serials) -> DeliveredLot | None:
        """A batch as a credential has it; None where its unit is not known, or nothing was yielded."""
        unit, printed = units.find(unit_name), read_decimal(yielded)
        if unit is None or printed is None or not printed.value:
            return None
        return DeliveredLot(key, number, yielded, printed.times(unit.factor), unit, serials)


@dataclass(frozen=True, slots=True)
class Delivered:
    """One passport: its verdict, the digest of its credential in hex, and what its product is called and classified as."""

    file: str
    verdict: Verdict
    digest: str
    supersedes: str  # a digest, or empty
    issuer: str
    subject: str
    name: str
    identities: frozenset[str]
    codes: tuple[CommodityCode, ...]
    lot: DeliveredLot | None


def delivered(passport: Passport, file: str, verdict: Verdict) -> Delivered:
    """What a passport says of its product. A classification with another form than its scheme's, and a batch in a unit that is not
    known, are as if they were not there."""
    root = passport.credential
    found = []
    for one in root.classifications:
        try:
            code = parse_code(one.scheme, one.code)
        except Refused:
            continue
        if code is not None:
            found.append(code)
    return Delivered(
        file=file,
        verdict=verdict,
        digest=root.digest.hex(),
        supersedes=root.supersedes.hex() if root.supersedes else "",
        issuer=root.issuer,
        subject=root.subject,
        name=root.name,
        identities=root.identities,
        codes=tuple(found),
        lot=_lot(passport),
    )


def _lot(passport: Passport) -> DeliveredLot | None:
    batch, key = passport.credential.batch, passport.credential.lot
    if batch is None or key is None:
        return None
    return DeliveredLot.of(key, batch.number, batch.quantity, batch.unit, batch.serials)
