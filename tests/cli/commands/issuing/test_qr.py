"""`carbonseal passport qr`: others' code reads the label, and it leads to the passport and to no other."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import biip
import pytest

from carbonseal.passport.passports import Passport
from tests.cli.commands.issuing.pictures import Picture, decoded, read_png, read_svg, turned
from tests.cli.conftest import Run
from tests.world import World

GTIN = "09506000134352"
BASE = "https://id.example.com"


def passport(folder: Path, lot: str = "L/7", serials: tuple[str, ...] = ("0001", "0002"), gtin: str = GTIN) -> Passport:
    """A passport of a lot, in the file `reader.json`."""
    about: dict[str, Any] = {
        "identifiers": [f"urn:gtin:{gtin}"] if gtin else [],
        "batch": {"number": lot, "salt": "00" * 32, "quantity": "500", "unit": "piece", "serials": list(serials)},
    }
    made = World().passport(change=lambda draft: draft["credentialSubject"].update(about))
    (folder / "reader.json").write_bytes(made.encode())
    return made


def label(run: Run, folder: Path, name: str, *options: str) -> tuple[str, Picture]:
    """The address that was printed, and the picture, at four pixels a module or more."""
    file = folder / name
    result = run("passport", "qr", folder / "reader.json", "--base", BASE, "-o", file, *options)
    assert result.exit_code == 0, result.output
    picture = read_png(file.read_bytes()) if name.endswith("png") else read_svg(file.read_text(), 4)
    return result.output.splitlines()[-1], picture


@pytest.mark.parametrize("name", ["label.svg", "label.png"])
def test_a_scanner_reads_gtin_lot_serial_and_digest(run: Run, tmp_path: Path, name: str) -> None:
    made = passport(tmp_path)
    address, picture = label(run, tmp_path, name, "--serial", "0002")
    assert address == f"{BASE}/01/{GTIN}/10/L%2F7/21/0002?digest={made.root.hex()}"
    assert decoded(picture) == [address]
    read = biip.parse(address)
    assert read.gs1_digital_link_uri is not None
    found = {element.ai.ai: element.value for element in read.gs1_digital_link_uri.element_strings}
    assert found == {"01": GTIN, "10": "L/7", "21": "0002"}
    assert read.gtin is not None
    assert read.gtin_error is None


@pytest.mark.parametrize("degrees", [0, 7, 45, 90, 180, 263])
@pytest.mark.parametrize("side", [180, 300])
def test_however_it_lies_before_the_camera(run: Run, tmp_path: Path, degrees: int, side: int) -> None:
    passport(tmp_path)
    address, picture = label(run, tmp_path, "label.png")
    assert decoded(turned(picture, degrees, side)) == [address]


def test_a_damaged_label_is_still_read(run: Run, tmp_path: Path) -> None:
    """Error correction is no ornament: a white patch over some 5 % of it."""
    passport(tmp_path)
    address, picture = label(run, tmp_path, "label.png")
    side = len(picture)
    near, far = side // 2, side // 2 + side // 5
    patched = [
        row[:near] + b"\xff" * (far - near) + row[far:] if near <= at < far else row for at, row in enumerate(picture)
    ]
    assert decoded(patched) == [address]
    assert decoded([b"\xff" * side for _ in picture]) == []


def test_a_product_without_gtin(run: Run, tmp_path: Path) -> None:
    made = passport(tmp_path, gtin="")
    address, picture = label(run, tmp_path, "label.svg")
    assert address == f"{BASE}/p/{made.root.hex()}"
    assert decoded(picture) == [address]


def test_a_lot_that_a_link_cannot_have_is_left_out_and_that_is_said(run: Run, tmp_path: Path) -> None:
    made = passport(tmp_path, lot="Ladung 7, Süd")
    result = run("passport", "qr", tmp_path / "reader.json", "--base", BASE, "-o", tmp_path / "label.svg")
    assert "the lot Ladung 7, Süd is not in the address" in result.output
    assert result.stdout.splitlines()[-1] == f"{BASE}/01/{GTIN}?digest={made.root.hex()}"


@pytest.mark.parametrize(
    ("options", "gtin", "why"),
    [
        (("--base", "http://id.example.com", "-o", "a.svg"), GTIN, "expected https://"),
        (("--base", "id.example.com", "-o", "a.svg"), "", "expected https://"),
        (("--base", BASE, "-o", "a.pdf"), GTIN, ".svg or .png"),
        (("--base", BASE, "-o", "a.svg", "--serial", "0003"), GTIN, "has no serial number 0003"),
        (("--base", BASE, "-o", "a.svg", "--serial", "0001"), "", "has no GTIN"),
        (("-o", "a.svg"), GTIN, "--base"),
    ],
)
def test_what_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], gtin: str, why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    passport(tmp_path, gtin=gtin)
    result = run("passport", "qr", "reader.json", *options)
    assert result.exit_code == 2
    assert why in result.output
    assert not [*tmp_path.glob("a.*")]


def test_the_extra_is_named_where_it_is_not_installed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passport(tmp_path)
    monkeypatch.setitem(sys.modules, "segno", None)
    result = run("passport", "qr", tmp_path / "reader.json", "--base", BASE, "-o", tmp_path / "label.svg")
    assert result.exit_code == 2
    assert "pip install 'carbonseal[qr]'" in result.output
    assert not (tmp_path / "label.svg").exists()


def test_nothing_is_overwritten(run: Run, tmp_path: Path) -> None:
    passport(tmp_path)
    label(run, tmp_path, "label.svg")
    result = run("passport", "qr", tmp_path / "reader.json", "--base", BASE, "-o", tmp_path / "label.svg")
    assert result.exit_code == 2
    assert "exists already" in result.output
    label(run, tmp_path, "label.svg", "--force")
