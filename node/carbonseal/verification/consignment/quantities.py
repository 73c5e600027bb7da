"""Quantities of one line against the lots of its passports, and against its packing list.

Two quantities are compared where both are stated in units of one measure. Kilograms and pieces never are: nothing is converted by
guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from carbonseal.findings import Finding
from carbonseal.footprints import units
from carbonseal.footprints.figures import Figure, decimal_text, exact_sum
from carbonseal.footprints.units import KILOGRAM, PIECE, Unit
from carbonseal.verification.observing.presented import Presented

from . import codes
from .declaration import DeclaredLine, PackedLine
from .delivered import Delivered, DeliveredLot


def amount_text(value: Fraction, unit: Unit) -> str:
    """A quantity in the base unit, for people, in `unit`."""
    return f"{decimal_text(value / unit.factor)} {unit.name}"


def declared_text(line: DeclaredLine) -> str:
    """The quantities of a line, for people."""
    said = []
    if line.units is not None:
        said.append(
            f"{decimal_text(line.units.value)} {line.unit.name if line.unit else 'supplementary units without a unit'}"
        )
    if line.mass is not None:
        said.append(f"{decimal_text(line.mass.value)} {KILOGRAM.name} net")
    return " and ".join(said) or "no quantity"


class Quantities:
    """What one line presents of the lots that its verified passports are about."""

    def __init__(self, line: DeclaredLine, passports: Sequence[Delivered], packed: Sequence[PackedLine]) -> None:
        self.findings: list[Finding] = []
        self.presented: list[Presented] = []
        self.serials: list[tuple[str, str, str]] = []  # issuer, product and number of each piece
        self._line, self._passports = line, passports
        self._lots = _lots(passports)
        if packed:
            self._by_list(packed)
        elif len(self._lots) == 1 and all(one.lot for one in passports):
            self._whole(*self._lots)
        elif self._lots:
            facts = {"declared": declared_text(line), "count": len(passports)}
            self.findings.append(codes.CONSIGNMENT_WHICH_LOT(**facts))
        else:
            self.findings.append(codes.CONSIGNMENT_EVERY_PIECE(declared=declared_text(line)))

    def _whole(self, lot: DeliveredLot) -> None:
        """The whole line is of one lot."""
        amount = self._line.amount(lot.unit.dimension)
        if amount is None:
            self._not_comparable(lot, lot.unit.name)
        else:
            self._present(lot, amount)

    def _present(self, lot: DeliveredLot, amount: Figure) -> None:
        facts = {"declared": amount_text(amount.value, lot.unit), "stated": amount_text(lot.quantity.value, lot.unit)}
        fits = amount.value <= lot.quantity.value + lot.quantity.half
        self.findings.append((codes.CONSIGNMENT_QUANTITY if fits else codes.CONSIGNMENT_QUANTITY_DIFFERS)(**facts))
        self.presented.append(Presented(lot.key, amount.value, lot.yielded, lot.unit))

    def _by_list(self, packed: Sequence[PackedLine]) -> None:
        """Each lot has what the packing list says."""
        listed: dict[DeliveredLot, list[PackedLine]] = {}
        for one in packed:
            lot = self._lot_of(one)
            if lot is not None:
                listed.setdefault(lot, []).append(one)
        for lot, lines in listed.items():
            self._serials(lot, [one.serial for one in lines if one.serial])
        if len(listed) == 1 and not any(one.quantity or one.serial for one in packed):
            self._whole(*listed)
            return
        sums = {lot: self._sum(lot, lines) for lot, lines in listed.items()}
        self._compare(packed)
        for lot, amount in sums.items():
            if amount is not None:
                self._present(lot, amount)

    def _lot_of(self, packed: PackedLine) -> DeliveredLot | None:
        """The lot that a line of the list is about; None, with a finding, where that is not one of the passports'."""
        lots = numbered = [one for one in self._lots if not packed.lot or one.number == packed.lot]
        if packed.serial and len(lots) > 1:
            lots = [one for one in lots if packed.serial in one.serials]
        if len(lots) == 1:
            return lots[0]
        if not numbered and any(one.lot is None for one in self._passports):
            self.findings.append(codes.CONSIGNMENT_EVERY_PIECE(declared=declared_text(self._line)))
            self._pieces_without_lot(packed)
        elif not numbered:
            stated = ", ".join(sorted(one.number for one in self._lots))
            self.findings.append(codes.CONSIGNMENT_LOT_UNKNOWN(listed=packed.lot, stated=stated))
        else:
            facts = {"declared": declared_text(self._line), "count": len(self._passports)}
            self.findings.append(codes.CONSIGNMENT_WHICH_LOT(**facts))
        return None

    def _pieces_without_lot(self, packed: PackedLine) -> None:
        """A serial number of a product whose passport is about every piece: it may stand in one line alone."""
        if packed.serial:
            first = self._passports[0]
            self.serials.append((first.issuer, first.subject, packed.serial))

    def _serials(self, lot: DeliveredLot, serials: Sequence[str]) -> None:
        if not serials:
            return
        issuer, product, _ = lot.key
        self.serials += ((issuer, product, serial) for serial in serials)
        if not lot.serials:
            self.findings.append(codes.CONSIGNMENT_SERIALS_NOT_LISTED(count=len(serials)))
            return
        unknown = [serial for serial in serials if serial not in lot.serials]
        self.findings += (codes.CONSIGNMENT_SERIAL_UNKNOWN(listed=one, count=lot.serials.count) for one in unknown)
        if len(unknown) < len(serials):
            self.findings.append(codes.CONSIGNMENT_SERIALS(count=len(serials) - len(unknown)))

    def _sum(self, lot: DeliveredLot, packed: Sequence[PackedLine]) -> Figure | None:
        """How much of a lot the list has, in the base unit; None, with a finding, where a line says that in another measure."""
        amounts = [amount for one in packed if (amount := _amount(one, lot.unit.dimension)) is not None]
        if len(amounts) == len(packed):
            return _added(amounts)
        self._not_comparable(lot, f"{lot.unit.name} in each line of the packing list")
        return None

    def _not_comparable(self, lot: DeliveredLot, unit: str) -> None:
        stated = amount_text(lot.quantity.value, lot.unit)
        facts = {"declared": declared_text(self._line), "stated": stated, "unit": unit}
        self.findings.append(codes.CONSIGNMENT_UNIT(**facts))

    def _compare(self, packed: Sequence[PackedLine]) -> None:
        """The whole list against the line, in each measure that both state."""
        for unit in dict.fromkeys((PIECE, KILOGRAM, *(one.unit for one in packed if one.unit is not None))):
            amounts = [amount for one in packed if (amount := _amount(one, unit.dimension)) is not None]
            declared = self._line.amount(unit.dimension)
            if declared is None or len(amounts) < len(packed):
                continue
            listed = _added(amounts)
            half = Fraction(0) if unit.dimension == units.COUNT else declared.half + listed.half
            if abs(listed.value - declared.value) > half:
                facts = {"declared": amount_text(declared.value, unit), "listed": amount_text(listed.value, unit)}
                self.findings.append(codes.CONSIGNMENT_PACKING_DIFFERS(**facts))
                return


def _added(amounts: Sequence[Figure]) -> Figure:
    return Figure(exact_sum(one.value for one in amounts), exact_sum(one.half for one in amounts))


def _amount(packed: PackedLine, dimension: str) -> Figure | None:
    """How much a line of a packing list has, in the base unit; a serial number without a quantity is one piece."""
    if packed.quantity is not None and packed.unit is not None:
        return packed.quantity.times(packed.unit.factor) if packed.unit.dimension == dimension else None
    return Figure(Fraction(1), Fraction(0)) if packed.serial and dimension == units.COUNT else None


def _lots(passports: Sequence[Delivered]) -> list[DeliveredLot]:
    """The lots of passports, each once, with the largest yield that is stated of it."""
    found: dict[object, DeliveredLot] = {}
    for lot in (one.lot for one in passports if one.lot is not None):
        before = found.get(lot.key)
        if before is None or lot.quantity.value > before.quantity.value:
            found[lot.key] = lot
    return [*found.values()]
