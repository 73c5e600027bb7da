"""`carbonseal verify --lang`: what a person reads is in that language, and what a program reads stays as it is."""

from __future__ import annotations

import json
import zipfile
from html import unescape
from pathlib import Path

import pytest

from carbonseal.examining.files.codes import UNREAD_LEADS_OUT
from carbonseal.languages import sentences
from carbonseal.languages.language import LANGUAGES, language
from tests.cli.conftest import AT, Files, Run

OTHERS = LANGUAGES[1:]


def asked(files: Files) -> list[object]:
    return [files.passport, "--policy", files.policy, "--at", AT]


@pytest.mark.parametrize("tag", OTHERS)
def test_a_verdict_is_said_in_the_language(run: Run, files: Files, tag: str) -> None:
    said = run("verify", *asked(files), "--lang", tag)
    english = run("verify", *asked(files), "--lang", "en")
    assert said.exit_code == english.exit_code == 3
    word = language(tag).say(sentences.WORDS_BY_VALUE["undetermined"]).upper()
    assert said.output.startswith(word)
    assert "This says that" not in said.output
    codes = [line.rpartition("[")[2] for line in english.output.splitlines() if line.endswith("]")]
    assert [line.rpartition("[")[2] for line in said.output.splitlines() if line.endswith("]")] == codes


def test_why_a_file_could_not_be_read_is_said_in_the_language(run: Run, files: Files, tmp_path: Path) -> None:
    """In a report too; a program has the finding in English, with its code."""
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("../e.json", files.passport.read_bytes())
    given, problem = [archive, "--policy", files.policy], UNREAD_LEADS_OUT()
    for tag in OTHERS:
        said, page = language(tag), tmp_path / f"{tag}.html"
        first, second, *_ = run("verify", *given, "--lang", tag, "--report", page).stdout.splitlines()
        assert first.endswith(f"{archive}!../e.json: {said.message(problem)}")
        assert second.strip() == said.remedy(problem) != problem.remedy
        read = unescape(page.read_text(encoding="utf-8"))
        assert said.message(problem) in read
        assert said.remedy(problem) in read
        line = json.loads(run("verify", *given, "--lang", tag, "--json").stdout)
        assert (line["error"], line["findings"]) == (problem.message, [problem.to_json()])


@pytest.mark.parametrize("tag", OTHERS)
def test_the_locale_decides_where_nothing_is_said(
    run: Run, files: Files, tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", f"{tag}_XX.UTF-8")
    assert run("verify", *asked(files)).output == run("verify", *asked(files), "--lang", tag).output


def test_programs_read_english(run: Run, files: Files) -> None:
    report = json.loads(run("verify", *asked(files), "--lang", "de", "--json").stdout)
    assert report["verdict"] == "undetermined"
    assert report == json.loads(run("verify", *asked(files), "--json").stdout)


def test_a_report_says_that_nobody_has_reviewed_it(run: Run, files: Files, tmp_path: Path) -> None:
    for tag in LANGUAGES:
        run("verify", *asked(files), "--lang", tag, "--report", tmp_path / f"{tag}.html")
    pages = {tag: (tmp_path / f"{tag}.html").read_text(encoding="utf-8") for tag in LANGUAGES}
    assert [tag for tag, page in pages.items() if f'<html lang="{tag}">' not in page] == []
    assert len({page[page.index("<h1>") :] for page in pages.values()}) == len(LANGUAGES)


def test_a_language_that_is_not_there_is_refused(run: Run, files: Files) -> None:
    result = run("verify", *asked(files), "--lang", "tlh")
    assert result.exit_code == 2
    assert "en, de, fr, ko, zh" in result.output
