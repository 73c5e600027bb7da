"""The desk for programs and forms: what it answers, what it refuses, and that it keeps nothing."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
import requests

JSON = {"Content-Type": "application/json"}


def verify(desk: str, body: bytes, kind: str = "application/json", query: str = "") -> requests.Response:
    return requests.post(f"{desk}/v1/verify{query}", data=body, headers={"Content-Type": kind}, timeout=60)


def lines(answer: requests.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_passport_is_answered_in_a_kilobyte(desk: str, folder: Path) -> None:
    answer = verify(desk, (folder / "good.json").read_bytes())
    (one,) = lines(answer)
    assert len(answer.content) <= 1000
    assert (one["verdict"], one["codes"], one["existedBy"]) == ("verified", [], "2026-11-20T12:00:00Z")
    assert one["credential"] and one["subject"]


def test_an_archive_has_a_line_for_each_file(desk: str, folder: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    answer = verify(desk, packed.getvalue(), "application/zip")
    found = {one["file"]: one["verdict"] for one in lines(answer)}
    assert found == {"body!bad.json": "rejected", "body!good.json": "verified", "body!letter.pdf": None}
    assert all(len(line) <= 1000 for line in answer.text.splitlines())


def test_the_longest_answer_is_a_kilobyte(desk: str, folder: Path) -> None:
    body = (folder / "good.json").read_bytes().replace(b"door reader", "\u9580".encode() * 5000)
    (one,) = lines(verify(desk, body))
    assert one["verdict"] == "rejected"
    assert len(json.dumps(one, ensure_ascii=False).encode()) <= 1000


def test_another_instant_can_be_asked_about(desk: str, folder: Path) -> None:
    (one,) = lines(verify(desk, (folder / "good.json").read_bytes(), query="?at=2026-01-01T00:00:00Z"))
    assert one["verdict"] == "undetermined"
    assert one["codes"] and one["reason"]
    refused = verify(desk, b"{}", query="?at=yesterday")
    assert (refused.status_code, refused.json()["code"]) == (400, "http.malformed-parameter")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [(b"{}", "text/plain", 415), (b"{}", "application/x-www-form-urlencoded", 415), (b"", "application/json", 422)],
)
def test_other_bodies(desk: str, body: bytes, kind: str, status: int) -> None:
    assert verify(desk, body, kind).status_code == status


def test_a_form_gives_a_page_and_a_table(desk: str, folder: Path) -> None:
    def form() -> list[tuple[str, tuple[str, bytes]]]:
        return [("files", (path.name, path.read_bytes())) for path in sorted(folder.iterdir())]

    page = requests.post(f"{desk}/examine", files=form(), timeout=60)
    assert page.status_code == 200
    assert "script" not in page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for told in (
        "3 files: 1 verified, 1 rejected, 1 not a passport",
        "letter.pdf: not a passport",
        "The office&#39;s policy",
    ):
        assert told in page.text
    table = requests.post(f"{desk}/examine.csv", files=form(), timeout=60)
    rows = {row["file"]: row["verdict"] for row in csv.DictReader(io.StringIO(table.text))}
    assert rows == {"bad.json": "rejected", "good.json": "verified", "letter.pdf": "not a passport"}


def test_names_of_files_are_names_alone(desk: str, folder: Path) -> None:
    hostile = "../../../etc/<b>passwd</b>\u202e.json"
    files = [("files", (hostile, (folder / "good.json").read_bytes())), ("files", ("=1+1.json", b"{}"))]
    page = requests.post(f"{desk}/examine", files=files, timeout=60)
    assert "<b>passwd" not in page.text
    assert "\u202e" not in page.text
    table = requests.post(f"{desk}/examine.csv", files=files, timeout=60)
    assert [row["file"] for row in csv.DictReader(io.StringIO(table.text))][1] == "'=1+1.json"


def test_a_form_without_files_says_so(desk: str) -> None:
    answer = requests.post(f"{desk}/examine", files=[("files", ("", b""))], timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (422, "desk.no-files")
    answer = requests.post(f"{desk}/examine", files=[("other", ("x", b"y"))], timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (400, "desk.unknown-field")
    broken = requests.post(
        f"{desk}/examine", data=b"--x", headers={"Content-Type": "multipart/form-data; boundary=x"}, timeout=60
    )
    assert broken.status_code == 400


def test_a_name_that_is_not_the_desks_is_refused(desk: str) -> None:
    answers = [requests.get(desk, headers={"Host": host}, timeout=60) for host in ("evil.example", "desk.example")]
    assert [one.status_code for one in answers] == [421, 200]


def test_nothing_is_kept(desk: str, folder: Path) -> None:
    before = {*Path(tempfile.gettempdir()).glob("carbonseal-desk-*")}
    verify(desk, (folder / "good.json").read_bytes())
    assert {*Path(tempfile.gettempdir()).glob("carbonseal-desk-*")} <= before


def test_more_files_than_a_request_may_have(desk: str) -> None:
    files = [("files", ("a.json", b"{}"))] * 1001
    answer = requests.post(f"{desk}/examine", files=files, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (422, "desk.too-many-files")


def test_forms_that_say_too_much_or_too_little(desk: str, folder: Path) -> None:
    good = ("files", ("good.json", (folder / "good.json").read_bytes()))
    table = ("mrn.csv", b"MRN,Item\n")

    def refused(files: list[Any]) -> tuple[int, str]:
        answer = requests.post(f"{desk}/examine", files=files, timeout=60)
        return answer.status_code, answer.json()["code"]

    assert refused([good, ("packing", table)]) == (400, "desk.packing-alone")
    assert refused([good, ("declaration", table), ("declaration", table)]) == (400, "desk.two-tables")
    other = requests.post(f"{desk}/examine", data=b"{}", headers=JSON, timeout=60)
    assert (other.status_code, other.json()["code"]) == (415, "http.wrong-type")


def test_a_name_of_many_bytes_is_a_name(desk: str, folder: Path) -> None:
    files = [("files", ("\U0001f30d" * 120 + ".json", (folder / "good.json").read_bytes()))]
    answer = requests.post(f"{desk}/examine.csv", files=files, timeout=60)
    assert answer.status_code == 200
    assert ".json,verified" in answer.text


@pytest.mark.parametrize("head", [b"no colon", b"X\0: y", b"X: " + b"y" * 70_000, b""])
def test_forms_that_are_none(desk: str, head: bytes) -> None:
    body = b"--x\r\n" + head + b'\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n{}\r\n--x--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = requests.post(f"{desk}/examine", data=body, headers=headers, timeout=60)
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["code"] in ("http.malformed-body", "desk.unknown-field", "desk.no-files")


def test_bodies_are_not_unpacked(desk: str) -> None:
    headers = {**JSON, "Content-Encoding": "gzip"}
    answer = requests.post(f"{desk}/v1/verify", data=b"not gzip", headers=headers, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (415, "http.packed")
