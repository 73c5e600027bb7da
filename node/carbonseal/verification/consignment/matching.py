"""Matches the lines of a declaration to passports (docs/spec.md, section 28): a pure function of lines, packing list and passports.

Of each line, in this order:

1. Documents: those that are a passport's digest, an address with it as labels have it, or an identifier of its product lead to
   passports, which have to be verified.
2. Classification: six digits of one edition of the HS have to be equal.
3. Quantity: no more than the lots yielded that the line leads to; of which lot is said by the packing list alone.
4. Serial numbers: each is one that the passport lists, and none is presented twice.

`over_presented` then adds what all goods items together presented of a lot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum

from carbonseal.findings import Finding, Outcome, Refused, Verdict
from carbonseal.goods.data_carrier import parse_carrier
from carbonseal.goods.identifiers import has_check_digit, mrn_check_digit
from carbonseal.goods.nomenclature import CN, DIGITS, CommodityCode, six_digits
from carbonseal.values import dataclass
from carbonseal.verification.observing.presented import CLEAR, OfficeKey, Presented, PresentedBalance

from . import codes
from .declaration import DeclaredLine, PackedLine
from .delivered import Delivered
from .procedures import NOT_NAMED, WORDS, not_counted
from .quantities import Quantities, amount_text

_DIGEST = re.compile("[0-9a-fA-F]{64}")
_ADDRESS = re.compile("https?://.+")


class LineOutcome(Enum):
    """What a line comes to."""

    MATCH = "match"
    MISMATCH = "mismatch"
    NOT_CHECKABLE = "not checkable"
    REMOVED = "removed"  # an invalidated line


@dataclass(frozen=True, slots=True)
class LineResult:
    """One line: what was found, and what it presents of lots. `passports` are the files that it leads to."""

    line: DeclaredLine
    findings: tuple[Finding, ...]
    presented: tuple[Presented, ...] = ()
    passports: tuple[str, ...] = ()

    @property
    def outcome(self) -> LineOutcome:
        """*Mismatch* if anything differs, else *not checkable* if anything could not be compared, else *match*."""
        if self.line.is_invalidated:
            return LineOutcome.REMOVED
        found = {finding.code for finding in self.findings}
        if found & codes.MISMATCHES:
            return LineOutcome.MISMATCH
        lacks = any(code.outcome is Outcome.UNDETERMINED for code in found)
        return LineOutcome.NOT_CHECKABLE if lacks else LineOutcome.MATCH

    @property
    def is_known(self) -> bool:
        """Whether it is known what the line presents of lots, be it nothing: else nothing is observed."""
        return bool(self.presented) or self.outcome in (LineOutcome.MATCH, LineOutcome.REMOVED)


def match(
    lines: Sequence[DeclaredLine], packing: Iterable[PackedLine], passports: Iterable[Delivered]
) -> list[LineResult]:
    """The result of each line, of which each goods item has one (`declaration.latest`)."""
    by_reference: dict[str, list[Delivered]] = {}
    for one in passports:
        for name in {one.digest, *one.identities}:
            by_reference.setdefault(name, []).append(one)
    packed: dict[str, list[PackedLine]] = {}
    for each in packing:
        packed.setdefault(f"{each.mrn} {each.item}", []).append(each)
    matched = [_Line(line, by_reference, packed.get(line.name, [])) for line in lines]
    places: dict[tuple[str, str, str], list[str]] = {}
    for of_line in matched:
        for serial in of_line.serials:
            places.setdefault(serial, []).append(of_line.line.name)
    return [of_line.result(places) for of_line in matched]


def over_presented(
    results: Iterable[LineResult], balances: Mapping[str, PresentedBalance], key: OfficeKey = CLEAR
) -> Iterator[LineResult]:
    """The results, where more of a lot was presented than it yielded with the finding on each line that presents of it."""
    for result in results:
        found = [
            exceeded(balance)
            for lot in dict.fromkeys(one.lot for one in result.presented)
            if (balance := balances.get(key.lot(lot))) is not None and balance.is_exceeded
        ]
        yield replace(result, findings=(*result.findings, *found)) if found else result


def exceeded(balance: PresentedBalance) -> Finding:
    """That more of a lot was presented than it yielded."""
    presented, stated = (amount_text(one, balance.unit) for one in (balance.quantity, balance.yielded.value))
    return codes.CONSIGNMENT_OVER_PRESENTED(presented=presented, items=balance.items, stated=stated)


class _Line:
    """The comparison of one line."""

    def __init__(
        self, line: DeclaredLine, by_reference: Mapping[str, Sequence[Delivered]], packed: Sequence[PackedLine]
    ) -> None:
        self.line = line
        self.serials: list[tuple[str, str, str]] = []  # issuer, product and number of each piece that is used up
        self._found: list[Finding] = []
        self._presented: list[Presented] = []
        self._passports: list[Delivered] = []
        if not has_check_digit(line.mrn):
            facts = {"found": line.mrn[-1], "expected": mrn_check_digit(line.mrn)}
            self._found.append(codes.CONSIGNMENT_CHECK_DIGIT(**facts))
        if line.is_invalidated or line.code is None:
            self._found.append(codes.CONSIGNMENT_INVALIDATED(version=line.version))
            return
        self._documents(by_reference)
        if self._passports:
            for passport in self._passports:
                self._found += _compared(line.code, passport)
            self._quantities(packed)

    def result(self, places: Mapping[tuple[str, str, str], Sequence[str]]) -> LineResult:
        """With what `places` says of its serial numbers: in which lines each stands."""
        twice = {serial: named for serial in self.serials if len(named := places[serial]) > 1}
        found = [
            codes.CONSIGNMENT_SERIAL_TWICE(serial=serial, places=", ".join(dict.fromkeys(named)))
            for (_, _, serial), named in twice.items()
        ]
        once = {(one.code.name, one.message): one for one in (*self._found, *found)}
        files = tuple(one.file for one in self._passports)
        return LineResult(self.line, tuple(once.values()), tuple(self._presented), files)

    def _documents(self, by_reference: Mapping[str, Sequence[Delivered]]) -> None:
        """1: the passports that the documents lead to."""
        meant: dict[str, Delivered] = {}
        for reference in self.line.references:
            name = _digest_in(reference)
            brought = by_reference.get(reference, ()) or by_reference.get(name, ())
            if not brought and (name or _ADDRESS.fullmatch(reference)):
                self._found.append(codes.CONSIGNMENT_NOT_BROUGHT(reference=reference))
            verified = [one for one in brought if one.verdict is Verdict.VERIFIED]
            replaced = {(one.issuer, one.supersedes) for one in verified}
            for one in brought:
                if one.digest in meant or ((one.issuer, one.digest) in replaced and one.digest != name):
                    continue
                if one.verdict is Verdict.VERIFIED:
                    meant[one.digest] = one
                    self._found.append(codes.CONSIGNMENT_PASSPORT(reference=reference, name=one.name))
                else:
                    self._found.append(codes.CONSIGNMENT_NOT_VERIFIED(reference=reference, verdict=one.verdict.value))
        self._passports = [*meant.values()]
        if not self._passports and not any(one.code.outcome is Outcome.UNDETERMINED for one in self._found):
            documents = ", ".join(self.line.references) or "none"
            self._found.append(codes.CONSIGNMENT_NO_REFERENCE(documents=documents))

    def _quantities(self, packed: Sequence[PackedLine]) -> None:
        """3 and 4."""
        line = self.line
        why = not_counted(line.procedure, line.additional)
        if why is None:
            self._found.append(codes.CONSIGNMENT_PROCEDURE(procedure=line.procedure or WORDS[NOT_NAMED]()))
        elif why:
            self._found.append(codes.CONSIGNMENT_NOT_COUNTED(procedure=line.procedure, what=WORDS[why]()))
        quantities = Quantities(line, self._passports, packed)
        self._found += quantities.findings
        if why == "":
            self._presented = quantities.presented
            self.serials = quantities.serials


def _digest_in(reference: str) -> str:
    """The digest, in hex, that a reference is, or has as a label has it; empty where there is none."""
    if _DIGEST.fullmatch(reference):
        return reference.lower()
    try:
        return parse_carrier(reference).digest.hex() if _ADDRESS.fullmatch(reference) else ""
    except Refused:
        return ""


def _compared(declared: CommodityCode, passport: Delivered) -> Iterator[Finding]:
    """2: the classification of one passport."""
    stated, hs = six_digits(passport.codes), declared.hs
    assert hs is not None
    facts = {"declared": declared, "stated": ", ".join(map(str, sorted(stated, key=str))) or "none of the HS"}
    if not stated:
        yield codes.CONSIGNMENT_NO_CODE(**facts)
    elif hs in stated:
        yield codes.CONSIGNMENT_CODE(declared=hs)
        yield from _finer(declared, passport)
    elif any(one.edition == hs.edition for one in stated):
        yield codes.CONSIGNMENT_CODE_DIFFERS(**facts)
    else:
        yield codes.CONSIGNMENT_OTHER_EDITION(**facts)


def _finer(declared: CommodityCode, passport: Delivered) -> Iterator[Finding]:
    """That eight or ten digits of one year differ where six agree."""
    for stated in passport.codes:
        both = min(len(declared.digits), len(stated.digits))
        same_year = stated.edition == declared.edition and both >= DIGITS[CN] and stated.hs == declared.hs
        if same_year and stated.digits[:both] != declared.digits[:both]:
            yield codes.CONSIGNMENT_FINER_DIFFERS(declared=declared, stated=stated)
