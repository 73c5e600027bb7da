"""`carbonseal verify --consignment`: what lines of a declaration come to, and what honest consignments are not held against."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.consigning.conftest import HS, LINE, MRN, REGISTRATION, Office, reader

REF = {"12 03": REGISTRATION}


def test_a_consignment_of_forty_readers(office: Office) -> None:
    lot = reader(office.world)
    office.deliver(lot)
    for reference in (
        REGISTRATION,
        lot.root.hex(),
        lot.root.hex().upper(),
        f"N380-17; {REGISTRATION}; {lot.root.hex()}",
    ):
        status, lines = office.check(office.declare({"12 03": reference}))
        assert status == 0
        assert lines == [("match", {"consignment.passport", "consignment.code", "consignment.quantity"})]


@pytest.mark.parametrize(
    ("line", "outcome", "code"),
    [
        ({"18 09": "85235100"}, "mismatch", "consignment.code-differs"),
        ({"18 02": "101"}, "mismatch", "consignment.quantity-exceeds"),
        ({"12 03": "N380-17"}, "not checkable", "consignment.no-reference"),
        ({"12 03": ""}, "not checkable", "consignment.no-reference"),
        ({"12 03": "https://registry.example/passports/other"}, "not checkable", "consignment.not-brought"),
        ({"12 03": "ab" * 32}, "not checkable", "consignment.not-brought"),
        ({"MRN": "21DE27364916384836"}, "not checkable", "consignment.other-edition"),
        ({"unit": ""}, "not checkable", "consignment.unit"),
        ({"unit": "KGM"}, "not checkable", "consignment.unit"),
        ({"18 02": "", "18 01": "40"}, "not checkable", "consignment.unit"),
        ({"11 09": ""}, "not checkable", "consignment.procedure-unknown"),
        ({"11 09": "9900"}, "not checkable", "consignment.procedure-unknown"),
    ],
)
def test_what_differs_and_what_cannot_be_compared(
    office: Office, line: dict[str, str], outcome: str, code: str
) -> None:
    office.deliver(reader(office.world))
    status, [(found, codes)] = office.check(office.declare({**REF, **line}))
    assert (status, found) == (3, outcome)
    assert code in codes


@pytest.mark.parametrize(
    ("line", "codes", "code"),
    [
        ({}, [{"scheme": "urn:carbonseal:taric:2026", "code": "8523520090"}], "consignment.finer-differs"),
        ({}, [{"scheme": "urn:carbonseal:cn:2026", "code": "85235290"}], "consignment.finer-differs"),
        ({"18 09": "852352"}, [{"scheme": "urn:carbonseal:cn:2025", "code": "85235200"}], "consignment.code"),
        ({"MRN": MRN[:-1] + "6"}, [HS], "consignment.check-digit"),
        ({"11 09": "7100"}, [HS], "consignment.not-counted"),
    ],
)
def test_what_is_noted_and_matches(
    office: Office, line: dict[str, str], codes: list[dict[str, str]], code: str
) -> None:
    office.deliver(reader(office.world, codes=codes))
    status, [(outcome, found)] = office.check(office.declare({**REF, **line}))
    assert (status, outcome) == (0, "match")
    assert code in found


def test_without_a_code_of_the_hs_nothing_is_compared(office: Office) -> None:
    office.deliver(reader(office.world, codes=[{"scheme": "urn:example:nomenclature", "code": "8523 52"}]))
    status, [(outcome, found)] = office.check(office.declare(REF))
    assert (status, outcome) == (3, "not checkable")
    assert "consignment.no-code" in found


def test_a_passport_about_every_piece_limits_no_quantity(office: Office) -> None:
    office.deliver(reader(office.world, ""))
    status, [(outcome, found)] = office.check(office.declare({**REF, "18 02": "4000000"}))
    assert (status, outcome) == (0, "match")
    assert "consignment.every-piece" in found


def test_net_mass_against_a_lot_that_is_weighed(office: Office) -> None:
    office.deliver(reader(office.world, yielded="1.5", unit="tonne"))
    weighed = {**REF, "18 02": "", "unit": ""}
    assert office.check(office.declare({**weighed, "18 01": "1500"}))[0] == 0
    status, [(outcome, found)] = office.check(office.declare({**weighed, "18 01": "1600"}))
    assert (status, outcome) == (3, "mismatch")
    assert "consignment.quantity-exceeds" in found


def test_a_passport_that_does_not_verify(office: Office) -> None:
    rejected = office.world.passport(
        change=lambda draft: draft["credentialSubject"].update(identifiers=[REGISTRATION]), revoked=[7]
    )
    office.deliver(rejected)
    status, [(outcome, found)] = office.check(office.declare(REF))
    assert (status, outcome) == (4, "not checkable")  # the passport is rejected, and not the line
    assert found == {"consignment.not-verified"}


# --- the same goods, honestly declared several times ---------------------------------------------------------------


def test_a_lot_in_twenty_five_parts(office: Office) -> None:
    office.deliver(reader(office.world, yielded="1000"))
    parts = [{**REF, "11 03": str(number)} for number in range(1, 26)]
    status, lines = office.check(office.declare(*parts))
    assert status == 0
    assert {outcome for outcome, _ in lines} == {"match"}
    status, lines = office.check(office.declare(*parts, {**REF, "11 03": "26", "18 02": "1"}))
    assert status == 3
    assert all("consignment.over-presented" in found for _, found in lines)


@pytest.mark.parametrize("procedure", ["T1", "7100", "6110", "3151", "5100", "5300", "1000", "2100"])
def test_transit_warehousing_return_and_export_use_nothing_up(office: Office, procedure: str) -> None:
    office.deliver(reader(office.world))
    declared = office.declare(
        {**REF, "18 02": "100", "11 09": procedure},
        {**REF, "18 02": "100", "11 03": "2", "11 09": procedure},
        {**REF, "18 02": "100", "11 03": "3"},
    )
    status, lines = office.check(declared)
    assert status == 0
    assert [outcome for outcome, _ in lines] == ["match"] * 3


def test_returned_goods_by_their_additional_procedure(office: Office) -> None:
    office.deliver(reader(office.world))
    lines = [{**LINE, **REF, "18 02": "100"}, {**LINE, **REF, "18 02": "100", "11 03": "2"}]
    header = [*LINE, "12 03", "11 10 000"]
    rows = [header, [*lines[0].values(), ""], [*lines[1].values(), "F01"]]
    path = office.write("declaration.csv", "".join(";".join(row) + "\n" for row in rows))
    assert office.check(path)[0] == 0
    status, found = office.check(office.declare(*lines))
    assert status == 3
    assert all("consignment.over-presented" in codes for _, codes in found)


def test_an_amendment_replaces(office: Office) -> None:
    office.deliver(reader(office.world))
    quantities = {"1": "100", "10": "60", "9": "99"}
    amended = [{**REF, "18 02": quantity, "version": version} for version, quantity in quantities.items()]
    status, lines = office.check(office.declare(*amended, {**REF, "11 03": "2"}))
    assert status == 0
    assert [outcome for outcome, _ in lines] == ["match", "match"]


def test_an_invalidation_removes(office: Office) -> None:
    office.deliver(reader(office.world))
    removed = {"version": "2", "status": "invalidated", "18 09": "", "18 02": "", "unit": ""}
    status, lines = office.check(
        office.declare({**REF, "18 02": "100"}, removed, {**REF, "18 02": "100", "11 03": "2"})
    )
    assert status == 0
    assert lines[0] == ("removed", {"consignment.invalidated"})
    assert lines[1][0] == "match"


# --- packing lists -------------------------------------------------------------------------------------------------


def test_lots_by_the_packing_list(office: Office) -> None:
    office.deliver(reader(office.world, "L1"), reader(office.world, "L2", yielded="30"))
    declaration = office.declare(REF)
    status, [(outcome, found)] = office.check(declaration)
    assert (status, outcome) == (3, "not checkable")
    assert "consignment.which-lot" in found
    for lines, status, code in (
        (["1,L1,,25,piece", "1,L2,,15,piece"], 0, "consignment.quantity"),
        (["1,L1,,25,piece", "1,L2,,16,piece"], 3, "consignment.packing-differs"),
        (["1,L1,,9,piece", "1,L2,,31,piece"], 3, "consignment.quantity-exceeds"),
        (["1,L1,,25,piece", "1,L3,,15,piece"], 3, "consignment.lot-unknown"),
        (["1,L1,,25,piece", "1,L2,,15,kg"], 3, "consignment.unit"),
        (["1,L1,,,"], 0, "consignment.quantity"),
    ):
        found_status, [(_, codes)] = office.check(declaration, "--packing", office.pack(*lines))
        assert (found_status, code in codes) == (status, True), lines


def test_serial_numbers(office: Office) -> None:
    office.deliver(reader(office.world, serials=["1", "2", "3"], yielded="3"))
    declaration = office.declare({**REF, "18 02": "2"}, {**REF, "18 02": "1", "11 03": "2"})
    status, lines = office.check(declaration, "--packing", office.pack("1,,1,,", "1,,2,,", "2,,3,,"))
    assert status == 0
    assert all("consignment.serials" in found for _, found in lines)
    status, lines = office.check(declaration, "--packing", office.pack("1,,1,,", "1,,2,,", "2,,2,,"))
    assert status == 3
    assert [outcome for outcome, _ in lines] == ["mismatch"] * 2
    assert all("consignment.serial-twice" in found for _, found in lines)
    status, lines = office.check(declaration, "--packing", office.pack("1,,1,,", "1,,9,,", "2,,3,,"))
    assert [outcome for outcome, _ in lines] == ["mismatch", "match"]
    assert "consignment.serial-unknown" in lines[0][1]


def test_a_piece_in_transit_and_then_imported_is_there_once(office: Office) -> None:
    office.deliver(reader(office.world, serials=["1"], yielded="1"))
    declaration = office.declare({**REF, "18 02": "1", "11 09": "T1"}, {**REF, "18 02": "1", "11 03": "2"})
    assert office.check(declaration, "--packing", office.pack("1,,1,,", "2,,1,,"))[0] == 0


def test_a_serial_number_twice_where_the_passport_lists_none(office: Office) -> None:
    for number in ("L1", ""):
        office.deliver(reader(office.world, number))
        declaration = office.declare({**REF, "18 02": "1"}, {**REF, "18 02": "1", "11 03": "2"})
        status, lines = office.check(declaration, "--packing", office.pack("1,,7,,", "2,,7,,"))
        assert status == 3
        assert all("consignment.serial-twice" in found for _, found in lines)


def test_a_lot_that_one_passport_of_two_replaces(office: Office) -> None:
    old = reader(office.world)
    new = reader(office.world, change=lambda draft: draft["credentialSubject"].update(supersedes=old.root.hex()))
    office.deliver(old, new)
    status, [(outcome, _)] = office.check(office.declare({**REF, "18 02": "100"}))
    assert (status, outcome) == (0, "match")


def test_a_passport_of_somebody_else_replaces_none(office: Office) -> None:
    """Any listed issuer can write the registration id and the digest of another's passport into a credential."""
    old = reader(office.world)

    def change(draft: dict[str, Any]) -> None:
        draft["credentialSubject"].update(supersedes=old.root.hex(), classifications=[{**HS, "code": "847190"}])

    office.deliver(old, reader(office.world, "L9", issuer=office.world.supplier, change=change))
    status, [(outcome, found)] = office.check(office.declare(REF))
    assert (status, outcome) == (3, "mismatch")
    assert {"consignment.code", "consignment.code-differs"} <= found
    assert office.check(office.declare({"12 03": old.root.hex()}))[0] == 0


def test_a_serial_number_leads_to_its_lot(office: Office) -> None:
    office.deliver(reader(office.world, "L1", serials=["A"]), reader(office.world, "L2", serials=["B"]))
    declaration = office.declare({**REF, "18 02": "2"})
    status, [(outcome, found)] = office.check(declaration, "--packing", office.pack("1,,A,,", "1,,B,,"))
    assert (status, outcome) == (0, "match")
    assert {"consignment.serials", "consignment.quantity"} <= found
    status, [(outcome, found)] = office.check(declaration, "--packing", office.pack("1,,A,,", "1,,Z,,"))
    assert (status, outcome) == (3, "not checkable")
    assert "consignment.which-lot" in found


def test_two_measures_of_one_lot_are_not_added(office: Office) -> None:
    """A maker that states a lot in pieces, and again in kilograms: the larger yield is not of the same measure."""
    office.deliver(
        reader(office.world), reader(office.world, yielded="31", unit="kilogram", registration=f"{REGISTRATION}/kg")
    )
    pieces, weighed = REF, {"11 03": "2", "18 02": "", "unit": "", "18 01": "31", "12 03": f"{REGISTRATION}/kg"}
    status, lines = office.check(office.declare(pieces, weighed))
    assert status == 0
    assert [outcome for outcome, _ in lines] == ["match", "match"]


def test_lots_of_two_products_with_one_number(office: Office) -> None:
    office.deliver(reader(office.world), reader(office.world, name="lock"))
    status, [(outcome, found)] = office.check(
        office.declare({**REF, "18 02": "1"}), "--packing", office.pack("1,L1,7,,")
    )
    assert (status, outcome) == (3, "not checkable")
    assert "consignment.which-lot" in found


def test_another_lot_beside_a_passport_about_every_piece(office: Office) -> None:
    office.deliver(reader(office.world), reader(office.world, ""))
    packing = office.pack("1,L1,,30,piece", "1,L9,,10,piece")
    status, [(outcome, found)] = office.check(office.declare(REF), "--packing", packing)
    assert (status, outcome) == (0, "match")
    assert {"consignment.every-piece", "consignment.quantity"} <= found
