"""Names of files: as they were sent, each row its own, and nothing of where the desk keeps them."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import requests

from carbonseal.desk.presenter import DeskResults
from carbonseal.desk.sent_names import SentNames
from carbonseal.examining.files.codes import UNREAD_FAILED
from carbonseal.findings import Template, Verdict, rejected
from carbonseal.languages.language import ENGLISH
from carbonseal.verification.verify import Report

GOODS = Template("test-goods", "the goods of {file}")


def examine(desk: str, *files: tuple[str, bytes], **tables: bytes) -> requests.Response:
    sent = [("files", one) for one in files] + [(name, (f"{name}.csv", raw)) for name, raw in tables.items()]
    return requests.post(f"{desk}/examine", files=sent, timeout=60)


def test_files_of_one_name_are_rows_of_their_own(desk: str, folder: Path) -> None:
    good, bad = ((folder / name).read_bytes() for name in ("good.json", "bad.json"))
    page = examine(desk, ("may/lot.json", good), ("june/lot.json", bad), ("june/lot.json", good)).text
    anchors = re.findall(r'<article id="(\w+)"', page)
    assert len(set(anchors)) == 3
    assert re.findall(r'<a href="#(\w+)"', page) == anchors
    assert re.findall(r'<br><span class="small">([a-z/.]+)</span></td>', page) == ["may/lot.json", "june/lot.json"]
    assert '">june/lot.json</a></td>' in page  # what is refused has no other title


def test_what_systems_put_beside_files_is_left_out_and_said(desk: str, folder: Path) -> None:
    page = examine(desk, ("day/good.json", (folder / "good.json").read_bytes()), ("day/.DS_Store", b"x")).text
    assert ">VERIFIED<" in page.upper()
    assert "1 files (.DS_Store)" in page
    nothing = examine(desk, ("day/.DS_Store", b"x"))
    assert (nothing.status_code, nothing.json()["code"]) == (422, "desk.no-files")


def test_nobody_is_told_where_files_are_kept(desk: str, folder: Path) -> None:
    good = (folder / "good.json").read_bytes()
    broken = io.BytesIO(b"PK\x03\x04 no archive").getvalue()
    answers = [
        examine(desk, ("a/good.json", good), ("b.zip", broken), ("c.json", b"{}")),
        examine(desk, ("a/good.json", good), declaration=b"MRN,Item\n26DE1,x\n"),
        examine(desk, ("a/good.json", good), declaration=b"\x00\xff"),
        requests.post(f"{desk}/v1/verify", data=broken, headers={"Content-Type": "application/zip"}, timeout=60),
    ]
    assert [one.status_code for one in answers] == [200, 400, 400, 200]
    for answer in answers:
        assert "carbonseal-desk" not in answer.text
        assert "/tmp" not in answer.text
        assert "00000" not in answer.text
    assert answers[1].json()["place"][0] == "declaration.csv"


def test_findings_name_files_as_they_were_sent() -> None:
    kept = "/tmp/carbonseal-desk-x1/passports/000017/june/lot.json"
    finding = rejected("test.twice", "{file} and {what} differ", "keep {file}")(
        kept, file=kept + "!3", what=GOODS(file=kept)
    )
    results = DeskResults(datetime(2026, 1, 1, tzinfo=UTC), ENGLISH, SentNames("/tmp/carbonseal-desk-x1"), True)
    result = results.report(kept, Report(Verdict.REJECTED, (finding,)))
    answer = json.loads(result.text)
    assert (answer["file"], answer["reason"]) == (
        "june/lot.json",
        "june/lot.json!3 and the goods of june/lot.json differ",
    )
    assert result.page is not None
    assert result.page.row.file == "june/lot.json"
    assert "carbonseal-desk" not in result.page.part + result.text
    assert "carbonseal-desk" not in results.not_read(kept, UNREAD_FAILED(reason=f"cannot open {kept}")).reason


def test_a_file_without_a_verdict_alone_is_told_why_and_has_no_table(desk: str) -> None:
    page = examine(desk, ("letter.pdf", b"%PDF-1.7 not a passport")).text
    assert "<table" not in page
    assert '<p class="word">not a passport</p>' in page
    assert "a PDF" in page
    assert "What to do:" in page
    several = examine(desk, ("letter.pdf", b"%PDF-1.7"), ("b.zip", b"PK\x03\x04")).text
    assert "<table" not in several
    assert several.count("<li>") == 2
    assert "this archive is damaged" in several


def test_what_a_file_is_is_said_in_the_readers_language(desk: str) -> None:
    files = [("files", ("letter.pdf", b"%PDF-1.7"))]
    page = requests.post(f"{desk}/examine?lang=de", files=files, timeout=60).text
    assert "ein PDF" in page
    assert "den Absender um den Pass bitten, eine JSON-Datei" in page
    damaged = requests.post(f"{desk}/examine?lang=de", files=[("files", ("b.zip", b"PK\x03\x04"))], timeout=60).text
    assert "dieses Archiv ist beschädigt oder endet zu früh" in damaged
    assert "<b>Was zu tun ist:</b> den Absender bitten" in damaged


def test_the_table_names_each_file(desk: str, folder: Path) -> None:
    files = [("files", (f"{day}/good.json", (folder / "good.json").read_bytes())) for day in ("may", "june")]
    table = requests.post(f"{desk}/examine.csv", files=files, timeout=60)
    assert [row["file"] for row in csv.DictReader(io.StringIO(table.text))] == ["may/good.json", "june/good.json"]
