"""Files and folders dropped on the desk's page in a real browser, as a person drops them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Browser, Page

from tests.programs.browser import in_browser, needs_chromium

pytestmark = needs_chromium
EVENTS = ("dragEnter", "dragOver", "drop")


async def drop(tab: Page, paths: Sequence[Path]) -> None:
    """Drag these from the system onto the middle of the page, and let go."""
    session = await tab.context.new_cdp_session(tab)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for event in EVENTS:
        await session.send("Input.dispatchDragEvent", {"type": event, "x": 300, "y": 200, "data": data})


def test_files_and_folders_go_under_the_paths_that_they_had(desk: str, folder: Path) -> None:
    for day in ("may", "june/first"):
        (folder / "lots" / day).mkdir(parents=True)
        (folder / "lots" / day / "lot.json").write_bytes((folder / "good.json").read_bytes())

    async def go(browser: Browser) -> tuple[list[str], str]:
        seen: list[str] = []
        tab = await browser.new_page()
        tab.on("console", lambda message: seen.append(message.text))
        tab.on("request", lambda request: seen.append(request.url.removeprefix(desk)))
        await tab.goto(f"{desk}/")
        await drop(tab, [folder / "lots", folder / "bad.json"])
        await tab.wait_for_selector("#dropped li:nth-child(3)")
        assert await tab.inner_text("#drop output") == "3 files to verify"
        await tab.keyboard.press("Enter")  # the button that verifies has the focus
        await tab.wait_for_selector("table")
        return seen, await tab.content()

    seen, page = in_browser(go)
    assert seen == ["/", "/drop.js", "/examine?lang=en"]
    named = re.findall(r'<span class="small">([a-z/]+[.]json)</span></td>', page)
    assert sorted(named) == ["lots/june/first/lot.json", "lots/may/lot.json"]
    assert ">bad.json</a></td>" in page  # what is refused has no other title


def test_what_was_dropped_can_be_taken_away(desk: str, folder: Path) -> None:
    async def go(browser: Browser) -> None:
        tab = await browser.new_page()
        await tab.goto(f"{desk}/")
        await drop(tab, [folder / "bad.json"])
        await tab.get_by_role("button", name="Remove them").click()
        assert await tab.locator("#dropped li").count() == 0
        await drop(tab, [folder / "good.json"])
        await tab.wait_for_selector("#dropped li")
        await tab.get_by_role("button", name="Verify", exact=True).click()
        assert await tab.inner_text(".word") == "VERIFIED"

    in_browser(go)
