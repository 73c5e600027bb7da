"""The picture of docs/reports.md, taken from the page of a passport of the demo:

python -m tests.desk.screenshot report.html docs/pictures/report.png
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.programs.browser import chromium


async def take(page: Path, picture: Path) -> None:
    """The upper part of a page."""
    async with chromium() as browser:
        tab = await browser.new_page(viewport={"width": 900, "height": 1280})
        await tab.goto(f"file://{page}")
        await tab.screenshot(path=picture)


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1]).resolve(), Path(sys.argv[2])))
