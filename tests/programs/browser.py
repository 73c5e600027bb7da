"""A real browser: Chromium, driven from a test."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

PROGRAM = shutil.which("chromium")
AXE = os.environ.get("CARBONSEAL_AXE", "")  # axe.min.js of axe-core, which looks for what keeps people out
needs_chromium = pytest.mark.skipif(PROGRAM is None, reason="chromium is not installed")

needs_axe = pytest.mark.skipif(not AXE, reason="CARBONSEAL_AXE does not name axe.min.js of axe-core")


async def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with a page, of a context that bypasses its content security policy."""
    await page.evaluate(await asyncio.to_thread(Path(AXE).read_text, encoding="utf-8"))
    found = await page.evaluate("axe.run()")
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser without a window, of the running loop."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=PROGRAM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            await browser.close()
