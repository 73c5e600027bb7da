"""Every state of the desk's pages in a real browser: nobody is kept out, nobody else is asked, nothing is wider than the screen.

The pictures of the documents are these very pages: `CARBONSEAL_PICTURES=docs/pictures` writes them there.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.desk.deliveries import declaration, deliveries
from tests.programs.browser import AXE, chromium, needs_axe, needs_chromium, violations
from tests.service.desk.conftest import answering

pytestmark = needs_chromium
PICTURES = os.environ.get("CARBONSEAL_PICTURES", "")
PHONE, SCREEN = 320, 1000
ALL = tuple(deliveries().files)


@dataclass(frozen=True)
class State:
    """What is given to the desk, and what the page then says first."""

    name: str
    files: tuple[str, ...]
    says: str
    is_declared: bool = False
    lang: str = "en"


STATES = (
    State("desk-refused", (), "Not taken"),
    State("desk-verified", ("reader.json",), "verified"),
    State("desk-undetermined", ("no-statement.json",), "undetermined"),
    State("desk-rejected", ("altered.json",), "rejected"),
    State("desk-unread", ("letter.pdf",), "not a passport"),
    State("desk-many", ALL, "7 files: 2 verified, 3 undetermined, 1 rejected, 1 not a passport"),
    State("desk-consignment", ("reader.json",), "verified", is_declared=True),
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


@asynccontextmanager
async def tab_of(browser: Browser, width: int, seen: list[str]) -> AsyncIterator[Page]:
    """A tab of this width, which writes down what was asked for."""
    context = await browser.new_context(viewport={"width": width, "height": 1200}, bypass_csp=bool(AXE), locale="en")
    tab = await context.new_page()
    tab.on("request", lambda request: seen.append(request.url))
    yield tab
    await context.close()


async def visit(tab: Page, office: str, state: State, files: Mapping[str, Path]) -> None:
    """Give the desk what the state is about."""
    await tab.goto(f"{office}/?lang={state.lang}")
    await tab.set_input_files("#files", [files[name] for name in state.files])
    if state.is_declared:
        await tab.set_input_files("#declaration", files["declaration.csv"])
    await tab.locator("button[type=submit]").first.press("Enter")
    await tab.wait_for_url("**/examine*")
    await tab.wait_for_load_state()


@pytest.mark.parametrize("state", STATES, ids=[state.name for state in STATES])
def test_each_state(office: str, files: Mapping[str, Path], state: State) -> None:
    async def go() -> None:
        seen: list[str] = []
        async with chromium() as browser:
            for width in (PHONE, SCREEN):
                async with tab_of(browser, width, seen) as tab:
                    await visit(tab, office, state, files)
                    first = tab.locator("h1" if len(state.files) > 1 else ".word").first
                    assert (await first.inner_text()).lower() == state.says.lower()
                    assert await tab.evaluate("document.documentElement.scrollWidth") <= width
                    await picture(tab, state.name, width)
                    text = await tab.inner_text("main")
                    assert "electronics.policy" in text
                    assert "Main customs office of Hamburg" in text
                    assert "2026-11-02T07:30:00Z" in text
                    if AXE:
                        assert await violations(tab) == []
        assert [url for url in seen if not url.startswith(f"{office}/")] == []

    asyncio.run(go())


async def picture(tab: Page, name: str, width: int) -> None:
    """Write a picture for the documents, where that was asked for."""
    if PICTURES:
        suffix = "-phone" if width == PHONE else ""
        await tab.screenshot(path=Path(PICTURES) / f"{name}{suffix}.png")


@needs_axe
def test_the_form_itself(office: str) -> None:
    async def go() -> None:
        seen: list[str] = []
        async with chromium() as browser:
            for width in (PHONE, SCREEN):
                async with tab_of(browser, width, seen) as tab:
                    await tab.goto(f"{office}/")
                    assert await tab.evaluate("document.documentElement.scrollWidth") <= width
                    await picture(tab, "desk", width)
                    assert await violations(tab) == []

    asyncio.run(go())
