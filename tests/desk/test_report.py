"""`carbonseal verify --report`: one file that says the verdict first, loads nothing, and lets no document put anything into it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from carbonseal.desk.html import Pages, page_policy
from carbonseal.desk.judged import Judged, PolicyFacts, first_words
from carbonseal.desk.unread import Unread
from carbonseal.findings import Verdict, rejected
from carbonseal.instants import format_instant
from carbonseal.languages import report as sentences
from carbonseal.languages.language import ENGLISH, LANGUAGES, language
from carbonseal.verification.verify import Report, verify
from tests.cli.conftest import AT, Files, Run, files, made, run
from tests.programs.browser import in_browser, needs_chromium
from tests.repository.sources import REPOSITORY
from tests.world import AT as NOW
from tests.world import BLOCK_TIME, CHAIN, OTHER_ORIGIN, World

__all__ = ["files", "made", "run"]  # fixtures of the command line's tests

TEMPLATES = REPOSITORY / "node" / "carbonseal" / "desk" / "templates"
OTHER = f"tlog:{OTHER_ORIGIN}"
HOSTILE = '<script>alert("1")</script>{{ 7 * 7 }}\u202e'


def asked(files: Files, *more: object) -> list[object]:
    return ["--policy", files.policy, "--trust", files.trust, "--at", AT, *more]


def test_one_passport(run: Run, files: Files, tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    result = run("verify", files.passport, *asked(files, "--report", page))
    assert result.exit_code == 0, result.output
    html = page.read_text(encoding="utf-8")
    assert html.startswith('<!doctype html>\n<html lang="en">')
    first = html.index('<p class="word">verified</p>')
    assert first < html.index("<h2>Why</h2>") < html.index("<h2>The product</h2>") < html.index("<h2>The policy</h2>")
    assert "customs.policy" in html
    assert html.count("<svg ") >= 1
    assert not re.search(r"<(script|link|img|iframe|object)\b|\son\w+=|url\(|@import", html)
    assert [one for one in re.findall(r'(?:src|href)="([^"]*)"', html) if not one.startswith("#")] == []


def test_many_files_have_a_table_and_those_without_a_verdict_are_named(run: Run, files: Files, tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    files.write("letter.pdf", "%PDF-1.7 not a passport")
    result = run("verify", files.passport, files.tampered(), tmp_path / "letter.pdf", *asked(files, "--report", page))
    assert result.exit_code == 4
    html = page.read_text(encoding="utf-8")
    for anchor in re.findall(r'<a href="#(\w+)"', html):
        assert html.count(f'<article id="{anchor}">') == 1
    assert html.count("<article ") == 2
    assert "letter.pdf: not a passport" in html
    assert "Who must do it" in html


def test_a_file_without_a_verdict_is_told_why(run: Run, files: Files, tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    files.write("letter.pdf", "%PDF-1.7 not a passport")
    assert run("verify", tmp_path / "letter.pdf", *asked(files, "--report", page)).exit_code == 2
    html = page.read_text(encoding="utf-8")
    assert "<table" not in html
    assert "a PDF" in html
    assert "What to do:" in html


def of_role_evidence(draft: dict[str, Any]) -> None:
    draft["credentialSubject"]["records"][0]["role"] = "evidence"


def test_why_there_is_no_footprint_is_told_as_it_is() -> None:
    disclosed = World().passport()
    passports = {
        "disclosed, in a format whose figures are not read here (json/1)": disclosed,
        "not disclosed": replace(disclosed, records={}),
        "none is named": World().passport(change=of_role_evidence),
    }
    for told, passport in passports.items():
        judged = Judged("a.json", Report(Verdict.VERIFIED, ()), passport, ENGLISH, "key")
        assert judged.facts["footprint"] == told
        page = Pages(datetime(2026, 1, 1, tzinfo=UTC), ENGLISH).file(judged)
        assert ("The figures are withheld" in page) == (told == "not disclosed")
        assert "Nothing was found of a ledger." in page


def test_since_when_each_ledger_has_it() -> None:
    """The chain dates its block; the other log has no date, as no witness is asked for."""
    world = World()
    passport = world.passport()
    report = verify(passport, world.policy(), world.trust(), at=NOW)
    assert report.since == {CHAIN: BLOCK_TIME}
    judged = Judged("a.json", report, passport, ENGLISH, "key")
    assert {row.ledger: row.since for row in judged.ledgers} == {CHAIN: BLOCK_TIME, OTHER: None}
    page = Pages(datetime(2026, 1, 1, tzinfo=UTC), ENGLISH).file(judged)
    assert f"<td>{CHAIN}</td><td>{format_instant(BLOCK_TIME)}</td>" in page
    assert f"<td>{OTHER}</td><td>without a date</td>" in page


def test_a_passport_without_an_end_is_told_in_every_language() -> None:
    passport = World().passport()
    for tag in LANGUAGES:
        said = language(tag)
        judged = Judged("a.json", Report(Verdict.VERIFIED, ()), passport, said, "key")
        start = format_instant(passport.credential.valid_from)
        assert judged.facts["valid"] == said.say(sentences.REPORT["from"], start=start)
        assert start in judged.facts["valid"]


def test_it_is_refused_before_anything_is_verified(run: Run, files: Files, tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    page.write_text("mine")
    assert run("verify", files.passport, *asked(files, "--report", page)).exit_code != 0
    assert page.read_text() == "mine"
    assert run("verify", files.passport, *asked(files, "--report", page, "--force")).exit_code == 0
    assert page.read_text() != "mine"
    assert run("verify", files.passport, "--report", tmp_path / "new.html").exit_code == 2  # without a policy


def test_nothing_that_others_wrote_is_markup() -> None:
    finding = rejected("test.hostile", "{what}", "{what}")(HOSTILE, what=HOSTILE)
    judged = Judged(HOSTILE, Report(Verdict.REJECTED, (finding,), name=HOSTILE), None, ENGLISH, "key")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    pages = Pages(at, ENGLISH)
    policy = PolicyFacts(HOSTILE, "00", first_words(f"carbonseal-policy v1\n# {HOSTILE}\n".encode()), at)
    parts = [
        pages.head(HOSTILE, is_heading=True),
        pages.row(judged.row, "A"),
        pages.file(judged),
        pages.unread([Unread(HOSTILE, HOSTILE, HOSTILE, HOSTILE)], alone=False),
        pages.form(policy, finding),
        pages.tail(policy, [HOSTILE]),
    ]
    for part in parts:
        assert "<script>" not in part
        assert "\u202e" not in part
        assert "49" not in part or "{{ 7 * 7 }}" in part


def test_a_style_is_allowed_by_its_digest_alone() -> None:
    assert "default-src 'none'" in page_policy()
    assert "unsafe" not in page_policy()


def test_templates_say_only_sentences_that_there_are() -> None:
    texts = [path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.html")]
    said = {name for text in texts for name in re.findall(r'\bsay\("([a-z-]+)"[,)]', text)}
    assert len(said) > 20
    assert said <= sentences.REPORT.keys()


@needs_chromium
@pytest.mark.parametrize("width", [320, 1000])
def test_a_browser_shows_it_without_asking_anybody(run: Run, files: Files, tmp_path: Path, width: int) -> None:
    page = tmp_path / "out.html"
    run("verify", files.passport, *asked(files, "--report", page))

    async def look(browser: Browser) -> tuple[list[str], int, str]:
        seen: list[str] = []
        tab = await browser.new_page(viewport={"width": width, "height": 700})
        tab.on("request", lambda request: seen.append(request.url))
        tab.on("console", lambda message: seen.append(message.text))
        await tab.goto(page.as_uri())
        return seen, await tab.evaluate("document.documentElement.scrollWidth"), await tab.inner_text(".word")

    seen, needed, word = in_browser(look)
    assert seen == [page.as_uri()]
    assert needed <= width
    assert word == "VERIFIED"
