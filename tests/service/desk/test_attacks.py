"""Attacks on a desk by what is handed to it: archives, documents, names, and pages of others. Each is refused, or is told and does
no harm: nothing is run, written elsewhere, or taken for a passport."""

from __future__ import annotations

import io
import json
import stat
import tarfile
import tempfile
import zipfile
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from playwright.async_api import Browser

from carbonseal.desk.figures import Row
from carbonseal.desk.html import Pages
from carbonseal.desk.judged import Judged, PolicyFacts
from carbonseal.desk.pictures.carbon_flow import carbon_flow
from carbonseal.desk.pictures.supply_tree import supply_tree
from carbonseal.desk.unread import Unread
from carbonseal.findings import Verdict
from carbonseal.languages.language import ENGLISH
from carbonseal.verification.verify import Report
from tests.flow.chains import used
from tests.passport.stated import opinion
from tests.programs.browser import in_browser, needs_chromium
from tests.verification.conformity.scenes import Scene, commitments
from tests.world import AT

HOSTILE = "\"'></title></style></svg><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}javascript:alert(3)"
TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "article", "h1", "h2", "h3", "p", "div", "span", "b", "br", "code",
    "ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "a", "label", "input",
    "svg", "path", "rect", "text",
}  # fmt: skip


class Marks(HTMLParser):
    """The tags of a page, its addresses, and attributes that would run something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: set[str] = set()
        self.running: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in ("href", "src", "action", "xlink:href"):
                self.addresses.add(value or "")
            if name.startswith("on") or name in ("style", "srcdoc", "formaction"):
                self.running.append(f"{tag} {name}")


def test_no_field_of_a_passport_is_markup() -> None:
    """Names, units, lots, identifiers, periods, bodies and what they state: whatever its author can write."""
    scene = Scene()
    part = scene.chain.product(f"part {HOSTILE}", "1")
    root = scene.chain.product(
        f"root {HOSTILE}", "5", [used(part, "2")], batch=(HOSTILE, "10", "piece"), geographyRegionOrSubregion="Africa"
    )
    stated = opinion(
        commitments(root),
        name=HOSTILE,
        opinion="modified",
        qualifications=(HOSTILE,),
    )
    passport = scene.passport(root, scene.stated.statement(stated))
    report = Report(Verdict.VERIFIED, scene.verify(passport).findings, name=HOSTILE)
    judged = Judged(HOSTILE, report, passport, ENGLISH, "key")
    pages = Pages(AT, ENGLISH)
    policy = PolicyFacts(HOSTILE, "00", HOSTILE, AT)
    unread = pages.unread([Unread(HOSTILE, HOSTILE, HOSTILE, HOSTILE)], alone=False)
    parts = [pages.table(), pages.row(judged.row, "A"), pages.between(), unread, pages.file(judged)]
    page = "".join([pages.head(HOSTILE, is_heading=True), *parts, pages.tail(policy, [HOSTILE])])
    seen = Marks(page)
    assert page.count("alert(2)") > 10
    assert "49" not in page.replace("{{7*7}}", "")
    assert seen.tags <= TAGS, seen.tags - TAGS
    assert seen.running == []
    assert seen.addresses == {f"#{judged.row.anchor}"}


@given(st.text(alphabet=st.characters(exclude_categories=[]), max_size=40))
def test_no_name_breaks_out_of_a_picture(name: str) -> None:
    rows = [Row(0, name, name, name, name, None), Row(1, name, name, name, name, None, is_absent=True)]
    seen = Marks(supply_tree(rows, name, name))
    assert seen.tags <= {"svg", "title", "path", "rect", "text"}
    assert (seen.running, seen.addresses) == ([], set())


def test_a_huge_chain_is_a_small_picture() -> None:
    rows = [Row(0, "root", "1", "1", "1 kg", Fraction(1))]
    rows += [Row(1 + number % 60, "x" * 5000, "1 kg", "1", "1 kg", Fraction(1, 10_000)) for number in range(10_000)]
    assert len(supply_tree(rows, "tree", "more")) < 100_000
    assert carbon_flow(rows, "flow") == ""


# --- archives -----------------------------------------------------------------------------------------------------------


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members:
            archive.writestr(name, raw)
    return packed.getvalue()


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("policy.json")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


def tarred(name: str, kind: bytes, target: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, target
        archive.addfile(member)
    return packed.getvalue()


def nested(deep: int) -> bytes:
    raw = b"{}"
    for number in range(deep):
        raw = zipped((f"{number}.zip", raw))
    return raw


@pytest.mark.parametrize(
    ("kind", "raw", "problem"),
    [
        ("zip", zipped(("../../evil.json", b"{}")), "leads out of the archive"),
        ("zip", zipped(("/etc/evil.json", b"{}")), "leads out of the archive"),
        ("zip", zipped(("C:\\evil.json", b"{}")), "leads out of the archive"),
        ("zip", zipped((link(), b"/etc/passwd")), "a link in an archive"),
        ("x-tar", tarred("a.json", tarfile.SYMTYPE, "/etc/passwd"), "a link in an archive"),
        ("x-tar", tarred("a.json", tarfile.LNKTYPE, "/etc/passwd"), "a link in an archive"),
        ("x-tar", tarred("a.json", tarfile.CHRTYPE, ""), "not a regular file"),
        ("zip", zipped(*((f"{number}.json", bytes(30 << 20)) for number in range(3))), "more than 50 times"),
        ("zip", nested(5), "more than 3 deep"),
    ],
    ids=["slip", "absolute", "drive", "link", "tar-link", "tar-hard-link", "device", "bomb", "nested"],
)
def test_archives(desk: str, kind: str, raw: bytes, problem: str) -> None:
    headers = {"Content-Type": f"application/{kind}"}
    answer = requests.post(f"{desk}/v1/verify", data=raw, headers=headers, timeout=60)
    assert answer.status_code == 200
    answers: list[dict[str, Any]] = [json.loads(line) for line in answer.text.splitlines()]
    assert problem in answers[-1]["reason"]
    assert {one["verdict"] for one in answers} <= {None, "rejected"}
    assert "root:" not in answer.text
    assert not [*Path(tempfile.gettempdir()).glob("evil*")]


@pytest.mark.parametrize("raw", [b"[" * 1_000_000, b'{"a":' * 200_000, b"9" * 1_000_000, b'"' + b"\\u0000" * 100_000])
def test_json_that_is_deep_or_long(desk: str, raw: bytes) -> None:
    answer = requests.post(f"{desk}/v1/verify", data=raw, headers={"Content-Type": "application/json"}, timeout=60)
    (one,) = [json.loads(line) for line in answer.text.splitlines()]
    assert (answer.status_code, one["verdict"] in (None, "rejected", "undetermined")) == (200, True)
    assert len(answer.content) <= 1000


# --- names and pages of others ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "..",
        "../..",
        "C:\\x\\y",
        "a\r\nSet-Cookie: x=1",
        "\x00",
        "~/.ssh/id",
        ".",
        "a/" * 3000,
        "-rf",
        "con",
    ],
)
def test_names_lead_nowhere(desk: str, name: str) -> None:
    answer = requests.post(f"{desk}/examine.csv", files=[("files", (name, b"{}"))], timeout=60)
    assert answer.status_code in (200, 400)
    assert "Set-Cookie" not in answer.headers
    assert "carbonseal-desk" not in answer.text


@needs_chromium
def test_a_form_of_another_site_is_refused_in_a_browser(desk: str) -> None:
    async def go(browser: Browser) -> tuple[int, str]:
        tab = await browser.new_page()
        form = f'<form method=post enctype="multipart/form-data" action="{desk}/examine"><input name=files type=file>'
        await tab.goto(f"data:text/html,{form}<button>go</button></form>")
        async with tab.expect_navigation() as left:
            await tab.get_by_text("go").click()
        answer = await left.value
        assert answer is not None
        return answer.status, await tab.inner_text("code >> nth=0")

    assert in_browser(go) == (403, "desk.other-page")


@needs_chromium
def test_a_page_of_another_site_neither_frames_nor_reads_the_desk(desk: str) -> None:
    async def go(browser: Browser) -> tuple[str, str]:
        tab = await browser.new_page()
        await tab.goto(f"data:text/html,<iframe src='{desk}/'></iframe>")
        await tab.wait_for_load_state("networkidle")
        read = await tab.evaluate(f"fetch('{desk}/').then(() => 'read', () => 'refused')")
        (frame,) = tab.frames[1:]
        return await frame.inner_text("body"), str(read)

    shown, read = in_browser(go)
    assert "policy of 2026" not in shown
    assert read == "refused"
