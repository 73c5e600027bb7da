"""Every state of the desk's pages in a real browser: nobody is kept out, nobody else is asked, nothing is wider than the screen.

The pictures of the documents are these very pages: `CARBONSEAL_PICTURES=docs/pictures` writes them there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Request

from tests.desk.deliveries import declaration, deliveries
from tests.programs.browser import AXE, OF_LAYOUT, in_browser, needs_chromium, violations
from tests.service.desk.conftest import answering

pytestmark = needs_chromium
PICTURES = os.environ.get("CARBONSEAL_PICTURES", "")
PHONE, SCREEN = 320, 1000
LEDGERS = """() => Math.max(0, ...[...document.querySelectorAll(".ledgers")].map(table => {
    table.rows[1].cells[0].textContent = "fabric:" + "5ab0".repeat(16)  // as long as a channel's name is
    return table.scrollWidth
}))"""
ALL = tuple(deliveries().files)


@dataclass(frozen=True)
class State:
    """What is given to the desk, and what the page then says first: in `where`, a selector."""

    name: str
    files: tuple[str, ...] | None  # None: the form itself
    says: str
    where: str = ".word"
    is_declared: bool = False
    lang: str = "en"


STATES = (
    State("desk", None, "Verify passports", "h1"),
    State("desk-refused", (), "Not taken"),
    State("desk-verified", ("reader.json",), "verified"),
    State("desk-undetermined", ("no-statement.json",), "undetermined"),
    State("desk-rejected", ("altered.json",), "rejected"),
    State("desk-unread", ("letter.pdf",), "not a passport"),
    State("desk-many", ALL, "7 files: 2 verified, 3 undetermined, 1 rejected, 1 not a passport", "h1"),
    State(
        "desk-consignment", ("reader.json",), "2 goods items: 1 mismatch, 1 not checkable", "h2 + p", is_declared=True
    ),
    State("desk-german", ("no-statement.json",), "ungeklärt", lang="de"),
)


@pytest.fixture(scope="module")
def office() -> Iterator[str]:
    with answering(deliveries().holding) as url:
        yield url


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    folder = tmp_path_factory.mktemp("deliveries")
    for name, raw in (*deliveries().files.items(), ("declaration.csv", declaration())):
        (folder / name).write_bytes(raw)
    return {path.name: path for path in folder.iterdir()}


@dataclass(frozen=True)
class Look:
    """What a page is at one width."""

    first: str  # what it says first
    text: str
    needed: int  # pixels
    ledgers: int  # pixels of their table, with the longest name that a ledger has
    violations: list[str]
    asked: list[str]  # addresses


@pytest.fixture(scope="module")
def looks(office: str, files: Mapping[str, Path]) -> Mapping[tuple[str, int], Look]:
    """Every state at both widths."""

    async def go(browser: Browser) -> dict[tuple[str, int], Look]:
        tab = await browser.new_page(viewport={"width": SCREEN, "height": 1200}, bypass_csp=bool(AXE), locale="en")
        return {
            (state.name, width): seen
            for state in STATES
            for width, seen in (await look(tab, office, state, files)).items()
        }

    return in_browser(go)


async def look(tab: Page, office: str, state: State, files: Mapping[str, Path]) -> dict[int, Look]:
    """Give the desk what a state is about, and look at its answer at both widths."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    tab.on("request", note)
    await tab.set_viewport_size({"width": SCREEN, "height": 1200})
    await tab.goto(f"{office}/?lang={state.lang}")
    if state.files is not None:
        await tab.set_input_files("#files", [files[name] for name in state.files])
        if state.is_declared:
            await tab.set_input_files("#declaration", files["declaration.csv"])
        await tab.locator("button[type=submit]").first.press("Enter")
        await tab.wait_for_url("**/examine*")
        await tab.wait_for_load_state()
    found = {}
    for width, rules in ((SCREEN, ()), (PHONE, OF_LAYOUT)):
        await tab.set_viewport_size({"width": width, "height": 1200})
        if PICTURES:
            await tab.screenshot(path=Path(PICTURES) / f"{state.name}{'-phone' * (width == PHONE)}.png")
        found[width] = Look(
            await tab.locator(state.where).first.inner_text(),
            await tab.inner_text("main"),
            await tab.evaluate("document.documentElement.scrollWidth"),
            await tab.evaluate(LEDGERS),
            await violations(tab, *rules) if AXE else [],
            asked,
        )
    tab.remove_listener("request", note)
    return found


def test_every_state(looks: Mapping[tuple[str, int], Look], office: str) -> None:
    """One test: processes that shared its cases would each look at all pages."""
    for state in STATES:
        for width in (PHONE, SCREEN):
            check(looks[state.name, width], office, state, width)


def check(seen: Look, office: str, state: State, width: int) -> None:
    assert seen.first.lower() == state.says.lower()
    assert max(seen.needed, seen.ledgers) <= width, state.name
    assert seen.violations == [], state.name
    assert [url for url in seen.asked if not url.startswith(f"{office}/")] == [], state.name
    for told in ("electronics.policy", "Main customs office of Hamburg", "2026-11-02T07:30:00Z"):
        assert told in seen.text, state.name  # which policy, whose, and from when
    assert ("nor that the goods before you" in seen.text) == (state.lang == "en"), state.name
