"""A real browser: Chromium, driven from a test."""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.async_api import Browser, Page, async_playwright

PROGRAM = shutil.which("chromium-headless-shell") or shutil.which("chromium")  # windows would take as much CPU again
AXE = os.environ.get("CARBONSEAL_AXE", "")  # axe.min.js of axe-core, which looks for what keeps people out
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--in-process-gpu",
)  # half of the CPU of its own
PATIENCE = 180_000  # milliseconds; Playwright's half a minute is short where a machine has much else to do
needs_chromium = pytest.mark.skipif(PROGRAM is None, reason="chromium is not installed")

needs_axe = pytest.mark.skipif(not AXE, reason="CARBONSEAL_AXE does not name axe.min.js of axe-core")


# Of axe-core's rules, those whose answer depends on how wide the page is.
OF_LAYOUT = ("color-contrast", "scrollable-region-focusable", "target-size")

T = TypeVar("T")


async def violations(page: Page, *rules: str) -> list[str]:
    """What axe-core finds wrong with a page, of a context that bypasses its content security policy: by these rules, or by all."""
    if not await page.evaluate("'axe' in window"):  # what was looked at before has it
        await page.evaluate(await asyncio.to_thread(Path(AXE).read_text, encoding="utf-8"))
    chosen = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    found = await page.evaluate("chosen => axe.run(chosen)", {"resultTypes": ["violations"], **chosen})
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


def in_browser(act: Callable[[Browser], Coroutine[Any, Any, T]]) -> T:
    """Run this with a browser without a window: one for all tests of a process. What it opened there is closed afterwards."""
    runner, browser = _started()

    async def go() -> T:
        try:
            return await act(browser)
        finally:
            for context in browser.contexts:
                await context.close()

    return runner.run(go())


@cache
def _started() -> tuple[asyncio.Runner, Browser]:
    """To start it takes a second of CPU. It ends with the process."""
    runner, stack = asyncio.Runner(), AsyncExitStack()

    async def start() -> Browser:
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=PROGRAM, args=FLAGS)
        browser.on("context", lambda context: context.set_default_timeout(PATIENCE))
        stack.push_async_callback(browser.close)
        return browser

    def end() -> None:
        runner.run(stack.aclose())
        runner.close()

    browser = runner.run(start())
    atexit.register(end)
    return runner, browser
