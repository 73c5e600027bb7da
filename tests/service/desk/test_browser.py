"""The desk in a real browser: files in, a verdict out, with the keyboard alone, on a narrow screen, and nobody else is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.programs.browser import in_browser, needs_chromium

pytestmark = needs_chromium

LINES = """cell => {  // how many lines its text takes
    const text = new Range(); text.selectNodeContents(cell);
    return new Set([...text.getClientRects()].map(line => line.top)).size;
}"""


def visit(desk: str, act: Callable[[Page], Awaitable[None]], width: int = 1000) -> list[str]:
    """Let `act` use the desk in a browser. Gives every address that was asked for, and what the browser complained of."""

    async def go(browser: Browser) -> list[str]:
        seen: list[str] = []
        tab = await browser.new_page(viewport={"width": width, "height": 700}, java_script_enabled=False)
        tab.on("request", lambda request: seen.append(request.url.removeprefix(desk)))
        tab.on("console", lambda message: seen.append(message.text))
        await tab.goto(desk + "/")
        await act(tab)
        return seen

    return in_browser(go)


@pytest.mark.parametrize("width", [320, 1000])
def test_one_file_without_javascript(desk: str, folder: Path, width: int) -> None:
    async def act(tab: Page) -> None:
        await tab.set_input_files("#files", folder / "good.json")
        await tab.get_by_role("button", name="Verify").click()
        await tab.wait_for_selector(".verdict")
        assert await tab.inner_text(".word") == "VERIFIED"
        box = await tab.locator("body").bounding_box()
        assert box is not None
        assert box["width"] <= width

    assert visit(desk, act, width) == ["/", "/examine?lang=en"]


def test_several_files_are_a_table_that_is_filtered(desk: str, folder: Path) -> None:
    files = [*folder.iterdir()]

    async def act(tab: Page) -> None:
        await tab.set_input_files("#files", files)
        await tab.get_by_role("button", name="Verify").click()
        await tab.wait_for_selector("table")
        assert await tab.locator("h1 >> nth=0").inner_text() == "3 files: 1 verified, 1 rejected, 1 not a passport"
        assert await tab.locator(".row-verified").is_visible()
        await tab.uncheck("#show-verified")
        assert not await tab.locator(".row-verified").is_visible()
        assert await tab.locator(".row-rejected").is_visible()
        await tab.locator(".row-rejected a").click()

    visit(desk, act)


def test_the_keyboard_is_enough(desk: str, folder: Path) -> None:
    async def act(tab: Page) -> None:
        await tab.set_input_files("#files", folder / "bad.json")
        await tab.get_by_role("button", name="Verify").focus()
        await tab.keyboard.press("Enter")
        await tab.wait_for_selector(".verdict")
        assert await tab.inner_text(".word") == "REJECTED"
        assert "Who must do it" in await tab.inner_text("ol.reasons")

    visit(desk, act)


@pytest.mark.parametrize("tag", ["ko", "zh"])
def test_a_verdict_is_not_broken_between_its_characters(desk: str, folder: Path, tag: str) -> None:
    files = [*folder.iterdir()]

    async def act(tab: Page) -> None:
        await tab.goto(f"{desk}/?lang={tag}")
        await tab.set_input_files("#files", files)
        await tab.locator("button[type=submit]").first.click()
        await tab.wait_for_selector("table.many")
        cell = tab.locator(".row-verified td").first
        assert await cell.evaluate(LINES) == 1

    visit(desk, act, 320)
