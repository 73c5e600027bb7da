"""One declaration in every form that customs has it in comes to the same, and every line ends with what it does not say."""

from __future__ import annotations

import json

from openpyxl import Workbook

from tests.cli.consigning.conftest import MRN, REGISTRATION, Office, reader


def test_joined_and_separate_in_csv_workbook_and_json(office: Office) -> None:
    office.deliver(reader(office.world, codes=[{"scheme": "urn:carbonseal:taric:2026", "code": "8523520010"}]))
    joined = {"MRN": MRN, "item": "1", "procedure": "4000", "18 09": "8523520010", "18 02": "40", "unit": "NAR"}
    long = {"18 09 056 000": "852352", "18 09 057 000": "52"[:0] + "00", "18 09 058 000": "10"}
    separate = {
        "MRN": MRN,
        "11 03 000 000 Declaration goods item number": "1",
        "11 09 001 000": "40",
        "11 09 002 000": "00",
        **long,
        "18 02 001 000 Supplementary units": "40",
        "unit": "p/st",
    }
    for columns in (joined, separate):
        line = {**columns, "12 03 001 000": REGISTRATION, "Remarks": "first"}
        book = Workbook()
        book.active.append([*line])
        book.active.append([*line.values()])
        book.save(office.folder / "declaration.xlsx")
        files = [
            office.write("declaration.csv", ";".join(line) + "\n" + ";".join(line.values()) + "\n"),
            office.write("declaration.json", json.dumps([line])),
            office.folder / "declaration.xlsx",
        ]
        for path in files:
            status, [(outcome, found)] = office.check(path)
            assert (status, outcome) == (0, "match"), path
            assert found == {"consignment.passport", "consignment.code", "consignment.quantity"}


def test_as_text(office: Office) -> None:
    office.deliver(reader(office.world), reader(office.world, "L2", registration="", name="other reader"))
    declaration = office.declare(
        {"12 03": REGISTRATION}, {"12 03": "", "11 03": "2"}, {"12 03": REGISTRATION, "11 03": "3", "18 09": "847190"}
    )
    done = office.run(*office.arguments(declaration))
    assert done.exit_code == 3
    text = done.output
    assert f"MATCH         {MRN} item 1, version 1" in text
    assert "40 piece of a lot that yielded 100 piece" in text
    assert "the line declares HS 2022 847190, the passport states HS 2022 852352" in text
    assert text.count("This says that ") == 3
    assert "It does not say that these goods are in the packages, nor that they comply with a law." in text
    assert "3 goods items: 1 match, 1 mismatch, 1 not checkable" in text
    assert "verified passports that no line leads to: 1" in text
    assert not office.run(*office.arguments(declaration, "--quiet")).output


def test_a_declaration_in_the_folder_is_no_passport(office: Office) -> None:
    office.deliver(reader(office.world))
    declaration = office.declare({"12 03": REGISTRATION}, name="deliveries/declaration.csv")
    done = office.run(*office.arguments(declaration))
    assert done.exit_code == 0
    assert "NOT A PASSPORT" not in done.output


def test_what_was_not_used_is_told(office: Office) -> None:
    office.deliver(reader(office.world))
    path = office.declare({"12 03": REGISTRATION})
    header, line = path.read_text(encoding="utf-8").splitlines()
    path = office.write("declaration.csv", f"{header},18 20\n{line},7\n")
    packing = office.pack("1,L1,,40,piece", "7,L1,,40,piece")
    told = office.run(*office.arguments(path, "--packing", packing)).output
    assert "lines of the packing list that belong to no goods item: 1" in told
    assert "columns that were not read: 18 20" in office.run(*office.arguments(path)).output
