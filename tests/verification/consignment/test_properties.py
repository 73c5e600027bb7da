"""Consignments whatever order things come in: lines, passports, packing lists, files of observations."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Outcome, Verdict
from carbonseal.footprints import units
from carbonseal.footprints.figures import Figure
from carbonseal.goods.nomenclature import CommodityCode
from carbonseal.goods.serials import Serials
from carbonseal.verification.consignment.declaration import (
    declaration_columns,
    latest,
    packing_columns,
    read_declared,
    read_packed,
)
from carbonseal.verification.consignment.delivered import Delivered, DeliveredLot
from carbonseal.verification.consignment.matching import LineOutcome, LineResult, match
from carbonseal.verification.observing.observations import HEADER as FIRST_LINE
from carbonseal.verification.observing.observations import Source, check_lines, lot_lines, merge
from carbonseal.verification.observing.presented import (
    CLEAR,
    OfficeKey,
    Presented,
    PresentedBalance,
    presented_balances,
    presented_rows,
)

MRN, MAKER = "26DE27364916384835", "did:web:maker.example"
HEADER = ("mrn", "item", "version", "status", "procedure", "18 09", "18 01", "18 02", "unit", "12 03")
IDS = [f"https://registry.example/{number}" for number in range(3)]
_small = st.integers(1, 3).map(str)
declared = st.fixed_dictionaries(
    {
        "mrn": st.just(MRN),
        "item": _small,
        "version": _small,
        "status": st.sampled_from(["", "invalidated"]),
        "procedure": st.sampled_from(["4000", "T1", "7100", "6110", "9900"]),
        "18 09": st.sampled_from(["852352", "85235200", "847190"]),
        "18 01": st.sampled_from(["", "12.5"]),
        "18 02": st.sampled_from(["", "1", "40", "200"]),
        "unit": st.sampled_from(["", "NAR", "KGM"]),
        "12 03": st.lists(st.sampled_from([*IDS, "N380-1", "ab" * 32]), max_size=3).map(" ".join),
    }
)
packed = st.fixed_dictionaries(
    {
        "mrn": st.just(MRN),
        "item": _small,
        "lot": st.sampled_from(["L0", "L1", "L9"]),
        "serial": st.sampled_from(["", "A", "B"]),
    }
)


def _delivered(number: int, verdict: Verdict, stated: str, with_lot: bool, serials: tuple[str, ...]) -> Delivered:
    piece = units.PIECE
    key = (MAKER, "urn:example:reader", bytes([number]) * 32)
    lot = DeliveredLot(key, f"L{number}", "100", Figure(Fraction(100), Fraction(1, 2)), piece, Serials(serials))
    return Delivered(
        file=f"{number}.json",
        verdict=verdict,
        digest=f"{number}" * 64,
        supersedes="",
        issuer=MAKER,
        subject="urn:example:reader",
        name="reader",
        identities=frozenset({IDS[number % 3]}),
        codes=(CommodityCode("hs", "2022", stated),),
        lot=lot if with_lot else None,
    )


passports = st.lists(
    st.builds(
        _delivered,
        st.integers(0, 5),
        st.sampled_from([Verdict.VERIFIED, Verdict.VERIFIED, Verdict.REJECTED]),
        st.sampled_from(["852352", "847190"]),
        st.booleans(),
        st.sampled_from([(), ("A",), ("A", "B")]),
    ),
    max_size=4,
    unique_by=lambda one: one.digest,
)


def _results(
    lines: list[dict[str, str]], packing: list[dict[str, str]], delivered: list[Delivered]
) -> Mapping[str, LineResult]:
    columns, of_list = declaration_columns(HEADER), packing_columns(("mrn", "item", "lot", "serial"))
    counted = [*latest(read_declared(columns, line) for line in lines)]
    found = match(counted, [one for line in packing for one in read_packed(of_list, line)], delivered)
    return {result.line.name: result for result in found}


def _said(results: Mapping[str, LineResult]) -> dict[str, tuple[str, frozenset[str], frozenset[Presented]]]:
    return {
        name: (one.outcome.value, frozenset(finding.code.name for finding in one.findings), frozenset(one.presented))
        for name, one in results.items()
    }


@given(
    st.lists(declared, max_size=5, unique_by=lambda line: (line["item"], line["version"])),
    st.lists(packed, max_size=4),
    passports,
    st.randoms(use_true_random=False),
)
def test_no_order_changes_what_lines_come_to(
    lines: list[dict[str, str]], packing: list[dict[str, str]], delivered: list[Delivered], shuffled: Random
) -> None:
    before = _results(lines, packing, delivered)
    for one in (lines, packing, delivered):
        shuffled.shuffle(one)
    assert _said(_results(lines, packing, delivered)) == _said(before)
    for result in before.values():
        assert all(finding.code.outcome is not Outcome.REJECTED for finding in result.findings)
        is_removed = result.outcome is LineOutcome.REMOVED
        assert is_removed == result.line.is_invalidated
        assert not (is_removed and result.presented)


# --- observations --------------------------------------------------------------------------------------------------

LOTS = [(MAKER, "urn:example:reader", bytes([number]) * 32) for number in range(3)]
item_versions = st.dictionaries(
    st.tuples(st.integers(1, 4), st.integers(1, 12)),
    st.dictionaries(st.sampled_from(LOTS), st.integers(1, 60).map(Fraction), max_size=3),
    max_size=8,
)
keys = st.sampled_from([CLEAR, OfficeKey(bytes(range(32)))])


def _lines(item: int, version: int, lots: Mapping[tuple[str, str, bytes], Fraction], key: OfficeKey) -> list[bytes]:
    presented = [Presented(lot, quantity, "100", units.PIECE) for lot, quantity in lots.items()]
    rows = lot_lines(presented_rows(f"{MRN} {item}", version, presented, key), Source("00" * 32, "d.csv"))
    return sorted(place + rest for place, rest in rows.items())


@given(item_versions, keys, st.randoms(use_true_random=False))
def test_the_sums_are_those_of_the_latest_versions_in_whatever_files(
    versions: dict[tuple[int, int], dict[tuple[str, str, bytes], Fraction]], key: OfficeKey, shuffled: Random
) -> None:
    files = [_lines(item, version, lots, key) for (item, version), lots in versions.items()]
    whole = [*merge(*files)]
    assert [*check_lines([FIRST_LINE, *whole])] == whole
    shuffled.shuffle(files)
    some = shuffled.randint(0, len(files))
    again = [*merge(merge(*files[:some]), merge(*files[some:]), *files[:1], whole)]
    assert again == whole
    expected: dict[str, Fraction] = {}
    for item in {item for item, _ in versions}:
        newest = max(version for one, version in versions if one == item)
        for lot, quantity in versions[item, newest].items():
            expected[key.lot(lot)] = expected.get(key.lot(lot), Fraction(0)) + quantity
    balances: Mapping[str, PresentedBalance] = presented_balances(whole)
    assert {lot: one.quantity for lot, one in balances.items()} == expected
    assert all(one.is_exceeded == (one.quantity > Fraction(201, 2)) for one in balances.values())


@given(st.integers(1, 60), st.integers(1, 60))
def test_a_line_that_somebody_adds_accuses_nobody(honest: int, added: int) -> None:
    """Of one item's version with two quantities, the least counts."""
    files = [_lines(1, 1, {LOTS[0]: Fraction(quantity)}, CLEAR) for quantity in (honest, added)]
    (balance,) = presented_balances(merge(*files)).values()
    assert balance.quantity == min(honest, added)
    assert balance.items == 1
